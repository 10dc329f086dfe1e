"""The Team page: who works with which models and limits, whether they answer, and the data folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.collector import spare_libraries
from procmem.errors import BadInput

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_team_page(open_bench: Callable[[], Workbench], begin_anew: Callable[[], None]) -> None:
    """Draw the page; ``begin_anew`` empties the data folder. The title is on the screen before anything is loaded."""
    st.title("Team", anchor=False)
    try:
        bench = open_bench()
    except BadInput as error:
        _draw_closed(str(error))
        return
    _draw_view(bench, begin_anew)
    if bench.preparation.state == "waiting":
        bench.warm()
    spare_libraries()


def _draw_closed(problem: str) -> None:
    """The workbench can not be opened: what is wrong, and how to go on."""
    from pages.parts.plain import label

    st.error(label(problem, 600), title="The data can not be opened", icon=":material/lock:")
    st.button("Try again", type="primary", icon=":material/refresh:")


def _draw_view(bench: Workbench, begin_anew: Callable[[], None]) -> None:
    from pages.parts.plain import label
    from pages.parts.preparation import draw_preparation
    from pages.parts.team_choice import kept_preferences
    from pages.parts.team_data import draw_data
    from pages.parts.team_form import draw_keep, draw_limits, draw_models
    from pages.parts.team_models import draw_connections, draw_keys

    for notice in bench.store.notices:
        st.warning(label(notice, 600), icon=":material/warning:")
    draw_preparation(bench)
    kept = kept_preferences(bench)
    st.text("Which models work in which role, and how much a run may use. The Run page begins with what you keep here.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        slot = st.container()
        models = draw_models(kept.team)
        limits = draw_limits(kept.team.limits)
        chosen = draw_keep(bench, kept, models, limits, slot)
    with right:
        draw_connections(chosen.team())
        draw_keys(chosen.team())
        draw_data(bench, begin_anew)


if __name__ == "__main__":
    # Streamlit's old router runs this file by itself at /team_page while nobody has opened the app yet.
    st.switch_page("app.py")
