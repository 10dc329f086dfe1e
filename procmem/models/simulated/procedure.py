"""A procedure: what several remembered episodes have in common, with every argument in terms of what can be looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from procmem.models.simulated.context import Context, Seen
from procmem.models.simulated.entities import key
from procmem.models.simulated.evaluation import rows_of
from procmem.models.simulated.explanation import (
    Example,
    Rounds,
    explain_sequence,
    explain_text,
    round_examples,
)
from procmem.models.simulated.expressions import Expression, Rows, TableRef
from procmem.models.simulated.locating import Locator
from procmem.models.simulated.records import Table
from procmem.models.simulated.remembered import Action, Episode, plain
from procmem.models.simulated.structure import Group, best_structure

Scalar = Literal["text", "whole", "number", "other"]


TURN = "turn"
"""Roles of delegated turns begin so."""


@dataclass(frozen=True, slots=True)
class Value:
    """One argument: its expression, what type it has, what was remembered, and how much of the memories it explains."""

    expression: Expression
    kind: Scalar
    remembered: str
    share: float


@dataclass(frozen=True, slots=True)
class Listing:
    """A list argument: fixed elements around one element per row. Elements are values, or lists of values.

    ``each`` is "whole" when the rows are copied as they are. With ``header``, lists are rows for a table with these columns
    and follow the order that its columns have now.
    """

    head: tuple[Element, ...]
    rows: Rows | None
    each: Element | Literal["whole"] | None
    tail: tuple[Element, ...]
    header: tuple[TableRef, tuple[str, ...]] | None = None


Element: TypeAlias = Value | tuple[Value, ...]
Argument: TypeAlias = Value | Listing


@dataclass(frozen=True, slots=True)
class Step:
    """One call to make. ``role`` names what it brings for later steps."""

    tool: str
    arguments: tuple[tuple[str, Argument], ...]
    role: str


@dataclass(frozen=True, slots=True)
class Loop:
    """Calls to make for each of some rows."""

    rows: Rows
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    """Steps and loops in order, and how the answer is put together. ``support`` counts the episodes behind it."""

    blocks: tuple[Step | Loop, ...]
    answer: Expression | None
    support: int


@dataclass(frozen=True, slots=True)
class _Told:
    """One episode cut into the groups of the common structure."""

    episode: Episode
    groups: tuple[tuple[tuple[Action, ...], ...], ...]
    number: int


def observed_as(role: str, seen: Sequence[Seen], asked: str = "") -> dict[str, tuple[Seen, ...]]:
    """What one step brought, by role; a delegated step brings the observations of several tools, each by its name.

    ``asked`` is the subtask that was delegated: what was worked out for it can be read there again.
    """
    if not role.startswith(TURN):
        single = {f"{role}#{number}": (one,) for number, one in enumerate(seen[:3])} if len(seen) > 1 else {}
        return {role: tuple(seen), **single}
    found: dict[str, tuple[Seen, ...]] = {f"{role}/asked": (Seen(asked),)} if asked else {}
    for one in seen:
        found[f"{role}/{one.tool}"] = (*found.get(f"{role}/{one.tool}", ()), one)
    for name, several in list(found.items()):
        if len(several) > 1:
            found |= {f"{name}#{number}": (one,) for number, one in enumerate(several[: 3 if len(several) < 5 else 1])}
            found[f"{name}#last"] = several[-1:]
    return found


def situation(episode: Episode, observed: dict[str, tuple[Seen, ...]]) -> Context:
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
    told = [_Told(episodes[number], tuple(_cut(episodes[number], ranges)), number) for number, ranges in members]
    observed: list[dict[str, tuple[Seen, ...]]] = [{} for _ in told]
    blocks: list[Step | Loop] = []
    for index, group in enumerate(structure):
        blocks += _Group(group, index, told, observed, prefix).blocks()
    answer = _answer(told, observed)
    return Procedure(tuple(blocks), answer, len(told))


def _cut(episode: Episode, ranges: Sequence[Sequence[range]]) -> Iterator[tuple[tuple[Action, ...], ...]]:
    for rounds in ranges:
        yield tuple(tuple(episode.actions[place] for place in one) for one in rounds)


def _answer(told: Sequence[_Told], observed: Sequence[dict[str, tuple[Seen, ...]]]) -> Expression | None:
    examples = [
        Example(Locator(situation(one.episode, seen)), one.episode.answer, one.number)
        for one, seen in zip(told, observed, strict=True)
        if one.episode.answer
    ]
    return explain_text(examples).expression if examples else None


class _Group:
    """Explains one group of the structure in all episodes, and notes what its steps bring."""

    def __init__(
        self, group: Group, index: int, told: Sequence[_Told], observed: list[dict[str, tuple[Seen, ...]]], prefix: str
    ) -> None:
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
        return Step(having[0][1].tool, tuple(arguments(examples)), role)

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
            if found is None or found.share < 1.0:
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
        seen: list[list[dict[str, tuple[Seen, ...]]]] = [[{} for _ in rounds] for rounds in inner]
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
                (locator, inner[number][int(turn[""])][place], self.told[number].number * 1000 + int(turn[""]))
                for locator, turn, number in round_examples(examples, rows)
            ]
            if not having:
                return None
            step = Step(having[0][1].tool, tuple(arguments(having)), self._role(place))
            if any(isinstance(value, Value) and value.share < 1.0 for _, value in step.arguments):
                return None
            steps.append(step)
            for number, rounds in enumerate(inner):
                for turn, one in enumerate(rounds):
                    seen[number][turn] |= observed_as(step.role, one[place].seen)
        return tuple(steps)


def _plain(action: Action) -> dict[str, str]:
    return {name: plain(value) for name, value in action.values.items()}


# --- arguments -------------------------------------------------------------------------------------------------------


def arguments(examples: Sequence[tuple[Locator, Action, int]]) -> Iterator[tuple[str, Argument]]:
    """The arguments of one step, explained over its examples (the most alike first)."""
    names = Counter(name for _, action, _ in examples for name in action.values)
    for name in [name for name, count in names.items() if 2 * count >= len(examples)]:
        values = [
            (locator, action.values[name], memory) for locator, action, memory in examples if name in action.values
        ]
        if all(isinstance(value, list) for _, value, _ in values):
            yield name, listing(values, name)
        else:
            yield name, scalar(values, name)


def scalar(values: Sequence[tuple[Locator, Any, int]], name: str) -> Value:
    """A single value, explained as text."""
    spread = values[:: max(1, len(values) // 10)]
    explained = explain_text([Example(locator, plain(value), memory) for locator, value, memory in spread], name)
    return Value(explained.expression, _kind(values[0][1]), plain(values[0][1]), explained.share)


def _kind(value: object) -> Scalar:
    if isinstance(value, bool) or value is None:
        return "other"
    if isinstance(value, int):
        return "whole"
    return "number" if isinstance(value, float) else "text"


def listing(values: Sequence[tuple[Locator, list[Any], int]], name: str) -> Listing:
    """A list: one element per row of a table where that explains it, else its elements one by one."""
    nested = any(isinstance(element, list) for _, elements, _ in values for element in elements)
    ref = _headed(values) if nested else None
    if ref is None or _copied(values, [elements for _, elements, _ in values]) is not None:
        return _listed(values, name)
    model = values[0][0]
    found = _listed([(one, _reordered(ref, one, model, rows), memory) for one, rows, memory in values], name)
    return replace(found, header=(ref, _columns_of(ref, model.context)))


def _listed(values: Sequence[tuple[Locator, list[Any], int]], name: str) -> Listing:
    nested = any(isinstance(element, list) for _, elements, _ in values for element in elements)
    counts = {len(elements) for _, elements, _ in values}
    for before, behind in ((0, 0), (1, 0), (0, 1), (1, 1)):
        inner = [elements[before : len(elements) - behind] for _, elements, _ in values]
        if min(counts) < before + behind or max(map(len, inner)) < (1 if len(counts) > 1 else 2):
            continue
        copied = _copied(values, inner) if nested else None
        if copied is not None:
            return Listing(
                _elements([(one[0], one[1][:before], one[2]) for one in values], name),
                copied,
                "whole",
                _elements([(one[0], one[1][len(one[1]) - behind :], one[2]) for one in values], name),
            )
        rounds = [
            Rounds(locator, tuple(_columns(element) for element in elements), memory)
            for (locator, _, memory), elements in zip(values, inner, strict=True)
        ]
        found = explain_sequence(rounds)
        if found is not None and found.known:
            return Listing(
                _elements([(one[0], one[1][:before], one[2]) for one in values], name),
                found.rows,
                _each(found.arguments, rounds, inner, nested=nested),
                _elements([(one[0], one[1][len(one[1]) - behind :], one[2]) for one in values], name),
            )
    same_length = [one for one in values if len(one[1]) == len(values[0][1])]
    return Listing(_elements(same_length, name), None, None, ())


def _columns_of(ref: TableRef, context: Context) -> tuple[str, ...]:
    table = context.table(ref)
    return table.columns[: len(table.numbers)] if table is not None else ()


def _headed(values: Sequence[tuple[Locator, list[Any], int]]) -> TableRef | None:
    """The table whose columns the lists fill in all examples, when their order differs between examples."""
    for ref in values[0][0].context.references():
        headers = [_columns_of(ref, locator.context) for locator, _, _ in values] if ref.kind == "grid" else []
        if not headers or len({frozenset(header) for header in headers}) > 1 or len(set(headers)) == 1:
            continue
        width = len(headers[0])
        if all(isinstance(row, list) and len(row) == width for _, rows, _ in values for row in rows):
            return ref
    return None


def _reordered(ref: TableRef, own: Locator, model: Locator, rows: list[Any]) -> list[Any]:
    """Rows with their cells in the order that the model's table has."""
    header = _columns_of(ref, own.context)
    return [[row[header.index(name)] for name in _columns_of(ref, model.context)] for row in rows]


