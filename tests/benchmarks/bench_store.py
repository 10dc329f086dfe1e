"""The store, one process, on a file: ``make bench``.

Events are 3 kB of JSON each, as a step with its observation is; vectors have MiniLM's 384 dimensions.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from procmem.events import Acted
from procmem.store.duck import DuckStore
from procmem.store.store import Vector
from tests.records import a_run, add, full, part

READ = "(1, 1): value\t" * 200
STEP = Acted(1, 1, "excel", "look", "excel_read_file", {"file_path": "data/a.xlsx"}, READ, False, 0.1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckStore]:
    made = DuckStore(tmp_path / "store.duckdb")
    made.begin_run(a_run("r1"), {})
    yield made
    made.close()


def many_events(store: DuckStore, events: int) -> None:
    """Lay down a long history by one statement, outside the measured time."""
    store.append("r1", STEP)
    store._database.put(
        "insert into event select 1000 + i // 50, i % 50, kind, written, payload from event, range(?) t(i)", events
    )
    store._database.checkpoint()


@pytest.mark.parametrize("history", [0, 200_000])
def test_append_one_event(benchmark: Any, store: DuckStore, history: int) -> None:
    many_events(store, history)
    benchmark.pedantic(lambda: store.append("r1", STEP), rounds=300, warmup_rounds=20)


@pytest.mark.parametrize("history", [0, 200_000])
def test_read_the_news_of_a_run(benchmark: Any, store: DuckStore, history: int) -> None:
    many_events(store, history)
    for _ in range(50):
        store.append("r1", STEP)
    benchmark.pedantic(lambda: store.events("r1", after=49), rounds=100, warmup_rounds=5)


@pytest.mark.parametrize("threads", [1, 8, 32])
def test_threads_append_960_events(benchmark: Any, store: DuckStore, threads: int) -> None:
    for number in range(threads):
        store.begin_run(a_run(f"t{number}"), {})

    def write(number: int) -> None:
        for _ in range(960 // threads):
            store.append(f"t{number}", STEP)

    def all_at_once() -> None:
        writers = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    benchmark.pedantic(all_at_once, rounds=3)


def fill(store: DuckStore, memories: int) -> Vector:
    """A bank of full-task memories with vectors; one of them."""
    key = "sort the sheet by amount, largest first, and keep the header " * 10
    for start in range(0, memories, 1000):
        store.propose([add(f"p{start}", *[full(f"m{number}", key) for number in range(start, start + 1000)])])
        store.decide(f"p{start}", "accept", by="Ann")
    matrix = np.random.default_rng(0).normal(size=(memories, 384)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    store.embed("e", [(f"m{number}", 1, row) for number, row in enumerate(matrix)])
    vector: Vector = matrix[0]
    return vector


@pytest.mark.parametrize("memories", [1000, 10_000])
def test_decide_on_a_family_of_three(benchmark: Any, store: DuckStore, memories: int) -> None:
    fill(store, memories)
    numbers = count()

    def proposed() -> tuple[tuple[str], dict[str, str]]:
        name = f"new{next(numbers)}"
        store.propose([add(name, full(name), part(f"{name}/1", parent=name), part(f"{name}/2", parent=name))])
        return (name,), {}

    benchmark.pedantic(lambda name: store.decide(name, "accept", by="Ann"), setup=proposed, rounds=50)


@pytest.mark.parametrize("memories", [1000, 10_000])
def test_nearest_20(benchmark: Any, store: DuckStore, memories: int) -> None:
    vector = fill(store, memories)
    benchmark.pedantic(lambda: store.nearest("e", vector, level="full-task"), rounds=200, warmup_rounds=5)


@pytest.mark.parametrize("memories", [1000, 10_000])
def test_nearest_20_right_after_a_new_vector(benchmark: Any, store: DuckStore, memories: int) -> None:
    vector = fill(store, memories)
    benchmark.pedantic(
        lambda: store.nearest("e", vector, level="full-task"),
        setup=lambda: store.embed("e", [("m0", 1, vector)]),
        rounds=20,
    )
