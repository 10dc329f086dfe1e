"""Which condition picks just these rows? Most conditions are made from what stands in the texts, not from the rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from procmem.models.simulated.alignment import gist, stems
from procmem.models.simulated.context import TEXTS, Context
from procmem.models.simulated.entities import Mention, key, mentions, typed
from procmem.models.simulated.evaluation import NAMED_IN
from procmem.models.simulated.expressions import (
    Blank,
    Both,
    Column,
    Compares,
    Condition,
    Constant,
    Contains,
    Equals,
    Everything,
    Expression,
    Given,
    Item,
    Listed,
    Mentioned,
    Pick,
    TableRef,
)
from procmem.models.simulated.figures import comparable, compared, masked
from procmem.models.simulated.pointing import by_part, kinds, words_after, words_before
from procmem.models.simulated.records import ROW, Table, phrase_in, same_cells

Costed = tuple[float, Condition, int]
"""A condition with its cost (smaller is simpler) and the rows it selects, as a bit mask."""
_WIDEST = 14
_SPOKEN = 0.4
_STATE = 0.3
_MOST = 120


@lru_cache(maxsize=16384)
def picks(source: str, text: str, mention: Mention, user: str = "") -> list[tuple[float, Expression]]:
    """Ways to point at a mention in its text, each with a cost."""
    found = kinds(text, mention.kind)
    place = found.index(mention)
    extra = {"subtask": 0.0, "task": 0.3}.get(source, 0.9)
    ways: list[tuple[float, Expression]] = [
        ((0.5 if len(found) == 1 else 1.3) + extra, Pick(source, mention.kind, "nth", place))
    ]
    if len(found) > 1 and place == len(found) - 1:
        ways.append((1.6 + extra, Pick(source, mention.kind, "nth", -1)))
    ending = mention.text.rsplit(".", 1)[-1].lower()
    if mention.kind == "file" and len(found) > 1 and len(same := kinds(text, f"file.{ending}")) < len(found):
        ways.append(
            ((0.6 if len(same) == 1 else 1.2) + extra, Pick(source, f"file.{ending}", "nth", same.index(mention)))
        )
    if mention.kind == "quoted" and len(found) > 1:
        sizes = [len(one.text) for one in found]
        if sizes.count(len(mention.text)) == 1 and len(mention.text) in (max(sizes), min(sizes)):
            size: Literal["longest", "shortest"] = "longest" if len(mention.text) == max(sizes) else "shortest"
            ways.append((1.0 + extra, Pick(source, "quoted", size)))
    if mention.kind == "name" and user and mention.text != user:
        others = list(dict.fromkeys(one.text for one in found if one.text != user))
        ways.append(
            ((0.6 if len(others) == 1 else 1.2) + extra, Pick(source, "name", "other", others.index(mention.text)))
        )
    if len(text) > 4000:
        return ways
    if mention.kind == "file" and len(found) > 1:
        ways += _by_part(
            source, text, mention, [("file", found), (f"file.{ending}", kinds(text, f"file.{ending}"))], extra
        )
    for rule, words in (("after", words_before(text, mention)[:2]), ("before", words_after(text, mention)[:1])):
        for distance, word in enumerate(words):
            first = next((m for m in found if word in _around(rule, text, m)), None)
            if word and first == mention:
                ways.append((0.9 + 0.3 * distance + extra, Pick(source, mention.kind, rule, word=word)))  # type: ignore[arg-type]
    return ways


def _by_part(
    source: str, text: str, mention: Mention, groups: list[tuple[str, list[Mention]]], extra: float
) -> list[tuple[float, Expression]]:
    """A file as the one that is to be made, or that is given, among all files or those of its ending."""
    return [
        (0.7 + extra, Pick(source, kind, "made" if made else "given"))
        for kind, found in groups
        for made in (True, False)
        if len(found) > 1 and by_part(text, found, made) == mention.text
    ]


def _around(rule: str, text: str, mention: Mention) -> list[str]:
    return words_before(text, mention) if rule == "after" else words_after(text, mention)


def columns_of(table: Table) -> Iterator[tuple[int, Column]]:
    """The columns that conditions look at, without row numbers."""
    for index, name in enumerate(table.columns[:_WIDEST]):
        if name != ROW:
            yield index, Column(name, index)


class Conditions:
    """All simple conditions on one table of a context, and their combinations on demand."""

    def __init__(self, context: Context, ref: TableRef, base: Conditions | None = None) -> None:
        self.context = context
        self.ref = ref
        table = context.table(ref)
        assert table is not None
        self.table = table
        self.every = (1 << len(table.rows)) - 1
        self._shared: dict[int, list[Costed]] = base._shared if base is not None else {}
        self.asked: frozenset[str] = base.asked if base is not None else asked_stems(context)
        own = self._items() if base is not None else self._simple()
        self.simple: list[Costed] = sorted((*(base.simple if base is not None else ()), *own), key=lambda one: one[0])[
            :_MOST
        ]

    def selecting(self, mask: int, *, pairs: bool = True) -> list[tuple[float, Condition]]:
        """Conditions that select exactly these rows, simplest first; pairs only where nothing simpler does."""
        found: list[tuple[float, Condition]] = [(cost, one) for cost, one, chosen in self.simple if chosen == mask]
        found += self._own_values(mask)
        if mask == self.every:
            found.insert(0, (0.0, Everything()))
        if not pairs or (found and min(cost for cost, _ in found) < 1.2):
            return sorted(found, key=lambda one: one[0])[:8]
        holding = [
            one for one in (*self.simple, *self._constants(mask)) if one[2] & mask == mask and one[2] != self.every
        ][:44]
        for index, (cost, left, chosen) in enumerate(holding):
            found += [
                (cost + other_cost + 0.3, Both(left, right))
                for other_cost, right, others in holding[index + 1 :]
                if chosen & others == mask and chosen != mask and others != mask
            ]
        return sorted(found, key=lambda one: one[0])[:8]

    def holding(self, mask: int) -> list[Costed]:
        """Simple conditions that select these rows and others, simplest first; all rows among them."""
        return [
            (0.0, Everything(), self.every),
            *[
                one
                for one in (*self.simple, *self._constants(mask))
                if one[2] & mask == mask and one[2] not in (mask, self.every)
            ][:14],
        ]

    def _simple(self) -> Iterator[Costed]:
        for index, column in columns_of(self.table):
            cells = [row[index] for row in self.table.rows]
            yield from self._blank(column, cells)
            yield from self._mentioned(index, column)
            yield from self._bounds(index, column, cells)
            yield from self._containing(index, column, cells)
        yield from self._items()
        yield from self._listed()

    def _kept(self, cost: float, condition: Condition, mask: int | None) -> Iterator[Costed]:
        if mask and mask != self.every:
            yield cost, condition, mask

    def _blank(self, column: Column, cells: list[str]) -> Iterator[Costed]:
        mask = sum(1 << index for index, cell in enumerate(cells) if not cell.strip())
        yield from self._kept(0.9, Blank(column), mask)
        yield from self._kept(0.9, Blank(column, negated=True), self.every & ~mask)

    def _mentioned(self, index: int, column: Column) -> Iterator[Costed]:
        for source in TEXTS:
            if source in self.context.texts and self.ref.source != source:
                text = self.context.lowered(source)
                mask = masked(self.table, index, lambda cell, text=text: phrase_in(" ".join(cell.split()), text))  # type: ignore[misc]
                extra = 0.0 if source == "subtask" else 0.2
                yield from self._kept(0.5 + extra, Mentioned(column, source), mask)
                yield from self._kept(
                    1.1 + extra, Mentioned(column, source, negated=True), self.every & ~mask if mask else 0
                )

    def _items(self) -> Iterator[Costed]:
        """Cells that equal something of the row at hand, or of the setting."""
        for index, column in columns_of(self.table):
            for name, value in (self.context.item or {}).items():
                if value and (mask := same_cells(self.table, index, value)):
                    yield from self._kept(0.3, Equals(column, Item(Column(name, 0))), mask)
            for what, value in (("user", self.context.user), ("today", self.context.today)):
                if value and (mask := same_cells(self.table, index, value)):
                    yield from self._kept(0.8, Equals(column, Given(what)), mask)  # type: ignore[arg-type]

    def _bounds(self, index: int, column: Column, cells: list[str]) -> Iterator[Costed]:
        types = {value[0] for cell in cells if (value := comparable(cell))}
        if not types or column.name.startswith("@"):
            return
        for cost, expression, bound in bounds(self.context, self.ref.source):
            limit = comparable(bound)
            if limit is None or limit[0] not in types:
                continue
            for operator in ("<", "<=", ">", ">="):
                mask = compared(self.table, index, operator, bound)
                yield from self._kept(cost + 0.6, Compares(column, operator, expression), mask)
            yield from self._kept(cost + 0.4, Equals(column, expression), same_cells(self.table, index, bound))

    def _containing(self, index: int, column: Column, cells: list[str]) -> Iterator[Costed]:
        """Cells that hold a name, phrase, code or file of the instructions among other words."""
        if column.name.startswith("@") or max(map(len, cells), default=0) < 5:
            return
        for source in TEXTS:
            text = self.context.texts.get(source, "") if self.ref.source != source else ""
            for mention in [one for one in mentions(text) if one.kind in ("name", "quoted", "code", "file")][:6]:
                word = mention.text.lower()
                mask = masked(self.table, index, lambda cell, word=word: phrase_in(word, cell.lower()))  # type: ignore[misc]
                if mask and mask != self.every:
                    cost, way = min(picks(source, text, mention, self.context.user), key=lambda one: one[0])
                    own = 0.8 if mention.text == self.context.user else 0.0
                    yield cost + 0.5 + own, Contains(column, way), mask

    def _listed(self) -> Iterator[Costed]:
        """Cells that stand, or do not stand, in a column of another table."""
        own = [
            (column, [key(row[index]) if row[index] else "" for row in self.table.rows])
            for index, column in columns_of(self.table)
        ]
        listing = ("grid", "blocks", "columns", "lines")
        others = [ref for ref in self.context.references() if ref.source != self.ref.source and ref.kind in listing]
        for ref in others[:5]:
            other = self.context.table(ref)
            if other is None or len(other.rows) < 2:
                continue
            for place, there in list(columns_of(other))[:6]:
                known = {key(row[place]) for row in other.rows if row[place]}
                for column, keys in own[:8]:
                    mask = sum(1 << number for number, cell in enumerate(keys) if cell in known)
                    if mask:
                        yield from self._kept(1.1, Listed(column, ref, there), mask)
                        yield from self._kept(1.3, Listed(column, ref, there, negated=True), self.every & ~mask)

    def _constants(self, mask: int) -> list[Costed]:
        """Conditions that name a value outright, for these rows; looked for once."""
        if mask not in self._shared:
            self._shared[mask] = list(self._named_values(mask))
        return self._shared[mask]

    def _named_values(self, mask: int) -> Iterator[Costed]:
        """Equality with the value that all these rows share in a column, and words that they share."""
        chosen = [row for index, row in enumerate(self.table.rows) if mask >> index & 1]
        if not chosen:
            return
        for index, column in columns_of(self.table):
            values = {key(row[index]) for row in chosen}
            if len(values) == 1 and chosen[0][index]:
                cost = 1.4 if len({key(row[index]) for row in self.table.rows}) < len(self.table.rows) else 2.4
                cost -= self._spoken_of(column.name) + self._spoken_of(chosen[0][index])
                # A state ("open") is much the same everywhere; a name, day or number is of this one case.
                cost += -_STATE if chosen[0][index].islower() else _STATE
                yield cost, Equals(column, Constant(chosen[0][index])), same_cells(self.table, index, chosen[0][index])
            elif typed(chosen[0][index]).kind == "text":
                yield from self._shared_words(index, column, [row[index] for row in chosen])

    def _spoken_of(self, words: str) -> float:
        """How much simpler a condition is whose column, or whose value, the instructions speak of."""
        return _SPOKEN if len(words) < 60 and stems(words) & self.asked else 0.0

    def _shared_words(self, index: int, column: Column, cells: list[str]) -> Iterator[Costed]:
        shared = [set(cell.lower().split()) for cell in cells if len(cell) < 400]
        for word in sorted(set.intersection(*shared))[:6] if shared else ():
            bare = word.strip(".,;:!?()'\"")
            if len(bare) > 3:
                mask = masked(self.table, index, lambda cell, bare=bare: phrase_in(bare, cell.lower()))  # type: ignore[misc]
                in_text = any(phrase_in(bare, self.context.lowered(source)) for source in self.context.texts)
                yield (1.5 if in_text else 2.3), Contains(column, Constant(bare)), mask

    def _own_values(self, mask: int) -> list[tuple[float, Condition]]:
        return [(cost, one) for cost, one, chosen in self._constants(mask) if chosen == mask]


def asked_stems(context: Context) -> frozenset[str]:
    """The stems of the content words of all instructions, also those that went to others."""
    handed = [seen[0].text for source, seen in context.observed.items() if source.endswith("/asked") and seen]
    return frozenset().union(*(gist(text) for text in (*context.texts.values(), *handed)))


def bounds(context: Context, own: str) -> list[tuple[float, Expression, str]]:
    """Numbers, dates and times in the texts and in other observations that rows may be compared with."""
    found: list[tuple[float, Expression, str]] = []
    for source in (*context.texts, *context.observed):
        text = context.text(source)
        if source == own or not text or (source not in context.texts and len(text) > 1500):
            continue
        for mention in _bounding(text)[:8]:
            cost, expression = min(picks(source, text, mention), key=lambda one: one[0])
            found.append((cost, expression, mention.text))
    if context.today:
        found.append((0.8, Given("today"), context.today))
    return found[:20]


@lru_cache(maxsize=1024)
def _bounding(text: str) -> list[Mention]:
    return [mention for mention in mentions(text) if mention.kind in ("number", "date", "time", "datetime")]


def header_named(table: Table, index: int, context: Context) -> list[Column]:
    """Ways to point at a column: its name and place, and being named in an instruction."""
    ways = [Column(table.columns[index], index)]
    for source in context.texts:
        text = context.lowered(source)
        if phrase_in(table.columns[index], text) and sum(phrase_in(name, text) for name in table.columns) == 1:
            ways.append(Column(f"{NAMED_IN}{source}", index))
    return ways
