"""The one workbench of this server: opened at first use, closed at exit, and replaced when the data begins anew."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from procmem.workbench import Workbench

_DOOR = threading.Lock()
"""Held while a workbench opens or gives way to another, so that nobody opens the data in between."""


@st.cache_resource(show_spinner=False)
def workbench() -> Workbench:
    """The workbench.

    Raises:
        BadInput: the database is locked by another process, corrupt, or from a newer version.
    """
    from procmem.settings import Settings
    from procmem.workbench import Workbench

    with _DOOR:
        bench = Workbench.open(Settings.load())
    atexit.register(bench.close)
    return bench


def begin_anew() -> None:
    """Stop everything that is under way, empty the data folder, and let the next view open it afresh.

    Raises:
        BadInput: something could not be moved or deleted.
    """
    from procmem.demo import empty_home

    bench = workbench()
    with _DOOR:
        workbench.clear()
        bench.close()
        atexit.unregister(bench.close)
        empty_home(bench.lab.settings)


def begin_first_start() -> None:
    """After a page is drawn: fill an untouched data folder in the background; a closed one waits for the next view."""
    from procmem.errors import BadInput

    try:
        workbench().demo.begin()
    except BadInput:
        return
