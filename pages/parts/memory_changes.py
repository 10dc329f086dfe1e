"""How the bank came to be: its decisions, and what differs between two revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import streamlit as st

from pages.parts import address, memory_address, words
from pages.parts.diff import draw_difference
from pages.parts.kinds import KINDS
from pages.parts.memory_context import draw_memory_button
from pages.parts.plain import label
from pages.parts.review_desk import PAST, by_title, title
from procmem.errors import UnknownName
from procmem.store.catalogue import Changes
from procmem.types import Decision, Memory

if TYPE_CHECKING:
    from procmem.workbench import Workbench

ROWS = 20
USUAL_SPAN = 10


def draw_changes(bench: Workbench) -> None:
    """The comparison on the left, the decisions on the right."""
    left, right = st.columns([5, 3], gap="large")
    with left:
        _draw_comparison(bench)
    with right:
        _draw_decisions(bench)


def _draw_comparison(bench: Workbench) -> None:
    newest = bench.store.revision
    before, after = _revision("from", max(0, newest - USUAL_SPAN), newest), _revision("to", newest, newest)
    st.subheader("What changed", anchor=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _number("From revision", "from", before, newest)
        _number("To revision", "to", after, newest)
        if after < newest:
            st.button(
                f"See the bank at revision {after:,}",
                icon=":material/history:",
                on_click=memory_address.put,
                args=({"at": str(after), "view": "", "from": "", "to": ""},),
                key="see-bank",
            )
    page = memory_address.page_shown()
    found = bench.store.changes(before, after, limit=ROWS, offset=(page - 1) * ROWS)
    total = found.added + found.revised + found.removed
    st.caption(f"{found.added:,} added, {found.revised:,} changed, {found.removed:,} left the bank.")
    if not total:
        st.text("Nothing differs between these revisions.")
        return
    _draw_page(found)
    memory_address.draw_pages(total, ROWS)


def _revision(name: str, usual: int, newest: int) -> int:
    found = address.read_number(name)
    return usual if found is None else min(found, newest)


def _number(name: str, param: str, value: int, newest: int) -> None:
    st.number_input(
        name,
        min_value=0,
        max_value=newest,
        step=1,
        width=150,
        key=memory_address.field(param, value),
        on_change=memory_address.keep,
        args=(param,),
    )


def _draw_page(found: Changes) -> None:
    page = found.page
    with st.container(gap=None):
        for memory in page.added:
            _draw_one("Added", "green", memory)
    for before, after in page.revised:
        panel = st.expander(
            f":orange-badge[{change_title(before, after)}] {label(after.title, 110)}",
            key=f"changed-{after.id}",
            on_change="rerun",
        )
        if panel.open:
            with panel:
                draw_difference(before, after)
                draw_memory_button(after, "open", f"Version {before.version} to {after.version}")
    with st.container(gap=None):
        for memory in page.removed:
            _draw_one("Left", "red", memory)


def change_title(before: Memory, after: Memory) -> str:
    """What happened to a memory, in a word."""
    if before.status != after.status:
        return "Retired" if after.status == "retired" else "Restored"
    return "Changed"


def _draw_one(what: str, color: words.Color, memory: Memory) -> None:
    st.button(
        f":{color}-badge[{what}] {label(memory.title, 110)}",
        type="tertiary",
        key=f"{what}-{memory.id}",
        on_click=memory_address.open_memory,
        args=(memory.id, memory.version),
        wrap=False,
    )


# --- decisions -------------------------------------------------------------------------------------------------------


def _draw_decisions(bench: Workbench) -> None:
    st.subheader("Decisions", anchor=False)
    made = bench.store.decisions(limit=ROWS)
    if not made:
        st.caption("Nobody has decided anything yet.")
    with st.container(gap="xsmall"):
        for decision in made:
            _draw_decision(bench, decision)
    if len(made) == ROWS:
        st.caption(f"The newest {ROWS}.")


def _draw_decision(bench: Workbench, made: Decision) -> None:
    with st.container(gap=None):
        text = label(_told(bench, made), 120)
        if made.verdict == "discard":
            st.caption(text)
        else:
            st.button(
                text,
                type="tertiary",
                key=f"decision-{made.id}",
                on_click=memory_address.put,
                args=({"from": str(made.revision - 1), "to": str(made.revision)},),
                help="What this decision changed.",
                wrap=False,
            )
        undone = "" if made.in_force else " · taken back"
        st.caption(
            label(f"By {by_title(made.by)} · {words.day(made.at.astimezone())} · revision {made.revision}{undone}", 200)
        )


def _told(bench: Workbench, made: Decision) -> str:
    """What a decision did, with the title of what it did it to."""
    try:
        proposal = bench.store.proposal(made.proposal_id).proposal
    except UnknownName:
        return made.reason or PAST[made.verdict]
    done = KINDS[proposal.kind].done
    match made.verdict:
        case "accept" | "edit":
            return f"{done}: {title(proposal)}"
        case "discard":
            return f"Discarded: {title(proposal)}"
        case "undo":
            return f"Taken back ({done.lower()}): {title(proposal)}"
        case _:
            assert_never(made.verdict)
