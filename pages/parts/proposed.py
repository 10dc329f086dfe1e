"""What a run proposed for the bank, what was decided about it by now, and the way to the Review page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import words
from pages.parts.drawers import draw_unit
from pages.parts.links import draw_link
from pages.parts.plain import label
from pages.parts.story import Story
from pages.parts.words import Color
from procmem.errors import UnknownName
from procmem.types import FiledProposal, Memory, Proposal, ProposalState

if TYPE_CHECKING:
    from procmem.workbench import Workbench

STATE: dict[ProposalState, tuple[str, str, Color]] = {
    "undecided": ("Waits", ":material/hourglass_top:", "blue"),
    "accepted": ("Accepted", ":material/check_circle:", "green"),
    "edited": ("Accepted with edits", ":material/edit:", "green"),
    "discarded": ("Discarded", ":material/block:", "gray"),
}
KIND = {
    "add": "New",
    "revise": "Revision",
    "retire": "Retirement",
    "restore": "Return",
    "merge": "Merge",
    "supersede": "Replacement",
    "import": "Import",
}


def draw_review_link(bench: Workbench, told: Story) -> None:
    """The way to what this run proposed, while somebody has yet to decide on it."""
    filed = [_filed(bench, proposal.id) for proposal in told.proposals]
    waiting = [one.proposal.id for one in filed if one is not None and one.state == "undecided"]
    if waiting:
        text = f"Review {words.count(len(waiting), 'proposal')}"
        draw_link(text, "review", icon=":material/rate_review:", proposal=waiting[0])


def draw_proposals(bench: Workbench, told: Story) -> None:
    """Every proposal of a run with its memories; nothing where there is none."""
    filed = [(proposal, _filed(bench, proposal.id)) for proposal in told.proposals]
    if not filed:
        return
    memories = sum(len(proposal.memories) for proposal, _ in filed)
    waiting = [proposal for proposal, now in filed if now is not None and now.state == "undecided"]
    st.subheader(f"{words.count(memories, 'memory')} proposed", anchor=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if waiting:
            st.caption("Nothing enters the bank by itself: a person decides.", width="content")
            draw_link("Review them", "review", icon=":material/rate_review:", proposal=waiting[0].id)
        else:
            st.caption("All decided.", width="content")
            draw_link("See the decisions", "review", icon=":material/rate_review:", proposal=filed[0][0].id)
    for proposal, now in filed:
        _draw_proposal(proposal, now, told)


def _filed(bench: Workbench, proposal_id: str) -> FiledProposal | None:
    """The proposal as the queue holds it; a restored backup may lack it."""
    try:
        return bench.store.proposal(proposal_id)
    except UnknownName:
        return None


def _draw_proposal(proposal: Proposal, now: FiledProposal | None, told: Story) -> None:
    with st.container(gap="xsmall"):
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            if now is not None:
                text, icon, color = STATE[now.state]
                st.badge(text, icon=icon, color=color)
            st.badge(KIND[proposal.kind], color="gray")
            st.caption(label(_verdict(proposal, now, told), 300), width="content")
        for memory in proposal.memories:
            _draw_memory(proposal, memory)


def _verdict(proposal: Proposal, now: FiledProposal | None, told: Story) -> str:
    """Who decided and why; of a proposal that waits, why it was made."""
    if now is not None and now.decision is not None:
        who = words.decider_title(now.decision.by)
        return f"{who}: {now.decision.reason}" if now.decision.reason else who
    automatic = told.decisions.get(proposal.id)
    return automatic.reason if now is None and automatic else proposal.reason


def _draw_memory(proposal: Proposal, memory: Memory) -> None:
    level = "Full task" if memory.level == "full-task" else f"Subtask for {words.reader_title(memory.agent)}"
    panel = st.expander(
        f"{label(memory.title)} :gray[:small[{label(level)}]]",
        icon=":material/psychology:",
        key=f"proposed-{proposal.id}-{memory.id}",
        on_change="rerun",
    )
    if panel.open:
        with panel:
            draw_unit(memory.unit)
