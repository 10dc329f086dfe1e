"""Recent runs as a compact list; a click opens one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, words
from pages.parts.plain import label
from procmem.agents.demonstrator import demonstration_team
from procmem.types import RunSummary

if TYPE_CHECKING:
    from procmem.workbench import Workbench

SHOWN = 8
LOOKED_AT = 100
"""The demonstrations that filled the bank at first start are runs as well, but nobody looks for them here."""


def draw_recent(bench: Workbench) -> None:
    """The newest runs, or nothing before the first."""
    runs = [run for run in bench.store.runs(limit=LOOKED_AT) if run.team != demonstration_team().name][:SHOWN]
    if not runs:
        return
    st.subheader("Recent runs", anchor=False)
    with st.container(gap="xsmall"):
        for run in runs:
            _draw_row(run)


def _draw_row(run: RunSummary) -> None:
    look = words.STATUS[run.status]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(look.label, icon=look.icon, color=look.color)
        st.button(
            label(words.run_title(run), 70),
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
