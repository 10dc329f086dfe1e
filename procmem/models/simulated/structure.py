"""The common shape of several sequences of calls: single calls, and patterns that repeat a varying number of times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_PATTERN = 4
Ranges = tuple[tuple[range, ...], ...]
"""For each group the rounds of one sequence, as ranges of its places."""


@dataclass(frozen=True, slots=True)
class Group:
    """A pattern of tools, once or repeated (then also not at all)."""

    pattern: tuple[str, ...]
    repeated: bool = False


def compressed(tools: Sequence[str]) -> tuple[Group, ...]:
    """A sequence with its repeated patterns folded, the most covering first."""
    groups: list[Group] = []
    place = 0
    while place < len(tools):
        width, count = max(
            ((width, _repeats(tools, place, width)) for width in range(1, _LONGEST_PATTERN + 1)),
            key=lambda one: (one[0] * one[1] if one[1] > 1 else 0, -one[0]),
        )
        if count > 1:
            groups.append(Group(tuple(tools[place : place + width]), repeated=True))
            place += width * count
        else:
            groups.append(Group((tools[place],)))
            place += 1
    return tuple(groups)


def _repeats(tools: Sequence[str], place: int, width: int) -> int:
    pattern, count = tools[place : place + width], 0
    while len(pattern) == width and tools[place + count * width : place + (count + 1) * width] == pattern:
        count += 1
    return count


def matched(groups: Sequence[Group], tools: Sequence[str]) -> Ranges | None:
    """How a sequence falls into the groups, or None; repetitions take as much as they can."""
    return _match(tuple(groups), tuple(tools), 0, [2000])


def _match(groups: tuple[Group, ...], tools: tuple[str, ...], place: int, budget: list[int]) -> Ranges | None:
    budget[0] -= 1
    if budget[0] < 0:
        return None
    if not groups:
        return () if place == len(tools) else None
    group, width = groups[0], len(groups[0].pattern)
    most = _repeats_of(group.pattern, tools, place)
    for count in range(most, -1, -1) if group.repeated else ((1,) if most else ()):
        rest = _match(groups[1:], tools, place + count * width, budget)
        if rest is not None:
            return (tuple(range(place + turn * width, place + (turn + 1) * width) for turn in range(count)), *rest)
    return None


def _repeats_of(pattern: tuple[str, ...], tools: tuple[str, ...], place: int) -> int:
    count, width = 0, len(pattern)
    while tools[place + count * width : place + (count + 1) * width] == pattern:
        count += 1
    return count


def best_structure(sequences: Sequence[Sequence[str]]) -> tuple[tuple[Group, ...], list[tuple[int, Ranges]]]:
    """The shape that most sequences share, the first among them if possible: (groups, [(sequence number, ranges)])."""
    shapes = dict.fromkeys(compressed(tuple(tools)) for tools in sequences)
    best: tuple[tuple[Group, ...], list[tuple[int, Ranges]]] | None = None
    for shape in shapes:
        members = [
            (number, ranges) for number, tools in enumerate(sequences) if (ranges := matched(shape, tools)) is not None
        ]
        if best is None or len(members) > len(best[1]):
            best = (shape, members)
    assert best is not None  # the first sequence matches its own shape
    return best
