"""Intervals and tests for runs that come in clusters: several seeds of one task are not several tasks.

All intervals are two-sided at 95 %. What is resampled is the task, with a fixed seed: equal runs give equal figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""
DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float


def wilson(successes: float, runs: float) -> Interval:
    """Wilson's score interval of a rate (Wilson 1927). ``runs`` may be an effective number, so a fraction.

    Raises:
        ValueError: no runs, or more successes than runs.
    """
    if not 0 <= successes <= runs or not runs:
        raise ValueError(f"{successes} successes of {runs} runs are no rate")
    share = successes / runs
    middle = (share + Z * Z / (2 * runs)) / (1 + Z * Z / runs)
    half = Z / (1 + Z * Z / runs) * float(np.sqrt(share * (1 - share) / runs + Z * Z / (4 * runs * runs)))
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def clustered_rate(groups: Sequence[Sequence[bool]]) -> Interval:
    """Wilson's interval of a success rate over tasks with several runs each.

    Runs of one task are alike, so they count as fewer: the number of runs is divided by the design effect, the
    variance between tasks over that of as many independent runs (Korn and Graubard 1998). With one run a task it is
    Wilson's interval as it stands. Where all runs agree nothing can be estimated, and each task counts as one run.

    Args:
        groups: One sequence of outcomes a task.

    Raises:
        ValueError: there is no run.
    """
    groups = [group for group in groups if group]
    runs = sum(len(group) for group in groups)
    share = sum(sum(group) for group in groups) / runs if runs else 0.0
    if not 0 < share < 1:
        return wilson(share * len(groups), len(groups))
    effective = runs / _design_effect(groups, share, runs)
    return wilson(share * effective, effective)


def _design_effect(groups: Sequence[Sequence[bool]], share: float, runs: int) -> float:
    """At least 1, at most the mean number of runs a task."""
    tasks = len(groups)
    if tasks < 2 or runs == tasks:
        return runs / tasks
    residuals = np.array([sum(group) - share * len(group) for group in groups])
    between = tasks / (tasks - 1) * float(residuals @ residuals) / runs**2
    return float(np.clip(between / (share * (1 - share) / runs), 1.0, runs / tasks))


def ratio(tops: Sequence[float], bottoms: Sequence[float]) -> Interval:
    """Bootstrap interval of sum(tops) / sum(bottoms), by task: a mean of runs, or failed steps over steps.

    Raises:
        ValueError: the sum of the bottoms is 0.
    """
    return _bootstrap([tops, bottoms], lambda sums: sums[:, 0] / sums[:, 1])


def ratio_difference(
    tops: Sequence[float], bottoms: Sequence[float], tops_before: Sequence[float], bottoms_before: Sequence[float]
) -> Interval:
    """Bootstrap interval of one ratio minus another over the same tasks, which are resampled together.

    Raises:
        ValueError: the sum of the bottoms, or of the bottoms before, is 0.
    """
    return _bootstrap(
        [tops, bottoms, tops_before, bottoms_before], lambda sums: sums[:, 0] / sums[:, 1] - sums[:, 2] / sums[:, 3]
    )


def _bootstrap(columns: Sequence[Sequence[float]], statistic: Callable[[Floats], Floats]) -> Interval:
    """Percentile interval over ``DRAWS`` resamples of tasks; ``statistic`` maps sums (draws, columns) to (draws,)."""
    table = np.array(columns, dtype=np.float64).T
    if not table.size or not table.sum(axis=0)[1::2].all():
        raise ValueError("a ratio needs something to divide by")
    estimate = float(statistic(table.sum(axis=0, keepdims=True))[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = statistic(_weights(len(table)) @ table)
    draws = draws[np.isfinite(draws)]  # a resample without any step has no failed-step rate
    low, high = np.quantile(draws, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(estimate, float(low), float(high))


@lru_cache(maxsize=8)
def _weights(tasks: int) -> Floats:
    """How often each task is drawn in each resample: (DRAWS, tasks)."""
    generator = np.random.default_rng(20251004)
    return generator.multinomial(tasks, np.full(tasks, 1 / tasks), size=DRAWS).astype(np.float64)


def mcnemar(better: int, worse: int) -> float:
    """McNemar's exact test (McNemar 1947): the two-sided p-value of ``better`` against ``worse`` discordant pairs.

    Raises:
        ValueError: a negative number.
    """
    from scipy.stats import binomtest

    if better < 0 or worse < 0:
        raise ValueError("numbers of pairs are not negative")
    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction (Holm 1979): p-values adjusted for how many comparisons are made, in the given order."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = highest
    return adjusted
