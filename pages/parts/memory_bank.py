"""The bank on the screen: how large it is, how to look at it, and as of which revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_never, get_args

import streamlit as st

from pages.parts import memory_address, words
from pages.parts.links import draw_link
from pages.parts.plain import label
from pages.parts.review_desk import by_title

if TYPE_CHECKING:
    from procmem.workbench import Workbench

View = Literal["list", "map", "changes", "files"]
VIEWS: dict[View, str] = {
    "list": ":material/list: List",
    "map": ":material/scatter_plot: Map",
    "changes": ":material/history: Changes",
    "files": ":material/swap_vert: Files",
}


def draw_bank(bench: Workbench) -> None:
    """The view that the URL asks for."""
    if not bench.store.revision:
        _draw_empty(bench)
        return
    _draw_size(bench)
    views: tuple[View, ...] = get_args(View)
    st.segmented_control(
        "View",
        views,
        format_func=lambda view: VIEWS[view],
        required=True,
        label_visibility="collapsed",
        key=memory_address.field("view", memory_address.chosen("view", views) or "list"),
        on_change=memory_address.keep,
        args=("view", "list"),
    )
    _draw_view(bench, memory_address.chosen("view", views) or "list")


def _draw_view(bench: Workbench, view: View) -> None:
    """Each view is imported when it is asked for: the first content should not wait for the map's libraries."""
    match view:
        case "list":
            from pages.parts.memory_list import draw_list

            draw_list(bench)
        case "map":
            from pages.parts.memory_map import draw_map

            draw_map(bench)
        case "changes":
            from pages.parts.memory_changes import draw_changes

            draw_changes(bench)
        case "files":
            from pages.parts.memory_files import draw_files

            draw_files(bench)
        case _:
            assert_never(view)


def _draw_size(bench: Workbench) -> None:
    store, at = bench.store, memory_address.revision_shown(bench)
    full_tasks, subtasks = store.count(at=at, level="full-task"), store.count(at=at, level="subtask")
    parts = f"{full_tasks:,} full-task, {subtasks:,} subtask"
    revision = store.revision if at is None else at
    st.caption(f"{words.count(full_tasks + subtasks, 'memory')} in use ({parts}) at revision {revision:,}.")


def draw_past(bench: Workbench) -> None:
    """That the bank of the past is on show, which decision made it, and the way back; nothing for the bank of now."""
    at = memory_address.revision_shown(bench)
    if at is None:
        return
    made = bench.store.maker(at)
    by = f", as {by_title(made.by)} left it on {words.day(made.at.astimezone())}" if made else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", border=True):
        text = f"The bank as of revision {at}{by}. Uses and success are counted until now."
        st.markdown(f":orange[:material/history:] {label(text, 300)}", width="stretch")
        st.button("Back to now", icon=":material/update:", on_click=memory_address.put, args=({"at": ""},), key="now")


def _draw_empty(bench: Workbench) -> None:
    with st.container(border=True):
        st.markdown("**No memories yet**")
        if bench.preparation.state in ("waiting", "working"):
            st.text("The bank is being filled from the bundled demonstrations; they appear here by themselves.")
            return
        st.text("Memories are what a team learned from its runs. Run a task, then decide on what it proposes.")
        draw_link("Run a task", "run", icon=":material/play_circle:")
        from pages.parts.memory_files import draw_import

        st.text("Or bring in a bank that was exported before.")
        draw_import(bench)
