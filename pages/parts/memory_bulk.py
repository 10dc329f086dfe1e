"""What can be done with the chosen rows: retire, restore, merge, export; each is one decision that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import memory_desk, words
from pages.parts.plain import one_line
from procmem.types import Memory

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_bulk(bench: Workbench, chosen: Sequence[Memory], total: int, *, past: bool) -> None:
    """The actions that fit what is chosen, or how to choose."""
    if not chosen:
        st.caption("Click a title to open it. Choose rows to retire, restore, merge or export them.")
        return
    st.markdown(f"**{len(chosen)} chosen**", width="content")
    active = [memory for memory in chosen if memory.status == "active"]
    retired = [memory for memory in chosen if memory.status == "retired"]
    if past:
        st.caption("This is the bank of the past: go back to now to change it.", width="content")
    else:
        if active:
            _draw_retire(bench, active)
        if retired:
            ids = [memory.id for memory in retired]
            st.button(
                "Restore",
                icon=":material/unarchive:",
                on_click=memory_desk.restore,
                args=(bench, ids),
                key="bulk-restore",
            )
        if len(active) > 1:
            _draw_merge(bench, active)
    _draw_export(bench, chosen)


def _draw_retire(bench: Workbench, active: Sequence[Memory]) -> None:
    with st.popover("Retire", icon=":material/archive:", key="bulk-retire"):
        draw_retire(bench, [memory.id for memory in active], "bulk")


def draw_retire(bench: Workbench, ids: Sequence[str], place: str) -> None:
    """The question before memories are retired: what goes along, and why."""
    along = sum(len(parts) for parts in bench.store.children(list(ids)).values())
    st.caption("Retired memories stay in the bank with their history, but no run sees them.")
    if along:
        st.caption(f"{words.count(along, 'subtask memory').capitalize()} go along.")
    reason = f"{place}-reason"
    st.text_input("Why", placeholder="Optional; it is kept with the decision", key=reason, on_change="ignore")
    st.button(
        f"Retire {words.count(len(ids), 'memory')}",
        type="primary",
        icon=":material/archive:",
        on_click=memory_desk.retire,
        args=(bench, ids, reason),
        key=f"{place}-retire-now",
    )


def _draw_merge(bench: Workbench, active: Sequence[Memory]) -> None:
    alike = len({(memory.level, memory.agent) for memory in active}) == 1
    with st.popover("Merge", icon=":material/merge:", key="bulk-merge", disabled=not alike, help=_why_not(alike)):
        st.caption("One of them is kept and remembers where the others came from; the others are retired.")
        titles = {memory.id: memory.title for memory in active}
        keep = st.selectbox("Keep", list(titles), format_func=lambda name: one_line(titles[name], 80), key="bulk-keep")
        st.button(
            f"Merge {len(active)} into one",
            type="primary",
            icon=":material/merge:",
            on_click=memory_desk.merge,
            args=(bench, keep, [name for name in titles if name != keep]),
            key="bulk-merge-now",
        )


def _why_not(alike: bool) -> str | None:
    return None if alike else "Only memories of one level and one agent can be merged."


def _draw_export(bench: Workbench, chosen: Sequence[Memory]) -> None:
    from procmem.exchange.bank_file import export_some

    st.download_button(
        "Export",
        data=lambda: "".join(export_some(bench.lab.bank, chosen)).encode(),
        file_name="memories.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        key="bulk-export",
        on_click="ignore",
        help="As a file that can be imported into another bank. A subtask memory takes its full-task memory along.",
    )
