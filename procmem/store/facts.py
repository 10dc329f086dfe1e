"""Keywords of memories (Mem^p's AveFact) and their vectors: extracted once, embedded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from procmem.store.database import Database, Row
from procmem.store.store import Vector
from procmem.store.vectors import numbers_of, packed
from procmem.types import MemoryLevel

_ACTIVE = "memory_version v join memory_now n on n.number = v.number"
_OF = "v.status = 'active' and v.level = ? and (? is null or v.agent = ?)"


class Facts:
    """The facts and fact_embedding tables. Keywords belong to a memory's version, their vectors to the words."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def without_facts(self, extractor: str, level: MemoryLevel, agent: str | None) -> list[tuple[str, int, str]]:
        """See ``Embeddings.without_facts``; in the order of writing.

        A version whose key is an earlier one's takes over that one's keywords here.
        """
        lacking = self._bare(extractor, level, agent)
        if revised := [number for number, _, version, _ in lacking if version > 1]:
            self._take_over(extractor, revised)
            lacking = self._bare(extractor, level, agent)
        return [(memory_id, version, key) for _, memory_id, version, key in lacking]

    def _bare(self, extractor: str, level: MemoryLevel, agent: str | None) -> list[Row]:
        return self._db.rows(
            f"select v.number, v.memory_id, v.version, v.key_text from {_ACTIVE} "
            f"anti join (from facts where extractor = ?) f on f.number = v.number where {_OF} order by v.number",
            extractor,
            level,
            agent,
            agent,
        )

    def _take_over(self, extractor: str, numbers: Sequence[int]) -> None:
        self._db.put(
            "insert into facts select distinct on (v.number) f.extractor, v.number, f.words "
            "from memory_version v join memory_version was using (memory_id, key_text) "
            "join facts f on f.number = was.number and f.extractor = ? "
            "where v.number in (select unnest(?)) and v.number not in (select number from facts where extractor = ?)",
            extractor,
            list(numbers),
            extractor,
        )

    def put_facts(self, extractor: str, facts: Sequence[tuple[str, int, Sequence[str]]]) -> None:
        """See ``Embeddings.put_facts``; a second time replaces the first.

        Raises:
            ValueError: there is no such version.
        """
        if not facts:
            return
        words = {(memory_id, version): list(keywords) for memory_id, version, keywords in facts}
        with self._db.write() as session:
            numbers = numbers_of(session, words.keys())
            among = list(numbers.values())
            session.run("delete from facts where extractor = ? and number in (select unnest(?))", extractor, among)
            rows = [(extractor, numbers[version], keywords) for version, keywords in words.items()]
            session.insert("insert into facts", "extractor, number, words", rows)

    def facts(self, extractor: str, level: MemoryLevel, agent: str | None) -> list[tuple[str, tuple[str, ...]]]:
        """See ``Embeddings.facts``; in the order of ids."""
        rows = self._db.rows(
            f"select v.memory_id, f.words from {_ACTIVE} join facts f on f.number = v.number "
            f"where f.extractor = ? and {_OF} order by v.memory_id",
            extractor,
            level,
            agent,
            agent,
        )
        return [(memory_id, tuple(words)) for memory_id, words in rows]

    def fact_vectors(self, model: str, facts: Sequence[str]) -> dict[str, Vector]:
        """See ``Embeddings.fact_vectors``."""
        rows = self._db.rows(
            "select fact, vector from fact_embedding where model = ? and fact in (select unnest(?))", model, list(facts)
        )
        return {fact: np.frombuffer(vector, "<f4") for fact, vector in rows}

    def put_fact_vectors(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """See ``Embeddings.put_fact_vectors``.

        Raises:
            ValueError: a vector is not finite or not of length 1.
        """
        rows = [(model, fact, packed(f"keyword {fact!r}", vector)) for fact, vector in vectors.items()]
        with self._db.write() as session:
            session.insert("insert or replace into fact_embedding", "model, fact, vector", rows)
