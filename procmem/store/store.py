"""The contract of a store: runs with their events, and the bank with its history.

Every write is durable when the call returns. All methods may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from procmem.events import Event
from procmem.store.catalogue import Catalogue
from procmem.store.trends import RunHistory
from procmem.types import (
    BankDifference,
    Decision,
    FiledProposal,
    JsonObject,
    Memory,
    MemoryLevel,
    Outcomes,
    Policy,
    Proposal,
    ProposalKind,
    ProposalState,
    RunStatus,
    RunSummary,
    Version,
)

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

    def unlearned(self, policy: Policy, team: str) -> list[str]:
        """Ids of finished runs of this policy and team from which no update has learned yet, oldest first."""
        ...

    def mark_learned(self, run_ids: Sequence[str]) -> None:
        """Remember that an update has had these runs."""
        ...

    def interrupt_unfinished(self) -> int:
        """Mark runs that a killed process left behind as interrupted, before any run starts; returns how many."""
        ...


class Decisions(Protocol):
    """Proposals, decisions and the revisions they make."""

    @property
    def revision(self) -> int:
        """The bank's version number: 0 when empty, one more per decision that changes it (undo included)."""
        ...

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Queue proposals. A proposal whose id is already there is left as it is."""
        ...

    def proposals(
        self,
        *,
        state: Literal["undecided", "decided", "all"] = "undecided",
        kind: ProposalKind | None = None,
        run_id: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> list[FiledProposal]:
        """Proposals with a number above ``after``, oldest first."""
        ...

    def proposal(self, proposal_id: str) -> FiledProposal:
        """One proposal.

        Raises:
            UnknownName: there is no such proposal.
        """
        ...

    def proposal_counts(self) -> dict[ProposalState, int]:
        """How many proposals are in each state; all states are there."""
        ...

    def beside(
        self,
        number: int,
        *,
        state: Literal["undecided", "decided", "all"] = "undecided",
        kind: ProposalKind | None = None,
    ) -> tuple[FiledProposal | None, FiledProposal | None]:
        """The proposals before and after a place in the queue, among those of a state and kind."""
        ...

    def progress(self, since: datetime, automatic: Sequence[str]) -> tuple[int, int, int]:
        """How many proposals wait, how many were reviewed by people, and how many of those since a moment.

        What its own author or an ``automatic`` curator decided was not reviewed.
        """
        ...

    def newest_decision(self, by: str) -> Decision | None:
        """The newest verdict of this person that is in force."""
        ...

    def decide(
        self,
        proposal_id: str,
        verdict: Literal["accept", "edit", "discard"],
        *,
        by: str,
        reason: str = "",
        edited: Sequence[Memory] | None = None,
    ) -> Decision:
        """Apply a verdict in one transaction: the decision, new memory versions, and the next revision.

        A discard changes no memory and makes no revision. ``edited`` replaces the proposal's memories (verdict edit);
        it may leave some out. An add fits when no active memory has the id (a retired one may come back); any other
        kind when each memory's ``version`` is the bank's (0: not there). The store numbers new versions from the
        highest that the memory ever had.

        Raises:
            UnknownName: there is no such proposal.
            BadInput: it was decided before (by whom, when), or a memory has moved on since the proposal was made.
        """
        ...

    def decide_all(
        self, proposal_ids: Sequence[str], verdict: Literal["accept", "discard"], *, by: str, reason: str = ""
    ) -> tuple[list[Decision], dict[str, str]]:
        """Many verdicts, each as ``decide`` would, in one transaction: the decisions, and per refused id the reason."""
        ...

    def undo(self, decision_id: str, *, by: str, reason: str = "", cascade: bool = False) -> list[Decision]:
        """Take a decision back (an undo too, which is a redo): its memories stand again as before it.

        The proposal is undecided again. Where later decisions changed the same memories, ``cascade`` undoes them first,
        newest first. Each undo is a decision of its own; all happen together or not at all; newest last.

        Raises:
            UnknownName: there is no such decision.
            BadInput: it was undone before, or later decisions (named) stand in the way and ``cascade`` is false, or a
                redo whose proposal has been decided anew.
        """
        ...

    def dependents(self, decision_id: str) -> list[Decision]:
        """The later decisions in force that an undo would have to take along, newest first."""
        ...

    def decisions(
        self,
        *,
        memory_id: str | None = None,
        proposal_id: str | None = None,
        after: int | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Decision]:
        """Decisions, newest first: of one memory, of one proposal, or above a revision."""
        ...

    def decision(self, decision_id: str) -> Decision:
        """One decision.

        Raises:
            UnknownName: there is no such decision.
        """
        ...

    def add_many(
        self,
        memories: Sequence[Memory],
        *,
        by: str,
        reason: str,
        vectors: Mapping[str, npt.NDArray[np.float32]] | None = None,
        batch: str = "",
    ) -> Decision | None:
        """Write many memories by one "import" proposal and one decision: one revision, one undo.

        A memory that the bank holds with equal content is skipped; one with other content becomes its next version.
        Nothing is written, and ``None`` returned, when all are there already.

        Args:
            memories: Full contents; a subtask memory's parent is in the bank or among them.
            by: Who imports.
            reason: Where they come from, such as the file's name.
            vectors: Per embedding model id an array (len(memories), dim) of unit vectors in the order of ``memories``.
            batch: The proposal's id; the same one a second time raises.

        Raises:
            BadInput: an id twice, or a parent that is nowhere.
        """
        ...


class Memories(Protocol):
    """Reading the bank: now, as of a revision, by word, with its history and outcomes."""

    def memories(
        self,
        *,
        level: MemoryLevel | None = None,
        agent: str | None = None,
        at: int | None = None,
        retired: bool = False,
        words: str = "",
        builder: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Memory]:
        """The bank now, or as of revision ``at``, oldest first; without retired memories unless asked.

        ``words``: every one of them occurs in key, title or content, in any case.
        """
        ...

    def count(self, *, at: int | None = None, level: MemoryLevel | None = None) -> int:
        """How many active memories the bank holds now, or as of a revision."""
        ...

    def sizes(self) -> list[tuple[int, int, int]]:
        """The bank's size at every revision: (revision, active full-task memories, active subtask memories)."""
        ...

    def memory(self, memory_id: str, version: int | None = None) -> Memory:
        """One memory: as it stands, its last version where it left the bank, or a given version.

        Raises:
            UnknownName: there is no such memory or version.
        """
        ...

    def latest(self, ids: Sequence[str]) -> dict[str, Memory]:
        """These memories as they stand, by id, in one fast query; ids that are not in the bank are left out."""
        ...

    def children(self, memory_ids: Sequence[str]) -> dict[str, list[Memory]]:
        """Per full-task memory its active subtask memories, in the order of its subtasks."""
        ...

    def sample(self, level: MemoryLevel, agent: str | None, seed: int, limit: int) -> list[str]:
        """Ids of active memories in an order that the seed decides; equal banks and seeds give equal orders."""
        ...

    def history(self, memory_id: str) -> list[Version]:
        """Every change of a memory, oldest first.

        Raises:
            UnknownName: there never was such a memory.
        """
        ...

    def difference(self, before: int, after: int) -> BankDifference:
        """What changed in the bank from one revision to another."""
        ...

    def outcomes(self, ids: Sequence[str]) -> dict[str, Outcomes]:
        """Per memory what became of the finished runs that recalled it; a subtask memory counts on its own."""
        ...


