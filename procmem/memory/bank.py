"""The bank as a run sees it: search by meaning, and embeddings kept complete."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from procmem.errors import ProcMemError
from procmem.models.embedders import Embedder, make_embedder
from procmem.store.store import BankStore, Vector
from procmem.types import Memory, MemoryLevel

BATCH = 64
AT_ONCE = 256
"""So many missing vectors are made by the search that misses them, within a second or so; more are left to
``embed_missing`` as long as another model can answer."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """A memory with its cosine similarity to a query."""

    memory: Memory
    score: float


@dataclass(frozen=True, slots=True)
class EmbeddingState:
    """How many of the ``total`` active memories the chosen model has embedded, and which model answers meanwhile."""

    model: str
    embedded: int
    total: int
    searched: str

    @property
    def notice(self) -> str:
        """A sentence for a person while another model answers, else ""."""
        if self.searched == self.model:
            return ""
        return (
            f"{self.embedded:,} of {self.total:,} memories are embedded with {self.model}; until all are, "
            f"searches use {self.searched}."
        )


class Bank:
    """A store's memories, searched with one embedding model.

    After a change of the model, the old one answers until the new one has embedded every memory: half a bank would
    give other memories than either model.
    """

    def __init__(
        self, store: BankStore, embedder: Embedder, embedders: Callable[[str], Embedder] = make_embedder
    ) -> None:
        self.store = store
        self.embedder = embedder
        self._embedders = embedders

    def search(
        self,
        text: str,
        level: MemoryLevel,
        agent: str | None = None,
        limit: int = 20,
        status: Literal["active", "retired"] = "active",
    ) -> list[Hit]:
        """The memories of a status whose key means most nearly what ``text`` means, best first.

        Raises:
            BadInput: the embedding model can not be loaded.
            ModelFailed: its server failed.
        """
        model, vector = self._query(text)
        found = self.store.nearest(model, vector, level=level, agent=agent, limit=limit, status=status)
        memories = self.store.latest([memory_id for memory_id, _ in found])
        return [Hit(memories[memory_id], score) for memory_id, score in found if memory_id in memories]

    def embed_missing(self, say: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Give every memory without a vector one; ``say`` hears (done, total). Returns how many were missing."""
        total = 0
        for done, total in self.embedding():
            say(done, total)
        return total

    def embedding(self) -> Iterator[tuple[int, int]]:
        """As ``embed_missing``, batch by batch: yields (done, total).

        What it has done stays when it is interrupted, and the vectors of other models stay anyway.
        """
        missing = self.store.unembedded(self.embedder.name)
        done = 0
        for batch in self._embed(self.embedder, missing):
            done += batch
            yield done, len(missing)

    def state(self) -> EmbeddingState:
        """How far the chosen model is."""
        embedded = self.store.embedded().get(self.embedder.name, 0)
        return EmbeddingState(self.embedder.name, embedded, self.store.count(), next(self._older(), self.embedder.name))

    def _query(self, text: str) -> tuple[str, Vector]:
        """The model to search with, and its vector of a text."""
        for older in self._older():
            try:
                return older, self._vector(self._embedders(older), text)
            except ProcMemError as error:
                _log.warning("The embedding model %s can not answer for %s: %s", older, self.embedder.name, error)
        return self.embedder.name, self._vector(self.embedder, text)

    def _vector(self, embedder: Embedder, text: str) -> Vector:
        for _ in self._embed(embedder, self.store.unembedded(embedder.name)):
            pass
        vector: Vector = embedder.embed([text])[0]
        return vector

    def _older(self) -> Iterator[str]:
        """Models to search with instead, because the chosen one lacks many memories that they know."""
        if len(self.store.unembedded(self.embedder.name, AT_ONCE + 1)) > AT_ONCE:
            counts = self.store.embedded()
            known = counts.get(self.embedder.name, 0)
            for model in sorted(counts, key=lambda model: -counts[model]):
                if counts[model] > known and len(self.store.unembedded(model, AT_ONCE + 1)) <= AT_ONCE:
                    yield model

    def _embed(self, embedder: Embedder, missing: Sequence[tuple[str, int, str]]) -> Iterator[int]:
        """Embed in batches; yields how many memories each one was for. A key that several share is embedded once."""
        versions: dict[str, list[tuple[str, int]]] = {}
        for memory_id, version, key in missing:
            versions.setdefault(key, []).append((memory_id, version))
        keys = list(versions)
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            vectors = zip(batch, embedder.embed(batch), strict=True)
            rows = [(*version, vector) for key, vector in vectors for version in versions[key]]
            self.store.embed(embedder.name, rows)
            yield len(rows)
