"""Computing expressions in a context. Nothing here raises: what does not apply is None."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from procmem.models.simulated.alignment import carry
from procmem.models.simulated.context import Context
from procmem.models.simulated.counterparts import counterpart
from procmem.models.simulated.entities import as_number, key, render_like, shift
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
    Counterpart,
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
    Likeliest,
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
from procmem.models.simulated.figures import (
    calculate,
    compared,
    elapsed,
    enumerate_values,
    figure,
    is_sentence,
    masked,
    nearest_row,
    sort_key,
)
from procmem.models.simulated.patterns import alike, written
from procmem.models.simulated.pointing import picked
from procmem.models.simulated.records import Table, phrase_in, same_cells
from procmem.models.simulated.views import view

_UNCLEAR = 0.3
"""What an explanation still counts when it leaves several rows where one is meant."""
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
        case Counterpart(source, model, place, served):
            there = context.text(source)
            return counterpart(model, place, there, served, context.user) if there else None
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
        case Filled(pattern, blanks, then):
            model = alike(evaluate(pattern, context) or "", frozenset(name for name, _ in blanks), then, context)
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
    unclear: list[tuple[float, Expression]] = []
    for weight, option in options:
        value = evaluate(option, context)
        if value is not None and value != "":
            if _ambiguous(option, context):
                unclear.append((weight, option))
                weight *= _UNCLEAR
            same = key(value)
            weights[same] = weights[same] + 0.3 * weight if same in weights else weight
            spelled.setdefault(same, value)
    for weight, value in _narrowed(unclear, context):
        weights[key(value)] = weights.get(key(value), 0.0) + weight
        spelled.setdefault(key(value), value)
    return spelled[max(weights, key=lambda same: weights[same])] if weights else None


def _narrowed(unclear: Sequence[tuple[float, Expression]], context: Context) -> Iterator[tuple[float, str]]:
    """What several conditions pick together, each of which leaves more than one row."""
    groups: dict[tuple[TableRef, Column], list[tuple[float, int, str]]] = {}
    for weight, option in unclear:
        inner = option.base if isinstance(option, Like) else option
        if isinstance(inner, Cell):
            ref = home(inner.rows, context, inner.column)
            mask = selected(inner.rows.condition, table, context) if (table := context.table(ref)) is not None else None
            model = option.model if isinstance(option, Like) else ""
            groups.setdefault((ref, inner.column), []).append((weight, mask or 0, model))
    for (ref, column), found in groups.items():
        table = context.table(ref)
        place = place_of(column, table, context) if table is not None else None
        chosen = found[0][1]
        for _, mask, _ in found[1:]:
            chosen = chosen & mask or chosen
        if table is not None and place is not None and chosen.bit_count() == 1:
            value = table.rows[chosen.bit_length() - 1][place]
            yield found[0][0], render_like(value, found[0][2]) if found[0][2] else value


def _ambiguous(expression: Expression, context: Context) -> bool:
    """Whether a condition that picks one row leaves several here, so that the first of them is a guess."""
    match expression:
        case Like(base, _) | View(_, base):
            return _ambiguous(base, context)
        case Cell(rows, _, 0) if not rows.order and not isinstance(rows.condition, Everything):
            return len(rows_of(rows, context) or ()) > 1
        case _:
            return False


def number(expression: Expression, context: Context) -> float | None:
    """The value of an expression as a number, or None."""
    value = evaluate(expression, context)
    return as_number(value) if value is not None else None


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


def rows_of(rows: Rows, context: Context, column: Column | None = None) -> list[dict[str, str]] | None:
    """The chosen rows as records, in order; None when there is no such table or column.

    ``column`` is what is wanted of them, which the table must have too, if any of its step has it.
    """
    table = context.table(home(rows, context, column))
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


def home(rows: Rows, context: Context, column: Column | None = None) -> TableRef:
    """The table that some rows are of; where it lacks their columns, another one of the same step that has them."""
    table = context.table(rows.table)
    wanted = [*_columns_named(rows.condition), *(one for one in (rows.by, column) if one is not None)]
    if table is not None and all(one.name in table.columns or one.name.startswith(NAMED_IN) for one in wanted):
        return rows.table
    names = [one.name for one in wanted if not one.name.startswith(NAMED_IN)]
    if table is not None and all(table.column(name) is not None for name in names):
        return rows.table
    step = rows.table.source.partition("#")[0]
    for ref in context.references() if names else ():
        if ref.kind == rows.table.kind and ref.source.partition("#")[0] == step:
            other = context.table(ref)
            if other is not None and all(other.column(name) is not None for name in names):
                return ref
    return rows.table


def _columns_named(condition: Condition) -> tuple[Column, ...]:
    match condition:
        case Everything():
            return ()
        case Both(left, right):
            return (*_columns_named(left), *_columns_named(right))
        case Likeliest(options):
            return _columns_named(options[0])
        case _:
            return (condition.column,)


def selected(condition: Condition, table: Table, context: Context) -> int | None:
    """The rows that fulfil a condition, as a bit mask; None when it does not apply to the table."""
    every = (1 << len(table.rows)) - 1
    match condition:
        case Everything():
            return every
        case Both(left, right):
            one, other = selected(left, table, context), selected(right, table, context)
            return one & other if one is not None and other is not None else None
        case Likeliest(options):
            found = [rows for one in options if (rows := selected(one, table, context)) is not None]
            return next((rows for rows in found if rows), found[0] if found else None)
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


def _listed(table: Table, place: int, ref: TableRef, column: Column, context: Context) -> int | None:
    other = context.table(ref)
    there = place_of(column, other, context) if other else None
    if other is None or there is None:
        return None
    known = {key(row[there]) for row in other.rows if row[there]}
    return masked(table, place, lambda cell: bool(cell) and key(cell) in known)


def _cell(rows: Rows, column: Column, place: int, context: Context) -> str | None:
    chosen, table = rows_of(rows, context, column), context.table(home(rows, context, column))
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


def _column_number(wanted: ColumnNumber, context: Context) -> str | None:
    table = context.table(wanted.table)
    if table is None or not table.numbers:
        return None
    if wanted.beyond:
        return str(table.numbers[-1] + wanted.beyond)
    place = place_of(wanted.column, table, context)
    return str(table.numbers[place]) if place is not None and place < len(table.numbers) else None


def _aggregate(operator: str, rows: Rows, column: Column | None, context: Context) -> str | None:
    chosen, table = rows_of(rows, context, column), context.table(home(rows, context, column))
    if chosen is None or table is None:
        return None
    if operator == "count":
        return str(len(chosen))
    place = place_of(column, table, context) if column else None
    if place is None:
        return None
    values = [value for row in chosen if (value := as_number(row[table.columns[place]])) is not None]
    return figure(operator, values)
