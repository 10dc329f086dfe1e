"""With memory and without it, on the same tasks by the same teams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import words
from pages.parts.charts import Dot, Line, draw_chart, interval_chart
from pages.parts.run_view import draw_simulated_badge
from procmem.experiment.statistics import Interval
from procmem.experiment.tables import points, signed
from procmem.experiment.trends import Difference, differences
from procmem.store.trends import RunFilter

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_pairs(bench: Workbench, wanted: RunFilter, count: tuple[int, int, str]) -> None:
    """The difference in a sentence, a chart by level, and a table."""
    st.subheader("With and without memory", anchor=False)
    found = _differences(bench, wanted, count)
    if not found:
        st.text(
            "No task was run both with memory and without it yet. “Run again without memory”, at the end of a run, "
            "gives the first pair; an experiment gives many."
        )
        return
    whole = found[0]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if whole.simulated:
            draw_simulated_badge()
        st.text(sentence(whole), width="stretch")
    if len(found) > 1:
        dots = [
            interval_dot(name_of(entry), entry.rate, entry.tasks, [
                f"{name_of(entry)}: {points(entry.rate, entry.tasks)} points", _base(entry),
            ])
            for entry in found
        ]  # fmt: skip
        chart = interval_chart([Line("With less without memory", dots)], x="Success, points", zero=True)
        draw_chart(chart, "trends-pairs", "Difference in success with memory, by level; the table below has it too.")
    st.table(table(found), border="horizontal", hide_index=True, alt="With and without memory on the same tasks")
    st.caption(
        "Each task counts once, however often it ran. Intervals are 95 %, by resampling tasks. "
        "Better and worse: tasks of which more, or fewer, of the runs passed with memory."
    )


@st.cache_data(show_spinner="Comparing", max_entries=30, ttl="10m")
def _differences(_bench: Workbench, wanted: RunFilter, count: tuple[int, int, str]) -> list[Difference]:
    return differences(_bench.store.pairs(wanted))


def name_of(entry: Difference) -> str:
    """The tasks that a difference is about."""
    return "All tasks" if entry.name == "all" else entry.name.capitalize()


def interval_dot(place: float | str, share: Interval, tasks: int, hover: Sequence[str]) -> Dot:
    """A share in percent with its interval; one task alone says nothing about others, so it has none."""
    low, high = (share.low, share.high) if tasks > 1 else (share.estimate, share.estimate)
    return Dot(place, 100 * share.estimate, 100 * low, 100 * high, hover)


def _base(entry: Difference) -> str:
    tasks, runs = words.count(entry.tasks, "task"), words.count(entry.runs + entry.runs_without, "run")
    return f"{tasks}, {runs}"


def sentence(entry: Difference) -> str:
    """A difference in a sentence, with what it rests on."""
    return (
        f"Memory changes success by {points(entry.rate, entry.tasks)} points and the steps of a run by "
        f"{signed(entry.steps, entry.tasks)}, on "
        f"{words.count(entry.tasks, 'task')} that ran both ways ({words.count(entry.runs, 'run')} with memory, "
        f"{entry.runs_without:,} without)."
    )


def table(found: Sequence[Difference]) -> dict[str, list[str]]:
    """The differences as a table, figure by figure."""
    rows: list[tuple[str, ...]] = []
    for entry in found:
        rows.append((name_of(entry), "Success, %", *_shares(entry.rate_with, entry.rate_without),
                     points(entry.rate, entry.tasks), f"{entry.better} / {entry.worse}"))  # fmt: skip
        rows.append(("", "Steps", f"{entry.steps_with:.1f}", f"{entry.steps_without:.1f}",
                     signed(entry.steps, entry.tasks), ""))  # fmt: skip
        rows.append(("", "Failed steps, %", *_shares(entry.failed_with, entry.failed_without),
                     "–" if entry.failed is None else points(entry.failed, entry.tasks), ""))  # fmt: skip
    names = ("Tasks", "Figure", "With", "Without", "Difference", "Better / worse")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _shares(*values: float | None) -> list[str]:
    return ["–" if value is None else f"{100 * value:.1f}" for value in values]
