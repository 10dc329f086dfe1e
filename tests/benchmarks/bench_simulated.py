"""How fast the simulated model answers: one call with memories, first and later.

Run: python -m pytest tests/benchmarks/bench_simulated.py --override-ini addopts=
"""

from __future__ import annotations

import statistics
import time

from procmem.models.simulated.procedure import induce
from procmem.models.simulated.reasoner import answer
from tests.simulated_prompts import Told, subtask_memory, wire, worker_prompt
from tests.test_simulated import group_total

MEMORIES = [
    subtask_memory(told)
    for told in (
        group_total("data/june.xlsx", "Red", [("Red", 4), ("Blue", 9), ("Red", 7)], 11),
        group_total("data/july.xlsx", "Green", [("Red", 3), ("Green", 8), ("Green", 1), ("Blue", 2)], 9),
    )
]
NEW: Told = group_total("data/may.xlsx", "Blue", [("Blue", 6), ("Red", 2)], 6)


def _milliseconds(rounds: int, *, fresh: bool) -> float:
    messages, tools = worker_prompt(NEW, MEMORIES), wire("excel")
    answer("large", messages, tools, 0)
    taken = []
    for _ in range(rounds):
        if fresh:
            induce.cache_clear()
        start = time.perf_counter()
        answer("large", messages, tools, 0)
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def test_speed_of_an_answer(capsys: object) -> None:
    first, later = _milliseconds(5, fresh=True), _milliseconds(50, fresh=False)
    with capsys.disabled():  # type: ignore[attr-defined]
        print(f"first answer with two memories {first:.1f} ms, later answers {later:.2f} ms")  # noqa: T201
    assert later < first
