"""The queue as a table, for deciding on many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast
from zlib import crc32

import streamlit as st

from pages.parts import review_desk as desk
from pages.parts import words
from pages.parts.kinds import KINDS
from pages.parts.plain import label
from pages.parts.review_context import findings
from procmem.errors import BadInput
from procmem.memory.review import DISCARD_REASONS
from procmem.types import FiledProposal, ProposalKind

if TYPE_CHECKING:
    from procmem.workbench import Workbench

ROWS = 100
"""Proposals of one page of the table."""
SHORT = 18
"""So many rows are shown without scrolling."""
_DONE = "review-bulk"
_START = "review-table-start"


def draw_table(bench: Workbench) -> None:
    """A page of the queue with checkboxes, and the verdicts for what is checked."""
    _draw_done(bench)
    bar = st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-bar")
    with bar:
        kind = _choose_kind()
    start = int(st.session_state.get(_START, 0))
    found = bench.store.proposals(state=desk.STATE[desk.shown()], kind=kind, after=start, limit=ROWS + 1)
    if not found:
        st.text("No proposals of this kind." if not start else "No more proposals.")
        if start:
            st.button("Back to the first", on_click=_turn, args=(0,), icon=":material/first_page:")
        return
    rows = found[:ROWS]
    chosen = _draw_rows(bench, rows)
    with bar:
        _draw_verdicts(bench, [rows[place] for place in chosen])
    with st.container(horizontal=True, gap="small"):
        if start:
            st.button("Back to the first", on_click=_turn, args=(0,), icon=":material/first_page:")
        if len(found) > ROWS:
            st.button(f"Next {ROWS}", on_click=_turn, args=(rows[-1].number,), icon=":material/navigate_next:")


def _choose_kind() -> ProposalKind | None:
    names: dict[str, ProposalKind] = {look.wish: kind for kind, look in KINDS.items()}
    chosen = st.selectbox(
        "Kind", list(names), index=None, placeholder="Every kind", key="kind", bind="query-params", width=190,
        label_visibility="collapsed", on_change=_turn, args=(0,),
    )  # fmt: skip
    return names[chosen] if chosen else None


def _turn(start: int) -> None:
    st.session_state[_START] = start


def _draw_rows(bench: Workbench, rows: list[FiledProposal]) -> list[int]:
    table = {
        "Open": ["Open"] * len(rows),
        "Title": [desk.title(filed.proposal) for filed in rows],
        "Kind": [KINDS[filed.proposal.kind].wish for filed in rows],
        "Look twice": [_alarms(filed) for filed in rows],
        "Why": [filed.proposal.fault or filed.proposal.reason for filed in rows],
        "Task": [_task(bench, filed) for filed in rows],
        "State": [filed.state.capitalize() for filed in rows],
        "Proposed": [filed.proposed for filed in rows],
        "By": [filed.proposal.author for filed in rows],
    }
    if desk.shown() == "Waiting":
        del table["State"]
    event = st.dataframe(
        table,
        key=rows_key(_ids(rows)),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        height="content" if len(rows) <= SHORT else 40 + 35 * SHORT,
        column_config={
            "Open": st.column_config.ButtonColumn(
                "", width="small", type="tertiary", key="review-open-row", on_click=_open_row, args=(_ids(rows),)
            ),
            "Title": st.column_config.TextColumn(width=400),
            "Look twice": st.column_config.TextColumn(
                width=150, help="Passwords, keys and instructions that it may hold."
            ),
            "Why": st.column_config.TextColumn(width=250),
            "Proposed": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
        },
        alt="Proposals of the queue",
    )
    return [int(place) for place in event["selection"]["rows"] if place < len(rows)]


def rows_key(ids: tuple[str, ...]) -> str:
    """The table's key. Checks are kept by place, so a table of other rows must be another table without checks."""
    return f"review-rows-{crc32(' '.join(ids).encode()):08x}"


def _ids(rows: list[FiledProposal]) -> tuple[str, ...]:
    return tuple(filed.proposal.id for filed in rows)


