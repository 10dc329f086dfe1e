"""The contract of a store: runs with their events, and the bank with its history.

Every write is durable when the call returns. All methods may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from procmem.events import Event
from procmem.types import Decision, JsonObject, Memory, MemoryLevel, Proposal, RunStatus, RunSummary, Verdict

Vector = npt.NDArray[np.float32]


class RunLog(Protocol):
    """Runs and their events."""

    def begin_run(self, run: RunSummary, setup: JsonObject) -> None:
        """Record a run that is about to start. ``setup`` is what is needed to show or repeat it (task, team)."""
        ...

    def append(self, run_id: str, event: Event) -> int:
        """Write the next event of a run and return its sequence number, from 1.

        Started, Graded and Finished also update the run's summary; Recalled also fills the recall table.
        """
        ...

    def set_status(self, run_id: str, status: RunStatus) -> None:
        """Change the status of a run that has not ended."""
        ...

    def events(self, run_id: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run with a sequence number above ``after``, in order."""
        ...

    def run(self, run_id: str) -> RunSummary:
        """One run.

        Raises:
            UnknownName: there is no such run.
        """
        ...

    def setup(self, run_id: str) -> JsonObject:
        """What ``begin_run`` was given."""
        ...

    def runs(self, *, statuses: Sequence[RunStatus] = (), limit: int = 50, offset: int = 0) -> list[RunSummary]:
        """Runs, newest first."""
        ...

    def interrupt_unfinished(self) -> int:
        """Mark runs that a killed process left behind as interrupted, before any run starts; returns how many."""
        ...


class BankStore(Protocol):
    """Memories with versions, proposals, decisions and embeddings."""

    @property
    def revision(self) -> int:
        """The bank's version number: 0 when empty, one more per applied decision."""
        ...

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Queue proposals. A proposal whose id is already there is left as it is."""
        ...

    def proposals(
        self,
        *,
        state: Literal["undecided", "decided", "all"] = "undecided",
        run_id: str | None = None,
        limit: int = 100,
    ) -> list[Proposal]:
        """Proposals, oldest first."""
        ...

    def decide(
        self,
        proposal_id: str,
        verdict: Verdict,
        *,
        by: str,
        reason: str = "",
        edited: Sequence[Memory] | None = None,
    ) -> Decision:
        """Apply a verdict in one transaction: the decision, new memory versions, and the next revision.

        A discard changes no memory and makes no revision. ``edited`` replaces the proposal's memories (verdict edit);
        it may leave some out. A revise or retire fits when each memory's ``version`` is the bank's latest one, where
        ``base_version`` stands for the first memory's. The store numbers the new versions.

        Raises:
            UnknownName: there is no such proposal.
            BadInput: it was decided before, or the memory has moved on since ``base_version``.
        """
        ...

    def memories(
        self,
        *,
        level: MemoryLevel | None = None,
        agent: str | None = None,
        at: int | None = None,
        retired: bool = False,
    ) -> list[Memory]:
        """The bank now, or as of revision ``at``; without retired memories unless asked."""
        ...

    def memory(self, memory_id: str, version: int | None = None) -> Memory:
        """One memory, its latest version or a given one.

        Raises:
            UnknownName: there is no such memory or version.
        """
        ...

    def latest(self, ids: Sequence[str]) -> dict[str, Memory]:
        """The latest versions of these memories by id; unknown ids are left out."""
        ...

    def children(self, memory_id: str) -> list[Memory]:
        """The active subtask memories of a full-task memory, in the order of its subtasks."""
        ...

    def unembedded(self, model: str) -> list[tuple[str, int, str]]:
        """Active memories without a vector of this embedding model: (memory id, version, key text)."""
        ...

    def embed(self, model: str, vectors: Sequence[tuple[str, int, Vector]]) -> None:
        """Store unit vectors of shape (dim,) for (memory id, version); a second one replaces the first.

        Raises:
            ValueError: a vector is not of length 1, or not as long as the model's others.
        """
        ...

    def nearest(
        self, model: str, vector: Vector, *, level: MemoryLevel, agent: str | None = None, limit: int = 20
    ) -> list[tuple[str, float]]:
        """The active memories of a level (and agent) nearest to a unit vector: (memory id, cosine), best first.

        Ties are in the order of ids.
        """
        ...


class Store(RunLog, BankStore, Protocol):
    """Both, in one place."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences that a person must be told about the opening, such as a damaged log that was set aside."""
        ...

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        ...
