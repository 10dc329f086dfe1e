"""The order of remembered steps: what a step needs must be there before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from procmem.models.simulated.entities import key, mentions
from procmem.models.simulated.looking import looks
from procmem.models.simulated.planning import steps_of
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.remembered import plain
from procmem.models.simulated.trajectories import Course, Part, Taken

_SHORTEST = 3
_MOST_MOVES = 8


def ordered(steps: Sequence[Taken], texts: Sequence[str]) -> tuple[Taken, ...]:
    """The steps so that each stands behind those that brought what it needs; else as they are.

    Args:
        steps: The steps of one subtask.
        texts: What was known before: the subtask and the task.
    """
    found = list(steps)
    for _ in range(_MOST_MOVES):
        move = next(_moves(found, texts), None)
        if move is None:
            break
        late, early = move
        found.insert(early, found.pop(late))
    return tuple(found)


def _moves(steps: Sequence[Taken], texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Steps that must stand earlier: (where it is, where it belongs)."""
    for place, step in enumerate(steps):
        for later in range(place + 1, len(steps)):
            other = steps[later]
            told = _tells(other, step, steps[:place], texts) or _shows(other, step)
            if _makes(other, step) or (told and not _repeats(other, steps[:place])):
                yield later, place
                return


def _makes(other: Taken, step: Taken) -> bool:
    """Whether another step creates the very file that this one uses."""
    if "create" not in other.tool.split("_") or "create" in step.tool.split("_"):
        return False
    made = {value for value in other.arguments.values() if isinstance(value, str) and "." in value}
    return any(value in made for value in step.arguments.values() if isinstance(value, str))


def _tells(other: Taken, step: Taken, before: Sequence[Taken], texts: Sequence[str]) -> bool:
    """Whether a later look brought a value that nothing before this step tells."""
    if not looks(other.tool):
        return False
    known = [*texts, *(one.observation for one in before)]
    return any(
        _stands(value, [other.observation])
        and not _stands(value, known)
        and value not in map(plain, other.arguments.values())
        for value in values(step)
    )


def _shows(other: Taken, step: Taken) -> bool:
    """Whether a later look is at the very thing that this step changes: one looks before one changes."""
    if not looks(other.tool) or looks(step.tool) or {"create", "convert", "save"} & set(step.tool.split("_")[1:2]):
        return False
    given = {plain(value) for value in other.arguments.values()}
    return bool(given) and given <= {plain(value) for value in step.arguments.values()}


def _repeats(other: Taken, before: Sequence[Taken]) -> bool:
    """Whether the same was looked at before, so that the later look only made sure."""
    return any((one.tool, one.arguments) == (other.tool, other.arguments) for one in before)


def values(step: Taken) -> list[str]:
    """The single values of a step's arguments, also those in its lists, that are long enough to be recognised."""
    found: list[object] = []
    for value in step.arguments.values():
        cells = value if isinstance(value, list) else [value]
        for cell in cells:
            found += cell if isinstance(cell, list) else [cell]
    return [shown for value in found if len(shown := plain(value)) >= _SHORTEST and not isinstance(value, bool)]


def _stands(value: str, texts: Sequence[str]) -> bool:
    lowered, wanted = value.lower(), key(value)
    return any(
        phrase_in(lowered, text.lower()) or any(key(one.text) == wanted for one in mentions(text)) for text in texts
    )


def parts_ordered(memory: Course) -> tuple[Part, ...]:
    """The subtasks in the order in which the plan names their agents, where it names the same ones."""
    planned = [agent for agent, _ in steps_of(memory.plan)]
    if sorted(planned) != sorted(part.agent for part in memory.parts):
        return memory.parts
    left = list(memory.parts)
    found: list[Part] = []
    for agent in planned:
        place = next(number for number, part in enumerate(left) if part.agent == agent)
        found.append(left.pop(place))
    return tuple(found)
