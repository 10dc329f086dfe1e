"""The look of every chart: the palette's colours, and readable labels.

Lines also differ by symbol and dash, since colour alone says nothing in a grey print. Text that comes from data is
escaped: Plotly reads a few HTML tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.plain import one_line
from procmem.palette import NEUTRAL, PALETTE

if TYPE_CHECKING:
    import plotly.graph_objects as go

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "triangle-down", "pentagon", "hexagon", "star")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
_GRID = "rgba(138, 148, 148, 0.22)"


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval at a place; ``data`` comes back when it is clicked. ``hover`` is plain text."""

    place: float | str
    value: float
    low: float
    high: float
    hover: Sequence[str] = ()
    data: Any = None


@dataclass(frozen=True, slots=True)
class Line:
    """Dots that belong together; ``joined`` by a line where the places have an order."""

    name: str
    dots: Sequence[Dot]
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis of places; ``hover`` is plain text."""

    place: float
    name: str
    symbol: str
    hover: Sequence[str]


def text(*lines: str) -> str:
    """Plain text, line by line, for a label of a chart."""
    return "<br>".join(escape(one_line(line, 90), quote=False) for line in lines)


def line_chart(
    lines: Sequence[Line],
    *,
    x: str,
    y: str,
    top: float | None = None,
    ticks: Sequence[Tick] = (),
    height: int = 300,
) -> go.Figure:
    """Lines with error bars, and ticks along the foot. ``top``: the greatest value that there can be."""
    highest = _highest(lines) if top is None else top
    foot = -0.09 * highest
    traces = [_trace(line, number) for number, line in enumerate(lines)]
    for name in dict.fromkeys(tick.name for tick in ticks):
        traces.append(_ticks(name, [tick for tick in ticks if tick.name == name], foot))
    across = {"title": {"text": x}, "showgrid": False, "zeroline": False, "tickformat": ",d"}
    up = {
        "title": {"text": y}, "range": [1.6 * foot if ticks else 0, 1.04 * highest], "gridcolor": _GRID,
        "zeroline": False, "nticks": 6, "fixedrange": True,
    }  # fmt: skip
    return _figure(traces, across | _whole_ticks(lines, ticks), up, height, legend=len(lines) > 1 or bool(ticks))


def _highest(lines: Sequence[Line]) -> float:
    """Room for all values, and for intervals unless they are far wider than the values."""
    dots = [dot for line in lines for dot in line.dots]
    most = max((dot.value for dot in dots), default=1.0) or 1.0
    return max((min(dot.high, 1.8 * most) for dot in dots), default=most)


def _whole_ticks(lines: Sequence[Line], ticks: Sequence[Tick]) -> dict[str, Any]:
    """Places are whole numbers: between two of them there is no label, and a little air on both sides."""
    places = [float(dot.place) for line in lines for dot in line.dots] + [tick.place for tick in ticks]
    if not places:
        return {}
    low, high = min(places), max(places)
    air = max(0.5, 0.03 * (high - low))
    return {"range": [low - air, high + air], **({"dtick": 1} if high - low <= 12 else {"nticks": 9})}


def _trace(line: Line, number: int) -> dict[str, Any]:
    color, place = PALETTE[number % len(PALETTE)], number % len(SYMBOLS)
    return {
        "type": "scatter",
        "name": text(line.name),
        "x": [dot.place for dot in line.dots],
        "y": [dot.value for dot in line.dots],
        "mode": "lines+markers" if line.joined else "markers",
        "line": {"color": color, "width": 2, "dash": DASHES[place]},
        "marker": {"color": color, "size": 10, "symbol": SYMBOLS[place]},
        "error_y": {
            "array": [min(dot.high, 1e9) - dot.value for dot in line.dots],
            "arrayminus": [dot.value - dot.low for dot in line.dots],
            "color": color, "thickness": 1.2, "width": 4,
        },
        "customdata": [dot.data for dot in line.dots],
        "hovertext": [text(*dot.hover) for dot in line.dots],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _ticks(name: str, own: Sequence[Tick], foot: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": text(name),
        "x": [tick.place for tick in own],
        "y": [foot] * len(own),
        "mode": "markers",
        "marker": {"symbol": own[0].symbol, "size": 9, "color": NEUTRAL, "line": {"color": NEUTRAL, "width": 1.5}},
        "hovertext": [text(*tick.hover) for tick in own],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def interval_chart(lines: Sequence[Line], *, x: str, zero: bool = False, percent: bool = False) -> go.Figure:
    """Values with intervals, one row a place, a colour a line. ``zero``: a line where there is no difference."""
    rows = list(dict.fromkeys(str(dot.place) for line in lines for dot in line.dots))
    traces = [_row_trace(line, number, len(lines), rows) for number, line in enumerate(lines)]
    across: dict[str, Any] = {"title": {"text": x}, "gridcolor": _GRID, "zeroline": False, "nticks": 7}
    if percent:
        across["range"] = [0, 102]
    up = {
        "tickvals": list(range(len(rows))), "ticktext": [text(one_line(row, 32)) for row in rows],
        "range": [len(rows) - 0.5, -0.5], "showgrid": False, "zeroline": False, "fixedrange": True,
        "ticklabelstandoff": 6,
    }  # fmt: skip
    height = 90 + len(rows) * (26 + 14 * len(lines))
    return _figure(traces, across, up, height, legend=len(lines) > 1, zero=zero)


def _row_trace(line: Line, number: int, lines: int, rows: Sequence[str]) -> dict[str, Any]:
    color = PALETTE[number % len(PALETTE)]
    shift = (number - (lines - 1) / 2) * 0.62 / lines
    return {
        "type": "scatter",
        "name": text(line.name),
        "x": [dot.value for dot in line.dots],
        "y": [rows.index(str(dot.place)) + shift for dot in line.dots],
        "mode": "markers",
        "marker": {"color": color, "size": 10, "symbol": SYMBOLS[number % len(SYMBOLS)]},
        "error_x": {
            "array": [dot.high - dot.value for dot in line.dots],
            "arrayminus": [dot.value - dot.low for dot in line.dots],
            "color": color, "thickness": 1.6, "width": 5,
        },
        "customdata": [dot.data for dot in line.dots],
        "hovertext": [text(*dot.hover) for dot in line.dots],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _figure(
    traces: Sequence[dict[str, Any]], across: dict[str, Any], up: dict[str, Any], height: int, *, legend: bool,
    zero: bool = False,
) -> go.Figure:  # fmt: skip
    """The figure, made in one go: adding to a figure piece by piece takes Plotly three times as long."""
    import plotly.graph_objects as go

    line = {"color": NEUTRAL, "width": 1.2, "dash": "dot"}
    upright = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    return go.Figure(
        data=traces,
        layout={
            "height": height + (36 if legend else 0),
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "hovermode": "closest",
            "dragmode": False,
            "clickmode": "event+select",
            "showlegend": legend,
            "legend": {
                "orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "itemclick": False,
                "itemdoubleclick": False,
            },
            "xaxis": across,
            "yaxis": up,
            "shapes": [upright] if zero else [],
        },
    )  # fmt: skip


def draw_chart(figure: go.Figure, key: str, alt: str, *, clicks: bool = False) -> list[Any]:
    """Show a chart; returns the ``data`` of the dots that are clicked."""
    if not clicks:
        st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)
        return []
    state = st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt, on_select="rerun", selection_mode="points")
    return [point["customdata"] for point in state.selection.points if point.get("customdata") is not None]
