"""The app: page config, shell and router. Start it with ``streamlit run app.py``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.memories_page import draw_memories_page
from pages.parts.opening import begin_anew, begin_first_start, workbench
from pages.parts.tour import draw_tour
from pages.review_page import draw_review_page
from pages.run_page import draw_run_page
from pages.runs_page import draw_runs_page
from pages.team_page import draw_team_page
from pages.trends_page import draw_trends_page


def run() -> None:
    """The Run page."""
    draw_run_page(workbench)


def memories() -> None:
    """The Memories page."""
    draw_memories_page(workbench)


def review() -> None:
    """The Review page."""
    draw_review_page(workbench)


def runs() -> None:
    """The Runs page."""
    draw_runs_page(workbench)


def trends() -> None:
    """The Trends page."""
    draw_trends_page(workbench)


def team() -> None:
    """The Team page."""
    draw_team_page(workbench, begin_anew)


LOOKS = Path(__file__).parent / "pages" / "parts"
st.set_page_config(page_title="ProcMem", page_icon=str(LOOKS / "icon.png"), layout="wide")
st.html(LOOKS / "look.css")
# The default page lives at "/"; the second entry makes links to "/run" work as well.
PAGES = [
    st.Page(run, title="Run", icon=":material/play_circle:", default=True, url_path="home"),
    st.Page(run, title="Run", icon=":material/play_circle:", url_path="run", visibility="hidden"),
    st.Page(review, title="Review", icon=":material/rate_review:", url_path="review"),
    st.Page(memories, title="Memories", icon=":material/psychology:", url_path="memories"),
    st.Page(runs, title="Runs", icon=":material/history:", url_path="runs"),
    st.Page(trends, title="Trends", icon=":material/trending_up:", url_path="trends"),
    st.Page(team, title="Team", icon=":material/groups:", url_path="team"),
]
st.logo(str(LOOKS / "logo.svg"), size="large")
shown = st.navigation(PAGES, position="top")
with st.container():  # its place stays when the tour ends, so that nothing below is made anew
    draw_tour(shown.title)
shown.run()
begin_first_start()
