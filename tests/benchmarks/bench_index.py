"""From a text to full records, beside the embedding alone and beside raw hnswlib, at growing sizes; a table is printed.

``make bench`` runs 1,000, 10,000 and 100,000 memories. ``python -m tests.benchmarks.bench_index 1000000`` runs another
size; from 1,000,000 on, the graph is not waited for. Each size is filled by one process and measured by another, so
that the memory is what a program needs that opens the store. Times are medians in milliseconds; what is compared is
measured in turns, so that a busy machine slows all alike. The vectors have MiniLM's length and about the spread of a
mixture of forty topics: nearest neighbours are harder to tell apart than those of MiniLM and tasks in words.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from procmem.memory.bank import Bank
from procmem.models.embedders import make_embedder
from procmem.store.duck import DuckStore
from procmem.store.exact import Matrix
from tests.records import full

DIM, TOPICS, CHUNK = 384, 40, 20_000
LARGE = 1_000_000
COLUMNS = {
    "import": "memories a second",
    "load": "s to the first answer, no saved graph",
    "load_graph": "s to the first answer, saved graph",
    "build": "s until the graph is built and saved",
    "embed": "embedding alone",
    "records": "text to 5 full records",
    "ratio": "the second by the first",
    "nearest": "store.nearest, 5",
    "raw": "hnswlib alone, 5",
    "exact": "exact search, 5",
    "recall": "recall@5",
    "ef": "hnswlib's ef",
    "megabytes": "MB resident at most, with MiniLM",
}


def vectors(seed: int, count: int) -> Matrix:
    """Unit vectors around forty directions, with noise."""
    topics = np.random.default_rng(0).normal(size=(TOPICS, DIM)).astype(np.float32) / TOPICS**0.5
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(count, TOPICS)).astype(np.float32) @ topics
    mixed += 0.3 * rng.normal(size=(count, DIM)).astype(np.float32)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def fill(home: Path, size: int) -> dict[str, float]:
    """Import memories with vectors, in files of 20,000."""
    store = DuckStore(home / "store.duckdb", "exact")
    seconds = 0.0
    for start in range(0, size, CHUNK):
        numbers = range(start, min(start + CHUNK, size))
        key = "Sort the sheet by amount, largest first, and send the result to Bob before noon"
        memories = [full(f"m{number:07}", f"{key} ({number})") for number in numbers]
        given = {"minilm": vectors(start + 1, len(numbers))}
        begun = time.perf_counter()
        store.add_many(memories, by="bench", reason="", vectors=given)
        seconds += time.perf_counter() - begun
    store.close()
    return {"import": size / seconds}


def measure(home: Path, size: int) -> dict[str, float]:
    """All the rest, in a process that only reads."""
    queries = vectors(0, 200)
    embedder = make_embedder("minilm")
    embedder.embed(["warm"])
    store = DuckStore(home / "store.duckdb")
    found: dict[str, float] = {"load": first_answer(store, queries[0])}
    if size < LARGE:
        begun = time.perf_counter()
        store.settle()
        found["build"] = time.perf_counter() - begun
    bank = Bank(store, embedder)
    bank.search("warm", "full-task")
    found |= in_turns({
        "embed": lambda turn: embedder.embed([f"Sort the sheet of month {turn}"]),
        "records": lambda turn: bank.search(f"Sort the sheet of month {turn}", "full-task", limit=5),
    })  # fmt: skip
    found["ratio"] = found["records"] / found["embed"]
    (index,) = store._library("minilm", "active")._indexes.values()
    searches: dict[str, Callable[[int], object]] = {"nearest": lambda turn: nearest(store, queries[turn])}
    if index._graph:
        hnsw = index._graph._hnsw
        found["ef"] = index._graph.ef
        # another query, because the second search for the same one finds its vectors in the processor's cache
        searches["raw"] = lambda turn: hnsw.knn_query(queries[turn - 100], k=5, num_threads=1)
    found |= in_turns(searches, 200)
    found["megabytes"] = resident()
    exact, found["exact"] = exactly(size, queries)
    right = [len(set(nearest(store, query)) & best) / 5 for query, best in zip(queries, exact, strict=True)]
    found["recall"] = statistics.mean(right)
    store.close()
    if size < LARGE:
        store = DuckStore(home / "store.duckdb")
        found["load_graph"] = first_answer(store, queries[0])
        store.close()
    return found


def nearest(store: DuckStore, vector: Matrix) -> list[str]:
    return [memory_id for memory_id, _ in store.nearest("minilm", vector, level="full-task", limit=5)]


def first_answer(store: DuckStore, vector: Matrix) -> float:
    begun = time.perf_counter()
    nearest(store, vector)
    return time.perf_counter() - begun


def in_turns(works: Mapping[str, Callable[[int], object]], rounds: int = 60) -> dict[str, float]:
    """Median milliseconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds):
        for name, work in works.items():
            begun = time.perf_counter()
            work(turn)
            taken[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def exactly(size: int, queries: Matrix) -> tuple[list[set[str]], float]:
    """The five nearest of each query by comparing all, and the milliseconds that one such query takes."""
    best = np.zeros((len(queries), 0)), np.zeros((len(queries), 0), int)
    seconds = 0.0
    for start in range(0, size, CHUNK):
        matrix = vectors(start + 1, min(CHUNK, size - start))
        begun = time.perf_counter()
        np.vecdot(matrix, queries[0])
        seconds += time.perf_counter() - begun
        cosines = np.concatenate([best[0], queries @ matrix.T], axis=1)
        rows = np.concatenate([best[1], np.tile(np.arange(start, start + len(matrix)), (len(queries), 1))], axis=1)
        order = np.argsort(-cosines, axis=1)[:, :5]
        best = np.take_along_axis(cosines, order, axis=1), np.take_along_axis(rows, order, axis=1)
    return [{f"m{row:07}" for row in rows} for rows in best[1].tolist()], seconds * 1000


def resident() -> float:
    """Megabytes of memory that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(work: str, home: Path, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_index", work, str(home), str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measured(size: int) -> dict[str, float]:
    """One column of the table."""
    with tempfile.TemporaryDirectory() as folder:
        return in_a_process("fill", Path(folder), size) | in_a_process("measure", Path(folder), size)


def show(columns: Mapping[int, Mapping[str, float]]) -> str:
    """The table."""
    lines = [f"{'':<40}" + "".join(f"{size:>12,}" for size in columns)]
    for name, meaning in COLUMNS.items():
        cells = [f"{column[name]:>12.3f}" if name in column else f"{'-':>12}" for column in columns.values()]
        lines.append(f"{meaning:<40}" + "".join(cells))
    return "\n".join(lines)


def test_from_a_text_to_full_records(capsys: Any) -> None:
    columns = {size: measured(size) for size in (1000, 10_000, 100_000)}
    with capsys.disabled():
        print(f"\n{show(columns)}")  # noqa: T201
    assert columns[100_000]["recall"] >= 0.99


def main(arguments: list[str]) -> None:
    if arguments[0] in ("fill", "measure"):
        work = fill if arguments[0] == "fill" else measure
        print(json.dumps(work(Path(arguments[1]), int(arguments[2]))))  # noqa: T201
    else:
        print(show({int(size): measured(int(size)) for size in arguments}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
