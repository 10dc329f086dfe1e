"""One task file of an OfficeBench checkout as a Task (officebench.md 2 and 7a)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from procmem.errors import BadInput, ToolError
from procmem.exchange.officebench_defects import mended
from procmem.office.apps import APPS
from procmem.office.checks import ANSWER, CHECKS, check_arguments
from procmem.office.jail import inside, walk
from procmem.office.officebench_reading import Mode
from procmem.office.workspace import read_regular
from procmem.types import Check, JsonObject, Task, TaskFile

_NAME = re.compile(r"([1-3])-\d+")


class _PublishedCheck(BaseModel):
    model_config = ConfigDict(extra="allow")

    function: str
    args: JsonObject


class _Published(BaseModel):
    """The keys of a task file. The weekday is not kept: it follows from the date, and is wrong in seven of the 300."""

    username: str
    date: str
    weekday: str
    time: str
    task: str
    evaluation: list[_PublishedCheck]


def read_task(path: Path, mode: Mode, *, strict: bool) -> Task:
    """The task in ``tasks/<apps>-<n>/subtasks/<k>.json``, with the id "<apps>-<n>/<k>".

    Args:
        path: The file, absolute.
        mode: How its checks read, and whether their known defects are mended.
        strict: Keep a ``file`` that stands beside a check's arguments where it is, so that the check fails as upstream.

    Raises:
        BadInput: the file is no task, or needs what this office does not have; the text says why, not where.
    """
    home = path.parent.parent
    level = _NAME.fullmatch(home.name)
    if level is None or not path.stem.isdecimal():
        raise BadInput("Its name should be <apps>-<n>/subtasks/<k>.json with 1 to 3 apps.")
    published = _published(path)
    identity = f"{home.name}/{int(path.stem)}"
    checks = _checks(identity, published, mode, strict=strict)
    task = Task(
        id=identity,
        text=published.task,
        username=published.username,
        now=_now(published),
        level=int(level[1]),
        apps=(),
        family=home.name,
        files=_files(home / "testbed"),
        checks=tuple(replace(check, args={**check.args, "grading": _grading(home, mode)}) for check in checks),
        source="officebench",
    )
    return replace(task, apps=_apps(task))


def order(path: Path) -> tuple[int, ...]:
    """Numeric order of task files: 1-2/0, 1-10/0, 2-1/3."""
    return tuple(int(number) for number in re.findall(r"\d+", f"{path.parent.parent.name} {path.stem}"))


def home_of(task: Task) -> Path | None:
    """The folder of a loaded task in its checkout, or ``None`` for a task from elsewhere."""
    homes = (check.args["grading"]["home"] for check in task.checks if "grading" in check.args)
    return next(map(Path, homes), None)


def _published(path: Path) -> _Published:
    try:
        return _Published.model_validate_json(read_regular(path, path.name))
    except ToolError as error:
        raise BadInput(str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"It is no OfficeBench task: {f'{place}: ' if place else ''}{first['msg']}.") from error


def _now(published: _Published) -> datetime:
    try:
        return datetime.strptime(f"{published.date} {published.time}", "%Y-%m-%d %I:%M %p")
    except ValueError:
        raise BadInput(
            f"Its date and time are {published.date!r} and {published.time!r}; expected are 2020-05-01 and 10:00 AM."
        ) from None


# --- files -----------------------------------------------------------------------------------------------------------


def _files(testbed: Path) -> tuple[TaskFile, ...]:
    """The files of a testbed, copied when a run opens; links are left out."""
    names = [path.relative_to(testbed).as_posix() for path in walk(testbed)]
    for name in names:
        try:
            inside(testbed, name)
        except ToolError as error:
            raise BadInput(f"Its testbed has a file that no office can hold: {error}") from error
    return tuple(TaskFile(name, {"kind": "copy", "from": str(testbed / name)}) for name in names)


# --- checks ----------------------------------------------------------------------------------------------------------


def _grading(home: Path, mode: Mode) -> JsonObject:
    return {"mode": mode, "home": str(home)}


def _checks(identity: str, published: _Published, mode: Mode, *, strict: bool) -> list[Check]:
    checks = [_check(each, strict=strict) for each in published.evaluation]
    if mode == "repaired":
        checks = mended(identity, checks)
    if not checks:
        raise BadInput("It has no checks, so nobody can say whether it is solved.")
    for check in checks if not strict else ():
        check_arguments(check)
    return checks


def _check(published: _PublishedCheck, *, strict: bool) -> Check:
    """A check with the arguments that its function knows; upstream takes no notice of others."""
    if published.function not in OFFICEBENCH_CHECKS:
        raise BadInput(f"It is checked with {published.function!r}, which is none of OfficeBench's nine functions.")
    beside = {} if strict else published.model_extra or {}
    known = set(inspect.signature(CHECKS[published.function]).parameters) - {"office", "grading"}
    args = {key: value for key, value in {**beside, **published.args}.items() if key in known}
    return Check(published.function, args)


OFFICEBENCH_CHECKS = frozenset(
    name for name, check in CHECKS.items() if "grading" in inspect.signature(check).parameters
)
"""The names of OfficeBench's nine functions."""


# --- apps ------------------------------------------------------------------------------------------------------------

_BY_ENDING = {".xlsx": "excel", ".docx": "word", ".pdf": "pdf", ".ics": "calendar", ".eml": "email", ".txt": "files"}
_IMAGES = (".jpg", ".jpeg", ".png")
_BY_WORD = {
    "calendar": re.compile(r"calendar|schedul|\bevents?\b|\bmeeting\b", re.IGNORECASE),
    "email": re.compile(r"\be-?mails?\b|\.eml\b", re.IGNORECASE),
    "excel": re.compile(r"\bexcel\b|\.xlsx\b", re.IGNORECASE),
    "word": re.compile(r"\bword (file|doc)|\bdocx?\b", re.IGNORECASE),
    "pdf": re.compile(r"\bpdf\b", re.IGNORECASE),
    "files": re.compile(r"\bfolders?\b|\brename\b|\btxt\b", re.IGNORECASE),
}


def _apps(task: Task) -> tuple[str, ...]:
    """The apps a task seems to need: by its instruction, its files and what its checks look at.

    The benchmark does not say which they are, only how many, and this may name more: a testbed holds unneeded files.
    """
    needed = {app for app, words in _BY_WORD.items() if words.search(task.text)}
    needed |= {"ocr" if name.endswith(_IMAGES) else _BY_ENDING.get(Path(name).suffix, "") for name in _given(task)}
    needed |= {"pdf" if name.endswith(_IMAGES) else _BY_ENDING.get(Path(name).suffix, "") for name in _looked_at(task)}
    needed |= {"email" for check in task.checks if check.args.get("doc_type") == "email"}
    needed |= {"files" for name in _looked_at(task) if re.match(r"(\./)?data/.+/", name)}
    return tuple(app for app in APPS if app in needed)


def _given(task: Task) -> Iterator[str]:
    return (file.path.lower() for file in task.files)


def _looked_at(task: Task) -> Iterator[str]:
    """The files in the office that the checks name, but for the answer."""
    for check in task.checks:
        if "username" in check.args and check.function == "evaluate_calendar_no_overlap":
            yield f"calendar/{check.args['username']}.ics"
        for key in ("file", "result_file", "output_file"):
            name = str(check.args.get(key, "")).lower()
            if name and name.removeprefix("./") != ANSWER:
                yield name