def _copied(values: Sequence[tuple[Locator, list[Any], int]], inner: Sequence[list[Any]]) -> Rows | None:
    """The rows of which a list is a copy, cell by cell and in order, in all examples."""
    texts = [[[plain(cell) for cell in row] for row in rows if isinstance(row, list)] for rows in inner]
    primary = max(range(len(texts)), key=lambda number: len(texts[number]))
    locator = values[primary][0]
    for ref in locator.context.references():
        table = locator.context.table(ref)
        if ref.kind not in ("grid", "columns") or table is None:
            continue
        places = [_place_of_row(table, row) for row in texts[primary]]
        if None in places or places != sorted(set(places)):  # type: ignore[type-var]
            continue
        mask = sum(1 << place for place in places if place is not None)
        for _, condition in locator.conditions(ref).selecting(mask):
            rows = Rows(ref, condition)
            if all(whole_rows(rows, one[0].context) == wanted for one, wanted in zip(values, texts, strict=True)):
                return rows
    return None


def _place_of_row(table: Table, row: list[str]) -> int | None:
    keys = [key(cell) if cell != "null" else "s:" for cell in row]
    width = len(table.numbers)
    return next((place for place, own in enumerate(table.rows) if [key(cell) for cell in own[:width]] == keys), None)


def whole_rows(rows: Rows, context: Context) -> list[list[str]] | None:
    """The cells of some rows of a grid, without their numbers."""
    table, chosen = context.table(rows.table), rows_of(rows, context)
    if table is None or chosen is None:
        return None
    names = table.columns[: len(table.numbers)]
    return [[row[name] for name in names] for row in chosen]


