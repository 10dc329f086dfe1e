"""Carrying a procedure out: walk along it beside what was done so far, and compute the next call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from procmem.models.simulated.arguments import Argument, Element, Listing, Value, whole_rows
from procmem.models.simulated.context import Context, Seen
from procmem.models.simulated.entities import as_number
from procmem.models.simulated.evaluation import evaluate, rows_of, written_anyway
from procmem.models.simulated.expressions import Written
from procmem.models.simulated.procedure import Procedure, Step, observed_as
from procmem.models.simulated.reading import Done

Call: TypeAlias = tuple[str, dict[str, Any]]
_NAMES = re.compile(
    r"'([^'\n]{1,80})'|\"([^\"\n]{1,80})\"|(?:^|[,;:] +)([^,;:\n]{1,80}?)(?=[,;]|\.(?:\s|$)|$)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a procedure has been carried out: the next call with its reason, or None, and the context reached."""

    call: Call | None
    context: Context
    reason: str = ""


def follow(
    procedure: Procedure,
    base: Context,
    done: Sequence[Done],
    seen_of: Callable[[Done], tuple[Seen, ...]],
    *,
    repair: bool = True,
) -> Progress:
    """Where a procedure stands after what was done.

    Args:
        procedure: What to carry out.
        base: The present texts and setting, nothing observed.
        done: The calls of this run, in order. They were computed by this very function, one by one.
        seen_of: What a call brought, as the procedure's roles want it.
        repair: Try a failed call once more with what its error names.
    """
    walk = _Walk(base, list(done), seen_of, repair=repair)
    for block in procedure.blocks():
        call = walk.step(block) if isinstance(block, Step) else walk.loop(block.rows, block.steps)
        if call is not None:
            return Progress(call, walk.context, walk.reason)
    return Progress(None, walk.context)


class _Walk:
    def __init__(
        self, base: Context, done: list[Done], seen_of: Callable[[Done], tuple[Seen, ...]], *, repair: bool
    ) -> None:
        self.context = base
        self.done = done
        self.position = 0
        self.seen_of = seen_of
        self.repair = repair
        self.reason = ""

    def step(self, step: Step) -> Call | None:
        """Pass a step that was done, or give its call."""
        call, seen = self._pass(step, self.context)
        if call is None:
            self._observe(observed_as(step.role, seen, str(self.done[self.position - 1].arguments.get("subtask", ""))))
        return call

    def loop(self, rows: Any, steps: Sequence[Step]) -> Call | None:
        """Pass the rounds that were done, or give the next call of a round."""
        union: dict[str, tuple[Seen, ...]] = {}
        for row in rows_of(rows, self.context) or ():
            own: dict[str, tuple[Seen, ...]] = {}
            for step in steps:
                call, seen = self._pass(step, self.context.at(row, own))
                if call is not None:
                    return call
                own |= observed_as(step.role, seen)
                union[step.role] = (*union.get(step.role, ()), *seen)
        for role, seen in union.items():
            self._observe(observed_as(role, seen))
        return None

    def _observe(self, observed: dict[str, tuple[Seen, ...]]) -> None:
        old = self.context
        self.context = Context(old.texts, {**old.observed, **observed}, user=old.user, today=old.today)

    def _pass(self, step: Step, context: Context) -> tuple[Call | None, tuple[Seen, ...]]:
        self.reason = step.reason
        if self.position >= len(self.done):
            return (step.tool, filled(step, context)), ()
        now = self.done[self.position]
        self.position += 1
        if not now.failed or not self.repair:
            return None, self.seen_of(now)
        again = repaired(now)
        if again is None:
            return None, self.seen_of(now)
        if self.position >= len(self.done):
            return (now.tool, again), ()
        now = self.done[self.position]
        self.position += 1
        return None, self.seen_of(now)


def grounded(procedure: Procedure, base: Context) -> bool:
    """Whether the request names all that the first call takes from it; a memory of something else rarely passes."""
    first = next(procedure.blocks(), None)
    if first is None:
        return False
    if not isinstance(first, Step):
        return rows_of(first.rows, base) is not None
    values = [value.expression for _, value in first.arguments if isinstance(value, Value)]
    parts = [part for value in values for part in (value.parts if isinstance(value, Written) else (value,))]
    return all(evaluate(part, base) is not None for part in parts)


def filled(step: Step, context: Context) -> dict[str, Any]:
    """The arguments of a step in a context; what can not be computed is repeated from memory."""
    return {name: _argument(argument, context) for name, argument in step.arguments}


def _argument(argument: Argument, context: Context) -> Any:
    if isinstance(argument, Value):
        return _value(argument, context)
    rows = list(_listing(argument, context))
    return _under_header(argument, rows, context) if argument.header is not None else rows


def _under_header(listing: Listing, rows: list[Any], context: Context) -> list[Any]:
    """Rows in the order of the columns that their table has here."""
    assert listing.header is not None
    ref, model = listing.header
    table = context.table(ref)
    now = table.columns[: len(table.numbers)] if table is not None else ()
    places = {name.lower(): place for place, name in enumerate(model)}
    if any(name.lower() not in places for name in now) or len(now) != len(model):
        return rows
    return [[row[places[name.lower()]] for name in now] for row in rows]


def _listing(listing: Listing, context: Context) -> Iterator[Any]:
    yield from (_element(element, context) for element in listing.head)
    if listing.rows is not None and listing.each is not None:
        if listing.each == "whole":
            yield from ([_typed(cell) for cell in row] for row in whole_rows(listing.rows, context) or ())
        else:
            for row in rows_of(listing.rows, context) or ():
                yield _element(listing.each, context.at(row))
    yield from (_element(element, context) for element in listing.tail)


def _typed(cell: str) -> Any:
    """A cell as it goes into another table: a plain number as one, an empty cell as null."""
    if not re.fullmatch(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?", cell):
        return cell or None
    return float(cell) if "." in cell else int(cell)


def _element(element: Element, context: Context) -> Any:
    if isinstance(element, Value):
        return _value(element, context)
    return [_value(cell, context) for cell in element]


def _value(value: Value, context: Context) -> Any:
    found = evaluate(value.expression, context)
    if found is None:
        found = written_anyway(value.expression, context)
    text = value.remembered if found is None else found
    number = as_number(text)
    match value.kind:
        case "whole" | "number" if number is not None:
            return int(number) if number == int(number) and (value.kind == "whole" or "." not in text) else number
        case "other":
            return {"true": True, "false": False, "null": None}.get(text, text)
        case _:
            return text


def repaired(done: Done) -> dict[str, Any] | None:
    """The arguments of a failed call with the nearest name that its error tells, or None when it tells none."""
    offered = [part for match in _NAMES.finditer(done.observation[:1500]) for part in match.groups() if part]
    best: tuple[float, str, str] | None = None
    for name, value in done.arguments.items():
        if not isinstance(value, str) or not value or value not in done.observation:
            continue
        for other in offered:
            score = SequenceMatcher(None, value.lower(), other.lower()).ratio()
            if (
                other != value
                and (value not in other or other.endswith(f"/{value}"))
                and score > 0.4
                and (best is None or score > best[0])
            ):
                best = (score, name, other)
    return {**done.arguments, best[1]: best[2]} if best else None
