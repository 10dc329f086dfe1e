"""Plain figures and comparisons of values: sums and means, days between moments, the order and the size of cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import lru_cache

from procmem.models.simulated.alignment import gist
from procmem.models.simulated.entities import mentions, number_text, typed
from procmem.models.simulated.records import Table

_SENTENCE = 5
"""Spaces in a cell from which on it is a sentence."""


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


def figure(operator: str, values: Sequence[float]) -> str | None:
    """One figure about some numbers, as text."""
    if not values:
        return None
    if operator == "sum":
        return number_text(sum(values))
    if operator == "mean":
        return number_text(sum(values) / len(values))
    return number_text(min(values) if operator == "lowest" else max(values))


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


def nearest_row(cells: Sequence[str], text: str) -> int | None:
    """The cell that shares most words with a text, when one alone does."""
    words = gist(text) | {mention.text.lower() for mention in mentions(text)}
    scores = [len(gist(cell.replace("_", " ").replace(".", " ")) & words) for cell in cells]
    top = max(scores, default=0)
    return scores.index(top) if top > 0 and scores.count(top) == 1 else None
