"""The bank as a map: memories that mean alike lie close, and a typed query lands among its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal, get_args

import streamlit as st

from pages.parts import address, memory_address, words
from pages.parts.charts import text
from pages.parts.memory_bank import draw_past
from pages.parts.memory_context import draw_memory_button
from pages.parts.memory_list import passed
from pages.parts.memory_search import LEVELS, draw_filters, hits_of
from pages.parts.plain import label, one_line
from pages.parts.run_view import draw_simulated_badge
from procmem.memory.map import Axes, axes, even_sample
from procmem.palette import ACCENT, NEUTRAL, PALETTE
from procmem.store.catalogue import Entry, Facets, Filter

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import plotly.graph_objects as go

    from procmem.memory.bank import Hit
    from procmem.workbench import Workbench

MOST = 1000
"""So many points are drawn; a larger bank is shown by an even sample."""
NEAREST = 8
"""Neighbours of a query that are named and joined to it."""
_CHART = "memories-chart"
Color = Literal["level", "success", "agent"]
COLORS: dict[Color, str] = {"level": "Level", "success": "Success with it", "agent": "Agent"}
SUCCESS = {
    "80 % passed or more": PALETTE[2],
    "50 to 79 % passed": PALETTE[1],
    "Under 50 % passed": PALETTE[4],
    "No graded run": NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where memories lie, by id, each (2,); the axes; and how many memories there are in all."""

    places: dict[str, npt.NDArray[np.float64]]
    axes: Axes
    total: int


@dataclass(frozen=True, slots=True)
class Drawn(Layout):
    """A layout with what a list knows of its memories."""

    entries: tuple[Entry, ...]


def draw_map(bench: Workbench) -> None:
    """The query, the map, and the query's neighbours as a list."""
    facets = bench.store.facets()
    _draw_head(bench, facets)
    draw_past(bench)
    wanted = replace(memory_address.wanted(facets, bench), words="")
    query = address.read("q")
    hits = list(hits_of(bench, query, wanted, NEAREST) or ()) if query else []
    drawn = _drawn(bench, wanted, hits)
    if drawn is None:
        _draw_nothing(bench)
        return
    chart, beside = (st.container(), None) if not hits else st.columns([5, 2], gap="medium")
    with chart:
        _draw_chart(bench, drawn, query, hits)
    if beside is not None and query:
        with beside:
            st.markdown(f"**Nearest to** {label(query, 80)}")
            for hit in hits:
                draw_memory_button(hit.memory, "near-query", f"Similarity {hit.score:.2f}")


def _draw_head(bench: Workbench, facets: Facets) -> None:
    colors: tuple[Color, ...] = get_args(Color)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.text_input(
            "Query",
            placeholder="Type a task: where does it land?",
            type="search",
            icon=":material/my_location:",
            label_visibility="collapsed",
            width=360,
            key=memory_address.field("q", address.read("q") or ""),
            on_change=memory_address.keep,
            args=("q",),
        )
        draw_filters(bench, facets)
        st.segmented_control(
            "Colour by",
            colors,
            format_func=COLORS.__getitem__,
            required=True,
            label_visibility="collapsed",
            key=memory_address.field("color", memory_address.chosen("color", colors) or "level"),
            on_change=memory_address.keep,
            args=("color", "level"),
        )


def _draw_nothing(bench: Workbench) -> None:
    with st.container(border=True):
        if bench.store.embedded().get(bench.lab.embedder.name):
            st.markdown("**Nothing matches**")
            st.text("No embedded memory fits these filters.")
            st.button("Clear filters", type="primary", on_click=memory_address.clear_filters, key="nothing")
        else:
            st.markdown("**Nothing is embedded yet**")
            st.text("The map appears as soon as the embedding model has read the memories, which a search also starts.")


# --- the points ------------------------------------------------------------------------------------------------------


def _drawn(bench: Workbench, wanted: Filter, hits: Sequence[Hit]) -> Drawn | None:
    """The map's points with what is known of them now; a query's neighbours are always among them."""
    model = bench.lab.embedder.name
    state = (memory_address.stamp(bench), bench.store.embedded().get(model, 0))
    laid = _laid(bench, state, model, wanted)
    if laid is None:
        return None
    more = [hit.memory.id for hit in hits if hit.memory.id not in laid.places]
    vectors = bench.store.vectors(model, more) if more else {}
    places = laid.places | {name: laid.axes.place(vector)[0] for name, vector in vectors.items()}
    entries = _entries(bench, list(places))
    return Drawn(places, laid.axes, laid.total, tuple(entries))


@st.cache_data(show_spinner="Laying out the map", max_entries=8, ttl="1m")
def _laid(_bench: Workbench, state: tuple[str, int], model: str, wanted: Filter) -> Layout | None:
    ids = _bench.store.names(replace(wanted, order="oldest"))
    vectors = _bench.store.vectors(model, even_sample(ids, MOST))
    if not vectors:
        return None
    import numpy as np

    names = sorted(vectors)
    matrix = np.array([vectors[name] for name in names])
    found = axes(matrix)
    return Layout(dict(zip(names, found.place(matrix), strict=True)), found, len(ids))


