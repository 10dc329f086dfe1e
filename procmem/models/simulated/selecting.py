"""Rows that words pick out of a table: equal, above, before, the highest three, the first two, all the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from procmem.models.simulated.alignment import stem
from procmem.models.simulated.entities import as_number, mentions, typed
from procmem.models.simulated.records import phrase_in

Row = tuple[str, ...]
_ABOVE = r"more than|over|above|higher than|greater than|larger than|exceed\w*|bigger than"
_BELOW = r"less than|under|below|lower than|fewer than|smaller than|cheaper than"
_LIMITS: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
    (rf"\b(?:{_ABOVE})\s+\$?(?P<n>-?[\d,]+(?:\.\d+)?)", lambda one, other: one > other),
    (rf"\b(?:{_BELOW})\s+\$?(?P<n>-?[\d,]+(?:\.\d+)?)", lambda one, other: one < other),
    (r"\bat least\s+\$?(?P<n>-?[\d,]+(?:\.\d+)?)", lambda one, other: one >= other),
    (r"\bat most\s+\$?(?P<n>-?[\d,]+(?:\.\d+)?)", lambda one, other: one <= other),
    (r"\$?(?P<n>-?[\d,]+(?:\.\d+)?)\s+(?:or|and) (?:more|above|higher|over)\b", lambda one, other: one >= other),
    (r"\$?(?P<n>-?[\d,]+(?:\.\d+)?)\s+(?:or|and) (?:less|below|lower|fewer)\b", lambda one, other: one <= other),
)
_DAYS: tuple[tuple[str, Callable[[date, date], bool]], ...] = (
    (r"\b(?:before|until|earlier than|prior to)\s+$", lambda one, other: one < other),
    (r"\b(?:after|since|later than)\s+$", lambda one, other: one > other),
)
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
}  # fmt: skip
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_TOP = re.compile(
    r"(?i)\b(?:top|best|highest|largest)[ -](\d{1,3}|[a-z]+)\b|\b(\d{1,3}|[a-z]+) (?:best|highest|largest)\b"
)
_SOME = re.compile(r"(?i)\b(first|last) (\d{1,3}|[a-z]+)\b")
_EXTREME = re.compile(
    r"(?i)\bthe (?:row |line |one )?(?:with the |of the )?"
    r"(highest|largest|biggest|most expensive|dearest|lowest|smallest|cheapest|least expensive)\b"
)
HIGHEST = re.compile(
    r"(?i)\b(highest|most|largest|maximum|max|biggest|best|greatest|longest|latest|top|oldest)\b(?! of\b)"
)
LOWEST = re.compile(
    r"(?i)\b(lowest|least|smallest|minimum|min|fewest|cheapest|worst|shortest|earli\w+|youngest)\b(?! of\b)"
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with its titles and rows; the first column names what a row is about."""

    titles: Row
    rows: tuple[Row, ...]

    def named(self, text: str) -> list[int]:
        """The columns whose titles the text says, in the order of the text."""
        lowered = text.lower().replace("_", " ")
        words = _words(lowered)
        found = []
        for index, title in enumerate(self.titles):
            bare = title.lower().replace("_", " ").strip()
            place = lowered.find(bare) if phrase_in(bare, lowered) else -1
            if place < 0 and (own := _words(bare)) and own <= words:
                place = min(lowered.find(word) for word in bare.split()[:1])
            if (
                place < 0
                and (tight := re.sub(r"\W", "", bare))
                and len(tight) > 4
                and tight in re.sub(r"\W", "", lowered)
            ):
                place = len(lowered)
            if place >= 0:
                found.append((place, index))
        return [index for _, index in sorted(found)]

    def numeric(self) -> list[int]:
        """The columns that hold numbers."""
        return [
            index
            for index in range(len(self.titles))
            if (cells := [row[index] for row in self.rows if row[index]])
            and all(as_number(cell) is not None for cell in cells)
        ]


def _words(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z]+|\d+", text.lower())}


def chosen(grid: Grid, text: str) -> list[int]:
    """The rows that a text picks, by all it says of them; all rows where it says nothing of any."""
    rows = list(range(len(grid.rows)))
    for keep in (_equal, _limited, _dated, _empty):
        kept = keep(grid, text, rows)
        rows = kept if kept is not None else rows
    return _ranked(grid, text, rows)


def picks(grid: Grid, text: str) -> bool:
    """Whether a text picks some of the rows and not all."""
    return 0 < len(chosen(grid, text)) < len(grid.rows)


