"""What a curator does, as callbacks: decide, undo, move on. What came of it is kept in the session and said once.

Every callback names the proposal that was on the screen, so that a key pressed twice never decides on one unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, cast

import streamlit as st

from pages.parts import words
from pages.parts.plain import label
from procmem.errors import BadInput, UnknownName
from procmem.memory.review import merge_into, rebased, replace_twin
from procmem.types import Decision, FiledProposal, Proposal, Verdict

if TYPE_CHECKING:
    from procmem.store.store import BankStore
    from procmem.workbench import Workbench

Show = Literal["Waiting", "Decided", "All"]
STATE: dict[Show, Literal["undecided", "decided", "all"]] = {
    "Waiting": "undecided",
    "Decided": "decided",
    "All": "all",
}
PAST: dict[Verdict, str] = {
    "accept": "Accepted",
    "edit": "Accepted with edits",
    "discard": "Discarded",
    "undo": "Taken back",
}
NAME, EDITING, DISCARDING, CASCADE, PROBLEM = (
    "review-name",
    "review-editing",
    "review-discarding",
    "review-cascade",
    "review-problem",
)


def decider() -> str:
    """The name under which this session decides."""
    return str(st.session_state.get(NAME) or "").strip() or "person"


def shown() -> Show:
    """Which proposals the arrows walk along."""
    return cast("Show", st.session_state.get("show") or "Waiting")


# --- moving ----------------------------------------------------------------------------------------------------------


def open_proposal(proposal_id: str | None) -> None:
    """Show a proposal, or the first that waits. Drafts stay."""
    if proposal_id is None:
        st.query_params.pop("proposal", None)
    else:
        st.query_params["proposal"] = proposal_id
    leave()


def leave() -> None:
    """Close the editor, the reasons for discarding and the question about later decisions; drafts stay."""
    for name in (EDITING, DISCARDING, CASCADE, PROBLEM):
        st.session_state.pop(name, None)


def edit(proposal_id: str) -> None:
    """Open the editor."""
    leave()
    st.session_state[EDITING] = proposal_id


def ask_reason(proposal_id: str) -> None:
    """Ask why it is to be discarded."""
    leave()
    st.session_state[DISCARDING] = proposal_id


def complain(problem: str) -> None:
    """Say what went wrong until the next action."""
    st.session_state[PROBLEM] = problem


# --- deciding --------------------------------------------------------------------------------------------------------


def accept(bench: Workbench, proposal_id: str, seen: tuple[int, ...] = ()) -> None:
    """Accept a proposal as it is and move on.

    Args:
        bench: The workbench.
        proposal_id: The proposal that was on the screen.
        seen: The versions that it was shown against, when these are not the ones it was made against.
    """

    def decide(store: BankStore) -> list[Decision]:
        if not seen:
            return [store.decide(proposal_id, "accept", by=decider())]
        memories = as_seen(store, proposal_id, seen).memories
        why = "Made against an earlier version."
        return [store.decide(proposal_id, "edit", by=decider(), reason=why, edited=memories)]

    _decide(bench, proposal_id, decide)


def as_seen(store: BankStore, proposal_id: str, seen: tuple[int, ...]) -> Proposal:
    """The proposal against the versions that were on the screen.

    Raises:
        BadInput: the bank has moved on since.
    """
    proposal = rebased(store, store.proposal(proposal_id).proposal)
    if tuple(memory.version for memory in proposal.memories) != seen:
        raise BadInput("The bank's memory has changed since this was shown. Look at it again.")
    return proposal


def discard(bench: Workbench, proposal_id: str, reason: str) -> None:
    """Discard a proposal for a reason and move on."""
    if not reason.strip():
        complain("Say why it is discarded, so that others can learn from it.")
        return
    _decide(bench, proposal_id, lambda store: [store.decide(proposal_id, "discard", by=decider(), reason=reason)])


def discard_for_own_reason(bench: Workbench, proposal_id: str, key: str) -> None:
    """Discard a proposal for the reason that was typed into the field of this key."""
    discard(bench, proposal_id, str(st.session_state.get(key) or ""))


def merge(bench: Workbench, proposal_id: str, twin: str) -> None:
    """Keep the bank's memory in place of the proposal and move on."""
    _decide(bench, proposal_id, lambda store: merge_into(store, proposal_id, twin, decider()))


def replace(bench: Workbench, proposal_id: str, twin: str) -> None:
    """Let the proposal take the place of the bank's memory and move on."""
    _decide(bench, proposal_id, lambda store: replace_twin(store, proposal_id, twin, decider()))


def conclude(bench: Workbench, filed: FiledProposal, made: Sequence[Decision]) -> None:
    """Say what was decided and show the next one that waits."""
    _toast(filed.proposal, made[-1])
    before, after = bench.store.beside(filed.number)
    following = after or before
    open_proposal(following.proposal.id if following else None)


def _decide(bench: Workbench, proposal_id: str, verdict: Callable[[BankStore], list[Decision]]) -> None:
    try:
        made = verdict(bench.store)
    except UnknownName as error:
        complain(str(error))
    except BadInput as error:
        _refused(bench, proposal_id, error)
    else:
        conclude(bench, bench.store.proposal(proposal_id), made)


def _refused(bench: Workbench, proposal_id: str, error: BadInput) -> None:
    """A key that was pressed twice is no news; what somebody else decided is."""
    filed = bench.store.proposal(proposal_id)
    if filed.decision is None or filed.decision.by != decider():
        complain(str(error))
        st.session_state.pop(DISCARDING, None)


def _toast(proposal: Proposal, made: Decision) -> None:
    icon = ":material/delete:" if made.verdict == "discard" else ":material/check:"
    st.toast(f"{PAST[made.verdict]}: {label(title(proposal), 60)}", icon=icon)


# --- undo ------------------------------------------------------------------------------------------------------------


def undo_newest(bench: Workbench) -> None:
    """Take this person's newest decision in force back."""
    made = bench.store.newest_decision(decider())
    if made is None:
        leave()
        complain(f"There is no decision of {decider()} to undo.")
    else:
        undo(bench, made.id)


def undo(bench: Workbench, decision_id: str, cascade: bool = False) -> None:
    """Take a decision back and show its proposal; where later ones stand in the way, ask first."""
    leave()
    try:
        if not cascade and bench.store.dependents(decision_id):
            st.session_state[CASCADE] = decision_id
            return
        made = bench.store.undo(decision_id, by=decider(), cascade=cascade)
    except BadInput as error:
        complain(str(error))
        return
    filed = bench.store.proposal(made[-1].proposal_id)
    count = f" and {words.count(len(made) - 1, 'later decision')}" if len(made) > 1 else ""
    what = "Waits again" if filed.state == "undecided" else "Stands again"
    st.toast(f"{what}: {label(title(filed.proposal), 60)}{count}", icon=":material/undo:")
    open_proposal(filed.proposal.id)


# --- names -----------------------------------------------------------------------------------------------------------


def by_title(by: str) -> str:
    """Who decided, inside a sentence: a name, "a person", "the automatic curator"."""
    if by == "person":
        return "a person"
    found = words.decider_title(by)
    return by if found == by else f"{found[:1].lower()}{found[1:]}"


def title(proposal: Proposal) -> str:
    """What a proposal is called."""
    if not proposal.memories:
        return proposal.reason or "Import"
    more = len(proposal.memories) - 1
    first = proposal.memories[0]
    alone = first.level == "full-task" or not more
    return first.title if alone else f"{first.title} and {words.count(more, 'other')}"
