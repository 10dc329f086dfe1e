"""OfficeBench (Apache-2.0, arXiv 2407.19056): a checkout's tasks as ours. The checkout is never written to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from procmem.errors import BadInput
from procmem.types import Check, JsonObject, Task, TaskFile


def load_officebench(folder: Path) -> dict[str, Task]:
    """All tasks of a checkout by id ("<apps>-<n>/<k>"), in numeric order.

    Args:
        folder: The checkout, or its ``tasks`` folder's parent.

    Raises:
        BadInput: the folder holds no OfficeBench tasks, or a task file is not one; the message names it.
    """
    tasks = folder / "tasks"
    found = sorted(tasks.glob("*-*/subtasks/*.json"), key=_order) if tasks.is_dir() else []
    if not found:
        raise BadInput(f"{folder} is no OfficeBench checkout: it has no tasks/<n>-<m>/subtasks/<k>.json.")
    return {task.id: task for task in map(_task, found)}


def _order(path: Path) -> tuple[int, int, int]:
    level, _, number = path.parent.parent.name.partition("-")
    try:
        return int(level), int(number), int(path.stem)
    except ValueError:
        raise BadInput(f"{path} is no OfficeBench task: its name should be <apps>-<n>/subtasks/<k>.json.") from None


def _task(path: Path) -> Task:
    level, _, _ = _order(path)
    home = path.parent.parent
    try:
        data: JsonObject = json.loads(path.read_text(encoding="utf-8"))
        now = datetime.strptime(f"{data['date']} {data['time']}", "%Y-%m-%d %I:%M %p")
        checks = tuple(Check(check["function"], _args(check)) for check in data["evaluation"])
        return Task(
            id=f"{home.name}/{path.stem}",
            text=str(data["task"]),
            username=str(data["username"]),
            now=now,
            level=level,
            apps=(),
            family=home.name,
            files=tuple(_files(home / "testbed")),
            checks=checks,
            source="officebench",
        )
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is no OfficeBench task: {error}.") from error


def _args(check: JsonObject) -> JsonObject:
    """The check's arguments, with a ``file`` that was put beside ``args`` moved into them."""
    args = dict(check["args"])
    if "file" in check:
        args.setdefault("file", check["file"])
    return args


def _files(testbed: Path) -> Iterator[TaskFile]:
    for path in sorted(testbed.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield TaskFile(path.relative_to(testbed).as_posix(), {"kind": "copy", "from": str(path)})
