"""Links from one page of the app to another; real links, so they can be copied and opened in another tab."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.parts.plain import label

Place = Literal["run", "review", "memories", "runs", "trends", "team"]


def place(name: Place) -> st.Page:
    """The page of a name, as links want it: Streamlit knows a page by its path."""
    return st.Page(_elsewhere, title=name.capitalize(), url_path=name)


def _elsewhere() -> None:
    """Stands for a page that app.py draws."""


def draw_link(text: str, name: Place, *, icon: str | None = None, help: str | None = None, **params: str) -> None:
    """A link to a view of another page; ``text`` may come from a memory, a file or a model."""
    st.page_link(place(name), label=label(text, 120), icon=icon, help=help, query_params=params)
