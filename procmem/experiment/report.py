"""An experiment as one HTML file with charts, that opens offline and shows how to repeat it.

The only module of the package that draws: a report is a file for the command line and the app alike.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from procmem.experiment.results import Result, Row
from procmem.experiment.slices import ALL
from procmem.experiment.tables import Table, headline, tables
from procmem.memory.policy import summary
from procmem.palette import PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from procmem.experiment.plan import Arm
    from procmem.experiment.statistics import Interval

_STYLE = """
body { font: 15px/1.55 system-ui, sans-serif; color: #1f2a2a; max-width: 64rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin-bottom: .5rem; }
h2 { font-size: 1.125rem; margin: 2rem 0 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #8884; text-align: left; white-space: nowrap; }
.label { display: inline-block; background: #efebf6; color: #574780; border-radius: 6px; padding: 0 .6rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid #8884; }
"""


def html(result: Result) -> str:
    """The report as the text of an HTML file; everything that it needs is inside."""
    record = result.record
    parts = [
        f"<h1>{escape(record.name)}</h1>",
        f'<p><span class="label">{escape(result.label)}</span> {escape(_facts(result))}</p>',
        *_findings(result),
        *_papers(result),
        *_charts(result),
        *(_table(table) for table in tables(result)),
        _method(result),
        _repeat(result),
    ]
    head = f'<meta charset="utf-8"><title>{escape(record.name)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _facts(result: Result) -> str:
    record, design = result.record, result.design
    part = "" if result.complete else f" So far {record.done} of {record.total} runs are done."
    return (
        f"{_count(len(design.tasks), 'task')}, {_count(len(design.seeds), 'seed')}, {_count(record.done, 'run')}, "
        f"begun {record.created:%Y-%m-%d %H:%M} UTC.{part}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _findings(result: Result) -> list[str]:
    """Every comparison over all tasks in a sentence, with what it rests on."""
    found = [headline(one) for one in result.comparisons if one.slice == ALL]
    lines = "".join(f"<li>{escape(f'{text[:1].upper()}{text[1:]}')}</li>" for text in found)
    return [f"<h2>What was found ({escape(result.label)})</h2><ul>{lines}</ul>"] if found else []


def _papers(result: Result) -> list[str]:
    if result.paper is None:
        return []
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.paper.notes)
    what = f"{result.paper.source}, on {result.paper.benchmark}"
    return [
        f"<p>The paper’s figures are from {escape(what)}: other tasks or other models than here.</p><ul>{notes}</ul>"
    ]


def _charts(result: Result) -> list[str]:
    from plotly.offline import get_plotlyjs

    whole = [row for row in result.rows if row.slice == ALL]
    whose = f"({result.label})"
    figures = [
        _bars(f"Success in percent, 95 % intervals {whose}", whole, lambda row: row.rate, 100.0, paper=True),
        _bars(f"Steps of a run {whose}", whole, lambda row: row.steps, 1.0),
        _bars(f"Failed steps in percent of all steps {whose}", whole, lambda row: row.failed, 100.0),
    ]
    if result.groups:
        figures.append(_lines(f"Success in percent, group by group {whose}", result.groups))
    drawn = [_drawn(figure) for figure in figures]
    return [f"<script>{get_plotlyjs()}</script>", *drawn]


def _drawn(figure: Any) -> str:
    """A figure under its title, which is a heading like others: it can be read, copied and found."""
    title = figure.layout.title.text
    figure.update_layout(
        title=None, height=330, margin={"l": 48, "r": 8, "t": 24, "b": 40}, font={"family": "system-ui, sans-serif"}
    )
    config = {"displayModeBar": False, "responsive": True}
    return f"<h2>{title}</h2>{figure.to_html(full_html=False, include_plotlyjs=False, config=config)}"


def _bars(title: str, rows: Sequence[Row], interval: Any, scale: float, paper: bool = False) -> Any:
    """Bars with error bars, one colour a team; the paper's figures as marks."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for colour, team in zip(PALETTE * 9, dict.fromkeys(row.team for row in rows), strict=False):
        shown = [(row, found) for row in rows if row.team == team and (found := interval(row)) is not None]
        names = [escape(row.arm) for row, _ in shown]
        figure.add_bar(
            name=escape(team),
            x=names,
            y=[scale * found.estimate for _, found in shown],
            error_y=_error_bars(shown, scale),
            marker_color=colour,
            offsetgroup=team,
        )
        printed = [(escape(row.arm), row.paper) for row, _ in shown if paper and row.paper is not None]
        if printed:
            figure.add_scatter(
                name=f"{escape(team)}, paper",
                x=[name for name, _ in printed],
                y=[value for _, value in printed],
                mode="markers",
                offsetgroup=team,
                marker={"symbol": "diamond-open", "size": 11, "color": colour},
            )
    figure.update_layout(
        title=escape(title), barmode="group", scattermode="group", template="plotly_white", yaxis_rangemode="tozero"
    )
    return figure


def _error_bars(shown: Sequence[tuple[Row, Interval]], scale: float) -> dict[str, Any]:
    """The intervals of rows; what rests on one task alone has none."""
    spans = [
        (scale * (found.high - found.estimate), scale * (found.estimate - found.low)) if row.tasks > 1 else (None, None)
        for row, found in shown
    ]
    return {"array": [up for up, _ in spans], "arrayminus": [down for _, down in spans]}


def _lines(title: str, rows: Sequence[Row]) -> Any:
    import plotly.graph_objects as go

    figure = go.Figure()
    for pair in dict.fromkeys((row.arm, row.team) for row in rows):
        own = [row for row in rows if (row.arm, row.team) == pair]
        figure.add_scatter(
            name=escape(", ".join(pair)),
            x=[row.slice.removeprefix("group ") for row in own],
            y=[100 * row.rate.estimate for row in own],
            mode="lines+markers",
        )
    figure.update_layout(title=escape(title), template="plotly_white", xaxis_title="group", yaxis_rangemode="tozero")
    return figure


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return (
        f"<table><caption>{escape(table.heading)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _method(result: Result) -> str:
    arms = "".join(f"<li>{escape(arm.name)}: {escape(_in_words(arm))}</li>" for arm in result.design.arms)
    return (
        f"<h2>What was compared</h2><ul>{arms}</ul><p>Rates have Wilson intervals, corrected for several runs of one "
        "task (Korn and Graubard); means and paired differences have bootstrap intervals that resample tasks. p-values "
        "are McNemar’s exact test on tasks, corrected by Holm’s method. A task’s own memories never reach it.</p>"
    )


def _in_words(arm: Arm) -> str:
    return f"{summary(arm.policy)}{' (placebo: under the keys of other families)' if arm.placebo else ''}"


def _repeat(result: Result) -> str:
    import json

    plain = {
        "experiment": result.record.id,
        "made_with": result.record.made_with,
        "design": result.record.design,
    }
    text = json.dumps(plain, indent=1, ensure_ascii=False)
    return f"<h2>What it takes to repeat it</h2><pre>{escape(text)}</pre>"