def _task(bench: Workbench, filed: FiledProposal) -> str:
    memories = filed.proposal.memories
    return words.task_name(memories[0].origin.task_id, bench.family_titles) if memories else ""


def _alarms(filed: FiledProposal) -> str:
    kinds = {warning.kind for warning in findings(filed.proposal)}
    named = [name for kind, name in (("secret", "secret"), ("instruction", "instruction")) if kind in kinds]
    return ", ".join([*(["not distilled"] if filed.proposal.fault else []), *named])


def _open_row(ids: tuple[str, ...]) -> None:
    row = int(st.session_state["review-open-row"].row)
    if row < len(ids):
        desk.open_proposal(ids[row])


def _draw_verdicts(bench: Workbench, chosen: list[FiledProposal]) -> None:
    waiting = [filed for filed in chosen if filed.decision is None]
    if not chosen:
        st.caption("Check the proposals to decide on; the box in the head checks them all.", width="content")
        return
    if len(waiting) < len(chosen):
        text = f"{len(chosen) - len(waiting)} of {len(chosen)} are decided already and stay as they are."
        st.caption(text, width="content")
    if not waiting:
        return
    ids = _ids(waiting)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button(
            f"Accept {words.count(len(ids), 'proposal')}",
            key="bulk-accept",
            type="primary",
            icon=":material/done_all:",
            on_click=_decide_all,
            args=(bench, ids, "accept"),
        )
        st.selectbox(
            "Reason for discarding", DISCARD_REASONS, key="bulk-reason", accept_new_options=True, width=260,
            index=None, placeholder="Why discard? Choose or write", label_visibility="collapsed",
        )  # fmt: skip
        st.button(
            f"Discard {words.count(len(ids), 'proposal')}",
            key="bulk-discard",
            icon=":material/delete_sweep:",
            disabled=not st.session_state.get("bulk-reason"),
            help="Choose a reason first." if not st.session_state.get("bulk-reason") else None,
            on_click=_decide_all,
            args=(bench, ids, "discard"),
        )


def _decide_all(bench: Workbench, ids: tuple[str, ...], verdict: Literal["accept", "discard"]) -> None:
    desk.leave()
    reason = str(st.session_state.get("bulk-reason") or "") if verdict == "discard" else ""
    made, refused = bench.store.decide_all(ids, verdict, by=desk.decider(), reason=reason)
    st.session_state[_DONE] = (verdict, [one.id for one in made], list(refused.values()))


def _draw_done(bench: Workbench) -> None:
    """What came of the last verdicts on many, with one button that takes all of them back."""
    done = cast("tuple[Literal['accept', 'discard'], list[str], list[str]] | None", st.session_state.get(_DONE))
    if done is None:
        return
    verdict, made, refused = done
    with st.container(border=True, gap="xsmall"):
        if made:
            st.markdown(f":material/check: **{desk.PAST[verdict]}: {words.count(len(made), 'proposal')}**")
        for why in refused[:5]:
            st.caption(f":material/error: {label(why, 300)}")
        if len(refused) > 5:
            st.caption(f"And {len(refused) - 5} more could not be decided.")
        with st.container(horizontal=True, gap="small"):
            if made:
                st.button(
                    f"Undo all {len(made)}" if len(made) > 1 else "Undo",
                    key="bulk-undo",
                    icon=":material/undo:",
                    on_click=_undo_all,
                    args=(bench, tuple(made)),
                )
            st.button("Close", key="bulk-close", type="tertiary", on_click=_close_done)


def _undo_all(bench: Workbench, made: tuple[str, ...]) -> None:
    """Take many decisions back, newest first; one that later decisions depend on stays, and is said."""
    left: list[str] = []
    for decision_id in reversed(made):
        try:
            bench.store.undo(decision_id, by=desk.decider())
        except BadInput as error:
            left.append(str(error))
    _close_done()
    if left:
        desk.complain(f"{words.count(len(left), 'decision')} could not be taken back. {left[0]}")


def _close_done() -> None:
    st.session_state.pop(_DONE, None)
