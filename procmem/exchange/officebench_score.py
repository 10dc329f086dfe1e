"""Scores of OfficeBench runs: one office against one task, and what rates are told for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from procmem.errors import BadInput
from procmem.exchange.officebench_defects import valid
from procmem.exchange.officebench_tasks import home_of, read_task
from procmem.office.checks import grade
from procmem.office.officebench_reading import Mode
from procmem.office.workspace import Office
from procmem.types import CheckResult, Task

Level = Literal["1", "2", "3", "all"]


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that one pass rate is told for; ``valid_only`` leaves those with defective checks out."""

    level: Level
    valid_only: bool
    ids: tuple[str, ...]


def score(task: Task, office: Office | Path, mode: Mode) -> tuple[CheckResult, ...]:
    """Every check of a loaded task with its verdict and reason, as published or mended; the run passes when all pass.

    Args:
        task: A task of ``load``, in either mode. Its file in the checkout is read again where the mode differs.
        office: The office of a run, the folder of a run, or the "testbed" folder that an agent left elsewhere.
        mode: How the checks read.

    Raises:
        BadInput: the checkout has gone, or the folder is none.
    """
    return grade(in_mode(task, mode), office if isinstance(office, Office) else _office(task, office))


def in_mode(task: Task, mode: Mode) -> Task:
    """The task with its checks in this mode.

    Raises:
        BadInput: it is no task of OfficeBench, or its file in the checkout has gone.
    """
    home = home_of(task)
    if home is None:
        raise BadInput(f"The task {task.id} was not loaded from an OfficeBench checkout.")
    if all(check.args["grading"]["mode"] == mode for check in task.checks):
        return task
    path = home / "subtasks" / f"{task.id.rpartition('/')[2]}.json"
    return read_task(path, mode, strict=mode == "upstream")


def _office(task: Task, folder: Path) -> Office:
    """The office in a run's folder; elsewhere the task's own testbed is what was there before the run."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder, so there is nothing to score.")
    if (folder / "office").is_dir():
        return Office(folder / "office", folder / "pristine", task.now, task.username)
    home = home_of(task)
    assert home is not None  # in_mode has checked it
    return Office(folder, home / "testbed", task.now, task.username)


def groups(ids: Iterable[str], mode: Mode) -> tuple[Group, ...]:
    """What pass rates are told for: each level and all levels, over all of these tasks and over valid ones only.

    Args:
        ids: The tasks that should have run; one that did not counts as failed, so it belongs here too.
        mode: The mode they are scored in; it decides which defects are mended.
    """
    return tuple(_groups(tuple(ids), mode))


def _groups(ids: Sequence[str], mode: Mode) -> Iterator[Group]:
    levels: tuple[Level, ...] = ("1", "2", "3", "all")
    for valid_only in (False, True):
        counted = [name for name in ids if not (valid_only and valid(name, mode))]
        for level in levels:
            yield Group(level, valid_only, tuple(name for name in counted if level in ("all", name[0])))
