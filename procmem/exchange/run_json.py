"""A run as one JSON file: what it was asked, and everything that it said."""

from __future__ import annotations

import json
from dataclasses import asdict

from procmem.events import kind_of, payload
from procmem.store.store import RunLog
from procmem.types import JsonObject

FORMAT = 1


def run_json(log: RunLog, run_id: str) -> str:
    """The run with its setup and events, as text.

    ``run`` is the summary, ``setup`` holds task, team and policy, and each of ``events`` has ``seq``, ``kind`` and
    ``payload``, the fields of that event (procmem/events.py).

    Raises:
        UnknownName: there is no such run.
    """
    run = log.run(run_id)
    events = [{"seq": seq, "kind": kind_of(event), "payload": payload(event)} for seq, event in log.events(run_id)]
    whole: JsonObject = {"procmem_run": FORMAT, "run": asdict(run), "setup": log.setup(run_id), "events": events}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=lambda moment: moment.isoformat())