def _columns(element: object) -> dict[str, str]:
    if isinstance(element, list):
        return {str(place): plain(value) for place, value in enumerate(element)}
    return {"": plain(element)}


def _each(
    found: dict[str, Expression], rounds: Sequence[Rounds], inner: Sequence[list[Any]], *, nested: bool
) -> Element:
    del rounds
    sample = next(elements[0] for elements in inner if elements)
    cells = sample if nested and isinstance(sample, list) else [sample]
    names = [str(place) for place in range(len(cells))] if nested else [""]
    each = tuple(
        Value(found[name], _kind(cell), plain(cell), 1.0)
        for name, cell in zip(names, cells, strict=True)
        if name in found
    )
    return each if nested else each[0]


def _elements(values: Sequence[tuple[Locator, list[Any], int]], name: str) -> tuple[Element, ...]:
    """The elements at each place of lists that are equally long."""
    found: list[Element] = []
    for place, sample in enumerate(values[0][1]):
        if isinstance(sample, list):
            rows = [(one[0], one[1][place], one[2]) for one in values if isinstance(one[1][place], list)]
            rows = [one for one in rows if len(one[1]) == len(sample)]
            found.append(
                tuple(scalar([(one[0], one[1][cell], one[2]) for one in rows], name) for cell in range(len(sample)))
            )
        else:
            found.append(scalar([(one[0], one[1][place], one[2]) for one in values], name))
    return tuple(found)
