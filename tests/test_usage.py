"""What everyday runs say about a memory: tasks that ran both ways, every task once."""

from __future__ import annotations

import pytest

from procmem.experiment.usage import paired_difference
from procmem.types import Outcomes, TaskOutcome


def outcomes(*pairs: TaskOutcome) -> Outcomes:
    return Outcomes(recalled=9, entered=9, runs=9, successes=5, steps=4.0, paired=pairs)


def test_every_task_counts_once_however_often_it_ran() -> None:
    made = paired_difference(
        outcomes(TaskOutcome("a/1", 10, 10, 4.0, 2, 1, 6.0), TaskOutcome("b/1", 1, 0, 5.0, 30, 0, 5.0))
    )
    assert made is not None
    assert (made.tasks, made.runs_with, made.runs_without) == (2, 11, 32)
    assert made.rate.estimate == pytest.approx(0.25)
    assert made.steps.estimate == pytest.approx(-1.0)
    assert (made.rate.low, made.rate.high) == (0.0, 0.5)


def test_one_task_has_no_spread_to_estimate_from() -> None:
    assert paired_difference(outcomes(TaskOutcome("a/1", 3, 3, 4.0, 3, 0, 6.0))) is None
