"""What differs between two versions of a memory, field by field and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from procmem.types import FullTaskUnit, Memory, SubtaskUnit

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
LEARNED = "Also learned from"
_STEP = re.compile(r"\s*<think>(.*?)</think>\s*<action>(.*?)</action>\s*", re.DOTALL)
_MOST_WORDS = 3000
"""Above so many words a changed passage is shown whole: word by word it would take seconds, and nobody reads it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both versions have, or one of them."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field whose text differs."""

    label: str
    pieces: tuple[Piece, ...]


def changes(before: Memory, after: Memory) -> list[Change]:
    """Every field that differs, in reading order."""
    old, new = dict(contents(before)), dict(contents(after))
    labels = [*new, *(label for label in old if label not in new)]
    return [
        Change(label, tuple(pieces(old.get(label, ""), new.get(label, ""))))
        for label in labels
        if old.get(label, "") != new.get(label, "")
    ]


def contents(memory: Memory) -> list[tuple[str, str]]:
    """Everything that a memory says, as (label, text); a step is a line for its reason and one for its call."""
    head = [("Title", memory.title), ("Status", memory.status)]
    if memory.origin.learned_from:
        head.append((LEARNED, "\n".join(memory.origin.learned_from)))
    match memory.unit:
        case FullTaskUnit() as unit:
            return [
                *head,
                ("Task", unit.task),
                ("Plan", unit.high_level_plan),
                *(
                    (f"Subtask {number} · {label}", text)
                    for number, subtask in enumerate(unit.subtasks, start=1)
                    for label, text in _subtask(subtask)
                ),
                ("Final answer", unit.final_answer),
                ("Reflections", unit.reflections),
            ]
        case SubtaskUnit() as unit:
            return [*head, *_subtask(unit)]


def _subtask(unit: SubtaskUnit) -> list[tuple[str, str]]:
    return [
        ("Agent", unit.agent),
        ("Description", unit.description),
        ("Steps", _readable(unit.steps)),
        ("Observations", unit.observations),
    ]


def _readable(steps: str) -> str:
    """Each reason on a line with its call below; anything that does not consist of such pairs stays as it is."""
    if _STEP.sub("", steps):
        return steps
    return "\n".join(f"{thought.strip()}\n    {action.strip()}" for thought, action in _STEP.findall(steps))


def pieces(before: str, after: str) -> list[Piece]:
    """Two texts as stretches that are in both, only in the first, or only in the second; nothing is left out."""
    return list(_joined(_by_line(before.splitlines(keepends=True), after.splitlines(keepends=True))))


def _by_line(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, fresh = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            yield Piece("same", gone)
        elif kind == "replace":
            yield from _by_word(gone, fresh)
        else:
            yield from _whole(gone, fresh)


def _by_word(gone: str, fresh: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(gone), _WORDS.findall(fresh)
    if max(len(old), len(new)) > _MOST_WORDS:
        yield from _whole(gone, fresh)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    alike = sum(block.size for block in matcher.get_matching_blocks())
    if alike < 0.4 * min(len(old), len(new)):  # two different passages: word by word they would be confetti
        yield from _whole(gone, fresh)
        return
    lost, added = "", ""
    for kind, a, b, c, d in matcher.get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal" and (before.strip() or not lost + added):
            yield from _whole(lost, added)
            yield Piece("same", before)
            lost, added = "", ""
        else:  # a space between two changed words belongs to the change
            lost, added = lost + before, added + after
    yield from _whole(lost, added)


def _whole(gone: str, fresh: str) -> Iterator[Piece]:
    if gone:
        yield Piece("gone", gone)
    if fresh:
        yield Piece("new", fresh)


def _joined(parts: Iterator[Piece]) -> Iterator[Piece]:
    last: Piece | None = None
    for part in parts:
        if last and last.kind == part.kind:
            last = Piece(part.kind, last.text + part.text)
            continue
        if last:
            yield last
        last = part
    if last:
        yield last
