"""Success, steps and failed steps as the bank evolves. A click on a point opens its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from pages.parts import runs_address, words
from pages.parts.charts import Dot, Line, Tick, draw_chart, interval_chart, line_chart
from pages.parts.kinds import KINDS
from pages.parts.links import draw_link, place
from pages.parts.review_desk import by_title
from pages.parts.run_view import draw_simulated_badge
from pages.parts.runs_filter import MEMORY, draw_filters, draw_narrowing, level_title
from pages.parts.runs_list import facets_of
from pages.parts.trends_newest import draw_newest
from pages.parts.trends_pairs import draw_pairs
from procmem.experiment.statistics import Interval
from procmem.experiment.tables import number, percent
from procmem.experiment.trends import Axis, Point, points
from procmem.memory.policy import PLACEMENTS, VARIANTS
from procmem.store.trends import Mark, RunFilter, Splitter

if TYPE_CHECKING:
    from procmem.workbench import Workbench

_OPEN, _ASKED = "trends-open", "trends-asked"
AXES: dict[Axis, str] = {"revision": "Bank revision", "size": "Memories in the bank"}
SPLITTERS: dict[Splitter, str] = {
    "memory": "Memory",
    "none": "All runs together",
    "team": "Team",
    "level": "Level",
    "placement": "Who gets memories",
    "variant": "How agents get theirs",
}


USUAL: Splitter = "memory"
"""Runs with memory and without it are not mixed unless somebody wishes so."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the charts show: the points of all lines, and the decisions between the first and the last of them."""

    points: tuple[Point, ...]
    marks: tuple[Mark, ...]


def draw_trends(bench: Workbench) -> None:
    """The choice of axis, lines and runs, then the charts and the comparison with and without memory."""
    if asked := st.session_state.pop(_ASKED, None):
        st.switch_page(place("runs"), query_params=asked)
    count = bench.store.run_count()
    if not count[1]:
        _draw_empty()
        return
    facets = facets_of(bench, count)
    axes: tuple[Axis, ...] = get_args(Axis)
    splitters: tuple[Splitter, ...] = get_args(Splitter)
    axis = runs_address.chosen("axis", axes) or "revision"
    by = runs_address.chosen("by", splitters) or USUAL
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _segmented("Against", AXES, "axis", axis)
        st.selectbox(
            "A line for each",
            list(SPLITTERS),
            format_func=_splitter_title,
            label_visibility="collapsed",
            width=230,
            key=runs_address.field("by", by),
            on_change=runs_address.keep,
            args=("by", USUAL),
        )
        draw_filters(facets, history=False)
    wanted = replace(runs_address.wanted(facets), words="", status=None, source="own", experiment=None)
    draw_narrowing(wanted)
    drawn = _drawn(bench, wanted, axis, by, count, bench.store.revision)
    if not drawn.points:
        _draw_nothing(wanted)
        draw_newest(bench)
    elif len(drawn.points) > len({point.series for point in drawn.points}):
        _draw_charts(drawn, axis, by, wanted)
        draw_pairs(bench, wanted, count)
    else:
        draw_pairs(bench, wanted, count)
        _draw_one_bank(drawn, axis, by, wanted)
        draw_newest(bench)


def _splitter_title(by: Splitter) -> str:
    match by:
        case "none":
            return SPLITTERS[by]
        case "memory":
            return "With and without memory"
        case _:
            return f"By {SPLITTERS[by].lower()}"


def _segmented(name: str, options: dict[Axis, str], param: str, value: Axis) -> None:
    st.segmented_control(
        name,
        list(options),
        format_func=options.__getitem__,
        required=True,
        label_visibility="collapsed",
        key=runs_address.field(param, value),
        on_change=runs_address.keep,
        args=(param, "revision"),
    )


@st.cache_data(show_spinner="Counting", max_entries=30, ttl="10m")
def _drawn(
    _bench: Workbench, wanted: RunFilter, axis: Axis, by: Splitter, count: tuple[int, int, str], revision: int
) -> Drawn:
    """Read anew when a run has begun or ended, or the bank has changed."""
    tallies = _bench.store.tallies(wanted, by)
    if not tallies:
        return Drawn((), ())
    first, last = min(tally.revision for tally in tallies), max(tally.revision for tally in tallies)
    return Drawn(tuple(points(tallies, axis)), tuple(_bench.store.marks(first, last)))


