"""One proposal: what it wishes for, and everything that helps to decide on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import review_desk as desk
from pages.parts import words
from pages.parts.contents import draw_unit
from pages.parts.diff import draw_difference
from pages.parts.kinds import KINDS
from pages.parts.memory_editor import draw_editor, draw_edits, has_draft
from pages.parts.plain import label
from pages.parts.review_actions import draw_actions
from pages.parts.review_context import draw_alarms, draw_context, draw_title, told
from pages.parts.run_view import draw_simulated_badge
from procmem.errors import BadInput, ProcMemError
from procmem.memory.review import as_decided, rebased
from procmem.types import FiledProposal, Memory, Proposal

if TYPE_CHECKING:
    from procmem.workbench import Workbench

SHOWN = 20
"""Memories of one proposal that are named."""
_MOVED = (
    "The bank's memory has changed since this was proposed. Below stands what accepting it would change now; what was "
    "changed meanwhile may be lost by it."
)


def draw_one(bench: Workbench, filed: FiledProposal) -> None:
    """A proposal with its actions on the left, and what one should know on the right."""
    made = filed.proposal
    if filed.decision is None:
        filed = replace(filed, proposal=rebased(bench.store, made))
    moved = filed.proposal != made
    left, right = st.columns([3, 2], gap="large")
    with left:
        _draw_head(filed)
        draw_actions(bench, filed, moved=moved)
        _draw_state(filed)
        if moved:
            st.warning(_MOVED, icon=":material/sync_problem:")
        _draw_fault(bench, filed)
        if st.session_state.get(desk.EDITING) == filed.proposal.id:
            draw_editor(bench, filed)
        else:
            _draw_wish(bench, filed)
    with right:
        draw_context(bench, filed)


def _draw_head(filed: FiledProposal) -> None:
    proposal = filed.proposal
    kind = KINDS[proposal.kind]
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(kind.wish, icon=kind.icon, color=kind.color)
        for text in _kinds(proposal):
            st.badge(label(text), color="gray")
        if any("simulated/" in text for text in (proposal.author, *_builders(proposal))):
            draw_simulated_badge()
        draw_alarms(proposal)
    st.subheader(label(desk.title(proposal), 200), anchor=False)
    if proposal.reason:
        st.caption(label(proposal.reason, 400))


def _kinds(proposal: Proposal) -> list[str]:
    if not proposal.memories:
        return []
    first = proposal.memories[0]
    parts = sum(memory.level == "subtask" for memory in proposal.memories)
    if first.level == "full-task":
        return ["Full task", *([words.count(parts, "subtask memory")] if parts else [])]
    return [words.count(parts, "subtask memory"), f"For {words.reader_title(first.agent)}"]


def _builders(proposal: Proposal) -> list[str]:
    return [memory.origin.builder for memory in proposal.memories[:1]]


def _draw_state(filed: FiledProposal) -> None:
    """What was decided on it, and by whom."""
    if filed.decision is not None:
        icon = ":material/delete:" if filed.state == "discarded" else ":material/check_circle:"
        st.info(label(told(filed.decision), 400), icon=icon)
    elif has_draft(filed.proposal) and st.session_state.get(desk.EDITING) != filed.proposal.id:
        st.info("You began to edit this. Your text is kept: Edit goes on.", icon=":material/edit:")


# --- what could not be distilled -------------------------------------------------------------------------------------


def _draw_fault(bench: Workbench, filed: FiledProposal) -> None:
    """The bare run stands in for a memory that no model could distil; it can be tried again."""
    proposal = filed.proposal
    if not proposal.fault:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(":orange[:material/report: **Not distilled**]")
        st.caption(f"This is the bare run. {label(proposal.fault, 400)}")
        if filed.decision is None and proposal.run_id:
            again = st.button("Distil again", key=f"distil-{proposal.id}", icon=":material/refresh:")
            if again:
                _distil(bench, proposal)


def _distil(bench: Workbench, proposal: Proposal) -> None:
    try:
        with st.spinner("The model reads the run once more …"):
            made = bench.distil_again(proposal.id)
    except ProcMemError as error:
        st.error(label(str(error), 600), icon=":material/error:")
        return
    desk.open_proposal(made.id)
    st.rerun()


# --- what is wished for ----------------------------------------------------------------------------------------------


def _draw_wish(bench: Workbench, filed: FiledProposal) -> None:
    proposal = filed.proposal
    match proposal.kind:
        case "import":
            st.text("Many memories at once, from a file. They stand in the bank; undo takes all of them out again.")
        case "add":
            if filed.state == "edited":
                _draw_edited(bench, filed)
            _draw_new(proposal.memories)
        case "revise":
            if filed.state == "edited":
                _draw_edited(bench, filed)
            _draw_revision(bench, filed)
        case "retire" | "restore":
            _draw_leaving(proposal)
        case "merge" | "supersede":
            _draw_exchange(bench, filed)


def _draw_new(memories: tuple[Memory, ...]) -> None:
    """New memories; subtask memories stand inside their full-task memory."""
    whole = {memory.id for memory in memories if memory.level == "full-task"}
    for memory in memories:
        if memory.parent not in whole:
            if len(memories) > 1 and not whole:
                st.markdown(f"**{label(memory.title, 120)}**")
            draw_unit(memory.unit)


def _draw_edited(bench: Workbench, filed: FiledProposal) -> None:
    with st.expander("What the edit changed", icon=":material/difference:", expanded=True):
        draw_edits(filed.proposal.memories, as_decided(bench.store, filed))


def _draw_revision(bench: Workbench, filed: FiledProposal) -> None:
    """What a revision changes, beside the versions it was made against."""
    memories = filed.proposal.memories
    view = st.segmented_control(
        "View",
        ["Changes", "Whole memory"],
        default="Changes",
        required=True,
        label_visibility="collapsed",
        key=f"revision-{filed.proposal.id}",
    )
    if view == "Whole memory":
        _draw_new(tuple(memory for memory in memories if memory.status == "active"))
        return
    whole = {memory.id for memory in memories if memory.level == "full-task"}
    for memory in memories:
        if memory.parent in whole:
            continue
        _draw_changes(bench, memory)
    followers = sum(memory.parent in whole for memory in memories)
    if followers:
        st.caption(f"{words.count(followers, 'subtask memory')} of it changed with it.")


def _draw_changes(bench: Workbench, memory: Memory) -> None:
    """The difference to the version that the proposal was made against."""
    try:
        before = bench.store.memory(memory.id, memory.version) if memory.version else None
    except BadInput:
        before = None
    if before is None:
        st.markdown(f"**New: {label(memory.title, 120)}**")
        draw_unit(memory.unit)
    else:
        draw_difference(before, memory)


def _draw_leaving(proposal: Proposal) -> None:
    first, *others = proposal.memories
    if others:
        _draw_titles(f"{words.count(len(others), 'other memory')} with it", others, f"with-{proposal.id}")
    draw_unit(first.unit)


def _draw_exchange(bench: Workbench, filed: FiledProposal) -> None:
    """A merge or a replacement: what stays or comes, and what goes."""
    stay = [memory for memory in filed.proposal.memories if memory.status == "active"]
    go = [memory for memory in filed.proposal.memories if memory.status == "retired"]
    if filed.proposal.kind == "merge":
        _draw_titles("What stays", stay, f"stays-{filed.proposal.id}")
        for memory in stay[:SHOWN]:
            _draw_changes(bench, memory)
    if go:
        _draw_titles(f"{words.count(len(go), 'memory')} to be retired", go, f"goes-{filed.proposal.id}")
    if filed.proposal.kind == "merge":
        for memory in stay[:1]:
            draw_unit(memory.unit)
    else:
        _draw_new(tuple(stay))


def _draw_titles(name: str, memories: Sequence[Memory], place: str) -> None:
    """Memories by their titles; a click opens one."""
    with st.container(gap=None):
        st.markdown(f"**{name}**")
        for memory in memories[:SHOWN]:
            draw_title(memory, place)
        if len(memories) > SHOWN:
            st.caption(f"And {len(memories) - SHOWN:,} more.")
