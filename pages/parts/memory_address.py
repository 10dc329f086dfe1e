"""What the Memories page shows, in its URL.

``view``: list, map, changes or files. The filter: ``q`` the search and ``how`` it searches, ``level``, ``agent``,
``status``, ``builder``, ``build``, ``success``, ``used``; ``order`` and ``page`` of the list; ``at``: the bank as of
this revision; ``color`` of the map; ``from`` and ``to``: the revisions compared. ``memory``, ``version``, ``tab``,
``runs`` and ``uses``: an open memory, and the page of its runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, get_args

import streamlit as st

from pages.parts import address
from pages.parts.paging import draw_paging
from procmem.store.catalogue import Facets, Filter, LastUsed, Order, Standing, Success
from procmem.types import MemoryLevel

if TYPE_CHECKING:
    from procmem.workbench import Workbench

FILTERS = ("level", "agent", "status", "builder", "build", "success", "used", "at")
_LIST = (*FILTERS, "q", "how", "order", "view", "from", "to")
"""What decides on which rows there are: when it changes, the list begins at its first page."""
_OPEN = ("memory", "version", "tab", "runs", "uses")

T = TypeVar("T", bound=str)


def chosen(name: str, options: tuple[T, ...]) -> T | None:
    """A parameter that is one of these, else ``None``: links may be old or mistyped."""
    found = address.read(name)
    return next((option for option in options if option == found), None)


def wanted(facets: Facets, bench: Workbench) -> Filter:
    """The filter that the URL asks for, without what a search by meaning finds."""
    levels: tuple[MemoryLevel, ...] = get_args(MemoryLevel)
    statuses: tuple[Standing, ...] = get_args(Standing)
    successes: tuple[Success, ...] = get_args(Success)
    times: tuple[LastUsed, ...] = get_args(LastUsed)
    orders: tuple[Order, ...] = get_args(Order)
    return Filter(
        words=(address.read("q") or "") if how() == "words" else "",
        level=chosen("level", levels),
        agent=chosen("agent", facets.agents),
        status=chosen("status", statuses) or "active",
        builder=chosen("builder", facets.builders),
        build=chosen("build", facets.builds),
        success=chosen("success", successes),
        used=chosen("used", times),
        at=revision_shown(bench),
        order=chosen("order", orders) or "newest",
    )


def how() -> str:
    """How the search looks: by "words" or by "meaning"."""
    return chosen("how", ("words", "meaning")) or "words"


def active_filters() -> int:
    """How many filters beside the search are set."""
    return sum(address.read(name) is not None for name in FILTERS)


# --- widgets that live in the URL ------------------------------------------------------------------------------------


def field(name: str, value: object) -> str:
    """The key of a widget whose value is this one of the URL, set before it is drawn."""
    key = f"memories-{name}"
    st.session_state[key] = value
    return key


def keep(name: str, usual: str = "") -> None:
    """Write what a person chose in a ``field`` into the URL; for ``on_change``."""
    value = st.session_state.get(f"memories-{name}")
    put({name: "" if value is None or value == usual else str(value)})


def put(params: Mapping[str, str]) -> None:
    """Set parameters, and drop those that are ""."""
    first = {"page": ""} if params.keys() & set(_LIST) else {}
    for name, value in {**first, **params}.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def draw_pages(total: int, rows: int, param: str = "page") -> None:
    """A row of pages that lives in the URL, where there is more than one."""
    draw_paging(total, rows, page_shown(param), f"memories-{param}", lambda page: _turn(page, param))


def page_shown(param: str = "page") -> int:
    """The page of the list that the URL asks for, from 1."""
    return max(address.read_number(param) or 1, 1)


def _turn(page: int, param: str) -> None:
    put({param: str(page) if page > 1 else ""})


def clear_filters() -> None:
    """No filter and no search."""
    put(dict.fromkeys((*FILTERS, "q"), ""))


def close_memory() -> None:
    """Back to where the memory was opened."""
    for name in _OPEN:
        st.query_params.pop(name, None)


def open_memory(memory_id: str, version: int | None = None) -> None:
    """Open a memory as it stands, or one of its versions; for ``on_click``."""
    close_memory()
    st.query_params["memory"] = memory_id
    if version is not None:
        st.query_params["version"] = str(version)


def revision_shown(bench: Workbench) -> int | None:
    """The earlier revision that the URL asks for; ``None`` for the bank as it stands."""
    at = address.read_number("at")
    return at if at is not None and at < bench.store.revision else None


def stamp(bench: Workbench) -> str:
    """What the bank is at, for caches: the decision that made its revision, which no other bank shares."""
    made = bench.store.maker(bench.store.revision)
    return made.id if made else ""
