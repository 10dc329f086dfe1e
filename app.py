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


# The logo: one node that hands work to two, in a colour that holds on light and dark.
MARK = """<svg xmlns="http://www.w3.org/2000/svg" width="128" height="28" viewBox="0 0 128 28">
<g fill="none" stroke="#2b8c83" stroke-width="2.4" stroke-linecap="round">
<circle cx="6" cy="14" r="3.4"/><circle cx="22" cy="6" r="3.4"/><circle cx="22" cy="22" r="3.4"/>
<path d="M9 12.4 L19 7.4 M9 15.6 L19 20.6"/></g>
<text x="34" y="20" font-family="system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif" font-size="17"
font-weight="650" fill="#2b8c83">ProcMem</text></svg>"""
st.set_page_config(
    page_title="ProcMem", page_icon=str(Path(__file__).parent / "pages" / "parts" / "icon.png"), layout="wide"
)
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
st.logo(MARK, size="large")
shown = st.navigation(PAGES, position="top")
with st.container():  # its place stays when the tour ends, so that nothing below is made anew
    draw_tour(shown.title)
shown.run()
begin_first_start()
