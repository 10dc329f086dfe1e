"""Writes to a store until it is killed, and says on a pipe what was acknowledged."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from procmem.events import Acted, Finished
from procmem.store.duck import DuckStore
from procmem.types import Memory
from tests.records import a_run, add, full, part

BATCH = 60
FURTHER = 8
EAST = np.array([1, 0], np.float32)


def write(pipe: Connection, file: Path, turn: int, lines: int) -> None:
    """Two threads write runs, and a third works on the bank, until there are a few more than ``lines`` lines to say."""
    store = DuckStore(file)
    spoken = count()

    def say(*words: object) -> None:  # in one write, so that the threads' lines do not mix
        if next(spoken) > lines + FURTHER:
            threading.Event().wait()  # for the end; a reader that comes late would else find a store that is huge
        os.write(pipe.fileno(), (" ".join(map(str, words)) + "\n").encode())

    writers: list[Callable[[], None]] = [
        lambda: runs(store, f"{turn}-a", say),
        lambda: runs(store, f"{turn}-b", say),
        lambda: bank(store, str(turn), say),
    ]
    threads = [threading.Thread(target=writer) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def runs(store: DuckStore, name: str, say: Callable[..., None]) -> None:
    """Begin runs of 5 events each; the first of each name never ends."""
    for number in count():
        run_id = f"{name}-{number}"
        store.begin_run(a_run(run_id), {})
        say("run", run_id)
        for step in range(1, 6):
            seq = store.append(run_id, Acted(1, step, "excel", "", "excel_read_file", {}, "x" * 500, False, 0))
            say("event", run_id, seq)
        if number:
            store.append(run_id, Finished("succeeded", "", 5, 0, 0, None, None, 1))
            say("finished", run_id)


def bank(store: DuckStore, turn: str, say: Callable[..., None]) -> None:
    """Propose, decide, embed, undo, redo and import, over and over."""
    for number in count():
        name = f"{turn}-{number}"
        store.propose([add(one, *family(one)) for one in (name, f"{name}x", f"{name}y")])
        say("proposed", name)
        say("decided", store.decide(name, "accept", by="Ann").id)
        store.embed("e", [(memory.id, 1, EAST) for memory in family(name)])
        say("embedded", name)
        decisions, _ = store.decide_all([f"{name}x", f"{name}y"], "discard" if number % 3 else "accept", by="Ann")
        for decision in decisions:
            say("decided", decision.id)
        (undone,) = store.undo(decisions[0].id, by="Ann")
        say("decided", undone.id)
        if number % 2:
            say("decided", store.undo(undone.id, by="Ann")[0].id)
        batch = [full(f"{name}i/{place}") for place in range(BATCH)]
        imported = store.add_many(
            batch, by="Ann", reason="", vectors={"e": np.tile(EAST, (BATCH, 1))}, batch=f"{name}i"
        )
        assert imported is not None
        say("decided", imported.id)
        if number % 2:
            say("decided", store.undo(imported.id, by="Ann")[0].id)


def family(name: str) -> list[Memory]:
    """A full-task memory and its two subtask memories."""
    return [full(name), part(f"{name}/1", parent=name), part(f"{name}/2", parent=name)]
