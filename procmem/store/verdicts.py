"""Verdicts on proposals: what fits the bank, and what it writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from procmem.errors import BadInput, UnknownName
from procmem.store.database import Session
from procmem.store.history import DECISION, Page, Standing, decision
from procmem.store.proposals import Proposals
from procmem.store.rows import proposal
from procmem.types import Decision, Memory, Proposal, ProposalState, Verdict

Ruling = Literal["accept", "edit", "discard"]

SETTLED: dict[Verdict, ProposalState] = {"accept": "accepted", "edit": "edited", "discard": "discarded"}
_PAST: dict[Verdict, str] = {
    "accept": "accepted it",
    "edit": "accepted it with edits",
    "discard": "discarded it",
    "undo": "took it back",
}


class Verdicts(Proposals):
    """Decisions on proposals."""

    def decide(
        self,
        proposal_id: str,
        verdict: Ruling,
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
            BadInput: it was decided before (by whom, when), a memory has moved on since the proposal was made, or the
                edit does not fit.
        """
        with self._page() as page:
            filed = _filed(page.session, [proposal_id])
            if proposal_id not in filed:
                raise self._no_proposal(proposal_id)
            return _rule(page, filed, proposal_id, verdict, by, reason, edited)

    def decide_all(
        self, proposal_ids: Sequence[str], verdict: Literal["accept", "discard"], *, by: str, reason: str = ""
    ) -> tuple[list[Decision], dict[str, str]]:
        """Many verdicts, each as ``decide`` would, in one transaction: the decisions, and per refused id the reason."""
        decisions: list[Decision] = []
        refused: dict[str, str] = {}
        with self._page() as page:
            filed = _filed(page.session, list(dict.fromkeys(proposal_ids)))
            page.look_up([memory.id for wished, *_ in filed.values() for memory in wished.memories])
            for proposal_id in proposal_ids:
                try:
                    if proposal_id not in filed:
                        raise self._no_proposal(proposal_id)
                    decisions.append(_rule(page, filed, proposal_id, verdict, by, reason, None))
                except (BadInput, UnknownName) as error:
                    refused.setdefault(proposal_id, str(error))
        return decisions, refused


_Filed = dict[str, tuple[Proposal, ProposalState, Decision | None]]


def _filed(session: Session, ids: Sequence[str]) -> _Filed:
    rows = session.within("select id, payload, state, decision from proposal where id", ids)
    made = session.within(f"select number, {DECISION} from decision where number", [row[-1] for row in rows if row[-1]])
    decisions = {number: decision(tuple(row)) for number, *row in made}
    return {id_: (proposal(text), state, decisions.get(decided)) for id_, text, state, decided in rows}


def _rule(
    page: Page,
    filed: _Filed,
    proposal_id: str,
    verdict: Ruling,
    by: str,
    reason: str,
    edited: Sequence[Memory] | None,
) -> Decision:
    wished, state, before = filed[proposal_id]
    if state != "undecided" and before:
        raise BadInput(f"This proposal was decided before: {told(before)}.")
    contents = _contents(page, wished, verdict, edited)
    changes = verdict != "discard"
    made = page.begin(proposal_id, verdict, by, reason, changes=changes)
    for place, memory in enumerate(contents):
        past = page.standing(memory.id)
        page.put(made, memory, past.position if past else _place(memory, place))
    page.end(made, changes=changes)
    page.settle(proposal_id, SETTLED[verdict], page.decision)
    filed[proposal_id] = wished, SETTLED[verdict], made
    return made


def _place(memory: Memory, index: int) -> int:
    """A new memory's place among its siblings: the number that ends its id, or else its place in the proposal."""
    number = memory.id.removeprefix(f"{memory.parent}.")
    return int(number) if number.isdecimal() and len(number) < 6 else index


def told(made: Decision) -> str:
    """A decision in words: who decided what, when and why."""
    because = f" ({made.reason})" if made.reason else ""
    return f"{made.by} {_PAST[made.verdict]} on {made.at:%Y-%m-%d at %H:%M:%S} UTC{because}"


def _contents(page: Page, wished: Proposal, verdict: Ruling, edited: Sequence[Memory] | None) -> list[Memory]:
    """What a verdict writes: each memory in its new version."""
    if (verdict == "edit") != (edited is not None):
        raise BadInput("An edit needs the edited memories, and only an edit takes them.")
    if verdict == "discard":
        return []
    chosen = wished.memories if edited is None else _chosen(wished, edited)
    if not chosen:
        raise BadInput("This import was taken back. Take that back in turn to have it again, or discard it.")
    ids = [memory.id for memory in chosen]
    if len(set(ids)) < len(ids):
        raise BadInput(f"Proposal {wished.id!r} holds the same memory twice, so it can only be discarded or edited.")
    parents = {memory.parent for memory in chosen if memory.parent}
    page.look_up([*ids, *parents])
    for parent in parents.difference(ids):
        if page.standing(parent) is None:
            raise BadInput(f"The full-task memory {parent!r} of a subtask memory is not in the bank: keep it as well.")
    return [_next_version(wished, memory, page.standing(memory.id)) for memory in chosen]


def _chosen(wished: Proposal, edited: Sequence[Memory]) -> Sequence[Memory]:
    foreign = {memory.id for memory in edited} - {memory.id for memory in wished.memories}
    if foreign or not edited:
        strangers = ", ".join(sorted(foreign)) or "none was given"
        raise BadInput(f"An edit keeps to one or more of the proposal's memories ({strangers}).")
    return edited


def _next_version(wished: Proposal, new: Memory, past: Standing | None) -> Memory:
    stands = past if past and past.number is not None else None
    following = past.versions + 1 if past else 1
    if wished.kind == "add":
        if stands and stands.status == "active":
            raise BadInput(f"Memory {new.id!r} is in the bank already.")
        return replace(new, version=following, status="active")
    if stands is None and new.version != 0:
        raise BadInput(f"Memory {new.id!r} is not in the bank, so it cannot be changed.")
    if stands and stands.version != new.version:
        raise BadInput(
            f"Memory {new.id!r} has moved on: the proposal was made against version {new.version}, the bank holds "
            f"version {stands.version}. Look at it again."
        )
    return replace(new, version=following)
