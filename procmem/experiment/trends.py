"""Figures of runs as the bank evolves: points of charts with intervals, and the difference that memory makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from procmem.experiment.statistics import Interval, Z, clustered_rate, ratio_difference
from procmem.store.trends import Pair, Tally

Axis = Literal["revision", "size"]
MOST = 12
"""Points of one line: more would each rest on too few runs."""


@dataclass(frozen=True, slots=True)
class Point:
    """Runs of one series against banks next to each other. Means are per run; ``None``: no step was made.

    Args:
        place: Where on the axis: the mean over its runs.
        first: Least revision or size of a bank that a run of it read, ``last`` the greatest.
        rate: Share of runs that passed all checks, with Wilson's interval corrected for several runs of a task.
        failed: Failed steps over all steps.
    """

    series: str
    place: float
    first: int
    last: int
    tasks: int
    runs: int
    rate: Interval
    steps: Interval
    failed: Interval | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What memory changes, "with" less "without", over tasks that a team ran both ways. Each task counts once.

    Args:
        name: Which tasks: "all", or "level 2".
        better: Tasks of which a larger share of runs passed with memory; ``worse``: a smaller one.
        failed: ``None`` where no step was made.
    """

    name: str
    tasks: int
    runs: int
    runs_without: int
    rate_with: float
    rate_without: float
    rate: Interval
    steps_with: float
    steps_without: float
    steps: Interval
    failed_with: float | None
    failed_without: float | None
    failed: Interval | None
    better: int
    worse: int
    simulated: bool


def points(tallies: Sequence[Tally], axis: Axis = "revision") -> list[Point]:
    """The points of all lines. Banks next to each other are put together until a point rests on enough runs.

    All lines share the same ranges of the axis, so that their points can be compared.
    """
    at = {tally: tally.revision if axis == "revision" else tally.size for tally in tallies}
    found = []
    for low, high in ranges([(at[tally], tally.runs) for tally in tallies]):
        inside = [tally for tally in tallies if low <= at[tally] <= high]
        for series in dict.fromkeys(sorted(tally.series for tally in inside)):
            own = [tally for tally in inside if tally.series == series]
            found.append(_point(series, own, [at[tally] for tally in own]))
    return found


def ranges(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges (first, last) of an axis that hold about equal numbers of runs, from (place, runs).

    About as many as the root of the number of runs, and at most ``MOST``.
    """
    counts: dict[int, int] = {}
    for place, runs in places:
        counts[place] = counts.get(place, 0) + runs
    total = sum(counts.values())
    wanted = total / max(1, min(MOST, round(sqrt(total))))
    found: list[tuple[int, int]] = []
    first: int | None = None
    held = seen = 0
    for place in sorted(counts):
        first = place if first is None else first
        held, seen = held + counts[place], seen + counts[place]
        if held >= wanted - 0.5:
            found.append((first, place))
            first, held = None, 0
    if first is not None:
        found.append((first, max(counts)))
    return found


def _point(series: str, own: Sequence[Tally], places: Sequence[int]) -> Point:
    tasks: dict[str, list[Tally]] = {}
    for tally in own:
        tasks.setdefault(tally.task_id, []).append(tally)
    runs = [sum(tally.runs for tally in group) for group in tasks.values()]
    passed = [sum(tally.successes for tally in group) for group in tasks.values()]
    steps = [sum(tally.steps for tally in group) for group in tasks.values()]
    failed = [sum(tally.failed_steps for tally in group) for group in tasks.values()]
    outcomes = [[True] * good + [False] * (number - good) for good, number in zip(passed, runs, strict=True)]
    return Point(
        series=series,
        place=sum(place * tally.runs for place, tally in zip(places, own, strict=True)) / sum(runs),
        first=min(places),
        last=max(places),
        tasks=len(tasks),
        runs=sum(runs),
        rate=clustered_rate(outcomes),
        steps=linear_ratio(steps, runs),
        failed=linear_ratio(failed, steps, most=1.0) if sum(steps) else None,
        simulated=any(tally.simulated for tally in own),
    )


def linear_ratio(tops: Sequence[float], bottoms: Sequence[float], most: float = float("inf")) -> Interval:
    """Interval of sum(tops) / sum(bottoms) over tasks by Taylor linearization (Woodruff 1971), between 0 and ``most``.

    As wide as the range where there is only one task: nothing can be estimated then. Unlike a bootstrap it takes no
    time, and a page has dozens of them.
    """
    tasks, bottom = len(tops), sum(bottoms)
    share = sum(tops) / bottom
    if tasks < 2:
        return Interval(share, 0.0, most)
    residuals = sum((top - share * low) ** 2 for top, low in zip(tops, bottoms, strict=True))
    half = Z * sqrt(tasks / (tasks - 1) * residuals) / bottom
    return Interval(share, max(0.0, share - half), min(most, share + half))


def differences(pairs: Sequence[Pair]) -> list[Difference]:
    """What memory changes on all tasks, and on those of each level when there are several."""
    levels: Mapping[str, Sequence[Pair]] = {
        f"level {level}": [pair for pair in pairs if pair.level == level]
        for level in sorted({pair.level for pair in pairs if pair.level})
    }
    slices = {"all": pairs, **(levels if len(levels) > 1 else {})}
    return [_difference(name, own) for name, own in slices.items() if own]


def _difference(name: str, own: Sequence[Pair]) -> Difference:
    """A task that several teams ran is one task with several comparisons, each of which counts the same."""
    tasks: dict[str, list[Pair]] = {}
    for pair in own:
        tasks.setdefault(pair.task_id, []).append(pair)
    groups = list(tasks.values())
    ones = [float(len(group)) for group in groups]
    rates, rates_without = _means(groups, lambda pair: (pair.successes, pair.successes_without))
    steps, steps_without = _means(groups, lambda pair: (pair.steps, pair.steps_without))
    failed, failed_without = _means(groups, lambda pair: (pair.failed_steps, pair.failed_steps_without))
    stepped = bool(sum(steps)) and bool(sum(steps_without))
    return Difference(
        name=name,
        tasks=len(groups),
        runs=sum(pair.runs for pair in own),
        runs_without=sum(pair.runs_without for pair in own),
        rate_with=sum(rates) / len(own),
        rate_without=sum(rates_without) / len(own),
        rate=ratio_difference(rates, ones, rates_without, ones),
        steps_with=sum(steps) / len(own),
        steps_without=sum(steps_without) / len(own),
        steps=ratio_difference(steps, ones, steps_without, ones),
        failed_with=sum(failed) / sum(steps) if stepped else None,
        failed_without=sum(failed_without) / sum(steps_without) if stepped else None,
        failed=ratio_difference(failed, steps, failed_without, steps_without) if stepped else None,
        better=sum(new > old for new, old in zip(rates, rates_without, strict=True)),
        worse=sum(new < old for new, old in zip(rates, rates_without, strict=True)),
        simulated=any(pair.simulated for pair in own),
    )


def _means(
    groups: Sequence[Sequence[Pair]], figures: Callable[[Pair], tuple[int, int]]
) -> tuple[list[float], list[float]]:
    """Per task the means of its runs with and without memory, added up over its teams."""
    with_memory = [sum(figures(pair)[0] / pair.runs for pair in group) for group in groups]
    without = [sum(figures(pair)[1] / pair.runs_without for pair in group) for group in groups]
    return with_memory, without
