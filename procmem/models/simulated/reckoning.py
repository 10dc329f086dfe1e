"""Values that stand nowhere but follow from others: totals, counts, differences, shares, moved dates and times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from procmem.models.simulated.conditions import Costed as CostedCondition
from procmem.models.simulated.conditions import header_named
from procmem.models.simulated.entities import as_number, same, typed
from procmem.models.simulated.expressions import (
    Aggregate,
    Calculated,
    Cell,
    Column,
    Constant,
    Elapsed,
    Everything,
    Expression,
    Rows,
    Shifted,
    TableRef,
)
from procmem.models.simulated.figures import comparable, elapsed, figure
from procmem.models.simulated.locating import UNCUED, Costed, Locator
from procmem.models.simulated.records import ROW, Table

_MOST_OPERANDS = 36
_EXACT = 1e-6
_TOLD = 1.5
"""What a fixed amount costs more where the same number stands in plain sight: then that is where it came from."""
_ROUNDED = ("/", "percent")
"""Operations whose results people round."""
Operator = Literal["+", "-", "*", "/", "percent"]


def reckoned(value: str, locator: Locator) -> list[Costed]:
    """Ways to compute a value in a context, each with a cost."""
    what = typed(value)
    if what.kind == "number":
        found = [*figures(value, locator), *_differences(value, locator)]
        if not found or min(cost for cost, _ in found) > 2.2:
            found += _calculated(value, locator)
        return sorted(found, key=lambda one: one[0])[:30]
    if what.kind in ("date", "time", "datetime"):
        return sorted(_shifted(value, locator), key=lambda one: one[0])[:30]
    return []


def figures(value: str, locator: Locator) -> Iterator[Costed]:
    """Sums, counts, means and extremes of table columns under a condition."""
    wanted = as_number(value)
    for ref in list(locator.context.references())[:24]:
        table = locator.context.table(ref)
        if wanted is None or table is None or ref.kind.startswith("each") or len(table.rows) < 2:
            continue
        plain = 0.0 if ref.kind in ("grid", "blocks", "columns") else 0.7
        conditions = locator.conditions(ref)
        masks = [(0.0, Everything(), conditions.every), *conditions.simple, *_groups(locator, ref, table)]
        numeric = _numeric(table)
        for cost, one, mask in masks[:90]:
            rows = Rows(ref, one)
            if wanted == mask.bit_count():
                yield 1.6 + plain + cost + (0.8 if wanted < 3 else 0.0), Aggregate("count", rows)
            for index, numbers in numeric:
                chosen = [number for place, number in enumerate(numbers) if mask >> place & 1 and number is not None]
                yield from _figures_of(value, chosen, rows, table, index, plain + cost, locator)


def _figures_of(
    value: str, chosen: list[float], rows: Rows, table: Table, index: int, cost: float, locator: Locator
) -> Iterator[Costed]:
    if not chosen:
        return
    for operator in ("sum", "mean", "lowest", "highest"):
        if len(chosen) == 1 and operator != "sum":
            continue
        if same(figure(operator, chosen), value):
            extra = UNCUED if operator in ("lowest", "highest") and not locator.cued else 0.0
            for column in header_named(table, index, locator.context)[:2]:
                yield 1.3 + cost + extra + (0.4 if len(chosen) == 1 else 0.0), Aggregate(operator, rows, column)


def _numeric(table: Table) -> list[tuple[int, list[float | None]]]:
    found = []
    for index, name in enumerate(table.columns[:14]):
        numbers = [as_number(row[index]) for row in table.rows]
        if name != ROW and sum(number is not None for number in numbers) >= max(1, len(numbers) // 3):
            found.append((index, numbers))
    return found


def _groups(locator: Locator, ref: TableRef, table: Table) -> list[CostedCondition]:
    """Rows that share one value of a column with few values, by that value."""
    found: list[CostedCondition] = []
    conditions = locator.conditions(ref)
    for row in range(min(len(table.rows), 40)):
        for cost, one, mask in conditions._constants(1 << row):
            if mask.bit_count() < len(table.rows) and all(mask != other for _, _, other in found):
                found.append((cost, one, mask))
        if len(found) > 40:
            break
    return found


def operands(locator: Locator) -> list[tuple[float, Expression, float]]:
    """Numbers that may be combined: of the pool, and whole-column figures."""
    found = [(cost, way, number) for cost, way, base in locator.bases if (number := as_number(base)) is not None]
    for ref in locator.context.references():
        table = locator.context.table(ref)
        if table is None or ref.kind not in ("grid", "blocks", "columns") or len(table.rows) < 2:
            continue
        if ROW in table.columns and (last := as_number(table.rows[-1][place := table.columns.index(ROW)])) is not None:
            found.append((0.6, Cell(Rows(ref), Column(ROW, place), -1), last))
        conditions = [(0.0, Everything(), (1 << len(table.rows)) - 1), *locator.conditions(ref).simple[:6]]
        for cost, one, mask in conditions:
            found.append((1.2 + cost, Aggregate("count", Rows(ref, one)), float(mask.bit_count())))
            for index, numbers in _numeric(table):
                chosen = [number for place, number in enumerate(numbers) if mask >> place & 1 and number is not None]
                column = header_named(table, index, locator.context)[0]
                if chosen:
                    found.append((1.0 + cost, Aggregate("sum", Rows(ref, one), column), sum(chosen)))
    return sorted(found, key=lambda one: one[0])[:_MOST_OPERANDS]


def _calculated(value: str, locator: Locator) -> Iterator[Costed]:
    wanted, slack = as_number(value) or 0.0, 0.5000001 / 10 ** len(value.strip().rstrip("%").partition(".")[2])
    pool = operands(locator)
    for index, (cost, left, one) in enumerate(pool):
        for other_cost, right, other in pool[index + 1 :]:
            for operator, result in _results(one, other):
                if abs(result - wanted) <= (slack if operator in _ROUNDED else _EXACT):
                    yield 2.2 + cost + other_cost, Calculated(operator, left, right)
            for operator, result in _results(other, one)[1:]:
                if operator not in "+*" and abs(result - wanted) <= (slack if operator in _ROUNDED else _EXACT):
                    yield 2.2 + cost + other_cost, Calculated(operator, right, left)
        for small in (1.0, -1.0):
            if abs(one + small - wanted) <= _EXACT:
                yield 1.9 + cost, Calculated("+", left, Constant(f"{small:g}"))


def _results(one: float, other: float) -> list[tuple[Operator, float]]:
    """Two numbers combined in every way."""
    found: list[tuple[Operator, float]] = [("+", one + other), ("-", one - other), ("*", one * other)]
    return [*found, ("/", one / other), ("percent", one / other * 100)] if other else found


def _moments(locator: Locator) -> list[tuple[float, Expression, str]]:
    return [one for one in locator.bases if typed(one[2]).kind in ("date", "datetime", "time")][:24]


def _shifted(value: str, locator: Locator) -> Iterator[Costed]:
    goal = comparable(value)
    what = typed(value)
    amounts = [(cost, way, number) for cost, way, base in locator.bases if (number := as_number(base)) is not None][:24]
    for cost, way, base in _moments(locator):
        start = comparable(base)
        if goal is None or start is None or goal[0] != start[0] or goal == start or typed(base).kind != what.kind:
            continue
        minutes = goal[1] - start[1]
        days = minutes / 1440
        unit, amount = ("days", days) if goal[0] == "moment" and days == int(days) else ("minutes", minutes)
        if (what.kind == "date" and unit != "days") or abs(days) > 800:
            continue
        for factor in (1, -1, 7, -7) if unit == "days" else (1, -1, 60, -60):
            yield from (
                (1.0 + cost + amount_cost + 0.2 * (abs(factor) > 1), Shifted(way, number_way, unit, factor))  # type: ignore[arg-type]
                for amount_cost, number_way, number in amounts
                if number * factor == amount
            )
        odd = 0.0 if unit == "days" or amount % 15 == 0 else 1.0
        odd += _TOLD if any(abs(number) == abs(amount) for _, _, number in amounts) else 0.0
        yield 1.6 + cost + odd, Shifted(way, Constant(f"{amount:g}"), unit)  # type: ignore[arg-type]


def _differences(value: str, locator: Locator) -> Iterator[Costed]:
    moments = _moments(locator)
    for cost, left, start in moments:
        for other_cost, right, end in moments:
            if start != end:
                yield from (
                    (2.0 + cost + other_cost, Elapsed(left, right, unit))
                    for unit in ("days", "minutes")
                    if same(elapsed(start, end, unit), value)
                )


def distinct(ways: Sequence[Costed]) -> list[Costed]:
    """Each expression once, with its least cost, cheapest first."""
    found: dict[Expression, float] = {}
    for cost, way in ways:
        found[way] = min(cost, found.get(way, cost))
    return sorted(((cost, way) for way, cost in found.items()), key=lambda one: one[0])
