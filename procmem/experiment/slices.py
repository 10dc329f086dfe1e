"""Runs with their place in the design, and the parts of the tasks that are looked at apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from procmem.exchange.officebench_defects import valid as defect
from procmem.experiment.plan import Cell, Design
from procmem.store.experiments import RunFigures
from procmem.types import Task

ALL = "all tasks"
UNSEEN = "unseen families"
VALID = "valid tasks"


@dataclass(frozen=True, slots=True)
class Run:
    """One run with its place in the design and its figures."""

    cell: Cell
    figures: RunFigures

    def of(self, arm: str, team: str) -> bool:
        """Whether it belongs to this arm and team."""
        return (self.cell.arm, self.cell.team) == (arm, team)

    @property
    def passed(self) -> bool:
        """Whether all checks passed; a run that ended by an error did not pass."""
        return self.figures.success is True


def slices_of(design: Design, tasks: Mapping[str, Task]) -> dict[str, set[str]]:
    """Task ids by slice: all tasks, each level, OfficeBench's valid tasks, and the families without a training task."""
    chosen = [tasks[name] for name in design.tasks if name in tasks]
    slices = {ALL: set(design.tasks)}
    for level in sorted({task.level for task in chosen if task.level}):
        slices[f"level {level}"] = {task.id for task in chosen if task.level == level}
    valid = {task.id for task in chosen if task.source != "officebench" or not defect(task.id, design.grading)}
    if len(valid) < len(chosen):
        slices[VALID] = valid
    seen = {task.family for task in tasks.values() if task.split == "train"}
    unseen = {task.id for task in chosen if task.family and task.family not in seen}
    if unseen and len(unseen) < len(chosen):
        slices[UNSEEN] = unseen
    return slices


def by_task(runs: Iterable[Run]) -> list[list[Run]]:
    """The runs of each task, in the order in which the tasks come."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.cell.task_id, []).append(run)
    return list(groups.values())


def total(runs: Iterable[Run], figure: Callable[[RunFigures], float]) -> float:
    """The sum of a figure."""
    return sum(figure(run.figures) for run in runs)
