"""The bank as a run sees it: search by meaning, and embeddings kept complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from procmem.memory.build import memories_of
from procmem.models.embedders import Embedder
from procmem.store.store import BankStore
from procmem.types import Memory, MemoryLevel, Proposal, Trajectory

BATCH = 64


@dataclass(frozen=True, slots=True)
class Hit:
    """A memory with its cosine similarity to a query."""

    memory: Memory
    score: float


class Bank:
    """A store's memories, searched with one embedding model."""

    def __init__(self, store: BankStore, embedder: Embedder) -> None:
        self.store = store
        self.embedder = embedder

    def search(self, text: str, level: MemoryLevel, agent: str | None = None, limit: int = 20) -> list[Hit]:
        """The active memories whose key means most nearly what ``text`` means, best first."""
        self.embed_missing()
        vector = self.embedder.embed([text])[0]
        found = self.store.nearest(self.embedder.name, vector, level=level, agent=agent, limit=limit)
        memories = self.store.latest([memory_id for memory_id, _ in found])
        return [Hit(memories[memory_id], score) for memory_id, score in found]

    def embed_missing(self, say: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Give every active memory without a vector one; ``say`` hears (done, total). Returns how many were missing."""
        missing = self.store.unembedded(self.embedder.name)
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            vectors = self.embedder.embed([key for _, _, key in batch])
            self.store.embed(
                self.embedder.name,
                [(memory_id, version, vector) for (memory_id, version, _), vector in zip(batch, vectors, strict=True)],
            )
            say(min(start + BATCH, len(missing)), len(missing))
        return len(missing)


def addition(trajectory: Trajectory, builder: str, author: str, reason: str) -> Proposal:
    """The wish to add what one run learned. Its id derives from the run, so proposing twice queues it once."""
    return Proposal(
        id=f"add-{trajectory.run_id}",
        kind="add",
        memories=memories_of(trajectory, builder, trajectory.run_id),
        author=author,
        reason=reason,
        run_id=trajectory.run_id,
    )
