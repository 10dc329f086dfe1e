"""The bank at 100,000 memories, 5,000 proposals and 2,000 runs, one process, on a file: ``make bench``.

Memories are families of three, 1 to 2 kB of JSON each; vectors have MiniLM's 384 dimensions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from procmem.store.duck import DuckStore
from procmem.types import FullTaskUnit, Memory, Origin, SubtaskUnit
from tests.records import a_run, add, full, part

MEMORIES = 99_999
WORDS = ["sort", "the", "sheet", "by", "amount", "largest", "first", "keep", "header", "column", "report", "sales"]
READS: dict[str, Callable[[DuckStore, random.Random], object]] = {
    "latest of 20": lambda store, dice: store.latest([some(dice) for _ in range(20)]),
    "children of 5": lambda store, dice: store.children([some(dice) for _ in range(5)]),
    "history": lambda store, dice: store.history(some(dice)),
    "an old version": lambda store, dice: store.memory(some(dice), 1),
    "a page of 100": lambda store, dice: store.memories(limit=100, offset=dice.randrange(MEMORIES)),
    "a page as of a revision": lambda store, dice: store.memories(limit=100, at=1),
    "a page by words": lambda store, dice: store.memories(limit=100, words="report sales"),
    "a sample of 20": lambda store, dice: store.sample("full-task", None, dice.randrange(99), 20),
    "difference": lambda store, dice: store.difference(1, store.revision),
    "count and sizes": lambda store, dice: (store.count(), store.sizes()),
    "100 proposals of 5,000": lambda store, dice: store.proposals(after=dice.randrange(4000)),
    "proposal counts": lambda store, dice: store.proposal_counts(),
    "100 decisions": lambda store, dice: store.decisions(),
    "decisions on a memory": lambda store, dice: store.decisions(memory_id=some(dice)),
    "outcomes of 20": lambda store, dice: store.outcomes([some(dice, 3000) for _ in range(20)]),
}


def some(dice: random.Random, below: int = MEMORIES // 3) -> str:
    return f"memory-{dice.randrange(below):06d}"


def family(number: int, dice: random.Random) -> Iterator[Memory]:
    key = " ".join(dice.choices(WORDS, k=15))
    steps = '<think>look at it first</think><action>{"app":"excel","action":"read_file"}</action>' * 4
    parts = tuple(SubtaskUnit("excel", " ".join(dice.choices(WORDS, k=8)), steps, "sorted") for _ in range(2))
    origin = Origin(f"run-{number}", f"task/{number}", "person")
    unit = FullTaskUnit(key, "1. excel: sort\n" * 5, parts, "done", "Look at the header first.")
    whole = Memory(f"memory-{number:06d}", "full-task", "orchestrator", key[:40], key, unit, origin)
    yield whole
    for place, one in enumerate(parts):
        yield Memory(f"{whole.id}/{place}", "subtask", "excel", "Sort", one.description, one, origin, whole.id)


def unit_vectors(rows: int) -> Any:
    matrix = np.random.default_rng(0).normal(size=(rows, 384)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def memories() -> list[Memory]:
    dice = random.Random(0)
    return [memory for number in range(MEMORIES // 3) for memory in family(number, dice)]


@pytest.fixture(scope="module")
def store(memories: list[Memory], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckStore]:
    made = DuckStore(tmp_path_factory.mktemp("bank") / "store.duckdb")
    made.add_many(memories, by="Ann", reason="a file")
    made.propose([add(f"p{number}", full(f"new {number}", "sort the sheet " * 20)) for number in range(5000)])
    made.decide_all([f"p{number}" for number in range(2000)], "accept", by="Ann")
    made.begin_run(a_run("r"), {})
    made._database.put(
        "insert into run select run.* replace (i as number, 'r' || i as id, 'task/' || i % 300 as task_id, "
        "'succeeded' as status, i % 3 > 0 as success, i % 20 as steps) from run, range(2, 2002) t(i)"
    )
    made._database.put(
        "insert into recall select i // 50, 1, 1, 'excel', 'subtask', format('memory-{:06d}', (i * 7919) % 3000), 1, "
        "i % 50, 0.5, i % 50 < 5, 'because' from range(100, 100100) t(i)"
    )
    made._database.checkpoint()
    made.latest([])
    yield made
    made.close()


@pytest.mark.parametrize("what", READS)
def test_read(benchmark: Any, store: DuckStore, what: str) -> None:
    dice = random.Random(1)
    benchmark.pedantic(lambda: READS[what](store, dice), rounds=30, warmup_rounds=3)


def test_import_100_000_with_vectors(benchmark: Any, memories: list[Memory], tmp_path: Path) -> None:
    store, vectors = DuckStore(tmp_path / "store.duckdb"), unit_vectors(MEMORIES)
    benchmark.pedantic(
        lambda: store.add_many(memories, by="Ann", reason="a file", vectors={"e": vectors}), rounds=1, iterations=1
    )
    assert store.count() == MEMORIES
    store.close()


@pytest.mark.parametrize("what", ["propose", "accept", "undo"])
def test_a_family_of_three(benchmark: Any, store: DuckStore, what: str) -> None:
    numbers = count()

    def prepared() -> tuple[tuple[Callable[[], object]], dict[str, str]]:
        name = f"{what}-{next(numbers)}"
        wished = add(name, full(name), part(f"{name}/1", parent=name), part(f"{name}/2", parent=name))
        if what == "propose":
            return (lambda: store.propose([wished]),), {}
        store.propose([wished])
        if what == "accept":
            return (lambda: store.decide(name, "accept", by="Ann"),), {}
        made = store.decide(name, "accept", by="Ann")
        return (lambda: store.undo(made.id, by="Ann"),), {}

    benchmark.pedantic(lambda do: do(), setup=prepared, rounds=30)
