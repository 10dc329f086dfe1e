"""Every version of a memory: who changed what, when and why, and the way back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import memory_address, memory_desk, words
from pages.parts.diff import draw_difference
from pages.parts.plain import label
from pages.parts.review_desk import PAST, by_title
from procmem.types import Memory, Version

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_versions(bench: Workbench, shown: Memory) -> None:
    """The changes of a memory, newest first; each with what differs from the one before."""
    history = bench.store.history(shown.id)
    standing = history[-1].memory
    for place in range(len(history) - 1, -1, -1):
        before = history[place - 1].memory if place else None
        _draw_change(bench, history[place], before, shown, standing, key=f"{shown.id}-{place}")


def _draw_change(
    bench: Workbench, change: Version, before: Memory | None, shown: Memory, standing: Memory | None, key: str
) -> None:
    made, memory = change.decision, change.memory
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.markdown(f"**{_name(memory, before)}**", width="content")
            if memory is not None and memory == standing:
                st.badge("As it stands", color="green")
            if memory is not None and memory.version == shown.version:
                st.badge("On show", color="blue")
        when = words.day(made.at.astimezone())
        st.caption(label(f"{PAST[made.verdict]} by {by_title(made.by)} on {when} · revision {made.revision}", 200))
        if made.reason:
            st.text(made.reason)
        if memory is not None and before is not None and memory != before:
            panel = st.expander("What changed", icon=":material/difference:", key=f"diff-{key}", on_change="rerun")
            if panel.open:
                with panel:
                    draw_difference(before, memory)
        if memory is not None:
            _draw_ways(bench, memory, shown, standing, key)


def _name(memory: Memory | None, before: Memory | None) -> str:
    if memory is None:
        return "Left the bank"
    if before is not None and before.status != memory.status:
        return f"Version {memory.version}: {'retired' if memory.status == 'retired' else 'back in use'}"
    return f"Version {memory.version}"


def _draw_ways(bench: Workbench, memory: Memory, shown: Memory, standing: Memory | None, key: str) -> None:
    with st.container(horizontal=True, gap="small"):
        if memory.version != shown.version:
            st.button(
                "Read it",
                type="tertiary",
                icon=":material/visibility:",
                on_click=memory_address.open_memory,
                args=(memory.id, memory.version),
                key=f"read-{key}",
            )
        if standing is not None and memory.unit != standing.unit:
            st.button(
                "Bring it back",
                type="tertiary",
                icon=":material/restore:",
                on_click=memory_desk.restore_version,
                args=(bench, memory.id, memory.version),
                key=f"bring-{key}",
            )
