"""Over which rows of a table a repetition ran: rows that stand beside its rounds, and the conditions that pick them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from procmem.models.simulated.context import Seen
from procmem.models.simulated.entities import key
from procmem.models.simulated.evaluation import rows_of
from procmem.models.simulated.expressions import Column, Rows, TableRef
from procmem.models.simulated.figures import sort_key
from procmem.models.simulated.locating import Locator
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.templates import varying


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds of a repetition in one memory: the arguments of each, and what each saw itself (by role)."""

    locator: Locator
    arguments: tuple[dict[str, str], ...]
    memory: int = 0
    seen: tuple[dict[str, tuple[Seen, ...]], ...] = ()


def row_candidates(examples: Sequence[Rounds]) -> list[tuple[float, Rows, float]]:
    """Rows of tables that run beside the rounds: (cost, rows, share of the examples), best first."""
    primary = examples[0]
    names = varying(primary.arguments) or tuple(primary.arguments[0])
    found: dict[Rows, tuple[float, float]] = {}
    for name in names:
        values = [round_[name] for round_ in primary.arguments if name in round_]
        for ref, column, places, extra in _beside(primary.locator, values):
            for cost, rows in _ordered_rows(primary.locator, ref, places):
                agreed = sum(_fits(example, rows, column, name) for example in examples) / len(examples)
                if rows not in found or found[rows][0] > cost + extra:
                    found[rows] = (cost + extra, agreed)
    ranked = sorted(((cost, rows, agreed) for rows, (cost, agreed) in found.items()), key=lambda one: (-one[2], one[0]))
    return [one for one in ranked if one[2] > 0.5 or len(examples) == 1]


def _beside(locator: Locator, values: Sequence[str]) -> list[tuple[TableRef, Column, list[int], float]]:
    """Table columns that hold each value in a row of its own: table, column, the rows in the rounds' order, cost."""
    found = []
    for ref, row, index in locator.cells.get(key(values[0]), ())[:40]:
        places = _matched(locator, ref, index, values, row, exact=True)
        table = locator.context.table(ref)
        if places is not None and table is not None:
            found.append((ref, Column(table.columns[index], index), places, _plainness(ref)))
    if found or all(len(value) < 4 for value in values):
        return found
    for ref in list(locator.context.references())[:16]:
        table = locator.context.table(ref)
        for index, name in enumerate(table.columns[:10] if table else ()):
            places = _matched(locator, ref, index, values, None, exact=False)
            if places is not None:
                found.append((ref, Column(name, index), places, 0.6 + _plainness(ref)))
    return found


def _plainness(ref: TableRef) -> float:
    return {"grid": 0.0, "blocks": 0.0, "columns": 0.1, "clauses": 0.4, "lines": 0.5, "parts": 0.8, "fields": 0.9}.get(
        ref.kind, 0.6
    )


def _matched(
    locator: Locator, ref: TableRef, index: int, values: Sequence[str], first: int | None, *, exact: bool
) -> list[int] | None:
    table = locator.context.table(ref)
    if table is None or index >= len(table.columns) or len(table.rows) < len(values):
        return None
    places: list[int] = []
    for value in values:
        lowered = value.lower()
        hits = [
            place
            for place, row in enumerate(table.rows)
            if place not in places
            and row[index]
            and (key(row[index]) == key(value) if exact else phrase_in(row[index], lowered))
        ]
        if not hits or (not places and first is not None and first not in hits):
            return None
        if not exact and len(hits) > 1:
            hits.sort(key=lambda place: -sum(phrase_in(cell, lowered) for cell in table.rows[place]))
        places.append(first if not places and first is not None else hits[0])
    return places


def _ordered_rows(locator: Locator, ref: TableRef, places: Sequence[int]) -> list[tuple[float, Rows]]:
    table = locator.context.table(ref)
    assert table is not None
    mask = sum(1 << place for place in places)
    conditions = locator.conditions(ref).selecting(mask)
    order, by, extra = _order(locator, ref, places)
    if order is None:
        return []
    found = [(cost + extra, Rows(ref, one, order, by)) for cost, one in conditions]  # type: ignore[arg-type]
    if not found and order in ("rising", "falling"):
        return []
    return found


def _order(locator: Locator, ref: TableRef, places: Sequence[int]) -> tuple[str | None, Column | None, float]:
    if list(places) == sorted(places):
        return "", None, 0.0
    if list(places) == sorted(places, reverse=True):
        return "reversed", None, 0.3
    table = locator.context.table(ref)
    for index, name in enumerate(table.columns[:12] if table else ()):
        keys = [sort_key(table.rows[place][index]) for place in places]  # type: ignore[union-attr]
        if len(set(keys)) == len(keys) and keys == sorted(keys):
            return "rising", Column(name, index), 0.6
        if len(set(keys)) == len(keys) and keys == sorted(keys, reverse=True):
            return "falling", Column(name, index), 0.6
    return None, None, 0.0


def _fits(example: Rounds, rows: Rows, column: Column, name: str) -> bool:
    chosen = rows_of(rows, example.locator.context)
    if chosen is None or len(chosen) != len(example.arguments):
        return False
    return all(
        key(row.get(column.name, "")) == key(round_.get(name, ""))
        or phrase_in(row.get(column.name, ""), round_.get(name, "").lower())
        for row, round_ in zip(chosen, example.arguments, strict=True)
    )


def round_examples(examples: Sequence[Rounds], rows: Rows) -> list[tuple[Locator, dict[str, str], int]]:
    """Every round of every example that the rows fit, at its row: (locator, arguments, memory)."""
    found = []
    for example in examples:
        chosen = rows_of(rows, example.locator.context) or []
        if len(chosen) != len(example.arguments):
            continue
        for number, (row, round_) in enumerate(zip(chosen, example.arguments, strict=True)):
            seen = example.seen[number] if number < len(example.seen) else None
            inner = example.locator.context.at(row, seen)
            found.append((Locator(inner, example.locator), round_, example.memory))
    return found
