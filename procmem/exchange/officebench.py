"""OfficeBench (Apache-2.0, arXiv 2407.19056): a checkout's tasks as ours. The checkout is never written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from procmem.errors import BadInput
from procmem.exchange.officebench_tasks import order, read_task
from procmem.office.officebench_reading import Mode
from procmem.types import Task

_NAMED = 10


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a checkout that is no usable task, and why. ``path`` is relative to the checkout."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """The tasks of a checkout by id ("<apps>-<n>/<k>") in numeric order, with checks that read in ``mode``."""

    folder: Path
    mode: Mode
    tasks: Mapping[str, Task]
    skipped: tuple[Skipped, ...]

    @property
    def note(self) -> str:
        """What was skipped and why, for the person; "" when everything was loaded."""
        if not self.skipped:
            return ""
        named = [f"{each.path}: {each.reason}" for each in self.skipped[:_NAMED]]
        more = [f"... and {len(self.skipped) - _NAMED} more."] if len(self.skipped) > _NAMED else []
        count = f"{len(self.skipped)} of {len(self.skipped) + len(self.tasks)} task files were skipped."
        return "\n".join([count, *named, *more])


def load(folder: Path, *, mode: Mode = "repaired", strict: bool | None = None) -> Checkout:
    """All tasks of a checkout.

    Args:
        folder: The checkout, or its ``tasks`` folder.
        mode: ``upstream`` grades as OfficeBench's own evaluator does, ``repaired`` with its known defects mended.
        strict: Keep a check's misplaced keys where they are, so that it fails as upstream. By default they are kept in
            ``upstream`` mode only.

    Raises:
        BadInput: the folder holds no OfficeBench tasks, or none of them can be used.
    """
    folder = folder.expanduser().absolute()
    root = folder if folder.name == "tasks" else folder / "tasks"
    paths = sorted(root.glob("*/subtasks/*.json"), key=lambda path: (order(path), path)) if root.is_dir() else []
    if not paths:
        raise BadInput(f"{folder} is no OfficeBench checkout: it has no tasks/<apps>-<n>/subtasks/<k>.json.")
    tasks: dict[str, Task] = {}
    skipped: list[Skipped] = []
    for path in paths:
        name = path.relative_to(root.parent).as_posix()
        try:
            task = read_task(path, mode, strict=mode == "upstream" if strict is None else strict)
        except BadInput as error:
            skipped.append(Skipped(name, str(error)))
            continue
        if task.id in tasks:
            skipped.append(Skipped(name, f"There is already a task {task.id}."))
        else:
            tasks[task.id] = task
    if not tasks:
        first = skipped[0]
        raise BadInput(f"None of the {len(skipped)} tasks in {folder} can be used. {first.path}: {first.reason}")
    return Checkout(folder, mode, tasks, tuple(skipped))
