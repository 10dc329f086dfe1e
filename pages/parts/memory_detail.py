"""A memory's own page: what it says, where it comes from, what became of it, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_never, get_args

import streamlit as st

from pages.parts import address, memory_address, memory_desk, words
from pages.parts.contents import draw_unit
from pages.parts.memory_bulk import draw_retire
from pages.parts.memory_context import draw_context
from pages.parts.memory_edit import draw_edit, editing, open_editor
from pages.parts.memory_uses import draw_uses
from pages.parts.memory_versions import draw_versions
from pages.parts.plain import label
from pages.parts.run_view import draw_simulated_badge
from procmem.errors import UnknownName
from procmem.types import Memory

if TYPE_CHECKING:
    from procmem.workbench import Workbench

Tab = Literal["content", "versions", "runs"]


def draw_memory_page(bench: Workbench, memory_id: str) -> None:
    """The page of the memory, or of the version of it, that the URL names."""
    st.button(
        "All memories", type="tertiary", icon=":material/arrow_back:", on_click=memory_address.close_memory, key="back"
    )
    try:
        now = bench.store.memory(memory_id)
        version = address.read_number("version")
        memory = now if version in (None, now.version) else bench.store.memory(memory_id, version)
    except UnknownName:
        _draw_unknown()
        return
    stands = memory_id in bench.store.latest([memory_id])
    st.title(label(memory.title, 160), anchor=False)
    _draw_badges(memory, now, stands=stands)
    if editing(memory_id):
        draw_edit(bench, now)
        return
    _draw_actions(bench, memory, now, stands=stands)
    left, right = st.columns([5, 3], gap="large")
    with left:
        _draw_tabs(bench, memory)
    with right:
        draw_context(bench, memory)


def _draw_unknown() -> None:
    st.title("This memory is not here", anchor=False)
    st.text("The link may come from another data folder, or the data was reset.")
    st.button("See all memories", type="primary", on_click=memory_address.close_memory)


def _draw_badges(memory: Memory, now: Memory, *, stands: bool) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        st.badge("Full task" if memory.level == "full-task" else "Subtask", color="blue")
        st.badge(f"For {label(words.reader_title(memory.agent), 40)}", color="gray")
        st.badge(f"Version {memory.version} of {now.version}", color="gray")
        if not stands:
            st.badge("Not in the bank", color="orange", help="The decision that brought it in was taken back.")
        elif now.status == "retired":
            st.badge("Retired", color="orange", help="It stays here with its history, but no run sees it.")
        if "simulated/" in memory.origin.builder:
            draw_simulated_badge()


def _draw_actions(bench: Workbench, memory: Memory, now: Memory, *, stands: bool) -> None:
    """What can be done now; an old version offers the way back to it first."""
    with st.container(horizontal=True, gap="small"):
        if memory.version != now.version:
            st.button(
                f"Bring version {memory.version} back",
                type="primary",
                icon=":material/restore:",
                on_click=memory_desk.restore_version,
                args=(bench, memory.id, memory.version),
                key="back-to-version",
                disabled=not stands,
            )
            st.button("See it as it stands", on_click=memory_address.open_memory, args=(memory.id,), key="as-it-stands")
        elif stands and now.status == "active":
            st.button("Edit", icon=":material/edit:", on_click=open_editor, args=(memory.id,), key="edit")
            with st.popover("Retire", icon=":material/archive:", key="retire"):
                draw_retire(bench, [memory.id], "one")
        elif stands:
            st.button(
                "Restore",
                type="primary",
                icon=":material/unarchive:",
                on_click=memory_desk.restore,
                args=(bench, [memory.id]),
                key="restore",
            )
        _draw_export(bench, memory)


def _draw_export(bench: Workbench, memory: Memory) -> None:
    from procmem.exchange.bank_file import export_some

    st.download_button(
        "Export",
        data=lambda: "".join(export_some(bench.lab.bank, [memory])).encode(),
        file_name="memory.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        key="export-one",
        on_click="ignore",
    )


def _draw_tabs(bench: Workbench, memory: Memory) -> None:
    tabs: tuple[Tab, ...] = get_args(Tab)
    titles: dict[Tab, str] = {"content": "Content", "versions": "Versions", "runs": "Runs that had it"}
    tab = memory_address.chosen("tab", tabs) or "content"
    st.segmented_control(
        "Show",
        tabs,
        format_func=titles.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=memory_address.field("tab", tab),
        on_change=memory_address.keep,
        args=("tab", "content"),
    )
    match tab:
        case "content":
            draw_unit(memory.unit)
        case "versions":
            draw_versions(bench, memory)
        case "runs":
            draw_uses(bench, memory)
        case _:
            assert_never(tab)
