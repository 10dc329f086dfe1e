"""What an experiment found: rates with intervals, paired differences with tests, as plain records for every door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from procmem.experiment.comparison import Comparison, comparisons
from procmem.experiment.papers import PAPERS, Paper
from procmem.experiment.plan import Design, cells
from procmem.experiment.slices import ALL, Run, by_task, slices_of, total
from procmem.experiment.statistics import Interval, clustered_rate, ratio
from procmem.store.experiments import ExperimentRecord, RunFigures
from procmem.types import Task


@dataclass(frozen=True, slots=True)
class Row:
    """One way of using memory, one team, one slice of the tasks. Means are per run.

    Args:
        errors: Runs that ended by a limit, a model failure or an error; they count as not passed.
        rate: Share of runs that passed all checks, with Wilson's interval corrected for several runs of a task.
        failed: Failed steps over all steps.
        paper: What the paper prints here, in percent.
    """

    arm: str
    team: str
    slice: str
    tasks: int
    runs: int
    errors: int
    rate: Interval
    steps: Interval
    failed: Interval | None
    replans: float
    tokens: float | None
    dollars: float | None
    seconds: float
    paper: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """All tables of an experiment. ``label`` says whose figures these are: "simulated", or the models by team.

    ``groups`` are a stream's figures group by group; ``comparisons_made`` is what Holm's method corrects for.
    """

    record: ExperimentRecord
    design: Design
    label: str
    runs: tuple[Run, ...]
    rows: tuple[Row, ...]
    comparisons: tuple[Comparison, ...]
    groups: tuple[Row, ...]
    comparisons_made: int
    paper: Paper | None

    @property
    def complete(self) -> bool:
        """Whether every run is there."""
        return self.record.done >= self.record.total

    def row(self, arm: str, team: str, slice: str = ALL) -> Row | None:
        """The row of an arm and a team, if there is one."""
        return next((r for r in self.rows if (r.arm, r.team, r.slice) == (arm, team, slice)), None)


def result(
    record: ExperimentRecord, design: Design, figures: Sequence[RunFigures], tasks: Mapping[str, Task]
) -> Result:
    """The tables of an experiment, as far as it is."""
    places = {cell.place: cell for cell in cells(design)}
    runs = [Run(places[entry.place], entry) for entry in figures if entry.place in places]
    compared = [run for run in runs if not run.cell.lesson]
    slices = slices_of(design, tasks)
    paper = PAPERS.get(design.preset)
    rows = [
        row(arm.name, team.name, name, own, paper)
        for team in design.teams
        for arm in design.arms
        for name, ids in slices.items()
        if (own := [run for run in compared if run.of(arm.name, team.name) and run.cell.task_id in ids])
    ]
    found = comparisons(design, compared, slices)
    return Result(
        record=record,
        design=design,
        label=label(design),
        runs=tuple(runs),
        rows=tuple(rows),
        comparisons=tuple(found),
        groups=tuple(_groups(design, compared)),
        comparisons_made=sum(comparison.slice == ALL for comparison in found),
        paper=paper,
    )


def label(design: Design) -> str:
    """Whose figures these are."""
    if all(team.simulated for team in design.everybody):
        return "simulated"
    named = {team.name: ", ".join(team.models) for team in design.everybody}
    text = "; ".join(f"{name}: {models}" for name, models in named.items())
    return f"partly simulated; {text}" if design.simulated else text


def row(arm: str, team: str, slice: str, runs: Sequence[Run], paper: Paper | None) -> Row:
    """The figures of some runs of one arm and team."""
    groups = by_task(runs)
    steps = [total(group, lambda f: f.steps) for group in groups]
    failed = [total(group, lambda f: f.failed_steps) for group in groups]
    return Row(
        arm=arm,
        team=team,
        slice=slice,
        tasks=len(groups),
        runs=len(runs),
        errors=sum(bool(run.figures.error) for run in runs),
        rate=clustered_rate([[run.passed for run in group] for group in groups]),
        steps=ratio(steps, [len(group) for group in groups]),
        failed=ratio(failed, steps) if sum(steps) else None,
        replans=total(runs, lambda f: f.replans) / len(runs),
        tokens=_mean_known(runs, _tokens),
        dollars=_mean_known(runs, lambda f: f.cost),
        seconds=total(runs, lambda f: f.seconds) / len(runs),
        paper=_printed(paper, arm, team, slice),
    )


def _printed(paper: Paper | None, arm: str, team: str, slice: str) -> float | None:
    places = {"level 1": 0, "level 2": 1, "level 3": 2, ALL: 3}
    if paper is None or slice not in places or (arm, team) not in paper.rates:
        return None
    return paper.rates[arm, team][places[slice]]


def _tokens(figures: RunFigures) -> float | None:
    return None if figures.prompt_tokens is None else figures.prompt_tokens + (figures.completion_tokens or 0)


def _mean_known(runs: Iterable[Run], figure: Callable[[RunFigures], float | None]) -> float | None:
    known = [value for run in runs if (value := figure(run.figures)) is not None]
    return sum(known) / len(known) if known else None


def _groups(design: Design, runs: Sequence[Run]) -> list[Row]:
    """A stream's figures group by group, numbered from 1 in ``slice``."""
    if design.kind != "stream":
        return []
    return [
        row(arm.name, team.name, f"group {group + 1}", own, None)
        for team in design.teams
        for arm in design.arms
        for group in sorted({run.cell.group for run in runs})
        if (own := [run for run in runs if run.of(arm.name, team.name) and run.cell.group == group])
    ]
