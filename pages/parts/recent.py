"""Recent runs as a compact list; a click opens one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, words
from pages.parts.links import draw_link
from pages.parts.plain import label
from procmem.store.trends import RunFilter
from procmem.types import RunSummary

if TYPE_CHECKING:
    from procmem.workbench import Workbench

SHOWN = 8
WIDEST = 116
"""Pixels of the longest status, so that titles stand below each other."""
BEAT = 2.0
"""Seconds between two looks while the runs of the first start come in."""


def draw_recent(bench: Workbench) -> None:
    """The newest runs that somebody started, or nothing before the first; those of experiments stand under Trends."""
    coming = bench.preparation.state in ("waiting", "working") or bench.demo.now.state == "working"
    st.fragment(_draw_list, run_every=BEAT if coming else None)(bench)


def _draw_list(bench: Workbench) -> None:
    if bench.closed:
        st.rerun()
    runs, known = bench.store.history_of(RunFilter(source="own"), limit=SHOWN)
    if not runs:
        return
    st.subheader("Recent runs", anchor=False)
    with st.container(gap="xsmall"):
        for run in runs:
            _draw_row(run, bench.family_titles)
    if known > len(runs):
        draw_link(f"All {known:,} runs", "runs", icon=":material/history:")


def _draw_row(run: RunSummary, titles: Mapping[str, str]) -> None:
    look = words.STATUS[run.status]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"row-{run.id}"):
        with st.container(width=WIDEST):
            st.badge(look.label, icon=look.icon, color=look.color)
        st.button(
            label(words.run_title(run, titles), 90),
            key=f"open-{run.id}",
            type="tertiary",
            on_click=address.go,
            kwargs={"run": run.id},
        )
        st.caption(label(" · ".join(_facts(run)), 160), width="content")


def _facts(run: RunSummary) -> list[str]:
    facts = [run.team, "no memory" if run.policy.placement == "none" else "with memory"]
    if run.steps is not None:
        facts.append(words.count(run.steps, "step"))
    if run.simulated:
        facts.append("simulated")
    return [*facts, _ago(run.started)]


def _ago(moment: datetime) -> str:
    seconds = (datetime.now(moment.tzinfo) - moment).total_seconds()
    if seconds < 60:
        return "just now"
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{words.count(int(seconds // size), noun)} ago"
    return words.day(moment)
