"""A bank as of a revision, taken out of the store: what the runs of an experiment read, wherever they run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from procmem.agents.demonstrator import DEMONSTRATION
from procmem.errors import BadInput
from procmem.events import Event, Recalled, Started
from procmem.experiment.plan import Start
from procmem.models.embedders import Embedder
from procmem.store.duck import DuckStore
from procmem.store.store import BankStore
from procmem.types import Memory

if TYPE_CHECKING:
    from pathlib import Path

Vectors = npt.NDArray[np.float32]
Keywords: TypeAlias = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""The model that extracted them, and the keywords of each memory by id."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Memories with their vectors, a row each, and keywords where AveFact needs them.

    ``digest`` identifies the content, in any store and on any machine.
    """

    digest: str
    revision: int
    embedder: str
    memories: tuple[Memory, ...]
    vectors: Vectors
    keywords: tuple[Keywords, ...] = ()

    def open(self, path: Path | None = None) -> DuckStore:
        """A store of its own with these memories, in memory or in a new file."""
        store = DuckStore(path)
        if self.memories:
            store.add_many(
                self.memories,
                by="experiment",
                reason=f"The bank at revision {self.revision}.",
                vectors={self.embedder: self.vectors},
            )
        standing = store.latest(list(self.versions)) if self.keywords else {}
        for extractor, words in self.keywords:
            store.put_facts(extractor, [(name, standing[name].version, known) for name, known in words])
        return store

    @property
    def versions(self) -> dict[str, int]:
        """The version of each memory: the store of ``open`` counts its own from 1."""
        return {memory.id: memory.version for memory in self.memories}


def take(
    store: BankStore,
    embedder: Embedder,
    revision: int | None = None,
    start: Start = "bank",
    taught: Sequence[str] = (),
) -> Snapshot:
    """The active memories of a store as of a revision (now, by default), with vectors; what lacks one is embedded.

    Args:
        start: "demonstrations" leaves out everything but what demonstrations taught; "empty" all.
        taught: If given, what was learned from any other task is left out.
    """
    at = store.revision if revision is None else revision
    memories = [] if start == "empty" else store.memories(at=at)
    if start == "demonstrations":
        memories = [memory for memory in memories if memory.origin.builder == DEMONSTRATION]
    if taught:
        memories = [memory for memory in memories if memory.origin.task_id in taught]
    return _snapshot(at, embedder.name, memories, _vectors(store, embedder, memories))


def _snapshot(revision: int, embedder: str, memories: Sequence[Memory], vectors: Vectors) -> Snapshot:
    here = {memory.id for memory in memories}
    memories = [memory if memory.parent in here else replace(memory, parent=None) for memory in memories]
    text = json.dumps([asdict(memory) for memory in memories], sort_keys=True)
    digest = hashlib.sha256(f"{embedder}\n{text}".encode("utf-8", "replace")).hexdigest()[:16]
    return Snapshot(digest, revision, embedder, tuple(memories), vectors)


def _vectors(store: BankStore, embedder: Embedder, memories: Sequence[Memory]) -> Vectors:
    """Kept vectors where the store has them of these very versions, new ones for the rest: (memories, dim)."""
    if not memories:
        return np.zeros((0, 0), np.float32)
    ids = [memory.id for memory in memories]
    standing = store.latest(ids)
    kept = store.vectors(embedder.name, ids)
    known = {
        memory.id: kept[memory.id]
        for memory in memories
        if memory.id in kept and memory.id in standing and standing[memory.id].key == memory.key
    }
    missing = [memory for memory in memories if memory.id not in known]
    if missing:
        new = embedder.embed([memory.key for memory in missing])
        known |= {memory.id: vector for memory, vector in zip(missing, new, strict=True)}
    return np.stack([known[memory.id] for memory in memories])


def shuffled(snapshot: Snapshot, families: Mapping[str, str]) -> Snapshot:
    """A placebo: each family's memories get the keys of another family, the least alike, so they come up for its tasks.

    The content stays whole. What a task retrieves is therefore about something else, yet as much and as well formed.

    Args:
        families: Family by task id; a task that is not there is a family of its own.

    Raises:
        BadInput: the bank holds memories of one family only.
    """
    owners = [families.get(memory.origin.task_id) or memory.origin.task_id for memory in snapshot.memories]
    names = sorted(set(owners))
    if len(names) < 2:
        raise BadInput("A placebo needs memories of at least two task families in the bank.")
    stranger = _strangers(names, owners, snapshot)
    shelves = _shelves(owners, snapshot)
    taken: dict[tuple[str, str], int] = {}
    rows = []
    for owner, memory in zip(owners, snapshot.memories, strict=True):
        shelf = shelves.get((stranger[owner], memory.agent)) or _other_shelf(shelves, owner, memory.agent)
        turn = taken[owner, memory.agent] = taken.get((owner, memory.agent), -1) + 1
        rows.append(shelf[turn % len(shelf)] if shelf else None)
    kept = [(memory, row) for memory, row in zip(snapshot.memories, rows, strict=True) if row is not None]
    memories = [replace(memory, key=snapshot.memories[row].key) for memory, row in kept]
    return _snapshot(snapshot.revision, snapshot.embedder, memories, snapshot.vectors[[row for _, row in kept]])


def _strangers(names: Sequence[str], owners: Sequence[str], snapshot: Snapshot) -> dict[str, str]:
    """For each family another one, everyone once, so that the families paired are as unlike as can be."""
    from scipy.optimize import linear_sum_assignment

    centres = []
    for name in names:
        rows = [
            row
            for row, memory in enumerate(snapshot.memories)
            if owners[row] == name and (memory.level == "full-task" or memory.parent is None)
        ]
        centres.append(snapshot.vectors[rows].mean(axis=0))
    alike = np.stack(centres) @ np.stack(centres).T
    np.fill_diagonal(alike, 1e6)
    _, chosen = linear_sum_assignment(alike)
    return {name: names[other] for name, other in zip(names, chosen, strict=True)}


def _shelves(owners: Sequence[str], snapshot: Snapshot) -> dict[tuple[str, str], list[int]]:
    """The rows of each family's memories by reader."""
    shelves: dict[tuple[str, str], list[int]] = {}
    for row, (owner, memory) in enumerate(zip(owners, snapshot.memories, strict=True)):
        shelves.setdefault((owner, memory.agent), []).append(row)
    return shelves


def _other_shelf(shelves: Mapping[tuple[str, str], list[int]], owner: str, agent: str) -> list[int]:
    """Any other family's memories for this agent; none where only this family has some."""
    return next((rows for (name, reader), rows in sorted(shelves.items()) if reader == agent and name != owner), [])


def as_of(event: Event, snapshot: Snapshot, versions: Mapping[str, int]) -> Event:
    """The event with the revision and versions of the bank that the snapshot was taken from."""
    match event:
        case Started():
            return replace(event, revision=snapshot.revision)
        case Recalled():
            candidates = tuple(
                replace(candidate, version=versions.get(candidate.memory_id, candidate.version))
                for candidate in event.candidates
            )
            return replace(event, candidates=candidates)
        case _:
            return event
