"""The bundled tasks: one readable YAML file per family, unfolded into its instances.

A family says what all its instances share, with ``{{name}}`` where they differ. An instance gives the ``values`` and
``tables``. A placeholder that is a whole string stands for the value itself (a number, a table); inside a longer
string it is text. A table ``orders`` is all rows as ``{{orders}}`` and all but its header as ``{{orders_rows}}``. In
any list, an entry with ``each: orders`` is repeated for every row of the table, and the row's columns become names; if
all else it has is ``item``, that is the entry. ``{join: [...], with: "; "}`` is one text made of a list, by default a
line for each. Every name must be known, and every value and table must be used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from procmem.errors import BadInput
from procmem.office.checks import check_arguments
from procmem.office.furnish import checked
from procmem.prompts import fill
from procmem.types import (
    Check,
    Demonstration,
    DemonstrationStep,
    DemonstrationTurn,
    JsonObject,
    Split,
    Task,
    TaskFile,
)

Scalar: TypeAlias = str | int | float | bool | None
Table: TypeAlias = list[list[Scalar]]

_WHOLE = re.compile(r"\{\{([a-z_0-9]+)\}\}")
_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Safe YAML in which 10:30 is text and not 630, 2024-05-17 text and not a date, and "no" a word."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(null|)$"), ["n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), list("-0123456789"))


# --- what a family file says -----------------------------------------------------------------------------------------


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Instance(_Strict):
    split: Split
    user: str
    now: datetime
    values: dict[str, Scalar | list[Scalar]] = {}
    tables: dict[str, str] = {}


class _Join(_Strict):
    join: list[str | JsonObject]
    between: str = Field("\n", alias="with")


Template: TypeAlias = str | _Join
"""A text with placeholders."""


class _Step(_Strict):
    reason: Template
    tool: str
    arguments: JsonObject = {}
    each: str | None = None


class _Turn(_Strict):
    agent: str
    subtask: Template
    steps: list[_Step]
    report: Template
    each: str | None = None


class _Demonstration(_Strict):
    plan: Template
    turns: list[_Turn]
    answer: Template = ""
    reflections: Template = ""


class _File(_Strict):
    path: str
    spec: JsonObject
    each: str | None = None


class _Check(_Strict):
    function: str
    args: JsonObject
    each: str | None = None


class _Family(_Strict):
    id: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    apps: list[str] = Field(min_length=1, max_length=3)
    level: int = Field(ge=1, le=3)
    instructions: list[str]
    instances: list[_Instance] = Field(min_length=1)
    files: list[_File] = []
    checks: list[_Check] = Field(min_length=1)
    demonstration: _Demonstration


# --- filling in ------------------------------------------------------------------------------------------------------


class _Names(dict[str, Any]):
    """The names an instance gives, remembering which were used."""

    def __init__(self, given: Mapping[str, Any], tables: Set[str], used: set[str]) -> None:
        super().__init__(given)
        self.tables = tables
        self.used = used

    def __missing__(self, name: str) -> Any:
        raise BadInput(f"there is no value or table for {{{{{name}}}}}")

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        self.used.add(name)
        return value

    def rows(self, table: str) -> Iterator[_Names]:
        """The names for each row of a table: its columns in lower case, over all others."""
        header, *rows = self[table]
        columns = [str(column).lower().replace(" ", "_") for column in header]
        for row in rows:
            yield _Names(dict(self.items()) | dict(zip(columns, row, strict=True)), self.tables, self.used)


def _filled(template: Any, names: _Names, place: str) -> Any:
    """The template with its placeholders replaced and its ``each`` entries repeated; errors begin with ``place``."""
    match template:
        case str():
            return _filled_text(template, names, place)
        case {"join": list(parts), **rest} if rest.keys() <= {"with"}:
            return str(rest.get("with", "\n")).join(str(part) for part in _filled(parts, names, f"{place}.join"))
        case dict():
            return {
                _filled_text(key, names, place): _filled(value, names, f"{place}.{key}")
                for key, value in template.items()
            }
        case list():
            return [item for at, entry in enumerate(template) for item in _entries(entry, names, f"{place}[{at}]")]
        case _:
            return template


def _filled_text(template: str, names: _Names, place: str) -> Any:
    if "{" not in template:
        return template
    whole = _WHOLE.fullmatch(template)
    try:
        return names[whole.group(1)] if whole else fill(template, names)
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from None


def _entries(entry: Any, names: _Names, place: str) -> list[Any]:
    """One filled entry of a list, or as many as the table of its ``each`` has rows."""
    if not isinstance(entry, dict) or entry.get("each") is None:
        return [_filled(_without_each(entry), names, place)]
    if entry["each"] not in names.tables:
        raise BadInput(f"{place}.each: there is no table {entry['each']!r}")
    return [_filled(_without_each(entry), row, place) for row in names.rows(entry["each"])]


def _without_each(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return entry["item"] if entry.keys() == {"each", "item"} else {key: entry[key] for key in entry if key != "each"}


def _table(name: str, text: str) -> Table:
    """Rows of a text table: one line a row, columns split at "|", as many in each row as in the header."""
    table = [[_cell(cell.strip()) for cell in line.split("|")] for line in text.strip().splitlines()]
    for number, row in enumerate(table, start=1):
        if len(row) != len(table[0]):
            raise BadInput(f"tables.{name}, line {number}: {len(row)} cells under {len(table[0])} columns")
    return table


def _cell(text: str) -> Scalar:
    """A cell as typed as it looks: empty, number, or text; quotes keep '12' text and spare its outer blanks."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None