def _equal(grid: Grid, text: str, rows: Sequence[int]) -> list[int] | None:
    """Rows of which cells stand in the text: all that hold one in every column that is spoken of."""
    lowered = " ".join(text.lower().split())
    said: dict[int, set[str]] = {}
    for index, title in enumerate(grid.titles):
        for place in rows:
            cell = grid.rows[place][index]
            if _spoken(cell, title, lowered):
                said.setdefault(index, set()).add(cell.lower())
    whole = {index for index, cells in said.items() if {grid.rows[place][index].lower() for place in rows} <= cells}
    wanted = {index: cells for index, cells in said.items() if index not in whole or len(rows) == 1}
    if not wanted:
        return None
    kept = [place for place in rows if all(grid.rows[place][index].lower() in cells for index, cells in wanted.items())]
    if _excluded(lowered, wanted):
        return [place for place in rows if place not in kept] if kept else None
    return kept or None


def _spoken(cell: str, title: str, lowered: str) -> bool:
    bare = cell.strip().lower()
    number = as_number(bare) is not None
    if len(bare) < 2 or bare == title.strip().lower() or len(bare) > 60:
        return False
    if number:
        return bool(re.search(rf"\b{re.escape(title.lower())}\W{{0,3}}(?:is |of |= ?)?{re.escape(bare)}\b", lowered))
    if phrase_in(bare, lowered):
        return True
    return " " not in bare and len(bare) > 3 and not bare.endswith("s") and phrase_in(f"{bare}s", lowered)


def _excluded(lowered: str, wanted: dict[int, set[str]]) -> bool:
    """Whether the text speaks of the rows only to leave them out."""
    cells = [re.escape(cell) for several in wanted.values() for cell in several]
    return bool(
        re.search(rf"\b(?:except|but not|other than|without|excluding)\b[^.;]{{0,20}}?(?:{'|'.join(cells)})", lowered)
    )


def _limited(grid: Grid, text: str, rows: Sequence[int]) -> list[int] | None:
    """Rows whose number lies beyond one that is said: in the column named before it, or the only one."""
    for pattern, fits in _LIMITS:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            limit = as_number(match["n"].rstrip(".,"))
            columns = [index for index in grid.named(text) if index in grid.numeric()] or grid.numeric()[-1:]
            if limit is None or not columns:
                continue
            index = columns[-1]
            return [
                place
                for place in rows
                if (cell := as_number(grid.rows[place][index])) is not None and fits(cell, limit)
            ]
    return None


def _dated(grid: Grid, text: str, rows: Sequence[int]) -> list[int] | None:
    for one in mentions(text):
        day = _day(one.text) if one.kind in ("date", "datetime") else None
        for pattern, fits in _DAYS if day is not None else ():
            if not re.search(pattern, text[: one.start], re.IGNORECASE):
                continue
            for index in grid.named(text) or range(len(grid.titles)):
                days = {place: own for place in rows if (own := _day(grid.rows[place][index])) is not None}
                if days and day is not None:
                    return [place for place, own in days.items() if fits(own, day)]
    return None


def _day(cell: str) -> date | None:
    what = typed(cell).value
    return what.date() if isinstance(what, datetime) else what if isinstance(what, date) else None


def _empty(grid: Grid, text: str, rows: Sequence[int]) -> list[int] | None:
    """Rows without something in a column that the text calls empty or missing."""
    match = re.search(
        r"(?i)\b(?:no|without an?|missing|empty|blank) ([\w ]{3,30})|\b([\w ]{3,30}) is (?:missing|empty|blank)", text
    )
    if match is None:
        return None
    columns = grid.named(match[1] or match[2])
    kept = [place for place in rows if columns and not grid.rows[place][columns[0]].strip()]
    return kept or None


def _ranked(grid: Grid, text: str, rows: list[int]) -> list[int]:
    """The first, the last, or the highest few of the rows, where the text says so."""
    top = _TOP.search(text)
    count = _count(top[1] or top[2]) if top else None
    columns = [index for index in grid.named(text) if index in grid.numeric()] or grid.numeric()[-1:]
    if count and columns:
        return sorted(rows, key=lambda place: -(as_number(grid.rows[place][columns[0]]) or 0.0))[:count]
    single = _EXTREME.search(text)
    if single and columns and len(rows) > 1:
        best = max if single[1].lower() in ("highest", "largest", "biggest", "most expensive", "dearest") else min
        return [best(rows, key=lambda place: as_number(grid.rows[place][columns[0]]) or 0.0)]
    some = _SOME.search(text)
    count = _count(some[2]) if some else None
    if some and count:
        return rows[:count] if some[1].lower() == "first" else rows[-count:]
    single = re.search(rf"(?i)\bthe ({'|'.join(_ORDINALS)}|last) (?!name|sheet|column|word|half)\w+", text)
    if single and len(rows) == len(grid.rows):
        place = _ORDINALS.get(single[1].lower(), len(rows))
        return rows[place - 1 : place]
    return rows


def _count(word: str) -> int | None:
    return int(word) if word.isdigit() else _NUMBERS.get(word.lower())