def _draw_empty() -> None:
    with st.container(border=True):
        st.markdown("**No figures yet**")
        st.text(
            "Every finished run with checks adds to the charts here: success, steps and failed steps as the bank of "
            "memories changes. Run some tasks, or let an experiment run many."
        )
        with st.container(horizontal=True, gap="small"):
            draw_link("Run a task", "run", icon=":material/play_circle:")
            st.button(
                "Plan an experiment", type="primary", icon=":material/science:", on_click=runs_address.put,
                args=({"view": "experiments", "new": "yes"},), key="trends-plan",
            )  # fmt: skip


def _draw_nothing(wanted: RunFilter) -> None:
    with st.container(border=True):
        st.markdown("**No finished run to count**")
        if wanted == RunFilter():
            st.text("Run a task with checks, and it is counted here. Experiments have figures of their own.")
            draw_link("Run a task", "run", icon=":material/play_circle:")
        else:
            st.text("No run with checks fits these filters.")
            st.button("Clear filters", type="primary", on_click=runs_address.clear_filters, key="trends-nothing")


# --- charts ----------------------------------------------------------------------------------------------------------


def _draw_charts(drawn: Drawn, axis: Axis, by: Splitter, wanted: RunFilter) -> None:
    runs = sum(point.runs for point in drawn.points)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if any(point.simulated for point in drawn.points):
            draw_simulated_badge()
        st.caption(
            f"{words.count(runs, 'graded run')}, without those of experiments. Bars are 95 % intervals; banks next to "
            "each other are put together until a point rests on enough runs. Click a point to see its runs.",
            width="stretch",
        )
    ticks = marks_of(drawn.marks, axis)
    _draw_one("Success", drawn, axis, by, wanted, lambda p: _scaled(p.rate, 100), "Passed, %", 100, ticks, 320)
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_one("Steps", drawn, axis, by, wanted, lambda p: p.steps, "Steps of a run", None, (), 250)
    with right:
        _draw_one(
            "Failed steps", drawn, axis, by, wanted, lambda p: p.failed and _scaled(p.failed, 100),
            "Failed steps, %", None, (), 250,
        )  # fmt: skip
    _draw_table(drawn.points, axis, by, wanted)


def _draw_one_bank(drawn: Drawn, axis: Axis, by: Splitter, wanted: RunFilter) -> None:
    """One point a line shows no trend: what the runs came to, and what makes the next point."""
    st.subheader("As the bank evolves", anchor=False)
    if any(point.simulated for point in drawn.points):
        draw_simulated_badge()
    runs = sum(point.runs for point in drawn.points)
    st.text(
        f"{words.count(runs, 'graded run')} so far, of banks too much alike to show a trend. Decide on what waits for "
        "review, then run more tasks: what the bank becomes makes the next point."
    )
    with st.container(horizontal=True, gap="small"):
        draw_link("Review what waits", "review", icon=":material/rate_review:")
        draw_link("Run a task", "run", icon=":material/play_circle:")
    if len(drawn.points) > 1:
        rows = [
            _dot(point, _scaled(point.rate, 100), series_title(point.series, by), axis, by, "Passed, %")
            for point in drawn.points
        ]
        chart = interval_chart([Line("Success", rows)], x="Passed, % of runs", percent=True)
        draw_chart(chart, f"trends-bank-{by}", "Success of each; the table below has it too.")
    _draw_table(drawn.points, axis, by, wanted)


def _draw_one(
    name: str, drawn: Drawn, axis: Axis, by: Splitter, wanted: RunFilter, figure: Callable[[Point], Interval | None],
    y: str, top: float | None, ticks: Sequence[Tick], height: int,
) -> None:  # fmt: skip
    st.subheader(name, anchor=False)
    lines = lines_of(drawn.points, axis, by, figure, y)
    chart = line_chart(lines, x=AXES[axis], y=y, top=top, ticks=ticks, height=height)
    alt = f"{name} against {AXES[axis].lower()}, with 95 % intervals. The same figures are in the table below."
    low, high = chart.layout.yaxis.range
    chart.layout.yaxis.range = (low or -0.04 * high, high)  # a dot at nought is a whole dot
    clicked = draw_chart(chart, f"trends-{name}-{axis}-{by}", alt, clicks=True)
    if clicked:
        st.switch_page(place("runs"), query_params=runs_of(clicked[0], wanted, axis, by))


def lines_of(
    points: Sequence[Point], axis: Axis, by: Splitter, figure: Callable[[Point], Interval | None], y: str
) -> list[Line]:
    """A line for each series, in the order of their names."""
    lines = []
    for series in sorted({point.series for point in points}):
        dots = [
            _dot(point, found, point.place, axis, by, y)
            for point in points
            if point.series == series and (found := figure(point)) is not None
        ]
        lines.append(Line(series_title(series, by), dots))
    return lines


