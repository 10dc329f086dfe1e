"""What an experiment found: charts and tables with intervals, paired differences, and files to download."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import words
from pages.parts.charts import Line, draw_chart, interval_chart, line_chart
from pages.parts.plain import label
from pages.parts.trends_pairs import interval_dot
from procmem.experiment.comparison import Comparison
from procmem.experiment.exporting import to_csv, to_json
from procmem.experiment.results import Result, Row
from procmem.experiment.slices import ALL
from procmem.experiment.tables import Table, headline, percent, points, tables

APART = 0.03
"""How far apart lines stand in one group, so that equal ones are all seen."""
SAID = 3
"""So many comparisons are said in sentences as well; more are easier to read in the chart and the table."""

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from procmem.experiment.running import Experiments
    from procmem.store.experiments import ExperimentRecord


def draw_result(experiments: Experiments, record: ExperimentRecord, *, live: bool) -> None:
    """The findings so far; while it runs only when somebody asks, since they change all the time."""
    if not record.done:
        st.caption("The first figures stand here when a run has ended.")
        return
    if live and not st.toggle("Show the figures so far", key=so_far(record)):
        return
    found = result_of(experiments, record)
    if not found.rows:
        st.caption("So far it has only learned; nothing was compared yet.")
        return
    _draw_head(found)
    _draw_charts(found)
    every = st.toggle("Also by level", key=f"slices-{record.id}")
    for table in tables(found, every_slice=every):
        _draw_table(table)
    st.caption(
        "Rates have Wilson intervals, corrected for several runs of one task; means and paired differences have "
        "bootstrap intervals that resample tasks. A task’s own memories never reach it."
    )
    _draw_notes(found)


def so_far(record: ExperimentRecord) -> str:
    """The key of the switch that shows the figures of an experiment that is under way."""
    return f"so-far-{record.id}"


def result_of(experiments: Experiments, record: ExperimentRecord) -> Result:
    """The tables of an experiment as far as it is; worked out once for each state of it."""
    return _result(experiments, record.id, record.done, record.status)


@st.cache_data(show_spinner="Working out intervals", max_entries=6, ttl="1h")
def _result(_experiments: Experiments, identity: str, done: int, status: str) -> Result:
    return _experiments.result(identity)


def _draw_head(found: Result) -> None:
    """The findings in sentences, and the files."""
    if not found.complete:
        st.caption(f"So far {found.record.done:,} of {found.record.total:,} runs; the figures will change.")
    whole = [one for one in found.comparisons if one.slice == ALL]
    for comparison in whole if len(whole) <= SAID else ():
        text = f"{headline(comparison)} ({found.label})"
        st.markdown(f":material/compare_arrows: {label(f'{text[:1].upper()}{text[1:]}', 400)}")
    with st.container(horizontal=True, gap="small"):
        _download("HTML report", found, "html", "text/html", _html, ":material/description:")
        _download("Runs as CSV", found, "csv", "text/csv", to_csv, ":material/table:")
        _download("Everything as JSON", found, "json", "application/json", _json, ":material/data_object:")


def _download(name: str, found: Result, ending: str, mime: str, make: Callable[[Result], str], icon: str) -> None:
    st.download_button(
        name, data=lambda: make(found), file_name=f"{found.record.id}.{ending}", mime=mime, icon=icon,
        on_click="ignore", key=f"{ending}-{found.record.id}",
    )  # fmt: skip


def _html(found: Result) -> str:
    from procmem.experiment.report import html

    return html(found)


def _json(found: Result) -> str:
    return json.dumps(to_json(found), ensure_ascii=False, indent=1)


# --- charts ----------------------------------------------------------------------------------------------------------


def _draw_charts(found: Result) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**Success** ({label(found.label)})")
        alt = "Success by way of using memory; the first table has it too."
        draw_chart(rate_chart(found), f"x-rates-{found.record.id}", alt)
    differences = [one for one in found.comparisons if one.slice == ALL]
    with right:
        if differences:
            st.markdown(f"**Against “{label(found.design.compared_with)}”**, on the same tasks")
            chart = interval_chart(difference_lines(differences), x="Success, points", zero=True)
            draw_chart(chart, f"x-gains-{found.record.id}", "Paired differences; the second table has them too.")
    if found.groups:
        st.markdown(f"**Group by group** of {found.design.group} tasks ({label(found.label)})")
        chart = line_chart(group_lines(found.groups), x="Group", y="Passed, %", top=100, height=300)
        draw_chart(chart, f"x-groups-{found.record.id}", "Success group by group; the last table has it too.")


def rate_chart(found: Result) -> go.Figure:
    """Success by way of using memory, a colour a team."""
    chart = interval_chart(rate_lines([row for row in found.rows if row.slice == ALL]), x="Passed, %", percent=True)
    chart.layout.xaxis.range = (-2, 102)  # a dot at nought is a whole dot
    return chart


def rate_lines(rows: Sequence[Row]) -> list[Line]:
    """A line for each team: success by way of using memory."""
    return [
        Line(team, [
            interval_dot(row.arm, row.rate, row.tasks, [
                f"{row.arm}: {percent(row.rate, row.tasks)} %", team, _base(row),
            ])
            for row in rows
            if row.team == team
        ])
        for team in dict.fromkeys(row.team for row in rows)
    ]  # fmt: skip


def _base(row: Row) -> str:
    return f"{words.count(row.runs, 'run')} of {words.count(row.tasks, 'task')}"


def difference_lines(found: Sequence[Comparison]) -> list[Line]:
    """A line for each team: what each way gains over the baseline."""
    return [
        Line(team, [
            interval_dot(one.arm, one.rate, one.tasks, [
                f"{one.arm}: {points(one.rate, one.tasks)} points", team,
                f"{one.better} tasks better, {one.worse} worse",
            ])
            for one in found
            if one.team == team
        ])
        for team in dict.fromkeys(one.team for one in found)
    ]  # fmt: skip


def group_lines(rows: Sequence[Row]) -> list[Line]:
    """A line for each way of using memory and team: success group by group."""
    lines = []
    several = len({row.team for row in rows}) > 1
    pairs = list(dict.fromkeys((row.arm, row.team) for row in rows))
    for number, (arm, team) in enumerate(pairs):
        aside = APART * (number - (len(pairs) - 1) / 2)
        own = [row for row in rows if (row.arm, row.team) == (arm, team)]
        name = f"{arm}, {team}" if several else arm
        dots = [
            interval_dot(_group(row) + aside, row.rate, row.tasks, [
                f"{name}: {percent(row.rate, row.tasks)} %", f"Group {_group(row)}, {words.count(row.runs, 'run')}",
            ])
            for row in own
        ]  # fmt: skip
        lines.append(Line(name, dots))
    return lines


def _group(row: Row) -> int:
    return int(row.slice.removeprefix("group "))


# --- tables ----------------------------------------------------------------------------------------------------------


def _draw_table(table: Table) -> None:
    st.markdown(f"**{label(table.heading, 300)}**")
    columns = {name: [row[place] for row in table.rows] for place, name in enumerate(_distinct(table))}
    cells = {_headed(name): column for name, column in columns.items() if any(column)}
    st.dataframe(cells, hide_index=True, height="content", alt=table.heading)


def _headed(name: str) -> str:
    """A column's head in sentence case; p stays p."""
    return name if name[:2] in ("p", "p ") else name[:1].upper() + name[1:]


def _distinct(table: Table) -> list[str]:
    """Column names, told apart where one stands twice, as the paper's figures do."""
    names: list[str] = []
    for name in table.columns:
        names.append(f"{name}, {names[-1]}" if name in names and names else name)
    return names


def _draw_notes(found: Result) -> None:
    """What the papers print, and what the lessons came to."""
    for name, taught in found.record.made_with.get("lessons", {}).items():
        nothing = "" if taught["memories"] else " Nothing was learned, so its runs went without memory."
        st.caption(label(f"Lesson “{name}”: the bank holds {taught['memories']} memories after it.{nothing}", 300))
        for note in taught["notes"]:
            st.caption(label(str(note), 300))
    if found.paper is not None:
        st.caption(label(f"The paper’s figures: {found.paper.source}, {found.paper.benchmark}.", 300))
        for note in found.paper.notes:
            st.caption(label(note, 300))
        if not found.design.officebench:
            st.caption("Ours are on the bundled tasks, so only the order and the direction can be compared.")
