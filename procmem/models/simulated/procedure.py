"""A procedure: what remembered episodes have in common, with every argument in terms of what can be looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from procmem.models.simulated.arguments import Argument, Value, arguments
from procmem.models.simulated.composition import explain_sequence, explain_text
from procmem.models.simulated.context import Context, Seen
from procmem.models.simulated.explanation import Example
from procmem.models.simulated.expressions import Expression, Rows
from procmem.models.simulated.locating import Locator
from procmem.models.simulated.remembered import Action, Episode, plain
from procmem.models.simulated.sequences import Rounds, round_examples
from procmem.models.simulated.structure import Group, best_structure

TURN = "turn"
"""Roles of delegated turns begin so."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call to make. ``role`` names what it brings for later steps, ``reason`` is why it was made."""

    tool: str
    arguments: tuple[tuple[str, Argument], ...]
    role: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """Calls to make for each of some rows."""

    rows: Rows
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """One episode cut into the groups of the common structure."""

    episode: Episode
    groups: tuple[tuple[tuple[Action, ...], ...], ...]
    number: int


Observed: TypeAlias = dict[str, tuple[Seen, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Procedure:
    """What episodes have in common. Its blocks are worked out one by one, when the work has come so far.

    Procedures are compared by identity, so that what is worked out for one is kept with it.
    """

    structure: tuple[Group, ...]
    told: tuple[_Told, ...]
    prefix: str

    def blocks(self) -> Iterator[Step | Loop]:
        """Steps and loops in order."""
        for count in range(1, len(self.structure) + 1):
            yield from _stage(self, count)[0]

    def answer(self) -> Expression | None:
        """How the answer is put together, or None where none was remembered."""
        return _answer(self)


def observed_as(role: str, seen: Sequence[Seen], asked: str = "") -> Observed:
    """What one step brought, by role; a delegated step brings the observations of several tools, each by its name.

    ``asked`` is the subtask that was delegated: what was worked out for it can be read there again.
    """
    if not role.startswith(TURN):
        single = {f"{role}#{number}": (one,) for number, one in enumerate(seen[:3])} if len(seen) > 1 else {}
        return {role: tuple(seen), **single}
    found: Observed = {f"{role}/asked": (Seen(asked),)} if asked else {}
    for one in seen:
        found[f"{role}/{one.tool}"] = (*found.get(f"{role}/{one.tool}", ()), one)
    for name, several in list(found.items()):
        if len(several) > 1:
            found |= {f"{name}#{number}": (one,) for number, one in enumerate(several[: 3 if len(several) < 5 else 1])}
            found[f"{name}#last"] = several[-1:]
    return found


def situation(episode: Episode, observed: Observed) -> Context:
    """The context of a remembered episode at some point."""
    return Context(dict(episode.texts), observed, user=episode.user)


@lru_cache(maxsize=512)
def induce(episodes: tuple[Episode, ...], prefix: str = "") -> Procedure:
    """The procedure of the first episode, as far as possible one that also explains the others.

    Args:
        episodes: The most alike first; those of another structure are left aside.
        prefix: Put before the roles ("turn" for delegations, whose observations are kept by tool).
    """
    structure, members = best_structure([episode.tools for episode in episodes])
    told = tuple(_Told(episodes[number], tuple(_cut(episodes[number], ranges)), number) for number, ranges in members)
    return Procedure(structure, told, prefix)


@lru_cache(maxsize=4096)
def _stage(procedure: Procedure, count: int) -> tuple[tuple[Step | Loop, ...], tuple[Observed, ...]]:
    """The blocks of the ``count``-th group, and what each episode has observed behind it."""
    if count == 0:
        return (), tuple({} for _ in procedure.told)
    observed = [dict(one) for one in _stage(procedure, count - 1)[1]]
    group = _Group(procedure.structure[count - 1], count - 1, procedure.told, observed, procedure.prefix)
    return tuple(group.blocks()), tuple(observed)


def _cut(episode: Episode, ranges: Sequence[Sequence[range]]) -> Iterator[tuple[tuple[Action, ...], ...]]:
    for rounds in ranges:
        yield tuple(tuple(episode.actions[place] for place in one) for one in rounds)


@lru_cache(maxsize=512)
def _answer(procedure: Procedure) -> Expression | None:
    observed = _stage(procedure, len(procedure.structure))[1]
    examples = [
        Example(Locator(situation(one.episode, seen)), one.episode.answer, one.number)
        for one, seen in zip(procedure.told, observed, strict=True)
        if one.episode.answer
    ]
    return explain_text(examples).expression if examples else None


class _Group:
    """Explains one group of the structure in all episodes, and notes what its steps bring."""

    def __init__(self, group: Group, index: int, told: Sequence[_Told], observed: list[Observed], prefix: str) -> None:
        self.group = group
        self.index = index
        self.told = told
        self.observed = observed
        self.prefix = prefix
        self.locators = [Locator(situation(one.episode, seen)) for one, seen in zip(told, observed, strict=True)]

    def blocks(self) -> list[Step | Loop]:
        """The group as a loop where one is found, else as single steps."""
        rounds = [one.groups[self.index] for one in self.told]
        if not self.group.repeated:
            return list(self._singles(rounds, ""))
        counts = {len(one) for one in rounds}
        loop = self._loop(rounds)
        if loop is not None:
            return loop
        if len(counts) == 1:
            return list(self._singles(rounds, "u"))
        first = [one if number == 0 else () for number, one in enumerate(rounds)]
        return list(self._singles(first, "u"))

    def _role(self, *parts: object) -> str:
        return self.prefix + ".".join(str(part) for part in (self.index, *parts))

    def _singles(self, rounds: Sequence[tuple[tuple[Action, ...], ...]], mark: str) -> Iterator[Step]:
        """Each call of the group as a step of its own; later ones may use what earlier ones brought."""
        flat = [[action for one in episode for action in one] for episode in rounds]
        for place in range(max(map(len, flat), default=0)):
            role = self._role(f"{mark}{place}")
            having = [(number, actions[place]) for number, actions in enumerate(flat) if place < len(actions)]
            yield self._step(role, having)
            for number, action in having:
                self._note(number, role, action.seen, str(action.values.get("subtask", "")))

    def _step(self, role: str, having: Sequence[tuple[int, Action]]) -> Step:
        examples = [(self.locators[number], action, self.told[number].number) for number, action in having]
        return Step(having[0][1].tool, tuple(arguments(examples)), role, having[0][1].reason)

    def _note(self, number: int, role: str, seen: Sequence[Seen], asked: str = "") -> None:
        self.observed[number] |= observed_as(role, seen, asked)
        self.locators[number] = Locator(situation(self.told[number].episode, self.observed[number]))

    def _loop(self, rounds: Sequence[tuple[tuple[Action, ...], ...]]) -> list[Step | Loop] | None:
        """The group as a loop, perhaps with single steps before and behind it that run once."""
        for before, behind in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0)):
            if before + behind and (len(self.group.pattern) > 1 or min(map(len, rounds)) < before + behind):
                continue
            inner = [one[before : len(one) - behind] for one in rounds]
            if max(map(len, inner)) < 2:
                continue
            kept = [dict(seen) for seen in self.observed]
            head = list(self._singles([one[:before] for one in rounds], "h"))
            loop = self._body(inner)
            if loop is not None:
                return [*head, loop, *self._singles([one[len(one) - behind :] for one in rounds], "t")]
            self.observed[:] = kept
            self.locators = [Locator(situation(one.episode, seen)) for one, seen in zip(self.told, kept, strict=True)]
        return None

    def _body(self, inner: Sequence[tuple[tuple[Action, ...], ...]]) -> Loop | None:
        """A loop whose rows are found through the arguments of any step of the pattern; all steps must be explained."""
        for driver in range(len(self.group.pattern)):
            examples = [
                Rounds(self.locators[number], tuple(_plain(one[driver]) for one in rounds), self.told[number].number)
                for number, rounds in enumerate(inner)
            ]
            found = explain_sequence(examples)
            if found is None:
                continue
            steps = self._body_steps(inner, found.rows)
            if steps is None:
                continue
            for number, rounds in enumerate(inner):
                for place, step in enumerate(steps):
                    self._note(number, step.role, [seen for one in rounds for seen in one[place].seen])
            return Loop(found.rows, steps)
        return None

    def _body_steps(self, inner: Sequence[tuple[tuple[Action, ...], ...]], rows: Rows) -> tuple[Step, ...] | None:
        steps: list[Step] = []
        seen: list[list[Observed]] = [[{} for _ in rounds] for rounds in inner]
        for place in range(len(self.group.pattern)):
            examples = [
                Rounds(
                    self.locators[number],
                    tuple({"": str(turn)} for turn in range(len(rounds))),
                    number,
                    tuple(seen[number]),
                )
                for number, rounds in enumerate(inner)
            ]
            having = [
                (locator, inner[number][int(turn[""])][place], self.told[number].number)
                for locator, turn, number in round_examples(examples, rows)
            ]
            if not having:
                return None
            first = having[0][1]
            step = Step(first.tool, tuple(arguments(having)), self._role(place), first.reason)
            if any(isinstance(value, Value) and value.share < 1.0 for _, value in step.arguments):
                return None
            steps.append(step)
            for number, rounds in enumerate(inner):
                for turn, one in enumerate(rounds):
                    seen[number][turn] |= observed_as(step.role, one[place].seen)
        return tuple(steps)


def _plain(action: Action) -> dict[str, str]:
    return {name: plain(value) for name, value in action.values.items()}
