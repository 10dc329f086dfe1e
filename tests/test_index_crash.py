"""A process that fills and saves the index is killed at random moments; afterwards the search is right."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np

from procmem.store.duck import DuckStore
from tests.index_writer import DIM, vector, write
from tests.nursery import born
from tests.records import abandon

KILLS = 6


def test_after_kill_9_in_the_middle_of_anything_the_search_is_right(tmp_path: Path) -> None:
    dice, saved = random.Random(3), 0
    file = tmp_path / "store.duckdb"
    for turn in range(KILLS):
        saved += killed_writer(file, turn, dice.randint(1, 5), dice.random() * 0.1)
        store = DuckStore(file, "hnsw")
        check(store)
        assert store.notices == ()
        store.stop_indexing()
        abandon(store)
    assert saved >= 2


def killed_writer(file: Path, turn: int, words: int, seconds: float) -> int:
    """Kill a writer some moments after its ``words``-th word; how often it had saved the graph by then."""
    writer, heard = born(write, file, turn)
    with open(heard.fileno(), closefd=False) as hearing:
        said = [hearing.readline() for _ in range(words)]
        time.sleep(seconds)
        writer.kill()
        said += hearing.readlines()
    writer.join()
    heard.close()
    return said.count("saved\n")


def check(store: DuckStore) -> None:
    """The nearest of some queries are what comparing all gives, and what has no vector is still to be embedded."""
    lacking = {memory_id for memory_id, _, _ in store.unembedded("e")}
    ids = [memory.id for memory in store.memories() if memory.id not in lacking]
    matrix = np.stack([vector(memory_id) for memory_id in ids]) if ids else np.zeros((0, DIM), np.float32)
    for query in (vector("one"), vector("two"), vector("three")):
        cosines = np.vecdot(matrix, query)
        best = [ids[row] for row in np.argsort(-cosines)[:5]]
        assert [memory_id for memory_id, _ in store.nearest("e", query, level="full-task", limit=5)] == best
