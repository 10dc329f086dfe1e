"""The Runs page: the history of runs, one replayed step by step, or two side by side. The URL says which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address
from pages.parts.shell import draw_notices, draw_page

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_runs_page(open_bench: Callable[[], Workbench]) -> None:
    """Draw the page. The title is on the screen before anything is loaded."""
    run_id = address.read("run")
    if run_id is None:
        st.title("Runs", anchor=False)
    draw_page(open_bench, lambda bench: _draw_view(bench, run_id))


def _draw_view(bench: Workbench, run_id: str | None) -> None:
    from pages.parts import drawers
    from pages.parts.runs_list import draw_history

    draw_notices(bench)
    beside = address.read("with")
    if run_id is None:
        draw_history(bench)
    elif beside is None:
        from pages.parts.runs_replay import draw_replay

        draw_replay(bench, run_id)
    else:
        from pages.parts.runs_pair import draw_pair

        draw_pair(bench, run_id, beside)
    drawers.draw_drawer(bench, run_id)


if __name__ == "__main__":
    # Streamlit's old router runs this file by itself at /runs_page while nobody has opened the app yet.
    st.switch_page("app.py")
