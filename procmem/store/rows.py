"""Records as the tables keep them: JSON text, and times in UTC without a zone."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from procmem.store.database import storable
from procmem.types import FullTaskUnit, JsonObject, Memory, Policy, Proposal, RunSummary, SubtaskUnit

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SUMMARY = (
    "id, task_id, task, team, policy, status, revision, simulated, started, ended, steps, failed_steps, tokens, cost, "
    "seconds, answer, error, compared_with"
)


def to_json(data: JsonObject) -> str:
    """Compact JSON; dates become ISO text."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON data")


def to_utc(moment: datetime | None) -> datetime | None:
    """A moment as the tables keep it; one without a zone is taken to be UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


def from_utc(moment: datetime) -> datetime:
    """A moment from a table, with its zone."""
    return moment.replace(tzinfo=UTC)


def summary_values(run: RunSummary) -> list[Any]:
    """The values of SUMMARY's columns."""
    return [
        run.id,
        run.task_id,
        run.task,
        run.team,
        to_json(asdict(run.policy)),
        run.status,
        run.revision,
        run.simulated,
        to_utc(run.started),
        to_utc(run.ended),
        run.steps,
        run.failed_steps,
        run.tokens,
        run.cost,
        run.seconds,
        run.answer,
        run.error,
        run.compared_with,
    ]


def summary(row: tuple[Any, ...]) -> RunSummary:
    """A row of SUMMARY's columns."""
    id_, task_id, task, team, policy, status, revision, simulated, started, ended, *figures = row
    return RunSummary(
        id_,
        task_id,
        task,
        team,
        _policies().validate_json(policy),
        status,
        revision,
        simulated,
        from_utc(started),
        from_utc(ended) if ended else None,
        *figures,
    )


@cache
def _policies() -> TypeAdapter[Policy]:
    from pydantic import TypeAdapter

    return TypeAdapter(Policy)


@cache
def _memories() -> TypeAdapter[Memory]:
    from pydantic import TypeAdapter

    return TypeAdapter(Memory)


@cache
def _proposals() -> TypeAdapter[Proposal]:
    from pydantic import TypeAdapter

    return TypeAdapter(Proposal)


def memory(payload: str) -> Memory:
    """A memory from its JSON."""
    return _memories().validate_json(payload)


def proposal(payload: str) -> Proposal:
    """A proposal from its JSON."""
    return _proposals().validate_json(payload)


def memory_json(record: Memory) -> str:
    """A memory as JSON, as ``memory`` reads it."""
    from pydantic_core import PydanticSerializationError

    try:
        return _memories().dump_json(record).decode()  # four times as fast as json.dumps
    except PydanticSerializationError:  # a lone surrogate, which is repaired on its way into the table
        return to_json(asdict(record))


def words_of(record: Memory) -> str:
    """Key, title and content in lower case, for search by word."""
    return "\n".join(dict.fromkeys((record.title, record.key, *_content(record.unit)))).lower()


def _content(unit: FullTaskUnit | SubtaskUnit) -> list[str]:
    match unit:
        case SubtaskUnit():
            return [unit.agent, unit.description, unit.steps, unit.observations]
        case FullTaskUnit():
            parts = [text for subtask in unit.subtasks for text in _content(subtask)]
            return [unit.task, unit.high_level_plan, *parts, unit.final_answer, unit.reflections]


def as_kept(record: Memory) -> Memory:
    """A memory as it comes back from the table: lone surrogates are repaired."""
    return record if words_of(record).isascii() else memory(str(storable(memory_json(record))))
