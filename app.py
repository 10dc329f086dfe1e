"""The app: page config, shell and router. Start it with ``streamlit run app.py``."""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.run_page import draw_run_page

if TYPE_CHECKING:
    from procmem.workbench import Workbench


@st.cache_resource(show_spinner=False)
def workbench() -> Workbench:
    """The one workbench of this server, opened at first use and closed at exit.

    Raises:
        BadInput: the database is locked by another process, corrupt, or from a newer version.
    """
    from procmem.settings import Settings
    from procmem.workbench import Workbench

    bench = Workbench.open(Settings.load())
    atexit.register(bench.close)
    return bench


def run() -> None:
    """The Run page."""
    draw_run_page(workbench)


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
]
st.logo(MARK, size="large")
st.navigation(PAGES, position="top").run()
