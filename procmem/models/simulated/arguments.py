"""The arguments of a remembered call, explained: single values, lists that run over rows, copies of whole rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from procmem.models.simulated.composition import explain_sequence, explain_text
from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import key
from procmem.models.simulated.evaluation import rows_of
from procmem.models.simulated.explanation import Example
from procmem.models.simulated.expressions import Expression, Rows, TableRef
from procmem.models.simulated.locating import Locator
from procmem.models.simulated.records import Table
from procmem.models.simulated.remembered import Action, plain
from procmem.models.simulated.sequences import Rounds

Scalar = Literal["text", "whole", "number", "other"]


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

    ``each`` is "whole" when the rows are copied as they are. With ``header``, lists are rows for a table with these
    columns and follow the order that its columns have now.
    """

    head: tuple[Element, ...]
    rows: Rows | None
    each: Element | Literal["whole"] | None
    tail: tuple[Element, ...]
    header: tuple[TableRef, tuple[str, ...]] | None = None


Element: TypeAlias = Value | tuple[Value, ...]
Argument: TypeAlias = Value | Listing


def arguments(examples: Sequence[tuple[Locator, Action, int]]) -> Iterator[tuple[str, Argument]]:
    """The arguments of one step, explained over its examples (the most alike first)."""
    names = Counter(name for _, action, _ in examples for name in action.values)
    for name in [name for name, count in names.items() if 2 * count >= len(examples)]:
        values = [
            (locator, action.values[name], memory) for locator, action, memory in examples if name in action.values
        ]
        if all(isinstance(value, list) for _, value, _ in values):
            yield name, listing(values, name, [action for _, action, _ in examples if name in action.values])
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


def listing(values: Sequence[tuple[Locator, list[Any], int]], name: str, calls: Sequence[Action]) -> Listing:
    """A list: one element per row of a table where that explains it, else its elements one by one."""
    nested = any(isinstance(element, list) for _, elements, _ in values for element in elements)
    ref = _headed(values, calls) if nested else None
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
        if found is not None:
            return Listing(
                _elements([(one[0], one[1][:before], one[2]) for one in values], name),
                found.rows,
                _each(found.arguments, inner, nested=nested),
                _elements([(one[0], one[1][len(one[1]) - behind :], one[2]) for one in values], name),
            )
    same_length = [one for one in values if len(one[1]) == len(values[0][1])]
    return Listing(_elements(same_length, name), None, None, ())


def _columns_of(ref: TableRef, context: Context) -> tuple[str, ...]:
    table = context.table(ref)
    return table.columns[: len(table.numbers)] if table is not None else ()


def _headed(values: Sequence[tuple[Locator, list[Any], int]], calls: Sequence[Action]) -> TableRef | None:
    """The table whose columns the lists fill in all examples: their order differs so, or it is the call's own table."""
    for ref in values[0][0].context.references():
        headers = [_columns_of(ref, locator.context) for locator, _, _ in values] if ref.kind == "grid" else []
        if not headers or not headers[0] or len({frozenset(header) for header in headers}) > 1:
            continue
        own = all(_is_own(ref, locator.context, call) for (locator, _, _), call in zip(values, calls, strict=True))
        if len(set(headers)) == 1 and not own:
            continue
        width = len(headers[0])
        if all(isinstance(row, list) and len(row) == width for _, rows, _ in values for row in rows):
            return ref
    return None


def _is_own(ref: TableRef, context: Context, call: Action) -> bool:
    """Whether a call is made on the very thing that a table was read from."""
    seen = context.observed.get(ref.source, ())
    if len(seen) != 1:
        return False
    given = {name: plain(value) for name, value in call.values.items() if isinstance(value, str | int)}
    shared = [name for name, _ in seen[0].arguments if name in given]
    return bool(shared) and all(dict(seen[0].arguments)[name] == given[name] for name in shared)


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


def _each(found: dict[str, Expression], inner: Sequence[list[Any]], *, nested: bool) -> Element:
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
