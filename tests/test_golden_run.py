"""One whole run, word for word: every event, and every message that a model was sent.

After a wanted change: delete tests/golden/run.txt, run this test twice (the first writes the file and fails), and read
the difference before committing it.
"""

from __future__ import annotations

import json
from pathlib import Path

from procmem.events import kind_of, payload
from procmem.types import JsonObject
from tests.bench import Bench, note_replies, note_task

GOLDEN = Path(__file__).parent / "golden" / "run.txt"


def told(kind: str, data: JsonObject) -> str:
    """An event as text without what differs from run to run: seconds, and the folder it happened in."""
    data.pop("seconds", None)
    if kind == "called":
        data["reply"].pop("seconds")
        messages = [f"<{m['role']}> {m.get('content') or json.dumps(m['tool_calls'])}" for m in data.pop("added")]
        return "\n".join([f"--- called {json.dumps(data)}", *messages])
    return f"--- {kind} {json.dumps(data)}"


def test_a_run_with_memories_is_word_for_word_as_written_down(bench: Bench) -> None:
    bench.teach(note_task("notes/2", "Omar"), note_replies("Omar"), "run-0")
    events, _ = bench.run(note_replies())
    seen = "\n".join(told(kind_of(event), payload(event)) for event in events) + "\n"
    if not GOLDEN.exists():
        GOLDEN.write_text(seen, encoding="utf-8")
        raise AssertionError(f"{GOLDEN} was missing and has been written; read it and run again.")
    assert seen == GOLDEN.read_text(encoding="utf-8")