class Embeddings(Protocol):
    """Vectors, nearest neighbours and keywords."""

    def unembedded(self, model: str, limit: int | None = None) -> list[tuple[str, int, str]]:
        """Memories as they stand without a vector of this embedding model: (memory id, version, key text).

        Cheap when nothing is missing.
        """
        ...

    def embed(self, model: str, vectors: Sequence[tuple[str, int, Vector]]) -> None:
        """Store unit vectors of shape (dim,) for (memory id, version); a second one replaces the first.

        Raises:
            ValueError: a vector is not of length 1, or not as long as the model's others.
        """
        ...

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
        """The memories of a level (and agent) nearest to a unit vector: (memory id, cosine), best first.

        Exact below the index's threshold, approximate (hnsw) above it, as settings say. Ties are in the order of ids.
        """
        ...

    def vectors(self, model: str, ids: Sequence[str]) -> dict[str, Vector]:
        """The unit vectors of these memories as they stand; those without one are left out."""
        ...

    def embedded(self) -> dict[str, int]:
        """How many active memories have a vector, by embedding model."""
        ...

    def without_facts(self, extractor: str, level: MemoryLevel, agent: str | None) -> list[tuple[str, int, str]]:
        """Active memories whose keywords this model has not extracted yet: (memory id, version, key text)."""
        ...

    def put_facts(self, extractor: str, facts: Sequence[tuple[str, int, Sequence[str]]]) -> None:
        """Store the keywords of (memory id, version)."""
        ...

    def facts(self, extractor: str, level: MemoryLevel, agent: str | None) -> list[tuple[str, tuple[str, ...]]]:
        """The keywords of the active memories, by memory id."""
        ...

    def fact_vectors(self, model: str, facts: Sequence[str]) -> dict[str, Vector]:
        """The unit vectors of these keywords by this embedding model; those without one are left out."""
        ...

    def put_fact_vectors(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keep keywords' unit vectors, so that each keyword is embedded once."""
        ...


class BankStore(Decisions, Memories, Embeddings, Protocol):
    """The bank whole."""


class Store(RunLog, BankStore, Catalogue, RunHistory, Protocol):
    """Both, in one place."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences that a person must be told about the opening, such as a damaged log that was set aside."""
        ...

    def back_up(self, to: Path) -> Path:
        """Copy everything into a new file while the store is in use, and return its path.

        Raises:
            BadInput: there is such a file already, or it can not be written.
        """
        ...

    @property
    def bytes_on_disk(self) -> int:
        """Size of the store's files; 0 in memory."""
        ...

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        ...
