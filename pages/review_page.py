"""The Review page: decide on what runs propose for the bank, one by one or many at once. The URL says which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from pages.parts.shell import draw_notices, draw_page
from procmem.errors import UnknownName

if TYPE_CHECKING:
    from procmem.types import FiledProposal
    from procmem.workbench import Workbench


def draw_review_page(open_bench: Callable[[], Workbench]) -> None:
    """Draw the page. The title is on the screen before anything is loaded."""
    st.title("Review", anchor=False)
    draw_page(open_bench, _draw_view)


def _draw_view(bench: Workbench) -> None:
    from pages.parts import drawers
    from pages.parts.review_actions import draw_cascade, draw_problem
    from pages.parts.review_desk import open_proposal
    from pages.parts.review_keys import draw_keys

    # Each in a place of its own: what comes and goes must not move what stands below, or it is drawn anew.
    with st.container():
        draw_notices(bench)
    table = _draw_head(bench)
    with st.container():
        draw_problem()
        draw_cascade(bench)
        opened = bool(st.query_params.get("proposal"))
        if table and opened:
            st.button(
                "Back to the table",
                icon=":material/arrow_upward:",
                type="tertiary",
                on_click=open_proposal,
                args=(None,),
            )
    if table and not opened:
        from pages.parts.review_table import draw_table

        draw_table(bench)
    else:
        _draw_queue(bench)
    draw_keys()
    drawers.draw_drawer(bench, None)


def _draw_head(bench: Workbench) -> bool:
    """Progress, which proposals and how, who decides; whether the table is wanted."""
    from pages.parts.review_desk import NAME, STATE, decider, open_proposal
    from pages.parts.review_keys import open_keys
    from procmem.memory.review import AUTOMATIC

    waiting, decided, today = bench.store.progress(_midnight(), AUTOMATIC)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.text(f"{decided:,} of {decided + waiting:,} decided, {today:,} today", width="content")
        view = st.segmented_control(
            "View", ["One by one", "Table"], default="One by one", required=True, key="view", bind="query-params",
            label_visibility="collapsed", on_change=_change_view,
        )  # fmt: skip
        st.segmented_control(
            "Show", list(STATE), default="Waiting", required=True, key="show", bind="query-params",
            label_visibility="collapsed", on_change=open_proposal, args=(None,),
        )  # fmt: skip
        with st.popover(f"As {_name(decider())}", icon=":material/person:", type="tertiary"):
            st.text_input(
                "Your name", key=NAME, placeholder="person", max_chars=60, persist_state="session",
                help="It is kept with every decision.",
            )  # fmt: skip
        st.button("Keys  ?", icon=":material/keyboard:", type="tertiary", on_click=open_keys, key="review-keys-button")
    if decided + waiting:
        st.progress(decided / (decided + waiting))
    return view == "Table"


def _change_view() -> None:
    """The table begins with all rows; one by one goes on with the proposal that was opened from it."""
    from pages.parts.review_desk import open_proposal

    if st.session_state["view"] == "Table":
        open_proposal(None)


def _name(name: str) -> str:
    from pages.parts.plain import label

    return label(name, 24)


def _midnight() -> datetime:
    """The beginning of today where the person is."""
    try:
        zone = ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    now = datetime.now(zone).astimezone(zone)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _draw_queue(bench: Workbench) -> None:
    """The proposal that the URL names, or the first that waits; then the next one is looked up ahead."""
    from pages.parts.review_context import preload
    from pages.parts.review_desk import EDITING
    from pages.parts.review_keys import listen
    from pages.parts.review_one import draw_one

    try:
        filed = _chosen(bench)
    except UnknownName:
        _draw_gone()
        return
    if filed is None:
        _draw_empty(bench)
        listen()
        return
    if st.query_params.get("proposal") != filed.proposal.id:
        st.query_params["proposal"] = filed.proposal.id
    draw_one(bench, filed)
    editing = st.session_state.get(EDITING) == filed.proposal.id
    listen("review-editor" if editing else "")
    _, following = bench.store.beside(filed.number)
    if following is not None:
        preload(bench, following)


def _chosen(bench: Workbench) -> FiledProposal | None:
    from pages.parts.review_desk import STATE, shown

    named = st.query_params.get("proposal")
    if named:
        return bench.store.proposal(named)
    state = STATE[shown()]
    if state == "decided":
        return bench.store.beside(2**31 - 1, state=state)[0]
    return next(iter(bench.store.proposals(state=state, limit=1)), None)


def _draw_gone() -> None:
    from pages.parts.review_desk import open_proposal

    st.subheader("This proposal is not here", anchor=False)
    st.text("It may come from another data folder.")
    st.button(
        "Go to the queue", type="primary", icon=":material/inbox:", on_click=open_proposal, args=(None,), key="to-queue"
    )


def _draw_empty(bench: Workbench) -> None:
    """Nothing to show: because all is decided, because nothing is yet, or because nothing was ever proposed."""
    from pages.parts import review_desk as desk
    from pages.parts.links import draw_link

    decided = bench.store.newest_decision(desk.decider())
    if not any(bench.store.proposal_counts().values()):
        st.subheader("Nothing to review yet", anchor=False)
        st.text("Run a task. What the team does well is proposed as a memory, and waits here for your decision.")
    elif desk.shown() == "Decided":
        st.subheader("Nothing decided yet", anchor=False)
        st.text("What waits for a decision is under “Waiting”.")
    else:
        st.subheader("All decided", anchor=False)
        st.text("New proposals come from runs. Under “Decided” everything can be looked at again and taken back.")
    with st.container(horizontal=True, gap="small"):
        draw_link("Run a task", "run", icon=":material/play_circle:")
        if decided is not None:
            st.button(
                "Undo", icon=":material/undo:", shortcut="U", key="undo-last", on_click=desk.undo_newest, args=(bench,),
                help="Takes back your newest decision.",
            )  # fmt: skip


if __name__ == "__main__":
    # Streamlit's old router runs this file by itself at /review_page while nobody has opened the app yet.
    st.switch_page("app.py")
