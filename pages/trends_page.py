"""The Trends page: figures as the bank evolves, and experiments. The URL says which view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import runs_address
from pages.parts.collector import spare_libraries
from procmem.errors import BadInput

if TYPE_CHECKING:
    from procmem.workbench import Workbench

VIEWS = {"trends": ":material/trending_up: As the bank evolves", "experiments": ":material/science: Experiments"}


def draw_trends_page(open_bench: Callable[[], Workbench]) -> None:
    """Draw the page. The title is on the screen before anything is loaded."""
    st.title("Trends", anchor=False)
    try:
        bench = open_bench()
    except BadInput as error:
        _draw_closed(str(error))
        return
    _draw_view(bench)
    if bench.preparation.state == "waiting":
        bench.warm()
    spare_libraries()


def _draw_closed(problem: str) -> None:
    """The workbench can not be opened: what is wrong, and how to go on."""
    from pages.parts.plain import label

    st.error(label(problem, 600), title="The data can not be opened", icon=":material/lock:")
    st.button("Try again", type="primary", icon=":material/refresh:")


def _draw_view(bench: Workbench) -> None:
    from pages.parts.plain import label
    from pages.parts.preparation import draw_preparation

    for notice in bench.store.notices:
        st.warning(label(notice, 600), icon=":material/warning:")
    draw_preparation(bench)
    view = runs_address.chosen("view", tuple(VIEWS)) or "trends"
    st.segmented_control(
        "View",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=runs_address.field("view", view),
        on_change=_turn,
    )
    if view == "trends":
        from pages.parts.trends_charts import draw_trends

        draw_trends(bench)
    else:
        from pages.parts.experiment_desk import draw_experiments

        draw_experiments(bench)


def _turn() -> None:
    """Another view begins at its beginning."""
    runs_address.clear_filters()
    runs_address.put({"new": ""})
    runs_address.keep("view", "trends")


if __name__ == "__main__":
    # Streamlit's old router runs this file by itself at /trends_page while nobody has opened the app yet.
    st.switch_page("app.py")
