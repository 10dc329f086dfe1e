"""Embeddings and the search among them (``Embeddings`` without its keywords)."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from procmem.settings import IndexKind
from procmem.store.changes import Changes
from procmem.store.database import Database, Session
from procmem.store.index_files import IndexFiles
from procmem.store.library import MANY, Library
from procmem.store.store import Vector
from procmem.types import MemoryLevel


class Vectors:
    """The embedding table and its indexes. A thread fills graphs and saves them while there is something to do.

    Args:
        folder: Where graphs are kept from one start to the next; ``None`` keeps none.
        kind: "auto" searches exactly among few memories and through a graph among many.
    """

    def __init__(self, database: Database, changes: Changes, folder: Path | None, kind: IndexKind = "auto") -> None:
        self._db = database
        self._changes = changes
        self._files = IndexFiles(folder)
        self._kind = kind
        self._opening = threading.Lock()
        self._libraries: dict[tuple[str, str], Library] = {}
        self._complete: dict[str, int] = {}  # by model the stamp at which no memory lacked a vector
        self._counted: tuple[int, dict[str, int]] = (-1, {})
        self._worker: threading.Thread | None = None
        self._closing = threading.Event()

    # --- the table ---------------------------------------------------------------------------------------------------

    def unembedded(self, model: str, limit: int | None = None) -> list[tuple[str, int, str]]:
        """See ``Embeddings.unembedded``; in the order of writing.

        A version whose key is an earlier one's takes over that one's vector here.
        """
        stamp, changed = self._changes.since(self._complete.get(model, -1))
        if changed is not None and not changed:
            return []
        lacking = self._lacking(model, changed, limit)
        if revised := [number for number, _, version, _ in lacking if version > 1]:
            self._inherit(model, revised)
            lacking = self._lacking(model, changed, limit)
        if not lacking:
            self._complete[model] = stamp
        return [(memory_id, version, key) for _, memory_id, version, key in lacking]

    def embed(self, model: str, vectors: Sequence[tuple[str, int, Vector]]) -> None:
        """See ``Embeddings.embed``.

        Raises:
            ValueError: a vector is not finite, not of length 1, or not as long as the model's others, or there is no
                such version.
        """
        if not vectors:
            return
        blobs = {
            (memory_id, version): packed(f"memory {memory_id!r}", vector) for memory_id, version, vector in vectors
        }
        with self._db.write() as session:
            known = session.run("select octet_length(vector) from embedding where model = ? limit 1", model)
            sizes = {len(vector) for vector in blobs.values()} | {size for (size,) in known}
            if len(sizes) > 1:
                raise ValueError(f"vectors of {model!r} differ in length: {sorted(size // 4 for size in sizes)}")
            numbers = numbers_of(session, blobs.keys())
            among = list(numbers.values())
            session.run("delete from embedding where model = ? and number in (select unnest(?))", model, among)
            rows = [(model, numbers[version], vector) for version, vector in blobs.items()]
            session.insert("insert into embedding", "model, number, vector", rows)
        self._changes.record(among)

    def vectors(self, model: str, ids: Sequence[str]) -> dict[str, Vector]:
        """See ``Embeddings.vectors``."""
        rows = self._db.rows(
            "select n.memory_id, e.vector from memory_now n join embedding e on e.number = n.number "
            "where e.model = ? and n.memory_id in (select unnest(?))",
            model,
            list(ids),
        )
        return {memory_id: np.frombuffer(vector, "<f4") for memory_id, vector in rows}

    def embedded(self) -> dict[str, int]:
        """See ``Embeddings.embedded``."""
        stamp = self._changes.stamp
        if self._counted[0] != stamp:
            rows = self._db.rows(
                "select e.model, count(*) from embedding e join memory_now n on n.number = e.number "
                "join memory_version v on v.number = n.number where v.status = 'active' group by e.model"
            )
            self._counted = (stamp, dict(rows))
        return dict(self._counted[1])

    def _lacking(self, model: str, among: Collection[int] | None, limit: int | None) -> list[tuple[int, str, int, str]]:
        which = f"v.number in ({', '.join(map(str, among))})" if among and len(among) <= MANY else "true"
        return [
            (number, memory_id, version, key)
            for number, memory_id, version, key in self._db.rows(
                "select v.number, v.memory_id, v.version, v.key_text "
                "from memory_version v join memory_now n on n.number = v.number "
                "anti join (from embedding where model = ?) e on e.number = v.number "
                f"where {which} order by v.number limit ?",
                model,
                limit,
            )
        ]

    def _inherit(self, model: str, numbers: Sequence[int]) -> None:
        inherited = self._db.put(
            "insert into embedding select distinct on (v.number) e.model, v.number, e.vector "
            "from memory_version v join memory_version was using (memory_id, key_text) "
            "join embedding e on e.number = was.number and e.model = ? "
            "where v.number in (select unnest(?)) and v.number not in (select number from embedding where model = ?) "
            "returning number",
            model,
            list(numbers),
            model,
        )
        self._changes.record(number for (number,) in inherited)

    # --- the search --------------------------------------------------------------------------------------------------

    def nearest(
        self,
        model: str,
        vector: Vector,
        *,
        level: MemoryLevel,
        agent: str | None = None,
        limit: int = 20,
        status: Literal["active", "retired"] = "active",
    ) -> list[tuple[str, float]]:
        """See ``Embeddings.nearest``. Cosines are rounded to six decimals, so that equal vectors tie.

        Raises:
            ValueError: the vector is not finite, or not as long as the model's others.
        """
        library = self._library(model, status)
        found = library.nearest(vector, level, agent, limit)
        if library.unsettled():
            self._wake()
        return found

    def _library(self, model: str, status: str) -> Library:
        with self._opening:
            if (model, status) not in self._libraries:
                made = Library(self._db, self._changes, self._files, model, status, self._kind)
                self._libraries[model, status] = made
            return self._libraries[model, status]

    # --- the background ----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until every graph holds what it should and has been saved, where it has grown enough for that."""
        self._wake()
        if self._worker:
            self._worker.join()

    def stop_indexing(self) -> None:
        """Let the background end; what it has done so far is saved."""
        self._closing.set()
        if self._worker:
            self._worker.join()
        atexit.unregister(self.stop_indexing)

    def _wake(self) -> None:
        with self._opening:
            if self._closing.is_set() or (self._worker and self._worker.is_alive()):
                return
            if self._worker is None:
                atexit.register(self.stop_indexing)  # a thread inside hnswlib when Python ends would abort the process
            self._worker = threading.Thread(target=self._work, name="index", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        while work := [one for library in list(self._libraries.values()) for one in library.unsettled()]:
            for shelf, index in work:
                while index.due and not self._closing.is_set():
                    index.settle()
                if index.grown:
                    if not self._closing.is_set():
                        index.tune()
                    self._files.save(shelf, index, self._revision())
            if self._closing.is_set():
                return

    def _revision(self) -> int:
        ((revision,),) = self._db.rows("select coalesce(max(revision), 0) from decision")
        return int(revision)


def numbers_of(session: Session, versions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The numbers of versions, each given as (memory id, version).

    Raises:
        ValueError: there is no such version.
    """
    ids = list({memory_id for memory_id, _ in versions})
    standing = "select v.memory_id, v.version, v.number from memory_now n join memory_version v on v.number = n.number"
    any_version = "select v.memory_id, v.version, v.number from memory_version v"
    found: dict[tuple[str, int], int] = {}
    for sql, column in ((standing, "n.memory_id"), (any_version, "v.memory_id")):
        for memory_id, version, number in session.run(f"{sql} where {column} in (select unnest(?))", ids):
            found[memory_id, version] = number
        if found.keys() >= set(versions):
            return {version: found[version] for version in versions}
    memory_id, version = min(set(versions) - found.keys())
    raise ValueError(f"there is no version {version} of memory {memory_id!r}")


def packed(whose: str, vector: Vector) -> bytes:
    """A unit vector as its table keeps it.

    Raises:
        ValueError: it is not finite or not of length 1; ``whose`` says which.
    """
    flat = np.asarray(vector, "<f4")
    length = float(np.linalg.norm(flat))
    if flat.ndim != 1 or not abs(length - 1) < 1e-3:  # a NaN fails this too
        raise ValueError(f"the vector of {whose} is no unit vector: shape {flat.shape}, length {length}")
    return flat.tobytes()
