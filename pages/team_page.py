"""The Team page: who works with which models and limits, whether they answer, and the data folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.shell import draw_notices, draw_page

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_team_page(open_bench: Callable[[], Workbench], begin_anew: Callable[[], None]) -> None:
    """Draw the page; ``begin_anew`` empties the data folder. The title is on the screen before anything is loaded."""
    st.title("Team", anchor=False)
    draw_page(open_bench, lambda bench: _draw_view(bench, begin_anew))


def _draw_view(bench: Workbench, begin_anew: Callable[[], None]) -> None:
    from pages.parts.team_choice import kept_preferences
    from pages.parts.team_data import draw_data
    from pages.parts.team_form import draw_keep, draw_limits, draw_models
    from pages.parts.team_models import draw_connections, draw_keys

    draw_notices(bench)
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
