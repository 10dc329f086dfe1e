"""The row of page numbers under a long list. Which page is on show is the caller's, as a rule the URL's."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

MOST, STEP = 9, 44
"""So many numbers and dots at most, and pixels for each; left to itself the row shows fewer than there is room for."""


def draw_paging(total: int, rows: int, page: int, key: str, turn: Callable[[int], None]) -> None:
    """The pages of so many entries with ``rows`` on each, where there is more than one.

    ``turn`` is given the page that a person asks for, from 1.
    """
    pages = -(-total // rows)
    if pages > 1:
        here = min(page, pages)
        own = f"{key}-{here}"  # another key on another page: a key whose value was set beside a default is warned of
        width = STEP * (min(pages, MOST) + 2)
        st.pagination(pages, default=here, key=own, width=width, on_change=lambda: turn(st.session_state[own]))
