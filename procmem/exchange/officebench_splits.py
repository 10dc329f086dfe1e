"""Train and test splits of OfficeBench: LEGOMem's sizes, and id lists from files (LEGOMem 4.1, papers.md A.10)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from procmem.errors import BadInput
from procmem.types import Task

By = Literal["directory", "subtask"]

TEST_SHARE: Mapping[int, Fraction] = {1: Fraction(48, 93), 2: Fraction(45, 95), 3: Fraction(59, 112)}
"""Level -> share of the test set. Of all 300 tasks that is 152, leaving LEGOMem's 148 to learn from."""


@dataclass(frozen=True, slots=True)
class Split:
    """Ids to learn from and ids to test on, both in the tasks' order."""

    train: tuple[str, ...]
    test: tuple[str, ...]


def split(tasks: Mapping[str, Task], *, by: By = "directory", seed: int = 0) -> Split:
    """Divide all tasks as LEGOMem did in size: 45/50/53 tasks of level 1/2/3 to learn from, 48/45/59 to test on.

    LEGOMem's ids are unpublished, so they are drawn with ``seed``. A checkout with fewer tasks is divided in the same
    proportions.

    Args:
        tasks: The tasks by id.
        by: ``directory`` keeps the tasks of one directory together: they share their files and are often paraphrases,
            so a memory of one would give the other away. ``subtask`` draws each task by itself, as others did.
        seed: Another seed gives another split.
    """
    chance = random.Random(seed)
    test: set[str] = set()
    for level, share in TEST_SHARE.items():
        ids = [task.id for task in tasks.values() if task.level == level]
        groups = _groups(ids, by)
        chance.shuffle(groups)
        test.update(_chosen(groups, round(len(ids) * share)))
    return _ordered(tasks, test, tasks)


def _groups(ids: Iterable[str], by: By) -> list[tuple[str, ...]]:
    """What must stay together."""
    groups: dict[str, list[str]] = {}
    for name in ids:
        groups.setdefault(name.partition("/")[0] if by == "directory" else name, []).append(name)
    return [tuple(group) for group in groups.values()]


def _chosen(groups: Sequence[tuple[str, ...]], wanted: int) -> tuple[str, ...]:
    """Groups that hold ``wanted`` ids together, or as near to that as these groups allow, the first ones preferred."""
    reached: dict[int, tuple[str, ...]] = {0: ()}
    for group in groups:
        for size, ids in sorted(reached.items(), reverse=True):
            reached.setdefault(size + len(group), ids + group)
    return reached[min(reached, key=lambda size: (abs(size - wanted), size))]


def read_ids(path: Path, tasks: Mapping[str, Task]) -> tuple[str, ...]:
    """The ids in a file, one on each line, in the tasks' order; empty lines and what follows a "#" do not count.

    Raises:
        BadInput: the file can not be read, holds no ids, or ids that are no tasks; the text names these.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The list of tasks {path} can not be read: {error}.") from error
    ids = {name for line in lines if (name := line.partition("#")[0].strip())}
    if not ids:
        raise BadInput(f"{path} names no tasks. Write one id on each line, like 1-2/0.")
    unknown = [name for name in sorted(ids) if name not in tasks]
    if unknown:
        raise BadInput(f"{path} names tasks that are not in the checkout: {_some(unknown)}. An id is like 1-2/0.")
    return tuple(name for name in tasks if name in ids)


def read_split(tasks: Mapping[str, Task], train: Path | None, test: Path | None) -> Split:
    """A split from lists of ids; with one list only, all other tasks are the other half.

    Raises:
        BadInput: there is no list, one can not be used, or a task is in both.
    """
    if train is None and test is None:
        raise BadInput("Give a list of ids to learn from, or to test on, or both.")
    learned = set(read_ids(train, tasks)) if train else None
    tested = set(read_ids(test, tasks)) if test else set(tasks) - (learned or set())
    learned = learned if learned is not None else set(tasks) - tested
    both = [name for name in tasks if name in learned and name in tested]
    if both:
        raise BadInput(f"These tasks are in both lists, so their tests would be worth nothing: {_some(both)}.")
    return _ordered(tasks, tested, learned | tested)


def assigned(tasks: Mapping[str, Task], chosen: Split) -> dict[str, Task]:
    """The tasks of a split, each marked with its side, in the tasks' order."""
    sides: dict[str, Literal["train", "test"]] = dict.fromkeys(chosen.train, "train")
    sides |= dict.fromkeys(chosen.test, "test")
    return {name: replace(task, split=sides[name]) for name, task in tasks.items() if name in sides}


def _ordered(tasks: Mapping[str, Task], test: set[str], all_ids: Iterable[str]) -> Split:
    known = set(all_ids)
    return Split(
        train=tuple(name for name in tasks if name in known and name not in test),
        test=tuple(name for name in tasks if name in test),
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"{', '.join(names[:20])}{more}"
