"""Redundant and near-duplicate memories, before they enter the bank and while they are in it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from procmem.memory.bank import Bank, Hit
from procmem.memory.units import tools_of
from procmem.store.store import Vector
from procmem.types import Memory, Proposal

NEAR = 0.97
"""Least cosine similarity of the keys of two near-duplicates; their tools must be the same in the same order."""
_LOOK = 10


@dataclass(slots=True)
class Twins:
    """Finds out whether a proposal says what the bank, or an earlier proposal of the same batch, says already."""

    bank: Bank
    _fresh: list[tuple[Memory, Vector]] = field(default_factory=list)

    def reason(self, proposal: Proposal) -> str:
        """Why the proposal is redundant, in a sentence, or nothing; then it counts for the next ones."""
        new = proposal.memories[0]
        vector = self.bank.embedder.embed([new.key])[0]
        among = [Hit(old, round(float(np.dot(other, vector)), 4)) for old, other in self._fresh]
        agent = new.agent if new.level == "subtask" else None
        for hit in [*among, *self.bank.search(new.key, new.level, agent, _LOOK)]:
            if hit.memory.id != new.id and alike(new, hit):
                same = hit.memory.key == new.key
                kind = "Redundant: the same task" if same else f"Near-duplicate (similarity {hit.score:.2f})"
                return f"{kind}, with the same actions, is in “{hit.memory.title}”."
        self._fresh.append((new, vector))
        return ""


def alike(memory: Memory, hit: Hit) -> bool:
    """Whether a hit for the memory's key is its near-duplicate: nearly the same key, the same tools in one order."""
    return hit.score >= NEAR and tools_of(memory.unit) == tools_of(hit.memory.unit)
