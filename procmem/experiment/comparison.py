"""Two ways of using memory on the same tasks and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from procmem.experiment.plan import Design
from procmem.experiment.slices import ALL, Run, total
from procmem.experiment.statistics import Interval, holm, mcnemar, ratio, ratio_difference, wilson


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm against a baseline over pairs of runs of equal task and seed.

    Args:
        rate: Difference of success rates, ``steps`` of mean steps, ``failed`` of failed-step rates; bootstrap by task.
            A difference of success on which all tasks agree has Wilson's doubt for so many tasks.
        better: Tasks on which the arm passed more runs than the baseline; ``worse``: fewer.
        p: McNemar's exact test on those tasks; with one seed it is McNemar's test on runs.
        p_corrected: ``p`` by Holm's method over all comparisons that are made on this slice.
    """

    arm: str
    baseline: str
    team: str
    slice: str
    tasks: int
    pairs: int
    rate: Interval
    steps: Interval
    failed: Interval | None
    better: int
    worse: int
    p: float
    p_corrected: float


def comparisons(design: Design, runs: Sequence[Run], slices: Mapping[str, set[str]]) -> list[Comparison]:
    """Every arm against the design's baseline, in every team and slice."""
    baseline = design.compared_with
    found = []
    for name, ids in slices.items():
        own = [run for run in runs if run.cell.task_id in ids]
        made = [
            comparison
            for team in design.teams
            for arm in design.arms
            if arm.name != baseline and (comparison := compare(own, arm.name, baseline, team.name, name))
        ]
        corrected = holm([comparison.p for comparison in made])
        found += [replace(entry, p_corrected=p) for entry, p in zip(made, corrected, strict=True)]
    return found


def compare(runs: Sequence[Run], arm: str, baseline: str, team: str, slice: str = ALL) -> Comparison | None:
    """An arm against another over the (task, seed) pairs that both have done; ``None`` when there are none."""
    own, other = (
        {(run.cell.task_id, run.cell.seed): run for run in runs if run.of(name, team)} for name in (arm, baseline)
    )
    return paired(arm, baseline, team, slice, [(own[key], other[key]) for key in own if key in other])


def paired(arm: str, baseline: str, team: str, slice: str, pairs: Sequence[tuple[Run, Run]]) -> Comparison | None:
    """The comparison of pairs (arm's run, baseline's run); ``None`` when there are none."""
    groups: dict[str, list[tuple[Run, Run]]] = {}
    for pair in pairs:
        groups.setdefault(pair[0].cell.task_id, []).append(pair)
    if not groups:
        return None
    counts = [len(group) for group in groups.values()]
    gains = [sum(new.passed - old.passed for new, old in group) for group in groups.values()]
    more = [sum(new.figures.steps - old.figures.steps for new, old in group) for group in groups.values()]
    better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    p = mcnemar(better, worse)
    return Comparison(
        arm=arm,
        baseline=baseline,
        team=team,
        slice=slice,
        tasks=len(groups),
        pairs=sum(counts),
        rate=_gain(gains, counts),
        steps=ratio(more, counts),
        failed=_failed_difference(list(groups.values())),
        better=better,
        worse=worse,
        p=p,
        p_corrected=p,
    )


def _gain(gains: Sequence[int], counts: Sequence[int]) -> Interval:
    """The difference of success rates. Where all tasks agree the bootstrap would be sure of it, however few they are:
    then the share of tasks that would not agree is at most the end of Wilson's interval for none of so many."""
    found = ratio(gains, counts)
    if found.low < found.high:
        return found
    doubt = wilson(0, len(counts)).high
    return Interval(found.estimate, max(-1.0, found.estimate - doubt), min(1.0, found.estimate + doubt))


def _failed_difference(groups: Sequence[Sequence[tuple[Run, Run]]]) -> Interval | None:
    """Difference of failed-step rates; ``None`` where one side took no step."""
    sides = [[[pair[side] for pair in group] for group in groups] for side in (0, 1)]
    failed, failed_before = ([total(runs, lambda f: f.failed_steps) for runs in side] for side in sides)
    steps, steps_before = ([total(runs, lambda f: f.steps) for runs in side] for side in sides)
    if not sum(steps) or not sum(steps_before):
        return None
    return ratio_difference(failed, steps, failed_before, steps_before)