def _names(instance: _Instance) -> _Names:
    tables = {name: _table(name, text) for name, text in instance.tables.items()}
    rows = {f"{name}_rows": table[1:] for name, table in tables.items()}
    now = instance.now.isoformat(" ", "minutes")
    return _Names({"user": instance.user, "now": now} | instance.values | tables | rows, tables.keys(), set())


# --- unfolding -------------------------------------------------------------------------------------------------------


def _task(family: _Family, body: JsonObject, number: int) -> Task:
    """The instance with this number, counted from 1; ``body`` is the family's files, checks and demonstration."""
    instance = family.instances[number - 1]
    names = _names(instance)
    text = _filled_text(family.instructions[number - 1], names, f"instructions[{number - 1}]")
    filled = {name: _filled(part, names, name) for name, part in body.items()}
    _refuse_unused(instance, names.used)
    return Task(
        id=f"{family.id}/{number}",
        text=text,
        username=instance.user,
        now=instance.now,
        level=family.level,
        apps=tuple(family.apps),
        family=family.id,
        split=instance.split,
        files=tuple(TaskFile(**file) for file in filled["files"]),
        checks=tuple(Check(**check) for check in filled["checks"]),
        demonstration=_demonstration(filled["demonstration"]),
    )


def _demonstration(filled: JsonObject) -> Demonstration:
    turns = tuple(
        DemonstrationTurn(
            **_texts(turn) | {"steps": tuple(DemonstrationStep(**_texts(step)) for step in turn["steps"])}
        )
        for turn in filled["turns"]
    )
    return Demonstration(**_texts(filled) | {"turns": turns})


def _texts(record: JsonObject) -> JsonObject:
    """The record with its plain fields as text: an answer that is just ``{{sum}}`` is "640", not 640."""
    return {name: value if isinstance(value, dict | list) else str(value) for name, value in record.items()}


def _refuse_unused(instance: _Instance, used: Iterable[str]) -> None:
    seen = {name.removesuffix("_rows") for name in used} | set(used)
    unused = [name for name in (*instance.values, *instance.tables) if name not in seen]
    if unused:
        raise BadInput(f"values: {', '.join(unused)} {'is' if len(unused) == 1 else 'are'} never used")


def _refuse_bad_specs(task: Task) -> None:
    """Furniture and checks are proven when they are read, not when a run opens or ends."""
    for at, file in enumerate(task.files):
        try:
            checked(file.spec)
        except BadInput as error:
            raise BadInput(f"files[{at}] {file.path}: {error}") from error
    for at, check in enumerate(task.checks):
        try:
            check_arguments(check)
        except BadInput as error:
            raise BadInput(f"checks[{at}]: {error}") from error


def _family(path: Path) -> _Family:
    try:
        with path.open("rb") as file:
            family = _Family.model_validate(yaml.load(file, Loader=_Loader))
    except (yaml.YAMLError, ValidationError, OSError) as error:
        raise BadInput(f"{path.name}: {_first(error)}") from error
    if family.id != path.stem:
        raise BadInput(f"{path.name}: the id {family.id!r} must be the file's name, {path.stem!r}.")
    if family.level != len(family.apps):
        raise BadInput(f"{path.name}: level {family.level} does not match {len(family.apps)} apps.")
    if len(family.instructions) != len(family.instances):
        count = f"{len(family.instructions)} instructions for {len(family.instances)} instances"
        raise BadInput(f"{path.name}: {count}; each instance has its own, in the same order.")
    return family


def _first(error: Exception) -> str:
    """The first complaint; instances are counted from 1, as in task ids."""
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split())
    first = error.errors()[0]
    match first["loc"]:
        case ("instances", int(at), *rest):
            place = f"instance {at + 1}, {'.'.join(map(str, rest))}"
        case loc:
            place = ".".join(map(str, loc))
    return f"{place}: {first['msg']}"


def load_tasks(folder: Path) -> dict[str, Task]:
    """The tasks of all ``*.yaml`` families in a folder by id ("<family>/<number from 1>"), in order.

    Raises:
        BadInput: a file is not a family; the text names file, instance and field.
    """
    tasks: dict[str, Task] = {}
    for path in sorted(folder.glob("*.yaml")):
        family = _family(path)
        body = family.model_dump(include={"files", "checks", "demonstration"}, by_alias=True)
        for number in range(1, len(family.instances) + 1):
            try:
                task = _task(family, body, number)
                _refuse_bad_specs(task)
            except BadInput as error:
                raise BadInput(f"{path.name}, instance {number}, {error}") from error
            tasks[task.id] = task
    return tasks


def family_titles(folder: Path) -> dict[str, str]:
    """What each family is about, by its id; a fast look at the files' titles. What is no family is left out."""
    found = ((path.stem, _TITLE.search(_opening(path))) for path in sorted(folder.glob("*.yaml")))
    return {family: title[1].strip() for family, title in found if title}


def _opening(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(2_000)
    except OSError:
        return ""
