"""The runs that had a memory in a prompt, each a link to the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, memory_address, words
from pages.parts.links import draw_link
from pages.parts.plain import label
from procmem.store.catalogue import Use
from procmem.types import Memory

if TYPE_CHECKING:
    from procmem.workbench import Workbench

ROWS = 15


def draw_uses(bench: Workbench, memory: Memory) -> None:
    """Newest first; those that only looked at it when asked for."""
    every = st.toggle(
        "Also runs that looked it up but left it out",
        key=memory_address.field("runs", address.read("runs") == "all"),
        on_change=_keep_every,
    )
    page = memory_address.page_shown("uses")
    uses, total = bench.store.uses(memory.id, entered=not every, limit=ROWS, offset=(page - 1) * ROWS)
    if not total:
        st.caption("No run has had it in a prompt yet." if not every else "No run has looked it up yet.")
        return
    for use in uses:
        _draw_use(bench, use)
    memory_address.draw_pages(total, ROWS, "uses")
    st.caption(words.count(total, "run"))


def _keep_every() -> None:
    memory_address.put({"runs": "all" if st.session_state["memories-runs"] else "", "uses": ""})


def _draw_use(bench: Workbench, use: Use) -> None:
    look = words.STATUS[use.run.status]
    with st.container(gap=None):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.badge(look.label, icon=look.icon, color=look.color)
            draw_link(words.run_title(use.run, bench.family_titles), "run", run=use.run.id)
        st.caption(label(" · ".join(_facts(use)), 300))


def _facts(use: Use) -> list[str]:
    facts = [
        "in the prompt" if use.entered else use.reason,
        f"for {words.reader_title(use.reader)}",
        f"rank {use.rank}",
        f"score {use.score:.2f}",
        f"version {use.version}",
        use.run.team,
    ]
    if use.run.steps is not None:
        facts.append(words.count(use.run.steps, "step"))
    if use.run.simulated:
        facts.append("simulated")
    return [*facts, words.day(use.run.started.astimezone())]
