"""Embeddings and exact nearest-neighbour search (the other half of ``BankStore``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from procmem.store.bank import HEAD, NOW
from procmem.store.database import Database
from procmem.store.store import Vector
from procmem.types import MemoryLevel

_EMPTY: npt.NDArray[np.float32] = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The vectors of one reader's active memories, a row each, as of ``stamp``; ids ascending."""

    stamp: tuple[int, int]
    ids: list[str]
    matrix: npt.NDArray[np.float32]


class Vectors:
    """The embedding table, and a matrix per (model, level, agent) that is read anew when the bank has changed."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._embedded = 0  # calls of embed(), so that new vectors are seen by the next query
        self._shelves: dict[tuple[str, str, str | None], _Shelf] = {}

    def unembedded(self, model: str) -> list[tuple[str, int, str]]:
        """Active memories without a vector of this embedding model: (memory id, version, key text), by id."""
        return [
            (memory_id, version, key)
            for memory_id, version, key in self._db.rows(
                f"{HEAD} select memory_id, version, key_text from memory_version "
                "join head using (memory_id, version) "
                "anti join (from embedding where model = ?) as done using (memory_id, version) "
                "where status = 'active' order by memory_id",
                NOW,
                model,
            )
        ]

    def embed(self, model: str, vectors: Sequence[tuple[str, int, Vector]]) -> None:
        """Store unit vectors of shape (dim,) for (memory id, version); a second one replaces the first.

        Raises:
            ValueError: a vector is not finite, not of length 1, or not as long as the model's others.
        """
        if not vectors:
            return
        packed = {(memory_id, version): _packed(memory_id, vector) for memory_id, version, vector in vectors}
        with self._db.write() as session:
            known = session.run("select octet_length(vector) from embedding where model = ? limit 1", model)
            sizes = {len(vector) for vector in packed.values()} | {size for (size,) in known}
            if len(sizes) > 1:
                raise ValueError(f"vectors of {model!r} differ in length: {sorted(size // 4 for size in sizes)}")
            session.insert(
                "insert or replace into embedding",
                "model, memory_id, version, vector",
                [(model, memory_id, version, vector) for (memory_id, version), vector in packed.items()],
            )
        self._embedded += 1

    def nearest(
        self, model: str, vector: Vector, *, level: MemoryLevel, agent: str | None = None, limit: int = 20
    ) -> list[tuple[str, float]]:
        """The active memories of a level (and agent) nearest to a unit vector: (memory id, cosine), best first.

        Exact. Cosines are rounded to six decimals, so that equal vectors tie; ties are in the order of ids.
        """
        shelf = self._shelf(model, level, agent)
        if not shelf.ids or limit < 1:
            return []
        cosines = (shelf.matrix @ np.asarray(vector, np.float32)).astype(np.float64).round(6)
        best = _best(cosines, limit)
        return [(shelf.ids[row], float(cosines[row])) for row in best]

    def _shelf(self, model: str, level: str, agent: str | None) -> _Shelf:
        ((revision,),) = self._db.rows("select coalesce(max(revision), 0) from decision")
        stamp = (revision, self._embedded)
        shelf = self._shelves.get((model, level, agent))
        if shelf is None or shelf.stamp != stamp:
            shelf = self._shelves[model, level, agent] = self._load(stamp, model, level, agent)
        return shelf

    def _load(self, stamp: tuple[int, int], model: str, level: str, agent: str | None) -> _Shelf:
        rows = self._db.rows(
            f"{HEAD} select memory_id, vector from memory_version join head using (memory_id, version) "
            "join embedding using (memory_id, version) "
            "where status = 'active' and model = ? and level = ? and (? is null or agent = ?) order by memory_id",
            NOW,
            model,
            level,
            agent,
            agent,
        )
        matrix = np.frombuffer(b"".join(packed for _, packed in rows), "<f4").reshape(len(rows), -1) if rows else _EMPTY
        return _Shelf(stamp, [memory_id for memory_id, _ in rows], matrix)


def _best(cosines: npt.NDArray[np.float64], limit: int) -> list[int]:
    """The rows of the ``limit`` highest cosines; among equals the lower row first."""
    rows = np.arange(len(cosines))
    if limit < len(cosines):
        cut = np.partition(cosines, -limit)[-limit]
        rows = rows[cosines >= cut]
    order = np.argsort(-cosines[rows], kind="stable")[:limit]
    return [int(row) for row in rows[order]]


def _packed(memory_id: str, vector: Vector) -> bytes:
    flat = np.asarray(vector, "<f4")
    length = float(np.linalg.norm(flat))
    if flat.ndim != 1 or not abs(length - 1) < 1e-3:  # a NaN fails this too
        raise ValueError(f"the vector of memory {memory_id!r} is no unit vector: shape {flat.shape}, length {length}")
    return flat.tobytes()
