"""What everyday runs say about a memory: the tasks that ran both with it in a prompt and without it."""

from __future__ import annotations

from dataclasses import dataclass

from procmem.experiment.statistics import Interval, ratio
from procmem.types import Outcomes


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """With a memory less without it, over tasks that ran both ways; every task counts once.

    Nobody assigned these runs, so what else differed between them is mixed in: credit is measured by experiment.

    Args:
        tasks: Number of tasks; ``runs_with`` and ``runs_without`` are runs of all of them together.
        rate: Difference of success rates; ``steps``: of mean steps. Bootstrap by task.
    """

    tasks: int
    runs_with: int
    runs_without: int
    rate: Interval
    steps: Interval


def paired_difference(outcomes: Outcomes) -> PairedDifference | None:
    """The difference, or ``None`` with fewer than two tasks: one task has no spread to estimate an interval from."""
    pairs = outcomes.paired
    if len(pairs) < 2:
        return None
    gains = [pair.successes_with / pair.runs_with - pair.successes_without / pair.runs_without for pair in pairs]
    ones = [1.0] * len(pairs)
    return PairedDifference(
        tasks=len(pairs),
        runs_with=sum(pair.runs_with for pair in pairs),
        runs_without=sum(pair.runs_without for pair in pairs),
        rate=ratio(gains, ones),
        steps=ratio([pair.steps_with - pair.steps_without for pair in pairs], ones),
    )
