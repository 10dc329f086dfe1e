"""Writes to a store until it is killed, and says on stdout what was acknowledged. Arguments: the file, a name."""

from __future__ import annotations

import os
import sys
import threading
from itertools import count
from pathlib import Path

from procmem.events import Acted, Finished
from procmem.store.duck import DuckStore
from tests.records import a_run, add, full, part


def main() -> None:
    """Two threads write runs, and a third decides on proposals."""
    store, turn = DuckStore(Path(sys.argv[1])), sys.argv[2]
    for writer in (lambda: runs(store, f"{turn}-a"), lambda: runs(store, f"{turn}-b"), lambda: decisions(store, turn)):
        threading.Thread(target=writer).start()


def acknowledge(*words: object) -> None:
    """One line, in one write, so that the threads' lines do not mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def runs(store: DuckStore, name: str) -> None:
    """Begin runs of 10 events each; the first of each name never ends."""
    for number in count():
        run_id = f"{name}-{number}"
        store.begin_run(a_run(run_id), {})
        acknowledge("run", run_id)
        for step in range(1, 11):
            seq = store.append(run_id, Acted(1, step, "excel", "", "excel_read_file", {}, "x" * 500, False, 0))
            acknowledge("event", run_id, seq)
        if number:
            store.append(run_id, Finished("succeeded", "", 10, 0, 0, None, None, 1))
            acknowledge("finished", run_id)


def decisions(store: DuckStore, turn: str) -> None:
    """Propose families of three memories and accept each."""
    for number in count():
        name = f"{turn}-{number}"
        store.propose([add(name, full(name), part(f"{name}/1", parent=name), part(f"{name}/2", parent=name))])
        acknowledge("proposed", name)
        acknowledge("decided", name, store.decide(name, "accept", by="Ann").revision)


if __name__ == "__main__":
    main()
