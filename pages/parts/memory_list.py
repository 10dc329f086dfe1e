"""The bank as a table: a click on a title opens a memory, chosen rows can be retired, restored, merged and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import memory_address, words
from pages.parts.memory_bank import draw_past
from pages.parts.memory_bulk import draw_bulk
from pages.parts.memory_search import LEVELS, builder_title, draw_search, narrowed
from pages.parts.plain import one_line
from procmem.store.catalogue import Entry, Filter, Listed
from procmem.types import Memory

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

    from procmem.workbench import Workbench

ROWS = 25
_OPEN = "memories-open"
_JOINER = "\u2060"


def draw_list(bench: Workbench) -> None:
    """Search, filters, the table and its pages."""
    facets = bench.store.facets()
    draw_search(bench, facets)
    draw_past(bench)
    wanted, scores = narrowed(bench, memory_address.wanted(facets, bench))
    page = memory_address.page_shown()
    found = bench.store.listed(wanted, limit=ROWS, offset=(page - 1) * ROWS)
    if not found.total:
        _draw_nothing()
        return
    bar = st.container(horizontal=True, gap="small", vertical_alignment="center", key="memories-bar")
    chosen = _draw_table(bench, found, wanted, scores, page)
    with bar:
        draw_bulk(bench, chosen, found.total, past=wanted.at is not None)
    _draw_pages(found.total, page)


def _draw_nothing() -> None:
    with st.container(border=True):
        st.markdown("**Nothing matches**")
        st.text("No memory fits this search and these filters.")
        st.button("Clear search and filters", type="primary", on_click=memory_address.clear_filters, key="nothing")


def _draw_table(
    bench: Workbench, found: Listed, wanted: Filter, scores: Mapping[str, float], page: int
) -> list[Memory]:
    """The table; returns the memories whose rows are chosen. Another page or another bank is another table."""
    from hashlib import sha256

    shown = sha256(repr((wanted, page, bench.store.revision)).encode()).hexdigest()[:12]
    memories = [entry.memory for entry in found.entries]
    state = st.dataframe(
        _columns(found.entries, scores),
        hide_index=True,
        height="content",
        placeholder="–",
        column_config=_config(memories, past=wanted.at is not None),
        selection_mode="multi-row",
        on_select="rerun",
        key=f"memories-table-{shown}",
        alt="Memories with their use and success",
    )
    rows = [row for row in state.selection.rows if row < len(memories)]
    return [memories[row] for row in rows]


def _config(memories: Sequence[Memory], *, past: bool) -> dict[str, ColumnConfig | ButtonColumnResult | str | None]:
    column = st.column_config
    return {
        "Title": column.ButtonColumn(
            type="tertiary",
            alignment="left",
            width=470,
            key=_OPEN,
            on_click=_open,
            args=([(memory.id, memory.version if past else None) for memory in memories],),
        ),
        "Similarity": column.NumberColumn(format="%.2f", width="small"),
        "Used": column.NumberColumn(help="Finished runs that had it in a prompt.", width="small"),
        "Passed": column.TextColumn(help="Of its graded runs, how many passed all checks.", width="small"),
        "Last used": column.DatetimeColumn(format="distance", width=130),
        "Version": column.NumberColumn(width="small"),
    }


def _open(shown: Sequence[tuple[str, int | None]]) -> None:
    click = st.session_state.get(_OPEN)
    if click is not None and click["row"] < len(shown):
        memory_address.open_memory(*shown[click["row"]])


def _columns(entries: Sequence[Entry], scores: Mapping[str, float]) -> dict[str, list[object]]:
    memories = [entry.memory for entry in entries]
    columns: dict[str, list[object]] = {
        "Title": [cell(memory.title) for memory in memories],
        "For": [words.reader_title(memory.agent).removeprefix("the ").capitalize() for memory in memories],
        "Level": [LEVELS[memory.level] for memory in memories],
    }
    if scores:
        columns["Similarity"] = [scores.get(memory.id) for memory in memories]
    columns |= {
        "Used": [entry.entered for entry in entries],
        "Passed": [passed(entry) for entry in entries],
        "Last used": [entry.last_used for entry in entries],
        "Written by": [builder_title(memory.origin.builder) for memory in memories],
        "Version": [memory.version for memory in memories],
    }
    if any(memory.status == "retired" for memory in memories):
        columns["Status"] = ["Retired" if memory.status == "retired" else "In use" for memory in memories]
    return columns


def passed(entry: Entry) -> str:
    """How many of the graded runs passed; a star where simulated runs are among them."""
    if not entry.runs:
        return "–"
    return f"{entry.successes} of {entry.runs}{' *' if entry.simulated else ''}"


def cell(title: str) -> str:
    """A title for a button's cell, which would draw a leading icon's name as an icon."""
    return one_line(title, 160).replace(":material/", f":{_JOINER}material/")


def _draw_pages(total: int, page: int) -> None:
    first, last = (page - 1) * ROWS + 1, min(page * ROWS, total)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        memory_address.draw_pages(total, ROWS)
        text = f"{first:,} to {last:,} of {total:,}" if total > ROWS else words.count(total, "memory")
        st.caption(f"{text} · * with simulated runs", width="content")
