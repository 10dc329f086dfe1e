"""Memories, proposals and decisions as text for a terminal, and as plain data for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from difflib import unified_diff
from typing import TYPE_CHECKING

from procmem.types import FullTaskUnit, Memory, SubtaskUnit

if TYPE_CHECKING:
    from procmem.types import Decision, FiledProposal, JsonObject, Verdict

PAST: dict[Verdict, str] = {
    "accept": "accepted",
    "edit": "accepted with edits",
    "discard": "discarded",
    "undo": "undid",
}


def memory_lines(memory: Memory) -> list[str]:
    """A memory whole, a line for each thing, so that two of them can be compared line by line."""
    origin = memory.origin
    head = [
        memory.title,
        f"id: {memory.id}",
        f"for: {memory.agent} ({memory.level})",
        f"version: {memory.version}, {memory.status}",
        f"from: run {origin.run_id or 'none'}, task {origin.task_id or 'none'}, by {origin.builder} ({origin.build})",
    ]
    if origin.learned_from:
        head.append(f"also learned from: {', '.join(origin.learned_from)}")
    if memory.parent:
        head.append(f"part of: {memory.parent}")
    match memory.unit:
        case FullTaskUnit() as unit:
            return [*head, *_section("Key", memory.key), *_full_task(unit)]
        case SubtaskUnit() as unit:
            return [*head, *_section("Key", memory.key), *_subtask(unit)]


def _full_task(unit: FullTaskUnit) -> Iterator[str]:
    yield from _section("Plan", unit.high_level_plan)
    for number, subtask in enumerate(unit.subtasks, start=1):
        yield from ["", f"Subtask {number}, {subtask.agent}", *_subtask(subtask)]
    yield from _section("Answer", unit.final_answer)
    yield from _section("Reflections", unit.reflections)


def _subtask(unit: SubtaskUnit) -> Iterator[str]:
    yield from _section("Description", unit.description)
    yield from _section("Steps", unit.steps.replace("</action>", "</action>\n").strip())
    yield from _section("Observations", unit.observations)


def _section(name: str, text: str) -> list[str]:
    return [f"{name}:", *(f"  {line}" for line in text.splitlines())] if text else []


def memory_difference(before: Memory, after: Memory) -> list[str]:
    """A unified diff of two versions without its file header."""
    lines = list(unified_diff(memory_lines(before), memory_lines(after), lineterm="", n=1))
    return [line for line in lines[2:] if not line.startswith("@@")]


def decision_sentence(made: Decision) -> str:
    """What was decided, and how to take it back."""
    return (
        f"{made.by} {PAST[made.verdict]} {made.proposal_id}; the bank is at revision {made.revision}. "
        f"To take it back: procmem bank undo {made.id[:8]}"
    )


def decision_row(made: Decision) -> tuple[str, ...]:
    """The columns revision, decision, what, by, when, reason."""
    undone = "" if made.in_force else " (undone)"
    what = f"{PAST[made.verdict]} {made.proposal_id}{undone}"
    return (str(made.revision), made.id[:8], what, made.by, f"{made.at:%Y-%m-%d %H:%M}", made.reason)


DECISION_COLUMNS = ("revision", "decision", "what", "by", "when (UTC)", "reason")


def filed_json(filed: FiledProposal) -> JsonObject:
    """A proposal of the queue as plain data."""
    return {
        "number": filed.number,
        "state": filed.state,
        "proposed": filed.proposed.isoformat(),
        **asdict(filed.proposal),
        "decision": decision_json(filed.decision) if filed.decision else None,
    }


def decision_json(made: Decision) -> JsonObject:
    """A decision as plain data."""
    return {**asdict(made), "at": made.at.isoformat()}


def memory_rows(memories: Sequence[Memory]) -> list[tuple[str, ...]]:
    """The columns id, for, version, status, title."""
    return [(m.id, m.agent, str(m.version), m.status, m.title) for m in memories]


MEMORY_COLUMNS = ("memory", "for", "version", "status", "title")
