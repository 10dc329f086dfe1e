"""What can be looked at when a value is needed: the texts of a request and everything observed so far, by role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from procmem.models.simulated.entities import LONGEST_TEXT, mentions
from procmem.models.simulated.expressions import TableRef
from procmem.models.simulated.records import Table, joined, tables

TEXTS = ("subtask", "task")
"""The sources that are instructions; all others are observations, named by the role of the step that made them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation with the arguments of its call."""

    text: str
    arguments: tuple[tuple[str, str], ...] = ()
    tool: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The call's arguments as columns of its tables."""
        return {f"@{name}": value for name, value in self.arguments}


class Context:
    """One situation, remembered or present.

    Args:
        texts: The instructions, by source ("task", "subtask").
        observed: Observations by role; a repeated step has several.
        item: The row that a repetition is at.
        user: Who is served, where known.
        today: The date, where known.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        observed: Mapping[str, tuple[Seen, ...]],
        *,
        item: Mapping[str, str] | None = None,
        user: str = "",
        today: str = "",
    ) -> None:
        self.texts = dict(texts)
        self.observed = dict(observed)
        self.item = dict(item) if item is not None else None
        self.user = user
        self.today = today
        self._tables: dict[TableRef, Table | None] = {}
        self._references: tuple[TableRef, ...] | None = None

    def at(self, item: Mapping[str, str] | None, observed: Mapping[str, tuple[Seen, ...]] | None = None) -> Context:
        """The same situation at one row of a repetition; ``observed`` is what this round has seen itself."""
        inner = Context(self.texts, {**self.observed, **(observed or {})}, item=item, user=self.user, today=self.today)
        if not observed:
            inner._tables = self._tables
            inner._references = self.references()
        return inner

    def text(self, source: str) -> str | None:
        """The text of a source; of a repeated step all its observations."""
        if source in self.texts:
            return self.texts[source]
        seen = self.observed.get(source)
        return "\n".join(one.text for one in seen)[:LONGEST_TEXT] if seen else None

    def lowered(self, source: str) -> str:
        """The text in lower case, empty when there is none."""
        return self._lowered.get(source, "")

    @cached_property
    def _lowered(self) -> dict[str, str]:
        sources = (*self.texts, *self.observed)
        return {source: re.sub(r"\s+", " ", (self.text(source) or "").lower()) for source in sources}

    @cached_property
    def named(self) -> frozenset[str]:
        """The single words that are names in the instructions."""
        found = (one.text for text in self.texts.values() for one in mentions(text) if one.kind == "name")
        return frozenset(name for name in found if " " not in name)

    def table(self, ref: TableRef) -> Table | None:
        """The table a reference names here, or None."""
        if ref not in self._tables:
            self._tables[ref] = self._find(ref)
        return self._tables[ref]

    def _find(self, ref: TableRef) -> Table | None:
        if ref.source in self.texts:
            return _nth(self.texts[ref.source], ref)
        if ref.kind == "call":
            return called(self.observed.get(ref.source, ()))
        parts = [
            (table, seen.fields)
            for seen in self.observed.get(ref.source, ())
            if (table := _nth(seen.text, ref)) is not None
        ]
        return joined(parts)

    def references(self) -> tuple[TableRef, ...]:
        """The tables there are: instructions first, then observations, the latest first."""
        if self._references is None:
            self._references = tuple(self._named())
        return self._references

    def _named(self) -> Iterator[TableRef]:
        for source in (*self.texts, *reversed(self.observed)):
            texts = [self.texts[source]] if source in self.texts else [seen.text for seen in self.observed[source][:1]]
            for text in texts:
                counts: dict[str, int] = {}
                for table in tables(text):
                    yield TableRef(source, table.kind, counts.get(table.kind, 0))
                    counts[table.kind] = counts.get(table.kind, 0) + 1
            if source not in self.texts and any(seen.arguments for seen in self.observed[source]):
                yield TableRef(source, "call")


def called(seen: tuple[Seen, ...]) -> Table | None:
    """The arguments of the calls behind some observations, one row a call."""
    names = tuple(dict.fromkeys(name for one in seen for name, _ in one.arguments))
    rows = tuple(tuple(dict(one.arguments).get(name, "") for name in names) for one in seen)
    return Table("call", names, rows) if names else None


def _nth(text: str, ref: TableRef) -> Table | None:
    matching = [table for table in tables(text) if table.kind == ref.kind]
    return matching[ref.ordinal] if ref.ordinal < len(matching) else None
