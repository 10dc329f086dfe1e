"""From a value back to where it may come from: the candidates that ``explanation`` tests on every example.

Each candidate has a cost; the search is bounded everywhere, so that a hostile context is only searched less well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from procmem.models.simulated.alignment import tokens
from procmem.models.simulated.conditions import Conditions, columns_of, header_named, picks
from procmem.models.simulated.context import TEXTS, Context
from procmem.models.simulated.counterparts import part_of, things
from procmem.models.simulated.entities import key, mentions, typed
from procmem.models.simulated.expressions import (
    Cell,
    Column,
    ColumnNumber,
    Counterpart,
    Equals,
    Everything,
    Expression,
    Given,
    Item,
    Nearest,
    Pick,
    Rows,
    Sentence,
    Span,
    TableRef,
    View,
)
from procmem.models.simulated.figures import comparable, is_sentence, nearest_row
from procmem.models.simulated.patterns import patterns
from procmem.models.simulated.records import ROW, Table
from procmem.models.simulated.views import view, views_of

Costed = tuple[float, Expression]
_CUE = re.compile(
    r"(?i)\b(?:(?:lat|new|old|earli|high|low|larg|great|small|big|cheap|b|l|short|long|clos|near)est|most|least|last|first|next|top|"
    r"maximum|minimum|best|worst|more|less|fewest)\b"
)
_MOST_CELLS = 6000
_MOST_BASES = 90
_WIDEST = 14
_PHRASING = ("grid", "blocks", "columns", "fields", "call", "lines")
_IN_A_LIST = 1.5
"""What it costs more to find a mention by its place among the cells of a table: a row and a column say it better."""
UNCUED = 0.8
"""What a first or last row, a highest or lowest value costs more where no instruction speaks of one."""


class Locator:
    """Looks values up in one context. Contexts of a repetition share what they have in common through ``base``."""

    def __init__(self, context: Context, base: Locator | None = None) -> None:
        self.context = context
        self.base = base
        self._conditions: dict[TableRef, Conditions] = {}
        self._simple: dict[str, list[Costed]] = {}
        self._tables: dict[tuple[str, bool], list[Costed]] = {}

    def conditions(self, ref: TableRef) -> Conditions:
        """The conditions on a table, made once."""
        if ref not in self._conditions:
            shared = self.base is not None and self.base.context.observed == self.context.observed
            base = self.base.conditions(ref) if self.base is not None and shared else None
            self._conditions[ref] = Conditions(self.context, ref, base)
        return self._conditions[ref]

    # --- what is there -----------------------------------------------------------------------------------------------

    @cached_property
    def cells(self) -> dict[str, list[tuple[TableRef, int, int]]]:
        """All cells by the key of their value: table, row, column."""
        if self.base is not None and self.base.context.observed == self.context.observed:
            return self.base.cells
        found: dict[str, list[tuple[TableRef, int, int]]] = {}
        count = 0
        for ref in self.context.references():
            table = self.context.table(ref)
            for number, row in enumerate(table.rows if table else ()):
                for index, cell in enumerate(row):
                    if cell and count < _MOST_CELLS:
                        found.setdefault(key(cell), []).append((ref, number, index))
                        count += 1
        return found

    @cached_property
    def headers(self) -> dict[str, list[tuple[TableRef, int]]]:
        """The columns of grids by the key of their number, and the number behind the last one."""
        found: dict[str, list[tuple[TableRef, int]]] = {}
        for ref in self.context.references():
            table = self.context.table(ref) if ref.kind == "grid" else None
            for index, number in enumerate((*table.numbers, table.numbers[-1] + 1) if table and table.numbers else ()):
                found.setdefault(key(str(number)), []).append((ref, index))
        return found

    @cached_property
    def bases(self) -> list[tuple[float, Expression, str]]:
        """A bounded pool of simple values that other values may be made from, cheapest first."""
        pool: list[tuple[float, Expression, str]] = [
            (0.0, Item(Column(name, 0)), value) for name, value in (self.context.item or {}).items() if value
        ]
        for what, value in (("user", self.context.user), ("today", self.context.today)):
            if value:
                pool.append((0.8, Given(what), value))  # type: ignore[arg-type]
        for source in self._prose():
            text = self.context.text(source) or ""
            for mention in mentions(text)[:30]:
                cost, way = min(picks(source, text, mention, self.context.user), key=lambda one: one[0])
                pool.append((cost + (_IN_A_LIST if self._lists(source) else 0.0), way, mention.text))
        pool += [*self._single_rows(), *self._named_rows(), *self._notes()]
        return sorted(pool, key=lambda one: one[0])[:_MOST_BASES]

    def _prose(self) -> list[str]:
        observed = [source for source in self.context.observed if len(self.context.text(source) or "") < 4000]
        return [*(source for source in TEXTS if source in self.context.texts), *reversed(observed)]

    def _single_rows(self) -> Iterator[tuple[float, Expression, str]]:
        for ref in self.context.references():
            table = self.context.table(ref)
            if (
                table is not None
                and ref.kind in ("fields", "call")
                and len(table.rows) == 1
                and ref.source not in TEXTS
            ):
                for index, column in columns_of(table):
                    if table.rows[0][index] and len(table.rows[0][index]) < 200:
                        yield 0.9, Cell(Rows(ref), column), table.rows[0][index]

    def _notes(self) -> Iterator[tuple[float, Expression, str]]:
        """What stands behind the colon of a sentence that is alone of its kind in a table."""
        for ref in list(self.context.references())[:12]:
            table = self.context.table(ref)
            if table is None or ref.kind not in ("grid", "blocks") or ref.source in TEXTS:
                continue
            for index, column in list(columns_of(table))[:8]:
                notes = [row[index] for row in table.rows if is_sentence(row[index])]
                behind = view("behind the colon", notes[0]) if len(notes) == 1 else None
                if behind:
                    yield 1.2, View("behind the colon", Cell(Rows(ref, Sentence(column)), column)), behind

    def _named_rows(self) -> Iterator[tuple[float, Expression, str]]:
        """The cells of the one row that an instruction names."""
        for ref in list(self.context.references())[:12]:
            table = self.context.table(ref)
            if table is None or ref.kind not in ("grid", "blocks", "columns") or len(table.rows) < 2:
                continue
            named = [one for one in self.conditions(ref).simple if one[2].bit_count() == 1 and one[0] < 1.0]
            for cost, condition, mask in named[:1]:
                row = table.rows[mask.bit_length() - 1]
                for index, column in columns_of(table):
                    if row[index] and len(row[index]) < 200:
                        yield 0.6 + cost, Cell(Rows(ref, condition), column), row[index]

    @cached_property
    def views(self) -> dict[str, list[Costed]]:
        """Other ways to see the pool's values, by the key of what is seen."""
        found: dict[str, list[Costed]] = {}
        for cost, expression, value in self.bases:
            for name, seen in views_of(value):
                found.setdefault(key(seen), []).append((cost + 0.8, View(name, expression)))
        return found

    def phrases_in(self, value: str) -> tuple[str, ...]:
        """Observed wordings that stand inside a value: of several words, or behind their label; the longest first."""
        found = [phrase for phrase in self._phrases if len(phrase) < len(value) and phrase in value]
        lowered = value.lower()
        found += [cell for name, cell in self._labelled if f" {name} {cell.lower()}" in f" {lowered.replace('(', ' ')}"]
        return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))[:24]

    @cached_property
    def _labelled(self) -> tuple[tuple[str, str], ...]:
        """The fields of what was observed: label in lower case, and value."""
        found: dict[tuple[str, str], None] = {}
        for ref in self.context.references():
            table = self.context.table(ref) if ref.kind == "fields" and ref.source not in TEXTS else None
            for row in table.rows[:1] if table is not None else ():
                pairs = zip(table.columns, row, strict=True) if table is not None else ()
                found |= dict.fromkeys((name.lower(), cell) for name, cell in pairs if 0 < len(cell) < 60)
        return tuple(found)

    @cached_property
    def _phrases(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for ref in self.context.references():
            table = self.context.table(ref)
            if table is None or ref.source in TEXTS or ref.kind not in _PHRASING:
                continue
            cells = (cell.strip() for row in table.rows[:60] for cell in row[:_WIDEST])
            found |= dict.fromkeys(cell for cell in cells if 3 < len(cell) < 60 and not cell.isalnum())
        worded = (phrase for phrase in found if re.search(r"[A-Z\d]", phrase) and re.search(r"[^\W\d_]{2}", phrase))
        return tuple(sorted(worded, key=len, reverse=True))

    @cached_property
    def patterns(self) -> list[str]:
        """Observed patterns with blanks."""
        return patterns(self.context)

    # --- candidates --------------------------------------------------------------------------------------------------

    def simple(self, value: str) -> list[Costed]:
        """Places that need no table: the row at hand, mentions and stretches of texts, the setting, views of these."""
        if value in self._simple:
            return self._simple[value]
        found: list[Costed] = [
            (self._less_sure(name), Item(Column(name, 0)))
            for name, cell in (self.context.item or {}).items()
            if cell and key(cell) == key(value)
        ]
        direct = [one for one in self.bases if isinstance(one[1], (Given, View))]
        found += [(cost, way) for cost, way, base in direct if key(base) == key(value)]
        found += self._counterparts(value)
        for source in self._prose():
            text = self.context.text(source) or ""
            extra = _IN_A_LIST if self._lists(source) else 0.0
            for mention in mentions(text)[:80]:
                if key(mention.text) == key(value):
                    found += [(cost + extra, way) for cost, way in picks(source, text, mention, self.context.user)]
            found += self._spans(source, text, value)
        found += [(cost, way) for cost, way in self.views.get(key(value), ())[:12]]
        self._simple[value] = sorted(found, key=lambda one: one[0])[:24]
        return self._simple[value]

    def _less_sure(self, name: str) -> float:
        """What a column of the row at hand costs, where another one of the row tells the same better."""
        if name == "head" and "before the bracket" in (self.context.item or {}):
            return 0.5
        return 0.05 if name.startswith("name ") else 0.0

    def _counterparts(self, value: str) -> Iterator[Costed]:
        """The part that the value plays in an instruction."""
        for source, text in self.context.texts.items():
            place = part_of(value, text)
            if place is not None:
                sort = things(text)[place].sort
                several = sum(one.sort == sort for one in things(text)) > 1
                extra = {"subtask": 1.0, "task": 0.72}.get(source, 1.0)
                yield extra + 0.06 * several, Counterpart(source, text, place, self.context.user)

    def _spans(self, source: str, text: str, value: str) -> Iterator[Costed]:
        """Stretches of a text that hold the value, to be found again by what stands around them."""
        if len(text) > 2500 or len(tokens(text)) > 400:
            return
        extra = {"subtask": 0.6, "task": 1.0}.get(source, 3.6 if self._lists(source) else 1.3)
        lowered, wanted = text.lower(), value.lower()
        position = lowered.find(wanted)
        for _ in range(3):
            if position < 0 or not wanted:
                return
            yield extra, Span(source, text, position, position + len(value))
            position = lowered.find(wanted, position + 1)

    def _lists(self, source: str) -> bool:
        """Whether a text is a list of like records: what stands around a value there does not say which is meant."""
        return source in self._listings

    @cached_property
    def _listings(self) -> frozenset[str]:
        refs = [ref for ref in self.context.references() if ref.kind in ("blocks", "grid")]
        return frozenset(ref.source for ref in refs if (table := self.context.table(ref)) and len(table.rows) > 1)

    def in_tables(self, value: str, *, deep: bool = True) -> list[Costed]:
        """Cells that hold the value, each with ways to choose its row and its column."""
        if (value, deep) in self._tables:
            return self._tables[value, deep]
        found: list[Costed] = []
        hits = [hit for hit in self.cells.get(key(value), ()) if not hit[0].kind.startswith("each")]
        hits.sort(key=lambda hit: hit[0].kind in ("lines", "parts", "clauses"))
        for ref, row, index in hits[: 8 if deep else 4]:
            table = self.context.table(ref)
            if table is None:
                continue
            columns = header_named(table, index, self.context)
            for cost, rows, place in self._row(ref, table, row, index, deep=deep):
                found += [(cost + 0.7 + 0.1 * step, Cell(rows, column, place)) for step, column in enumerate(columns)]
            found += self._nearest(ref, table, row, columns[0])
        self._tables[value, deep] = sorted(found, key=lambda one: one[0])[:40]
        return self._tables[value, deep]

    def _row(self, ref: TableRef, table: Table, row: int, index: int, *, deep: bool) -> list[tuple[float, Rows, int]]:
        conditions = self.conditions(ref)
        plain = 0.5 if ref.kind in ("grid", "blocks", "columns", "fields", "call") else 1.1
        ways = [(plain + cost, Rows(ref, one), 0) for cost, one in conditions.selecting(1 << row, pairs=deep)]
        if deep:
            ways += [(plain + cost, Rows(ref, one), 0) for cost, one in self._keyed(ref, table, row, index)]
        if deep or self.cued:
            ways += self._extreme(ref, table, row, plain)
        last = len(table.rows) - 1
        if last > 0:
            by_place = 0.0 if self.cued or table.columns[index] == ROW else UNCUED
            ways.append((plain + (1.0 + by_place if row == 0 else 2.6), Rows(ref), row))
            if row == last:
                ways.append((plain + 1.2 + by_place, Rows(ref), -1))
        ways += [
            (plain + cost + 1.8, Rows(ref, one), 0)
            for cost, one, mask in conditions.holding(1 << row)[1:]
            if mask & -mask == 1 << row
        ]
        return ways

    def _keyed(self, ref: TableRef, table: Table, row: int, target: int) -> Iterator[tuple[float, Equals]]:
        """The row whose cell in another column equals something known from elsewhere."""
        for index, column in list(columns_of(table))[:9]:
            cell = table.rows[row][index]
            if (
                index == target
                or not cell
                or len(cell) > 120
                or column.name.startswith("@")
                or sum(key(r[index]) == key(cell) for r in table.rows) > 1
            ):
                continue
            ways = [one for one in self.simple(cell) if _source(one[1]) != ref.source][:3]
            elsewhere = [one for one in self.in_tables(cell, deep=False) if _source(one[1]) != ref.source]
            ways += [(cost + 0.5, way) for cost, way in elsewhere[:3]]
            yield from ((cost + 0.3, Equals(column, way)) for cost, way in ways)

    def _extreme(self, ref: TableRef, table: Table, row: int, plain: float) -> Iterator[tuple[float, Rows, int]]:
        """The row with the greatest or smallest cell of a column, among all rows or those under a condition."""
        for index, column in columns_of(table):
            own = comparable(table.rows[row][index])
            if own is None or column.name.startswith("@"):
                continue
            for cost, one, mask in self.conditions(ref).holding(1 << row)[:8]:
                values = [
                    value
                    for number, other in enumerate(table.rows)
                    if mask >> number & 1 and (value := comparable(other[index])) is not None
                ]
                if len(values) < 2:
                    continue
                uncued = 0.0 if self.cued else UNCUED
                extra = plain + cost + 0.7 + uncued + (0.0 if isinstance(one, Everything) else 0.5)
                if own == max(values) and values.count(own) == 1:
                    yield extra, Rows(ref, one, "falling", column), 0
                if own == min(values) and values.count(own) == 1:
                    yield extra, Rows(ref, one, "rising", column), 0

    @cached_property
    def cued(self) -> bool:
        """Whether an instruction speaks of something first, last, most or least, also one that went to others."""
        handed = (seen[0].text for source, seen in self.context.observed.items() if source.endswith("/asked") and seen)
        return any(_CUE.search(text) for text in (*self.context.texts.values(), *handed))

    def _nearest(self, ref: TableRef, table: Table, row: int, column: Column) -> Iterator[Costed]:
        for source in TEXTS:
            text = self.context.texts.get(source)
            for index, by in list(columns_of(table))[:6]:
                wordy = typed(table.rows[row][index]).kind in ("text", "file")
                if text and wordy and nearest_row([other[index] for other in table.rows], text) == row:
                    yield 1.5, Nearest(ref, by, source, column)

    def numbers(self, value: str) -> list[Costed]:
        """Column numbers of grids."""
        found: list[Costed] = []
        for ref, index in self.headers.get(key(value), ())[:4]:
            table = self.context.table(ref)
            if table is None:
                continue
            if index == len(table.numbers):
                found.append((1.4, ColumnNumber(ref, Column("", 0), beyond=1)))
            else:
                columns = header_named(table, index, self.context)[::-1]
                found += [(0.9 + 0.2 * step, ColumnNumber(ref, column)) for step, column in enumerate(columns)]
        return found


def _source(expression: Expression) -> str:
    """The source that an expression looks into, where it is one."""
    match expression:
        case Cell(rows):
            return rows.table.source
        case Pick(source) | Span(source):
            return source
        case Nearest(table):
            return table.source
        case View(_, base):
            return _source(base)
        case _:
            return ""


def numbering(expression: Expression) -> Literal["row", "column", ""]:
    """Whether an expression gives a row's or a column's number."""
    match expression:
        case Cell(_, column, _) | Item(column):
            return "row" if column.name == ROW else ""
        case ColumnNumber():
            return "column"
        case _:
            return ""
