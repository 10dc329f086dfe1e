"""The row of actions of one proposal, with the key of each printed on it, and what an action asks back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import review_desk as desk
from pages.parts.plain import label
from pages.parts.review_context import told
from procmem.memory.edit import fields
from procmem.memory.review import DISCARD_REASONS
from procmem.types import FiledProposal

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_actions(bench: Workbench, filed: FiledProposal, *, moved: bool) -> None:
    """Accept, edit, discard, undo, previous and next; below them the question that is open.

    ``moved``: the bank has moved on, and the proposal is shown against what stands there now.
    """
    name, waits = filed.proposal.id, filed.decision is None
    before, after = bench.store.beside(filed.number, state=desk.STATE[desk.shown()])
    editing = st.session_state.get(desk.EDITING) == name
    seen = tuple(memory.version for memory in filed.proposal.memories) if moved else ()
    with st.container(horizontal=True, gap="small", key="review-actions"):
        if not editing:
            st.button(
                "Accept", key=f"accept-{name}", type="primary", icon=":material/check:", shortcut="A",
                disabled=not waits, on_click=desk.accept, args=(bench, name, seen),
            )  # fmt: skip
            st.button(
                "Edit", key=f"edit-button-{name}", icon=":material/edit:", shortcut="E",
                disabled=not waits or not fields(filed.proposal), on_click=desk.edit, args=(name,),
            )  # fmt: skip
        st.button(
            "Discard", key=f"discard-{name}", icon=":material/delete:", shortcut="D",
            disabled=not waits, on_click=desk.ask_reason, args=(name,),
        )  # fmt: skip
        st.button(
            "Undo", key=f"undo-{name}", icon=":material/undo:", shortcut="U",
            help="Takes back your newest decision; again for the one before it.",
            on_click=desk.undo_newest, args=(bench,),
        )  # fmt: skip
        _draw_step("Previous", before, "Left", ":material/arrow_back:", name)
        _draw_step("Next", after, "Right", ":material/arrow_forward:", name)
    if st.session_state.get(desk.DISCARDING) == name and waits:
        _draw_reasons(bench, name)


def _draw_step(title: str, target: FiledProposal | None, key: str, icon: str, here: str) -> None:
    st.button(
        title,
        key=f"{title.lower()}-{here}",
        type="tertiary",
        icon=icon,
        shortcut=key,
        disabled=target is None,
        on_click=desk.open_proposal,
        args=(target.proposal.id if target else None,),
    )


def _draw_reasons(bench: Workbench, name: str) -> None:
    with st.container(border=True, key="review-reasons"):
        st.markdown("**Why discard it?**")
        with st.container(horizontal=True, gap="small"):
            for number, reason in enumerate(DISCARD_REASONS, start=1):
                st.button(
                    reason,
                    key=f"reason-{name}-{number}",
                    shortcut=str(number),
                    on_click=desk.discard,
                    args=(bench, name, reason),
                )
        key = f"reason-{name}-text"
        # A form, because a field by itself also speaks up when it is left, and leaving it must not discard anything.
        with (
            st.form(f"{key}-form", border=False),
            st.container(horizontal=True, gap="small", vertical_alignment="bottom"),
        ):
            st.text_input("Another reason", key=key)
            st.form_submit_button(
                "Discard for this reason", on_click=desk.discard_for_own_reason, args=(bench, name, key)
            )
        st.button("Keep it", key=f"reason-{name}-no", type="tertiary", shortcut="Esc", on_click=desk.leave)


def draw_problem() -> None:
    """What went wrong with the last action."""
    problem = st.session_state.get(desk.PROBLEM)
    if problem:
        st.error(label(problem, 600), icon=":material/error:")


def draw_cascade(bench: Workbench) -> None:
    """The later decisions that stand in the way of an undo, and whether to take them along."""
    decision_id = st.session_state.get(desk.CASCADE)
    if decision_id is None:
        return
    later = bench.store.dependents(decision_id)
    made = bench.store.decision(decision_id)
    with st.container(border=True, key="review-cascade-box"):
        st.markdown(":orange[:material/account_tree: **Later decisions changed the same memories**]")
        st.caption(f"To take back “{label(told(made), 200)}”, these are taken back first:")
        for one in later[:8]:
            st.text(f"“{desk.title(bench.store.proposal(one.proposal_id).proposal)}” · {told(one)}")
        if len(later) > 8:
            st.caption(f"And {len(later) - 8} more.")
        with st.container(horizontal=True, gap="small"):
            st.button(
                f"Take all {len(later) + 1} back",
                key="cascade-yes",
                icon=":material/undo:",
                shortcut="Y",
                on_click=desk.undo,
                args=(bench, decision_id, True),
            )
            st.button("Leave them", key="cascade-no", type="tertiary", shortcut="Esc", on_click=desk.leave)
