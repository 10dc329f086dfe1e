"""Events survive the log."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.agents.teams import make_team
from procmem.events import KINDS, Acted, Called, Event, Finished, Started, kind_of, payload, revive
from procmem.types import Policy, Reply, ToolCall, Usage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def again(event: Event) -> Event:
    return revive(kind_of(event), json.loads(json.dumps(payload(event))))


def test_a_started_event_comes_back_with_its_team_and_policy() -> None:
    event = Started("run-1", "a/1", "Do it", make_team("Hybrid team"), Policy(k_subtask=2), 7, ("data/a.xlsx",))
    assert again(event) == event


def test_a_call_comes_back_with_messages_and_reply() -> None:
    reply = Reply("", (ToolCall("c1", "excel_read_file", {"a": 1}, "{bad"),), Usage(3, 4), 0.1, 0.2, "gpt-4o", 1)
    message = {"role": "user", "content": "Hi"}
    event = Called("act", "excel", "turn 1", 1, (message,), ("excel_read_file",), {"system": 9}, reply)
    assert again(event) == event


@given(st.text(), st.dictionaries(st.text(), JSON, max_size=3), st.booleans())
def test_any_step_comes_back_as_it_was(text: str, arguments: dict[str, object], failed: bool) -> None:
    event = Acted(1, 2, "excel", text, "excel_set_cell", arguments, text, failed, 0.5)
    assert again(event) == event


def test_every_event_of_the_union_has_a_kind() -> None:
    assert kind_of(Finished("failed", "", 0, 0, 0, None, None, 0.0)) == "finished"
    assert sorted(KINDS) == [
        "acted", "called", "decided", "delegated", "finished", "graded", "noted", "planned", "proposed", "recalled",
        "reported", "stalled", "started",
    ]  # fmt: skip


def test_an_unknown_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        revive("teleported", {})
