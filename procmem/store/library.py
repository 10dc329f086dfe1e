"""The indexes of one embedding model, kept equal to what the tables say."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from procmem.settings import IndexKind
from procmem.store.changes import Changes
from procmem.store.database import Database, Row
from procmem.store.exact import Matrix
from procmem.store.index import TAIL, Entry, Index
from procmem.store.index_files import IndexFiles, Shelf
from procmem.store.store import Vector

PAGE = 50_000
"""Rows that are read at once when everything is compared."""
FETCH = 4096
"""Vectors that are read at once."""
FEW = 64
"""Numbers up to which DuckDB asks a table's index instead of reading its column."""
MANY = 20_000
"""From so many changes on, comparing everything is quicker than looking each one up."""
_STANDING = """
    select v.number, v.memory_id, v.level, v.agent, hash(e.vector)
    from memory_version v join memory_now n on n.number = v.number join embedding e on e.number = v.number
    where e.model = ? and v.status = ? and v.number
"""


class Held(NamedTuple):
    """A memory version that stands and has a vector. DuckDB's hash of the vector's bytes is its label."""

    memory_id: str
    shelf: Shelf
    label: int


class Library:
    """Finds the nearest memories of one model and status; one index per level and agent. Safe for many threads."""

    def __init__(
        self, database: Database, changes: Changes, files: IndexFiles, model: str, status: str, kind: IndexKind
    ) -> None:
        self._db, self._changes, self._files = database, changes, files
        self._model, self._status, self._kind = model, status, kind
        self._catching = threading.Lock()
        self._stamp = -1  # nothing has been read yet
        self._held: dict[int, Held] = {}
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._indexes: dict[Shelf, Index] = {}

    def nearest(self, vector: Vector, level: str, agent: str | None, limit: int) -> list[tuple[str, float]]:
        """See ``Embeddings.nearest``."""
        self.catch_up()
        query = np.asarray(vector, np.float32)
        near = [
            (-cosine, held.memory_id)
            for shelf, index in list(self._indexes.items())
            if shelf.level == level and agent in (None, shelf.agent)
            for number, cosine in index.search(query, limit)
            if (held := self._held.get(number))
        ]
        return [(memory_id, -minus) for minus, memory_id in sorted(near)[: max(limit, 0)]]

    def catch_up(self) -> None:
        """Take in what has changed since the last time; the first time, everything."""
        if self._stamp == self._changes.stamp:
            return
        with self._catching:
            stamp, numbers = self._changes.since(self._stamp)
            if self._stamp < 0 or numbers is None or len(numbers) > MANY:
                standing = dict(self._pages())
                self._put_right(standing, self._held.keys() | standing.keys())
            elif numbers:
                self._put_right(self._look_up(numbers), numbers)
            self._stamp = stamp

    def unsettled(self) -> list[tuple[Shelf, Index]]:
        """Indexes with work for the background: vectors to move into the graph, or a graph to tune and save."""
        return [(shelf, index) for shelf, index in list(self._indexes.items()) if index.due or index.grown]

    # --- reading the tables ------------------------------------------------------------------------------------------

    def _pages(self) -> Iterator[tuple[int, Held]]:
        ((last,),) = self._db.rows("select coalesce(max(number), 0) from memory_version")
        for first in range(1, last + 1, PAGE):
            rows = self._db.rows(f"{_STANDING} between ? and ?", self._model, self._status, first, first + PAGE - 1)
            yield from map(self._row, rows)

    def _look_up(self, numbers: Collection[int]) -> dict[int, Held]:
        return dict(map(self._row, self._among(_STANDING, numbers, self._model, self._status)))

    def _vectors(self, numbers: Collection[int]) -> tuple[list[Entry], Matrix]:
        sql = "select number, hash(vector), vector from embedding where model = ? and number"
        rows = self._among(sql, numbers, self._model)
        matrix = np.frombuffer(b"".join(row[2] for row in rows), "<f4").reshape(len(rows), -1)
        return [(number, label) for number, label, _ in rows], matrix

    def _among(self, sql: str, numbers: Collection[int], *values: str) -> list[Row]:
        if len(numbers) <= FEW:
            return self._db.rows(f"{sql} in ({', '.join(map(str, numbers))})", *values)
        return self._db.rows(f"{sql} in (select unnest(?))", *values, list(numbers))

    def _row(self, row: Row) -> tuple[int, Held]:
        number, memory_id, level, agent, label = row
        return number, Held(memory_id, self._shelf(level, agent), label)

    def _shelf(self, level: str, agent: str) -> Shelf:
        """One object for all memories of a shelf: there may be a million."""
        shelf = self._shelves.get((level, agent))
        if shelf is None:
            shelf = self._shelves[level, agent] = Shelf(self._model, self._status, level, agent)
        return shelf

    # --- bringing the indexes in line --------------------------------------------------------------------------------

    def _put_right(self, standing: Mapping[int, Held], looked_at: Collection[int]) -> None:
        """Make the indexes hold what stands, among the numbers that were looked at."""
        changed = [number for number in looked_at if self._held.get(number) != standing.get(number)]
        for shelf, numbers in self._by_shelf(changed, self._held).items():
            self._indexes[shelf].remove([(number, self._held.pop(number).label) for number in numbers])
        for shelf, numbers in self._by_shelf(changed, standing).items():
            self._enter(shelf, {number: standing[number] for number in numbers})

    def _by_shelf(self, numbers: Collection[int], held: Mapping[int, Held]) -> dict[Shelf, list[int]]:
        sorted_out: dict[Shelf, list[int]] = {}
        for number in numbers:
            if number in held:
                sorted_out.setdefault(held[number].shelf, []).append(number)
        return sorted_out

    def _enter(self, shelf: Shelf, news: dict[int, Held]) -> None:
        """Add to one index. What is replaced while it is read is left out here, for its change is still to come."""
        known = self._indexes.get(shelf)
        index = known or self._open(shelf, next(iter(news)))
        lacking = index.attach((number, held.label) for number, held in news.items())
        if not known:
            index.drop_strangers()
            self._indexes[shelf] = index  # not before: others may be searching
        self._held.update(news)
        for number, _ in lacking:
            del self._held[number]
        for start in range(0, len(lacking), FETCH):
            expected = set(lacking[start : start + FETCH])
            entries, vectors = self._vectors([number for number, _ in expected])
            rows = [row for row, entry in enumerate(entries) if entry in expected]
            index.add([entries[row] for row in rows], vectors[rows])
            self._held.update((number, news[number]) for number, _ in map(entries.__getitem__, rows))
        if self._kind == "hnsw" and len(lacking) <= TAIL:
            while index.settle():
                pass

    def _open(self, shelf: Shelf, number: int) -> Index:
        dim = self._vectors([number])[1].shape[1]
        return Index(dim, self._kind, self._files.load(shelf, dim))
