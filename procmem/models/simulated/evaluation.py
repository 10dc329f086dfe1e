"""Computing expressions in a context. Nothing here raises: what does not apply is None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import lru_cache

from procmem.models.simulated.alignment import carry, gist
from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import as_number, key, mentions, number_text, render_like, shift, typed
from procmem.models.simulated.expressions import (
    Aggregate,
    Blank,
    Both,
    Calculated,
    Cell,
    Column,
    ColumnNumber,
    Compares,
    Condition,
    Constant,
    Contains,
    Elapsed,
    Else,
    Enumerated,
    Equals,
    Everything,
    Expression,
    Filled,
    Given,
    Item,
    Like,
    Listed,
    Mentioned,
    Nearest,
    Pick,
    Rows,
    Sentence,
    Shifted,
    Span,
    TableRef,
    View,
    Voted,
    Written,
)
from procmem.models.simulated.patterns import alike, written
from procmem.models.simulated.pointing import picked
from procmem.models.simulated.records import Table, phrase_in, same_cells
from procmem.models.simulated.views import view

_SENTENCE = 5
"""Spaces in a cell from which on it is a sentence."""
NAMED_IN = "?"
"""A column name that begins so stands for the column whose header stands in the source named behind it."""


def evaluate(expression: Expression, context: Context) -> str | None:
    """The value of an expression in a context, as text, or None where it does not apply."""
    match expression:
        case Constant(text):
            return text
        case Item(column):
            return (context.item or {}).get(column.name) or None
        case Given(what):
            return (context.user if what == "user" else context.today) or None
        case Pick():
            return picked(expression, context)
        case Span(source, model, start, end):
            there = context.text(source)
            return carry(model, start, end, there) if there else None
        case Cell(rows, column, place):
            return _cell(rows, column, place, context)
        case Nearest():
            return _nearest(expression, context)
        case ColumnNumber():
            return _column_number(expression, context)
        case Aggregate(operator, rows, column):
            return _aggregate(operator, rows, column, context)
        case View(name, base):
            seen = evaluate(base, context)
            return view(name, seen) if seen else None
        case Like(base, model):
            plain = evaluate(base, context)
            return render_like(plain, model) if plain is not None else None
        case Voted(options):
            return _vote(options, context)
        case _:
            return _composed(expression, context)


def written_anyway(expression: Expression, context: Context) -> str | None:
    """A text of which some pieces can be computed, with the others as they were remembered; None when none can."""
    if not isinstance(expression, Written):
        return None
    computed = 0
    pieces = []
    for part in expression.parts:
        inner = part.base if isinstance(part, Else) else part
        found = evaluate(inner, context) or written_anyway(inner, context)
        computed += found is not None and not isinstance(part, Constant)
        pieces.append(found if found is not None else part.text if isinstance(part, Else) else "")
    return "".join(pieces) if computed else None


def _composed(expression: Expression, context: Context) -> str | None:
    match expression:
        case Calculated(operator, left, right):
            return calculate(operator, number(left, context), number(right, context))
        case Shifted(base, amount, unit, factor):
            value, by = evaluate(base, context), number(amount, context)
            return shift(value, by * factor, unit) if value and by is not None and abs(by) < 1e6 else None
        case Elapsed(start, end, unit):
            return elapsed(evaluate(start, context), evaluate(end, context), unit)
        case Written(parts):
            pieces = [evaluate(part, context) for part in parts]
            return "".join(piece or "" for piece in pieces) if None not in pieces else None
        case Else(base, _):
            return evaluate(base, context)
        case Filled(pattern, blanks):
            model = alike(evaluate(pattern, context) or "", frozenset(name for name, _ in blanks), context)
            return written(model, {name: evaluate(part, context) for name, part in blanks}, context) if model else None
        case Enumerated(rows, piece, separator, last, empty):
            chosen = rows_of(rows, context)
            found = [evaluate(piece, context.at(row)) for row in chosen or ()]
            known = [value for value in found if value is not None]
            return enumerate_values(known, separator, last) or (empty or None if chosen == [] else None)
        case _:
            return None


def _vote(options: Sequence[tuple[float, Expression]], context: Context) -> str | None:
    """The value with the best explanation; others that give it too count less, since they are often variants of one."""
    weights: dict[str, float] = {}
    spelled: dict[str, str] = {}
    for weight, option in options:
        value = evaluate(option, context)
        if value is not None and value != "":
            same = key(value)
            weights[same] = weights[same] + 0.3 * weight if same in weights else weight
            spelled.setdefault(same, value)
    return spelled[max(weights, key=lambda same: weights[same])] if weights else None


def number(expression: Expression, context: Context) -> float | None:
    """The value of an expression as a number, or None."""
    value = evaluate(expression, context)
    return as_number(value) if value is not None else None


def enumerate_values(values: Sequence[str], separator: str, last: str) -> str | None:
    """Values in one text, with another separator before the last."""
    if not values:
        return None
    return values[0] if len(values) == 1 else separator.join(values[:-1]) + last + values[-1]


def calculate(operator: str, left: float | None, right: float | None) -> str | None:
    """Two numbers combined, as text."""
    if left is None or right is None:
        return None
    if operator == "+":
        return number_text(left + right)
    if operator == "-":
        return number_text(left - right)
    if operator == "*":
        return number_text(left * right)
    if right == 0:
        return None
    return number_text(left / right * (100 if operator == "percent" else 1))


def elapsed(start: str | None, end: str | None, unit: str) -> str | None:
    """Whole days or minutes from start to end, as text."""
    left, right = typed(start or "").value, typed(end or "").value
    if unit == "days":
        days = [value.date() if isinstance(value, datetime) else value for value in (left, right)]
        if isinstance(days[0], date) and isinstance(days[1], date):
            return str((days[1] - days[0]).days)
        return None
    if isinstance(left, datetime) and isinstance(right, datetime):
        return number_text((right - left).total_seconds() / 60)
    if isinstance(left, time) and isinstance(right, time):
        return str((right.hour - left.hour) * 60 + right.minute - left.minute)
    return None


# --- tables ----------------------------------------------------------------------------------------------------------


def place_of(column: Column, table: Table, context: Context) -> int | None:
    """Where a column is in a table: by name, by being named in a text, or by place when the table has no such name."""
    if column.name.startswith(NAMED_IN):
        text = context.lowered(column.name.removeprefix(NAMED_IN))
        named = [index for index, name in enumerate(table.columns) if phrase_in(name, text)]
        return named[0] if len(named) == 1 else None
    found = table.column(column.name)
    if found is None and table.kind in ("grid", "columns") and column.index < len(table.columns) - 1:
        return column.index
    return found


def rows_of(rows: Rows, context: Context) -> list[dict[str, str]] | None:
    """The chosen rows as records, in order; None when there is no such table or column."""
    table = context.table(rows.table)
    if table is None:
        return None
    mask = selected(rows.condition, table, context)
    if mask is None:
        return None
    chosen = [row for index, row in enumerate(table.rows) if mask >> index & 1]
    if rows.order == "reversed":
        chosen.reverse()
    elif rows.by is not None:
        place = place_of(rows.by, table, context)
        if place is None:
            return None
        chosen.sort(key=lambda row: sort_key(row[place]), reverse=rows.order == "falling")
    return [dict(zip(table.columns, row, strict=True)) for row in chosen[: rows.at_most]]


def sort_key(value: str) -> tuple[int, float, str]:
    """An order over cells: numbers and moments by size, texts by letters, empty cells last."""
    what = typed(value).value
    match what:
        case float():
            return (0, what, "")
        case datetime() | date():
            return (1, 0.0, what.isoformat())
        case time():
            return (2, what.hour * 60.0 + what.minute, "")
        case str():
            return (3, 0.0, what.lower()) if what else (4, 0.0, "")


def selected(condition: Condition, table: Table, context: Context) -> int | None:
    """The rows that fulfil a condition, as a bit mask; None when it does not apply to the table."""
    every = (1 << len(table.rows)) - 1
    match condition:
        case Everything():
            return every
        case Both(left, right):
            one, other = selected(left, table, context), selected(right, table, context)
            return one & other if one is not None and other is not None else None
        case _:
            pass
    place = place_of(condition.column, table, context)
    if place is None:
        return None
    if isinstance(condition, Compares):
        bound = evaluate(condition.value, context)
        return compared(table, place, condition.operator, bound) if bound else None
    if isinstance(condition, Sentence):
        return masked(table, place, is_sentence)
    mask: int | None = None
    match condition:
        case Equals(_, value, _):
            wanted = evaluate(value, context)
            mask = same_cells(table, place, wanted) if wanted else None
        case Contains(_, value, _):
            word = (evaluate(value, context) or "").lower()
            mask = masked(table, place, lambda cell: phrase_in(word, cell.lower())) if word else None
        case Blank():
            mask = masked(table, place, lambda cell: not cell.strip())
        case Mentioned(_, source, _):
            text = context.lowered(source)
            mask = masked(table, place, lambda cell: phrase_in(" ".join(cell.split()), text))
        case Listed(_, ref, other_column, _):
            mask = _listed(table, place, ref, other_column, context)
    return mask if mask is None or not condition.negated else every & ~mask


def is_sentence(cell: str) -> bool:
    """Whether a cell holds a sentence."""
    return cell.count(" ") >= _SENTENCE


def masked(table: Table, place: int, holds: Callable[[str], bool]) -> int:
    """The rows whose cell passes a test, as a bit mask."""
    return sum(1 << index for index, row in enumerate(table.rows) if holds(row[place]))


def compared(table: Table, place: int, operator: str, bound: str) -> int | None:
    """The rows on one side of a bound; cells of another type are on neither side."""
    limit = comparable(bound)
    if limit is None:
        return None
    mask = 0
    for index, row in enumerate(table.rows):
        value = comparable(row[place])
        if value is None or value[0] != limit[0]:
            continue
        if (value > limit if ">" in operator else value < limit) or ("=" in operator and value == limit):
            mask |= 1 << index
    return mask


@lru_cache(maxsize=16384)
def comparable(value: str) -> tuple[str, float] | None:
    """A number or moment as something to compare, with its type; a date and a datetime compare by their moments."""
    what = typed(value).value
    match what:
        case float():
            return ("number", what)
        case datetime():
            return ("moment", what.toordinal() * 1440.0 + what.hour * 60 + what.minute)
        case date():
            return ("moment", what.toordinal() * 1440.0)
        case time():
            return ("time", what.hour * 60.0 + what.minute)
        case str():
            return None


def _listed(table: Table, place: int, ref: TableRef, column: Column, context: Context) -> int | None:
    other = context.table(ref)
    there = place_of(column, other, context) if other else None
    if other is None or there is None:
        return None
    known = {key(row[there]) for row in other.rows if row[there]}
    return masked(table, place, lambda cell: bool(cell) and key(cell) in known)


def _cell(rows: Rows, column: Column, place: int, context: Context) -> str | None:
    chosen = rows_of(rows, context)
    table = context.table(rows.table)
    if not chosen or table is None or not -len(chosen) <= place < len(chosen):
        return None
    where = place_of(column, table, context)
    return chosen[place][table.columns[where]] or None if where is not None else None


def _nearest(nearest: Nearest, context: Context) -> str | None:
    table, text = context.table(nearest.table), context.text(nearest.source)
    if table is None or not text:
        return None
    by, column = place_of(nearest.by, table, context), place_of(nearest.column, table, context)
    if by is None or column is None:
        return None
    index = nearest_row([row[by] for row in table.rows], text)
    return table.rows[index][column] or None if index is not None else None


def nearest_row(cells: Sequence[str], text: str) -> int | None:
    """The cell that shares most words with a text, when one alone does."""
    words = gist(text) | {mention.text.lower() for mention in mentions(text)}
    scores = [len(gist(cell.replace("_", " ").replace(".", " ")) & words) for cell in cells]
    top = max(scores, default=0)
    return scores.index(top) if top > 0 and scores.count(top) == 1 else None


def _column_number(wanted: ColumnNumber, context: Context) -> str | None:
    table = context.table(wanted.table)
    if table is None or not table.numbers:
        return None
    if wanted.beyond:
        return str(table.numbers[-1] + wanted.beyond)
    place = place_of(wanted.column, table, context)
    return str(table.numbers[place]) if place is not None and place < len(table.numbers) else None


def _aggregate(operator: str, rows: Rows, column: Column | None, context: Context) -> str | None:
    chosen, table = rows_of(rows, context), context.table(rows.table)
    if chosen is None or table is None:
        return None
    if operator == "count":
        return str(len(chosen))
    place = place_of(column, table, context) if column else None
    if place is None:
        return None
    values = [value for row in chosen if (value := as_number(row[table.columns[place]])) is not None]
    return figure(operator, values)


def figure(operator: str, values: Sequence[float]) -> str | None:
    """One figure about some numbers, as text."""
    if not values:
        return None
    if operator == "sum":
        return number_text(sum(values))
    if operator == "mean":
        return number_text(sum(values) / len(values))
    return number_text(min(values) if operator == "lowest" else max(values))
