"""Memories as JSON: LEGOMem's unit and what the bank adds, read strictly, with the field of a mistake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from procmem.errors import BadInput
from procmem.memory.build import parts_of
from procmem.memory.rules import headline
from procmem.types import ORCHESTRATOR, Build, FullTaskUnit, JsonObject, Memory, Origin, SubtaskUnit

LONGEST = 16 * 2**20
"""Bytes of one memory; a longer text is none."""

T = TypeVar("T")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _SubtaskUnit(_Strict):
    agent: str
    description: str
    steps: str
    observations: str


class _FullTaskUnit(_Strict):
    task: str
    high_level_plan: str
    subtasks: tuple[_SubtaskUnit, ...]
    final_answer: str
    reflections: str


class _Origin(_Strict):
    run_id: str
    task_id: str
    builder: str
    build: Build = "proceduralization"
    learned_from: tuple[str, ...] = ()


class _Line(_Strict):
    id: str = Field(min_length=1, max_length=500)
    title: str
    key: str
    origin: _Origin
    version: int = Field(default=1, ge=0)
    status: Literal["active", "retired"] = "active"
    vector: str | None = None


class FullTaskLine(_Line):
    """A full-task memory."""

    level: Literal["full-task"]
    agent: Literal["orchestrator"]
    unit: _FullTaskUnit
    parent: None = None


class SubtaskLine(_Line):
    """A subtask memory."""

    level: Literal["subtask"]
    agent: str = Field(min_length=1)
    unit: _SubtaskUnit
    parent: str | None = None


AnyLine: TypeAlias = Annotated[FullTaskLine | SubtaskLine, Field(discriminator="level")]


def memory_of(line: FullTaskLine | SubtaskLine) -> Memory:
    """The memory that a line describes."""
    unit = _full_task(line.unit) if isinstance(line, FullTaskLine) else SubtaskUnit(**vars(line.unit))
    origin = Origin(**vars(line.origin))
    return Memory(
        line.id, line.level, line.agent, line.title, line.key, unit, origin, line.parent, line.version, line.status
    )


def _full_task(unit: _FullTaskUnit) -> FullTaskUnit:
    subtasks = tuple(SubtaskUnit(**vars(subtask)) for subtask in unit.subtasks)
    return FullTaskUnit(unit.task, unit.high_level_plan, subtasks, unit.final_answer, unit.reflections)


def memory_json(memory: Memory) -> JsonObject:
    """A memory as the JSON object of a line: LEGOMem's unit under ``unit``, beside it what the bank adds."""
    return asdict(memory)


def read_memories(text: str, name: str) -> list[Memory]:
    """Memories that a person wrote or edited: one JSON object of a line's form, or a list of them.

    Raises:
        BadInput: what is wrong, in which field.
    """
    bare = text.lstrip("\ufeff").strip()
    whole: TypeAdapter[list[FullTaskLine | SubtaskLine]] = TypeAdapter(list[AnyLine])
    lines = checked(
        whole.validate_json, (bare if bare.startswith("[") else f"[{bare}]").encode("utf-8", "surrogatepass"), name
    )
    memories = [memory_of(line) for line in lines]
    if len({memory.id for memory in memories}) < len(memories):
        raise BadInput(f"{name} holds two memories of one id.")
    return memories


def read_memories_or_unit(text: str, name: str, by: str) -> list[Memory]:
    """As ``read_memories``; or LEGOMem's unit by itself with its ``task``, which becomes memories written by a person.

    Raises:
        BadInput: what is wrong, in which field.
    """
    bare = text.lstrip("\ufeff").strip()
    try:
        found = json.loads(bare)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "unit" in found or "level" in found:
        return read_memories(bare, name)
    unit = _full_task(checked(_FullTaskUnit.model_validate_json, bare.encode("utf-8", "surrogatepass"), name))
    digest = hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    origin = Origin(run_id="", task_id=f"own-task-{digest}", builder=by)
    whole = Memory(
        f"written-{digest}", "full-task", ORCHESTRATOR, headline(unit.task), unit.task, unit, origin, None
    )  # fmt: skip
    return [whole, *parts_of(whole)]


def checked(parse: Callable[[bytes], T], text: bytes, place: str) -> T:
    """What ``parse`` makes of JSON text, or a sentence that begins with its place.

    Raises:
        BadInput: too long, no JSON, or a field that is wrong.
    """
    if len(text) > LONGEST:
        raise BadInput(f"{place} is longer than {LONGEST // 2**20} MB, so it is no memory.")
    try:
        return parse(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise BadInput(f"{place} is no JSON: {first['ctx']['error']}.") from None
        field = _field(first["loc"])
        raise BadInput(f"{place}{', field ' + field if field else ''}: {_problem(first)}.") from None


def _field(path: Sequence[str | int]) -> str:
    names = [name for name in path if name not in ("full-task", "subtask")]
    return "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in names).removeprefix(".")


def _problem(error: Any) -> str:
    match error["type"]:
        case "missing":
            return "missing"
        case "extra_forbidden":
            return "not known"
        case "union_tag_not_found":
            return "level is missing"
        case _:
            message = str(error["msg"])
            return f"{message[:1].lower()}{message[1:]}"
