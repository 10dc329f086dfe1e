"""The editor of a proposal: its texts as fields. What is typed is a draft of this session until it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import review_desk as desk
from pages.parts.diff import draw_difference
from pages.parts.plain import label
from procmem.errors import BadInput
from procmem.memory.edit import Field, droppable, edited, fields
from procmem.memory.review import decide_instead
from procmem.types import Decision, FiledProposal, Memory, Proposal

if TYPE_CHECKING:
    from procmem.workbench import Workbench

_DRAFTS = "review-drafts"
_NOTE = (
    "Teams look this memory up by its task, and subtasks by their descriptions. Steps are pairs of <think>…</think> "
    "and <action>{…}</action>. The agents' subtask memories follow by themselves."
)


def has_draft(proposal: Proposal) -> bool:
    """Whether something was typed that is not saved."""
    return bool(_draft(proposal.id))


def draw_editor(bench: Workbench, filed: FiledProposal) -> None:
    """All fields of a proposal, what differs from it so far, and the button that saves and accepts."""
    proposal = filed.proposal
    st.caption(label(_NOTE, 400))
    with st.container(key="review-editor"):
        spare = droppable(proposal)
        for group, members in groupby(fields(proposal), key=lambda field: field.group):
            if group:
                _draw_group(proposal, group, list(members), spare)
            else:
                for field in members:
                    _draw_field(proposal, field)
    _draw_save(bench, filed)
    _draw_changes(proposal)


def _draw_group(proposal: Proposal, group: str, members: Sequence[Field], spare: Sequence[int]) -> None:
    number = int(group.split()[1]) if group.startswith("Subtask ") else 0
    with st.container(border=True):
        st.markdown(f"**{label(group, 80)}**")
        if members[0].fixed:
            st.caption("This proposal does not change this subtask.")
        if number in spare:
            key = _key(proposal, f"subtask.{number}.dropped")
            st.checkbox(
                "Leave this subtask out",
                value=number in _dropped(proposal),
                key=key,
                on_change=_keep,
                args=(proposal.id, f"subtask.{number}.dropped", key),
            )
        for field in members:
            _draw_field(proposal, field)


def _draw_field(proposal: Proposal, field: Field) -> None:
    text = str(_draft(proposal.id).get(field.name, field.text))
    key = _key(proposal, field.name)
    kept = (proposal.id, field.name, key)
    if field.label == "Title":
        st.text_input(field.label, value=text, key=key, on_change=_keep, args=kept)
    else:
        st.text_area(
            field.label,
            value=text,
            height=_height(text),
            key=key,
            disabled=field.fixed,
            on_change=_keep,
            args=kept,
        )


def _height(text: str) -> int:
    """Pixels that show the whole text where it is short."""
    lines = sum(1 + len(line) // 90 for line in text.splitlines()) or 1
    return min(360, max(70, 24 * lines + 24))


def _draw_save(bench: Workbench, filed: FiledProposal) -> None:
    decided = filed.decision
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Save and accept" if decided is None else f"Take {label(decided.by, 30)}'s decision back and save mine",
            key=f"save-{filed.proposal.id}-{filed.state}",
            type="primary",
            icon=":material/save:",
            shortcut="Ctrl+Enter",
            on_click=_save,
            args=(
                bench,
                filed.proposal.id,
                tuple(memory.version for memory in filed.proposal.memories),
                None if decided is None else decided.id,
            ),
        )
        st.button("Close", key="editor-close", icon=":material/close:", shortcut="Esc", on_click=desk.leave)
        if has_draft(filed.proposal):
            st.button(
                "Start over",
                key="editor-reset",
                type="tertiary",
                icon=":material/restart_alt:",
                on_click=_forget,
                args=(filed.proposal.id,),
            )


def _draw_changes(proposal: Proposal) -> None:
    """What the draft changes, live."""
    try:
        drafted = _edited(proposal)
    except BadInput as error:
        st.warning(label(str(error), 400), icon=":material/edit_off:")
        return
    if drafted == proposal.memories:
        return
    st.markdown("**Your changes**")
    draw_edits(proposal.memories, drafted)


def draw_edits(before: Sequence[Memory], after: Sequence[Memory]) -> None:
    """What an edit changed of a proposal. Subtask memories that only follow their full-task memory are not repeated."""
    new = {memory.id: memory for memory in after}
    whole = {memory.id for memory in before if memory.level == "full-task"}
    for memory in before:
        if memory.parent in whole:
            continue
        if memory.id not in new:
            st.caption(f"Left out: {label(memory.title)}")
        elif new[memory.id] != memory:
            draw_difference(memory, new[memory.id])


def _save(bench: Workbench, proposal_id: str, seen: tuple[int, ...], over: str | None) -> None:
    """Accept the edited texts.

    Args:
        bench: The workbench.
        proposal_id: The proposal that was on the screen.
        seen: The versions that it was shown against.
        over: The decision that the person was shown and wants replaced.
    """
    filed = bench.store.proposal(proposal_id)
    _collect(filed.proposal)
    try:
        made = _decide(bench, filed, seen, over)
    except BadInput as error:
        desk.complain(f"{error} Your text is still in the fields.")
        return
    _forget(proposal_id)
    desk.conclude(bench, bench.store.proposal(proposal_id), made)


def _decide(bench: Workbench, filed: FiledProposal, seen: tuple[int, ...], over: str | None) -> list[Decision]:
    store, name, by = bench.store, filed.proposal.id, desk.decider()
    if over is not None and filed.decision is not None and filed.decision.id == over:
        return decide_instead(store, filed, _edited(filed.proposal), by)
    proposal = desk.as_seen(store, name, seen) if filed.decision is None else filed.proposal
    memories = _edited(proposal)
    if memories == filed.proposal.memories:
        return [store.decide(name, "accept", by=by)]
    return [store.decide(name, "edit", by=by, edited=memories)]


def _edited(proposal: Proposal) -> tuple[Memory, ...]:
    texts = {name: text for name, text in _draft(proposal.id).items() if isinstance(text, str)}
    return edited(proposal, texts, _dropped(proposal))


def _dropped(proposal: Proposal) -> list[int]:
    draft = _draft(proposal.id)
    return [number for number in droppable(proposal) if draft.get(f"subtask.{number}.dropped")]


# --- drafts ----------------------------------------------------------------------------------------------------------


def _draft(proposal_id: str) -> dict[str, str | bool]:
    drafts: dict[str, dict[str, str | bool]] = st.session_state.setdefault(_DRAFTS, {})
    return drafts.setdefault(proposal_id, {})


def _keep(proposal_id: str, name: str, key: str) -> None:
    """Remember what was typed: the widget forgets it as soon as another proposal is shown."""
    _draft(proposal_id)[name] = st.session_state[key]


def _collect(proposal: Proposal) -> None:
    """Remember what stands in the fields now, also what came with the key that saves."""
    for field in fields(proposal):
        key = _key(proposal, field.name)
        if key in st.session_state and st.session_state[key] != _draft(proposal.id).get(field.name, field.text):
            _keep(proposal.id, field.name, key)


def _forget(proposal_id: str) -> None:
    _draft(proposal_id).clear()
    for key in [key for key in st.session_state if str(key).startswith(f"edit-{proposal_id}-")]:
        del st.session_state[key]


def _key(proposal: Proposal, name: str) -> str:
    return f"edit-{proposal.id}-{name}"
