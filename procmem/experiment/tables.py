"""The tables of a result as text, for terminals, files and pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from procmem.experiment.comparison import Comparison
from procmem.experiment.results import Result, Row
from procmem.experiment.slices import ALL, UNSEEN, VALID
from procmem.experiment.statistics import Interval


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, column names and cells of text."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(result: Result, *, every_slice: bool = True) -> list[Table]:
    """Success, gains over the baseline, effort, and a stream's groups.

    Args:
        every_slice: Gains and effort on every slice; else on those that the preset is about, as a rule all tasks.
    """
    shown = result
    if not every_slice:
        wanted = _wanted(result)
        shown = replace(
            result,
            rows=tuple(row for row in result.rows if row.slice in wanted),
            comparisons=tuple(entry for entry in result.comparisons if entry.slice in wanted),
        )
    found = [success(result), gains(shown), effort(shown)]
    if result.groups:
        found.append(groups(result))
    return [table for table in found if table.rows]


def _wanted(result: Result) -> set[str]:
    """LEGOMem's Figure 4 is about levels; everything else about all tasks, and what was never trained on."""
    by_level = result.design.preset == "legomem-figure-4"
    return {row.slice for row in result.rows} if by_level else {ALL, UNSEEN, VALID}


def success(result: Result) -> Table:
    """Success rates in percent with intervals, the paper's beside them."""
    slices = list(dict.fromkeys(row.slice for row in result.rows))
    printed = any(row.paper is not None for row in result.rows)
    columns = ["memory", "team"]
    for name in slices:
        columns += [name, "paper"] if printed and name.startswith(("all", "level")) else [name]
    rows = []
    for arm, team in _pairs(result.rows):
        cells = [arm, team]
        for name in slices:
            row = result.row(arm, team, name)
            cells.append(percent(row.rate, row.tasks) if row else "")
            if printed and name.startswith(("all", "level")):
                cells.append(f"{row.paper:.1f}" if row and row.paper is not None else "")
        rows.append(tuple(cells))
    return Table(f"Success in percent with 95 % intervals ({result.label})", tuple(columns), tuple(rows))


def gains(result: Result) -> Table:
    """Differences to the baseline on the same tasks and seeds."""
    columns = (
        "memory",
        "team",
        "tasks",
        "success, points",
        "better",
        "worse",
        "p",
        "p (Holm)",
        "steps",
        "failed steps",
    )
    rows = [
        (
            c.arm, c.team, c.slice, points(c.rate, c.tasks), str(c.better), str(c.worse), p_value(c.p),
            p_value(c.p_corrected), signed(c.steps, c.tasks), points(c.failed, c.tasks) if c.failed else "",
        )
        for c in result.comparisons
    ]  # fmt: skip
    baseline = result.design.compared_with
    heading = (
        f"Against “{baseline}” on the same tasks and seeds ({result.label}); McNemar's exact test by task, corrected "
        f"by Holm's method for {result.comparisons_made} comparisons a slice"
    )
    return Table(heading, columns, tuple(rows))


def effort(result: Result) -> Table:
    """Steps, failed steps, re-plans, tokens, money and time of a run."""
    columns = (
        "memory", "team", "tasks", "runs", "errors", "steps", "failed steps, %", "re-plans", "tokens", "dollars",
        "seconds",
    )  # fmt: skip
    rows = [
        (
            r.arm, r.team, r.slice, str(r.runs), str(r.errors), number(r.steps, r.tasks),
            percent(r.failed, r.tasks) if r.failed else "", f"{r.replans:.2f}",
            "" if r.tokens is None else f"{r.tokens:,.0f}", "" if r.dollars is None else f"{r.dollars:.4f}",
            f"{r.seconds:.1f}",
        )
        for r in result.rows
    ]  # fmt: skip
    return Table(f"Means of a run ({result.label})", columns, tuple(rows))


def groups(result: Result) -> Table:
    """A stream's success and steps, group by group."""
    columns = ("memory", "team", "group", "runs", "success", "steps")
    rows = [
        (r.arm, r.team, r.slice.removeprefix("group "), str(r.runs), percent(r.rate, r.tasks), number(r.steps, r.tasks))
        for r in result.groups
    ]
    return Table(f"Group by group of {result.design.group} tasks ({result.label})", columns, tuple(rows))


def headline(comparison: Comparison) -> str:
    """A comparison in a sentence."""
    tasks = comparison.tasks
    return (
        f"{comparison.arm} against {comparison.baseline}, {comparison.team}: {points(comparison.rate, tasks)} points "
        f"of success, {signed(comparison.steps, tasks)} steps, on {tasks} tasks and {comparison.pairs} pairs of runs "
        f"(McNemar's exact test p = {p_value(comparison.p)})."
    )


def percent(interval: Interval, tasks: int = 2) -> str:
    """A share in percent with its interval. One task alone says nothing about others, so it has none."""
    return _told(interval, tasks, 100, "")


def points(interval: Interval, tasks: int = 2) -> str:
    """A difference of shares in points with its interval, as in ``percent``."""
    return _told(interval, tasks, 100, "+")


def number(interval: Interval, tasks: int = 2) -> str:
    """A mean with its interval, as in ``percent``."""
    return _told(interval, tasks, 1, "")


def signed(interval: Interval, tasks: int = 2) -> str:
    """A difference of means with its interval, as in ``percent``."""
    return _told(interval, tasks, 1, "+")


def _told(interval: Interval, tasks: int, scale: float, sign: str) -> str:
    estimate, low, high = (f"{scale * value:{sign}.1f}" for value in (interval.estimate, interval.low, interval.high))
    return f"{estimate} [{low}, {high}]" if tasks > 1 else estimate


def p_value(p: float) -> str:
    """A p-value to three places."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _pairs(rows: Sequence[Row]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((row.arm, row.team) for row in rows if row.slice == ALL))
