"""How far the workbench and its first content are: one line that goes away by itself. The app can be used meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.collector import spare_libraries
from pages.parts.plain import label

if TYPE_CHECKING:
    from procmem.workbench import Preparation, Workbench

BEAT = 1.0
"""Seconds between two looks at the preparation."""
SHARE = 0.6
"""Of a first start, so much is filling the bank; the rest are its runs."""


def draw_preparation(bench: Workbench) -> None:
    """Progress while the workbench prepares, a warning when it could not, nothing when it is ready.

    Its place stays when it goes away, so that the fields below it are not made anew under somebody's fingers; look.css
    lets the progress float, so that they do not move either.
    """
    with st.container(gap=None, key="preparation"):
        _draw(bench)


def _draw(bench: Workbench) -> None:
    prepared, first = bench.preparation, bench.demo.now
    if prepared.state == "failed":
        st.warning(label(prepared.text, 400), title="Memories can not be used yet", icon=":material/warning:")
        st.button("Prepare again", on_click=bench.warm, icon=":material/refresh:")
    elif prepared.state != "ready" or first.state == "working":
        st.fragment(_draw_progress, run_every=BEAT)(bench, prepared.state == "ready")
    elif first.state == "failed":
        why = label(first.text, 300)
        st.caption(f":material/info: The runs of the first start are not complete; the next start goes on. {why}")


def _draw_progress(bench: Workbench, was_ready: bool) -> None:
    """One line and one bar for all that is made; when the bank is ready, or all is, the page is drawn anew."""
    spare_libraries()
    prepared, first = bench.preparation, bench.demo.now
    ready = prepared.state == "ready"
    if bench.closed or prepared.state == "failed" or ready != was_ready or (ready and first.state != "working"):
        st.rerun()
    text, done = (first.text, first.fraction) if ready else (_doing(prepared), prepared.fraction)
    if first.state == "working":
        text = f"First start: {text}"
        done = SHARE + (1 - SHARE) * done if ready else SHARE * done
    use = "use everything" if ready else "choose a task"
    st.progress(done, text=f":small[{label(text, 120)} · you can already {use}]")


def _doing(prepared: Preparation) -> str:
    return prepared.text if prepared.state == "working" else "Getting ready"