def _entries(bench: Workbench, ids: Sequence[str]) -> list[Entry]:
    return list(bench.store.listed(Filter(ids=tuple(ids), status="any"), limit=len(ids)).entries)


# --- the chart -------------------------------------------------------------------------------------------------------


def _draw_chart(bench: Workbench, drawn: Drawn, query: str | None, hits: Sequence[Hit]) -> None:
    chart = figure(drawn, memory_address.chosen("color", get_args(Color)) or "level")
    if query and hits:
        _add_query(chart, drawn, drawn.axes.place(bench.lab.embedder.embed([query]))[0], hits)
    st.plotly_chart(
        chart,
        key=_CHART,
        on_select=_open,
        selection_mode="points",
        config={"displayModeBar": False, "scrollZoom": True},
        alt=f"Map of {words.count(len(drawn.entries), 'memory')} by meaning",
    )
    if memory_address.chosen("color", get_args(Color)) == "success" and any(entry.simulated for entry in drawn.entries):
        draw_simulated_badge()
    shown = f"An even sample of {len(drawn.entries):,} of {drawn.total:,} memories. " if drawn.total > MOST else ""
    st.caption(
        f"{shown}Dots are full-task memories, diamonds subtask memories; a click opens one. The map shows "
        f"{drawn.axes.share:.0%} of what sets memories apart (two main components of their vectors); similarities are "
        "measured on all of it."
    )


def _open() -> None:
    points: list[dict[str, Any]] = st.session_state[_CHART]["selection"]["points"]
    if points and (data := points[0].get("customdata")):
        memory_address.open_memory(str(data[0]))


def figure(drawn: Drawn, color: Color) -> go.Figure:
    """A dot per memory, a diamond per subtask memory; one trace a colour, the most common first."""
    import plotly.graph_objects as go

    chart = go.Figure()
    for name, (shade, rows) in groups(drawn.entries, color).items():
        entries = [drawn.entries[row] for row in rows]
        chart.add_scatter(
            x=[drawn.places[entry.memory.id][0] for entry in entries],
            y=[drawn.places[entry.memory.id][1] for entry in entries],
            mode="markers",
            name=text(f"{name} ({len(rows):,})"),
            customdata=[[entry.memory.id] for entry in entries],
            text=[hover(entry) for entry in entries],
            hovertemplate="%{text}<extra></extra>",
            marker={
                "color": shade,
                "size": 9,
                "opacity": 0.8,
                "symbol": ["circle" if entry.memory.level == "full-task" else "diamond" for entry in entries],
                "line": {"width": 0.5, "color": "rgba(128,128,128,.6)"},
            },
        )
    chart.update_layout(
        height=560,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemsizing": "constant"},
        dragmode="pan",
        hovermode="closest",
    )
    for update in (chart.update_xaxes, chart.update_yaxes):
        update(showticklabels=False, showgrid=False, zeroline=False, title=None)
    return chart


def groups(entries: Sequence[Entry], color: Color) -> dict[str, tuple[str, list[int]]]:
    """Per name in the legend its colour and the rows of its entries."""
    name_of: dict[Color, Callable[[Entry], str]] = {
        "level": lambda entry: LEVELS[entry.memory.level],
        "success": success_name,
        "agent": lambda entry: words.reader_title(entry.memory.agent).removeprefix("the ").capitalize(),
    }
    rows: dict[str, list[int]] = {}
    for row, entry in enumerate(entries):
        rows.setdefault(name_of[color](entry), []).append(row)
    if color == "success":
        return {name: (shade, rows[name]) for name, shade in SUCCESS.items() if name in rows}
    names = sorted(rows, key=lambda name: (-len(rows[name]), name))
    shades = [*PALETTE, *[NEUTRAL] * len(names)]
    return {name: (shades[place], rows[name]) for place, name in enumerate(names)}


def success_name(entry: Entry) -> str:
    """Into which class of success a memory falls; the same bounds as the filter's."""
    good, middle, low, unknown = SUCCESS
    if not entry.runs:
        return unknown
    share = entry.successes / entry.runs
    return good if share >= 0.8 else middle if share >= 0.5 else low


def hover(entry: Entry) -> str:
    """What a point says: title, reader, success."""
    memory = entry.memory
    title = wrap(one_line(memory.title, 140), 60)
    found = [f"{passed(entry)} graded runs passed"] if entry.runs else []
    return text(*title, words.reader_title(memory.agent).capitalize(), *found)


def _add_query(chart: go.Figure, drawn: Drawn, place: Sequence[float], hits: Sequence[Hit]) -> None:
    """The query as a star, with lines to its neighbours."""
    near = [drawn.places[hit.memory.id] for hit in hits if hit.memory.id in drawn.places]
    xs, ys = [], []
    for x, y in near:
        xs += [place[0], x, None]
        ys += [place[1], y, None]
    chart.add_scatter(
        x=xs, y=ys, mode="lines", hoverinfo="skip", showlegend=False, line={"width": 1, "color": "rgba(128,128,128,.7)"}
    )
    chart.add_scatter(
        x=[place[0]],
        y=[place[1]],
        mode="markers",
        name="Your query",
        hovertemplate="Your query<extra></extra>",
        marker={"symbol": "star", "size": 18, "color": ACCENT, "line": {"width": 1, "color": "white"}},
    )
