"""The Trends page: figures as the bank evolves, and experiments. The URL says which view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import runs_address
from pages.parts.shell import draw_notices, draw_page

if TYPE_CHECKING:
    from procmem.workbench import Workbench

VIEWS = {"trends": ":material/trending_up: As the bank evolves", "experiments": ":material/science: Experiments"}


def draw_trends_page(open_bench: Callable[[], Workbench]) -> None:
    """Draw the page. The title is on the screen before anything is loaded."""
    st.title("Trends", anchor=False)
    draw_page(open_bench, _draw_view)


def _draw_view(bench: Workbench) -> None:

    draw_notices(bench)
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