def _dot(point: Point, found: Interval, place: float | str, axis: Axis, by: Splitter, y: str) -> Dot:
    """A point with its interval; one task alone says nothing about others, so it has none."""
    low, high = (found.low, found.high) if point.tasks > 1 else (found.estimate, found.estimate)
    return Dot(place, found.estimate, low, high, _hover(point, axis, by, y, found), _data(point))


def _hover(point: Point, axis: Axis, by: Splitter, y: str, found: Interval) -> list[str]:
    lines = [f"{y}: {number(found, point.tasks)}{'' if point.tasks > 1 else ' (one task)'}"]
    lines.append(f"{AXES[axis]} {_span(point)}")
    lines.append(f"{words.count(point.runs, 'run')} of {words.count(point.tasks, 'task')}")
    if by != "none":
        lines.append(series_title(point.series, by))
    return [*lines, "Simulated"] if point.simulated else lines


def _data(point: Point) -> list[Any]:
    return [point.series, point.first, point.last]


def _span(point: Point) -> str:
    return f"{point.first:,}" if point.first == point.last else f"{point.first:,} to {point.last:,}"


def _scaled(found: Interval, factor: float) -> Interval:
    return Interval(factor * found.estimate, factor * found.low, factor * found.high)


def series_title(series: str, by: Splitter) -> str:
    """What a line is called."""
    match by:
        case "memory":
            return MEMORY[series]
        case "level":
            return level_title(series)
        case "placement":
            return PLACEMENTS[series].label if series in PLACEMENTS else series
        case "variant":
            return "No memory" if series == "none" else VARIANTS[series].label if series in VARIANTS else series
        case "none":
            return "All runs"
        case _:
            return series


def runs_of(data: Sequence[Any], wanted: RunFilter, axis: Axis, by: Splitter) -> dict[str, str]:
    """The address of the runs behind a point."""
    series, first, last = str(data[0]), int(data[1]), int(data[2])
    params = runs_address.params(wanted) | {"revisions" if axis == "revision" else "sizes": f"{first}-{last}"}
    match by:
        case "variant":
            return params | ({"memory": "without"} if series == "none" else {"memory": "with", "variant": series})
        case "none":
            return params
        case _:
            return params | {by: series}


def marks_of(marks: Sequence[Mark], axis: Axis) -> list[Tick]:
    """Decisions as ticks along the axis."""
    ticks = []
    for mark in marks:
        name, symbol = ("Undone", "x-thin") if mark.kind == "undo" else (KINDS[mark.kind].done, KINDS[mark.kind].symbol)
        one = mark.decisions == 1
        at = f"Revision {mark.revision:,}" if one else f"Revisions {mark.revision:,} to {mark.last_revision:,}"
        what = (
            f"{name} by {by_title(mark.by)}"
            if one
            else f"{name}: {mark.decisions:,} decisions, the first by {by_title(mark.by)}"
        )
        hover = [what, *([mark.title] if mark.title else []), f"{at} · {words.count(mark.size, 'memory')} after it"]
        ticks.append(Tick(mark.revision if axis == "revision" else mark.size, name, symbol, hover))
    return ticks


def _draw_table(points: Sequence[Point], axis: Axis, by: Splitter, wanted: RunFilter) -> None:
    """The same figures and the way to the runs, for those who can not see, hover or click on a point."""
    panel = st.expander("The figures as a table", icon=":material/table:", key="trends-table", on_change="rerun")
    if not panel.open:
        return
    rows = {
        **({} if by == "none" else {SPLITTERS[by]: [series_title(point.series, by) for point in points]}),
        AXES[axis]: [_span(point) for point in points],
        "Runs": [words.count(point.runs, "run") for point in points],
        "Tasks": [point.tasks for point in points],
        "Passed, %": [percent(point.rate, point.tasks) for point in points],
        "Steps": [number(point.steps, point.tasks) for point in points],
        "Failed steps, %": [_failed(point) for point in points],
    }
    with panel:
        addresses = [runs_of(_data(point), wanted, axis, by) for point in points]
        column = st.column_config.ButtonColumn(type="tertiary", key=_OPEN, on_click=_ask, args=(addresses,))
        st.dataframe(
            rows, hide_index=True, column_config={"Runs": column}, alt="All points of the charts with 95 % intervals"
        )


def _ask(addresses: Sequence[dict[str, str]]) -> None:
    click = st.session_state.get(_OPEN)
    if click is not None and click["row"] < len(addresses):
        st.session_state[_ASKED] = addresses[click["row"]]


def _failed(point: Point) -> str:
    return "–" if point.failed is None else percent(point.failed, point.tasks)
