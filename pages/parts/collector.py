"""Keeping Streamlit's garbage collection short.

Streamlit collects all garbage after every script run, also after every beat of a live view. With torch and litellm in
memory one collection walks 780,000 objects and holds the interpreter for 0.35 s (measured), so a page that looks at a
run twice a second would slow the run itself down. Libraries live as long as the process: out of the collector's sight
they cost nothing.
"""

from __future__ import annotations

import atexit
import gc
import sys

import streamlit as st


def spare_libraries() -> None:
    """Set aside what is in memory whenever libraries were loaded since the last time."""
    seen = _seen()
    loaded = len(sys.modules)
    if loaded not in seen:
        seen.add(loaded)
        gc.freeze()


@st.cache_resource(show_spinner=False)
def _seen() -> set[int]:
    """The numbers of loaded modules at which this server has already set them aside."""
    atexit.register(gc.unfreeze)  # at its end the interpreter takes everything down, or libraries complain of leaks
    return set()
