"""The Runs page: the history of runs, one replayed step by step, or two side by side. The URL says which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address
from pages.parts.collector import spare_libraries
from procmem.errors import BadInput

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_runs_page(open_bench: Callable[[], Workbench]) -> None:
    """Draw the page. The title is on the screen before anything is loaded."""
    run_id = address.read("run")
    if run_id is None:
        st.title("Runs", anchor=False)
    try:
        bench = open_bench()
    except BadInput as error:
        _draw_closed(str(error))
        return
    _draw_view(bench, run_id)
    if bench.preparation.state == "waiting":
        bench.warm()
    spare_libraries()


def _draw_closed(problem: str) -> None:
    """The workbench can not be opened: what is wrong, and how to go on."""
    from pages.parts.plain import label

    st.error(label(problem, 600), title="The data can not be opened", icon=":material/lock:")
    st.button("Try again", type="primary", icon=":material/refresh:")


def _draw_view(bench: Workbench, run_id: str | None) -> None:
    from pages.parts import drawers
    from pages.parts.plain import label
    from pages.parts.preparation import draw_preparation
    from pages.parts.runs_list import draw_history

    for notice in bench.store.notices:
        st.warning(label(notice, 600), icon=":material/warning:")
    draw_preparation(bench)
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
