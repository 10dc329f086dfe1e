"""A run as a file."""

from __future__ import annotations

import json

import pytest

from procmem.errors import UnknownName
from procmem.events import Acted, Noted
from procmem.exchange.run_json import run_json
from procmem.store.duck import DuckStore
from tests.records import a_run


def test_the_file_holds_the_run_its_setup_and_all_its_events_in_order() -> None:
    store = DuckStore(None)
    store.begin_run(a_run("run-1"), {"task": {"level": 2}})
    store.append("run-1", Noted("Wait – über alles"))
    store.append("run-1", Acted(1, 1, "excel", "", "excel_read_file", {"file_path": "a.xlsx"}, "3", False, 0.5))
    text = run_json(store, "run-1")
    whole = json.loads(text)
    assert "über" in text
    assert (whole["procmem_run"], whole["run"]["id"], whole["setup"]) == (1, "run-1", {"task": {"level": 2}})
    assert whole["run"]["started"] == "2026-05-04T12:00:00+00:00"
    assert [(event["seq"], event["kind"]) for event in whole["events"]] == [(1, "noted"), (2, "acted")]
    assert whole["events"][1]["payload"]["arguments"] == {"file_path": "a.xlsx"}
    with pytest.raises(UnknownName):
        run_json(store, "run-2")
    store.close()
