"""Two runs of one task side by side, with the differences of their figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, words
from pages.parts.collector import spare_libraries
from pages.parts.figures import Figures, figures
from pages.parts.follow import Look, look_at
from pages.parts.plain import label
from pages.parts.run_view import BEAT, draw_course, draw_new_run, draw_simulated_badge, draw_unknown_run
from procmem.errors import UnknownName
from procmem.memory.policy import summary

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_comparison(bench: Workbench, first: str, second: str) -> None:
    """Both runs; each column follows its run on its own."""
    try:
        looks = (look_at(bench, first), look_at(bench, second))
    except UnknownName:
        draw_unknown_run()
        return
    st.title(f"{label(words.run_title(looks[0].run, bench.family_titles), 100)}, side by side", anchor=False)
    st.text(looks[0].run.task)
    under_way = any(look.run.status in words.ACTIVE for look in looks)
    st.fragment(draw_differences, run_every=BEAT if under_way else None)(bench, first, second)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        draw_new_run(looks[0].run)
        if any(look.run.simulated for look in looks):
            draw_simulated_badge()
    columns = st.columns(2, gap="medium")
    for column, look in zip(columns, looks, strict=True):
        with column:
            with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
                st.subheader(side_title(look), anchor=False, width="content")
                st.button(
                    "Open this run",
                    type="tertiary",
                    icon=":material/open_in_full:",
                    on_click=address.go,
                    kwargs={"run": look.run.id},
                    key=f"alone-{look.run.id}",
                )
            st.caption(f"{label(look.run.team)} · {label(summary(look.run.policy), 200)}")
            draw_course(bench, look, wide=False)


def side_title(look: Look) -> str:
    """What sets this run apart."""
    return "Without memory" if look.run.policy.placement == "none" else "With memory"


def draw_differences(bench: Workbench, first: str, second: str) -> None:
    """The figures of both runs in a table, with the second less the first."""
    spare_libraries()
    if bench.closed:
        st.rerun()
    looks = (look_at(bench, first), look_at(bench, second))
    left, right = (figures(look.run, look.story, bench.seconds(look.run.id)) for look in looks)
    titles = [side_title(look) for look in looks]
    if titles[0] == titles[1]:
        titles = ["First run", "Second run"]
    rows = [
        ("Result", *(words.STATUS[look.run.status].label for look in looks), ""),
        ("Checks passed", *(_checks(look) for look in looks), ""),
        *_rows(left, right),
    ]
    if any(look.run.status in words.ACTIVE for look in looks):
        rows = [(*row[:3], "") for row in rows]  # half a run has nothing to be compared with
    columns = ["Figure", *titles, "Difference"]
    table = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    st.table(table, border="horizontal", hide_index=True, alt="Figures of both runs")
    st.caption(f"Difference: “{titles[1]}” less “{titles[0]}”.")


def _checks(look: Look) -> str:
    """How many checks the run passed: "3 of 5"."""
    graded = look.story.graded
    if graded is None or not graded.results:
        return "–"
    return f"{sum(result.passed for result in graded.results)} of {len(graded.results)}"


def _rows(left: Figures, right: Figures) -> list[tuple[str, str, str, str]]:
    """Name, both values, and the second less the first."""
    return [
        _row("Steps", left.steps, right.steps, lambda number: f"{number:,.0f}"),
        _row("Failed steps", left.failed, right.failed, lambda number: f"{number:,.0f}"),
        _row(
            "Tokens", left.tokens, right.tokens, lambda number: words.tokens(None if number is None else round(number))
        ),
        _row("Cost", left.cost, right.cost, words.money),
        _row("Time", left.seconds, right.seconds, words.seconds),
    ]


def _row(
    name: str, left: float | None, right: float | None, shown: Callable[[float | None], str]
) -> tuple[str, str, str, str]:
    if left is None or right is None:
        return name, shown(left), shown(right), "–"
    sign = "+" if right > left else "−" if right < left else "±"
    return name, shown(left), shown(right), f"{sign}{shown(abs(right - left))}"
