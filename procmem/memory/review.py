"""Reviewing proposals: what a curator should know before deciding, and the decisions that are more than one verdict."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from procmem.errors import BadInput
from procmem.memory.bank import Bank
from procmem.memory.curation import supersede
from procmem.memory.duplicates import alike
from procmem.memory.learning import AUTO
from procmem.memory.update import UPDATES
from procmem.store.store import BankStore
from procmem.types import Decision, FiledProposal, Memory, Proposal

AUTOMATIC: tuple[str, ...] = (AUTO, *UPDATES)
"""Deciders that are no people."""
DISCARD_REASONS = ("Wrong or misleading", "Too specific", "Duplicate", "Private or unsafe")
"""Why memories are discarded most often; a person may write another reason."""
_LOOK = 8


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A memory of the bank near a proposed one. ``twin``: nearly the same key, the same tools in the same order."""

    memory: Memory
    score: float
    twin: bool


def neighbours(bank: Bank, proposal: Proposal, limit: int = 5) -> list[Neighbour]:
    """The active memories nearest to what is proposed first, best first, without the proposal's own.

    Raises:
        BadInput: the embedding model can not be loaded.
        ModelFailed: its server failed.
    """
    if not proposal.memories:
        return []
    first = proposal.memories[0]
    own = {memory.id for memory in proposal.memories}
    hits = bank.search(first.key, first.level, first.agent if first.level == "subtask" else None, limit + _LOOK)
    others = [hit for hit in hits if hit.memory.id not in own and hit.memory.parent not in own]
    return [Neighbour(hit.memory, hit.score, alike(first, hit)) for hit in others[:limit]]


def rebased(store: BankStore, proposal: Proposal) -> Proposal:
    """The proposal against the bank as it stands, where its memories have moved on since it was made.

    A revision keeps its own contents; a retirement or restoration takes the bank's. A proposal whose memory has left
    the bank stays as it is, and can not be accepted.
    """
    if proposal.kind not in ("revise", "retire", "restore"):
        return proposal
    stands = store.latest([memory.id for memory in proposal.memories])
    memories = tuple(
        _rebased(proposal, memory, stands[memory.id]) if memory.id in stands else memory for memory in proposal.memories
    )
    return replace(proposal, memories=memories)


def _rebased(proposal: Proposal, wished: Memory, stands: Memory) -> Memory:
    if wished.version == stands.version:
        return wished
    if proposal.kind == "revise":
        return replace(wished, version=stands.version)
    return replace(stands, status=wished.status)


def as_decided(store: BankStore, filed: FiledProposal) -> tuple[Memory, ...]:
    """What the decision in force made of the proposal; the proposal's own memories where nothing was written."""
    made = filed.decision
    if made is None or filed.state != "edited":
        return filed.proposal.memories
    written = []
    for memory in filed.proposal.memories:
        known = store.latest([memory.id])
        versions = store.history(memory.id) if known else []
        written += [one.memory for one in versions if one.memory and one.decision.id == made.id]
    return tuple(written) or filed.proposal.memories


def merge_into(store: BankStore, proposal_id: str, twin: str, by: str) -> list[Decision]:
    """Keep the bank's memory: it remembers the proposal's task, and the proposal is discarded.

    Raises:
        UnknownName: there is no such proposal or memory.
        BadInput: the proposal was decided before, or is no addition.
    """
    filed = _undecided_add(store, proposal_id)
    kept, new = store.memory(twin), filed.proposal.memories[0]
    tasks = (*kept.origin.learned_from, new.origin.task_id, *new.origin.learned_from)
    learned = tuple(task for task in dict.fromkeys(tasks) if task and task != kept.origin.task_id)
    changed = replace(kept, origin=replace(kept.origin, learned_from=learned))
    reason = f"Says the same as “{new.title}”."
    wish = Proposal(f"merge-{uuid.uuid4().hex[:12]}", "merge", (changed,), by, reason)
    return _instead(store, filed, wish, by, f"Duplicate: merged into “{kept.title}”.")


def replace_twin(store: BankStore, proposal_id: str, twin: str, by: str) -> list[Decision]:
    """Keep the proposal: its memories enter the bank, and the bank's one is retired with its subtask memories.

    Raises:
        UnknownName: there is no such proposal or memory.
        BadInput: the proposal was decided before, or is no addition.
    """
    filed = _undecided_add(store, proposal_id)
    old = store.memory(twin)
    wish = supersede(store, twin, filed.proposal.memories, by, f"A better “{old.title}”.")
    return _instead(store, filed, wish, by, f"It took the place of “{old.title}”.")


def decide_instead(
    store: BankStore, filed: FiledProposal, memories: Sequence[Memory], by: str, reason: str = ""
) -> list[Decision]:
    """Take the decision in force back and accept these edited contents in its place.

    Raises:
        BadInput: later decisions stand in the way, or the contents do not fit.
    """
    made = filed.decision
    if made is None:
        return [store.decide(filed.proposal.id, "edit", by=by, reason=reason, edited=memories)]
    undone = store.undo(made.id, by=by, reason="Decided anew.")
    try:
        return [*undone, store.decide(filed.proposal.id, "edit", by=by, reason=reason, edited=memories)]
    except BadInput:
        store.undo(undone[-1].id, by=by, reason="The edit did not fit.")
        raise


def _undecided_add(store: BankStore, proposal_id: str) -> FiledProposal:
    filed = store.proposal(proposal_id)
    if filed.proposal.kind != "add":
        raise BadInput("Only a proposal to add a memory can be merged with one of the bank.")
    return filed


def _instead(store: BankStore, filed: FiledProposal, wish: Proposal, by: str, reason: str) -> list[Decision]:
    """Discard a proposal for the sake of another, which is accepted; the discard stands only if that succeeds."""
    discarded = store.decide(filed.proposal.id, "discard", by=by, reason=reason)
    try:
        store.propose([wish])
        return [store.decide(wish.id, "accept", by=by, reason=wish.reason), discarded]
    except BadInput:
        store.undo(discarded.id, by=by, reason="The merge did not fit.")
        raise
