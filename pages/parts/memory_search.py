"""The search field and the filters over the bank, and what they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from pages.parts import address, memory_address, words
from pages.parts.plain import label, one_line
from procmem.errors import ProcMemError
from procmem.store.catalogue import Facets, Filter, LastUsed, Order, Standing, Success
from procmem.types import Build, MemoryLevel

if TYPE_CHECKING:
    from procmem.memory.bank import Hit
    from procmem.workbench import Workbench

T = TypeVar("T", bound=str)

FOUND = 200
"""How many of the nearest memories a search by meaning looks at."""
BOX = 205
"""Width of a choice in pixels."""
LEVELS: dict[MemoryLevel, str] = {"full-task": "Full task", "subtask": "Subtask"}
STATUSES: dict[Standing, str] = {"active": "In use", "retired": "Retired", "any": "Both"}
SUCCESSES: dict[Success, str] = {
    "high": "80 % of its runs passed or more",
    "middle": "50 to 79 % passed",
    "low": "Under 50 % passed",
    "unknown": "No graded run had it",
}
TIMES: dict[LastUsed, str] = {
    "day": "Within a day",
    "week": "Within a week",
    "month": "Within 30 days",
    "longer": "Over 30 days ago",
    "never": "Never",
}
ORDERS: dict[Order, str] = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "title": "By title",
    "used": "Most used first",
    "success": "Most successful first",
    "recent": "Last used first",
}
BUILDS: dict[Build, str] = {
    "trajectory": "Trajectory",
    "script": "Script",
    "proceduralization": "Proceduralization",
    "workflow": "Workflow",
}


def draw_search(bench: Workbench, facets: Facets) -> None:
    """The search field with its two ways of looking, and the filters."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.text_input(
            "Search",
            placeholder="Search memories",
            type="search",
            icon=":material/search:",
            label_visibility="collapsed",
            width=360,
            key=memory_address.field("q", address.read("q") or ""),
            on_change=memory_address.keep,
            args=("q",),
        )
        draw_how()
        draw_filters(bench, facets)
        _choice("Order", ORDERS, "order", "newest", bare=True)


def draw_how() -> None:
    """By words or by meaning."""
    st.segmented_control(
        "Search by",
        ["words", "meaning"],
        format_func=str.capitalize,
        required=True,
        label_visibility="collapsed",
        key=memory_address.field("how", memory_address.how()),
        on_change=memory_address.keep,
        args=("how", "words"),
    )


def draw_filters(bench: Workbench, facets: Facets) -> None:
    """All filters behind one button that says how many are set."""
    number = memory_address.active_filters()
    with st.popover(f"Filter ({number})" if number else "Filter", icon=":material/filter_list:", key="memories-filter"):
        _pills("Level", LEVELS, "level")
        _pills("Status", STATUSES, "status", usual="active")
        with st.container(horizontal=True, gap="small", width=440):
            _choice("For", {agent: words.reader_title(agent) for agent in facets.agents}, "agent")
            _choice("Written by", {builder: builder_title(builder) for builder in facets.builders}, "builder")
            _choice("Form", {build: BUILDS[build] for build in facets.builds}, "build")
            _choice("Success with it", SUCCESSES, "success")
            _choice("Last in a prompt", TIMES, "used")
            _draw_revision(bench)
        if number:
            st.button("Clear all", icon=":material/filter_list_off:", on_click=memory_address.clear_filters)


def _draw_revision(bench: Workbench) -> None:
    newest = bench.store.revision
    at = memory_address.revision_shown(bench)
    st.number_input(
        "As of revision",
        min_value=0,
        max_value=newest,
        step=1,
        key=memory_address.field("at", newest if at is None else at),
        on_change=memory_address.keep,
        args=("at", str(newest)),
        help=f"The bank as it was; {newest} is now.",
        width=BOX,
    )


def _pills(name: str, options: Mapping[T, str], param: str, usual: str = "") -> None:
    titles: dict[str, str] = {str(value): title for value, title in options.items()}
    st.pills(
        name,
        list(titles),
        format_func=lambda value: titles[str(value)],
        key=memory_address.field(param, memory_address.chosen(param, tuple(titles)) or usual or None),
        on_change=memory_address.keep,
        args=(param, usual),
    )


def _choice(name: str, options: Mapping[T, str], param: str, usual: str = "", *, bare: bool = False) -> None:
    titles: dict[str, str] = {str(value): title for value, title in options.items()}
    st.selectbox(
        name,
        list(titles),
        format_func=lambda value: one_line(titles[str(value)], 60),
        index=0 if usual else None,
        placeholder="Any",
        label_visibility="collapsed" if bare else "visible",
        width=BOX,
        key=memory_address.field(param, memory_address.chosen(param, tuple(titles)) or usual or None),
        on_change=memory_address.keep,
        args=(param, usual),
    )


def builder_title(builder: str) -> str:
    """Who wrote a memory, as words."""
    return {"demonstration": "Demonstrations", "person": "A person"}.get(builder, builder)


# --- meaning ---------------------------------------------------------------------------------------------------------


def narrowed(bench: Workbench, wanted: Filter) -> tuple[Filter, Mapping[str, float]]:
    """The filter with what a search by meaning finds, and the similarities; unchanged where none is asked for."""
    query = address.read("q")
    if memory_address.how() != "meaning" or not query:
        return wanted, {}
    hits = hits_of(bench, query, wanted)
    if hits is None:
        return replace(wanted, words=query), {}
    scores = {hit.memory.id: hit.score for hit in hits}
    return replace(wanted, ids=tuple(scores)), scores


def hits_of(bench: Workbench, query: str, wanted: Filter, limit: int = FOUND) -> Sequence[Hit] | None:
    """The memories nearest in meaning to the query; ``None``, with a word on why, where that is not known."""
    bank = bench.lab.bank
    if not bench.lab.embedder.ready and bench.preparation.state != "failed":
        bench.lab.embedder.warm()
        _wait(bench)
        return None
    levels: tuple[MemoryLevel, ...] = (wanted.level,) if wanted.level else ("full-task", "subtask")
    statuses = ("active", "retired") if wanted.status == "any" or wanted.at is not None else (wanted.status,)
    try:
        hits = [
            hit
            for level in levels
            for status in statuses
            for hit in bank.search(query, level, wanted.agent, limit, "retired" if status == "retired" else "active")
        ]
    except ProcMemError as error:
        st.warning(label(str(error), 400), icon=":material/search_off:")
        return None
    return sorted(hits, key=lambda hit: (-hit.score, hit.memory.id))[:limit]


def _wait(bench: Workbench) -> None:
    """Say that the model loads, and look again by itself."""
    st.info("The embedding model is loading, so this looks for words meanwhile.", icon=":material/hourglass_top:")

    def look_again() -> None:
        if bench.lab.embedder.ready:
            st.rerun()

    st.fragment(look_again, run_every=1.0)()
