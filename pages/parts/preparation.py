"""How far the workbench and its first content are: one line that goes away by itself. The app can be used meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.collector import spare_libraries
from pages.parts.plain import label

if TYPE_CHECKING:
    from procmem.workbench import Workbench

BEAT = 1.0
"""Seconds between two looks at the preparation."""


def draw_preparation(bench: Workbench) -> None:
    """Progress while the workbench prepares, a warning when it could not, nothing when it is ready.

    Its place stays when it goes away, so that the fields below it are not made anew under somebody's fingers.
    """
    with st.container(gap=None):
        _draw(bench)


def _draw(bench: Workbench) -> None:
    match bench.preparation.state:
        case "waiting" | "working":
            st.fragment(_draw_progress, run_every=BEAT)(bench)
        case "failed":
            st.warning(
                label(bench.preparation.text, 400), title="Memories can not be used yet", icon=":material/warning:"
            )
            st.button("Prepare again", on_click=bench.warm, icon=":material/refresh:")
        case "ready" if bench.demo.now.state == "working":
            st.fragment(_draw_first_start, run_every=BEAT)(bench)
        case "ready":
            pass


def _draw_progress(bench: Workbench) -> None:
    spare_libraries()
    now = bench.preparation
    if bench.closed or now.state in ("ready", "failed"):
        st.rerun()
    text = label(now.text, 120) if now.state == "working" else "Getting ready"
    st.progress(now.fraction, text=f":small[{text} · you can already choose a task]")


def _draw_first_start(bench: Workbench) -> None:
    """The simulated runs of the first start; pages fill as they end."""
    spare_libraries()
    now = bench.demo.now
    if bench.closed or now.state != "working":
        st.rerun()
    st.progress(now.fraction, text=f":small[First start: {label(now.text, 120)} · you can already use everything]")
