"""A run replayed: the timeline as it stood after a step that a slider chooses. The URL names the step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, runs_address, words
from pages.parts.figures import draw_figures, figures
from pages.parts.follow import Look
from pages.parts.links import draw_link
from pages.parts.outcome import draw_outcome, verdict
from pages.parts.plain import label
from pages.parts.run_view import draw_simulated_badge
from pages.parts.runs_list import draw_export, memory_title
from pages.parts.story import tell
from pages.parts.timeline import draw_part, draw_remark
from procmem.errors import UnknownName
from procmem.events import Acted, Event

if TYPE_CHECKING:
    from procmem.types import RunSummary
    from procmem.workbench import Workbench


def draw_replay(bench: Workbench, run_id: str) -> None:
    """The whole view of one run of the past."""
    try:
        run = bench.store.run(run_id)
    except UnknownName:
        draw_gone()
        return
    draw_back()
    st.title(label(words.run_title(run, bench.family_titles), 80), anchor=False)
    st.text(run.task)
    _draw_head(bench, run)
    st.fragment(_draw_course)(bench, run_id)


def draw_back() -> None:
    """The way back to the list."""
    st.button(
        "All runs", type="tertiary", icon=":material/arrow_back:", on_click=runs_address.close_run, key="runs-back"
    )


def draw_gone() -> None:
    """The link leads to a run that is not here."""
    st.title("This run is not here", anchor=False)
    st.text("The link may come from another data folder, or the data was reset.")
    st.button("See all runs", type="primary", icon=":material/list:", on_click=runs_address.close_run, key="runs-gone")


def _draw_head(bench: Workbench, run: RunSummary) -> None:
    status = words.STATUS[run.status]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(status.label, icon=status.icon, color=status.color)
        if run.simulated:
            draw_simulated_badge()
        st.caption(label(setting(run), 300), width="content")
    if run.status == "interrupted":
        st.warning(
            "The program ended while this run was going. All that it did until then is here.",
            icon=":material/power_off:",
        )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if run.compared_with:
            st.button(
                "Side by side", icon=":material/difference:", on_click=runs_address.open_pair,
                args=(run.compared_with, run.id), key="pair-linked", help="With the run that it was compared with.",
            )  # fmt: skip
        draw_export(bench, run.id)
        draw_link("Open on the Run page", "run", icon=":material/open_in_new:", run=run.id)


def setting(run: RunSummary) -> str:
    """Team, memory, revision and time in one line."""
    memory = "no memory" if run.policy.placement == "none" else f"memory: {memory_title(run.policy).lower()}"
    return f"{run.team} · {memory} · bank revision {run.revision} · {words.day(run.started.astimezone())}"


# --- the slider and what stood then ----------------------------------------------------------------------------------


def until(events: Sequence[tuple[int, Event]], step: int) -> list[tuple[int, Event]]:
    """What had been said after a step: all that led to it, and not yet the next; everything after the last one."""
    made = [place for place, (_, event) in enumerate(events) if isinstance(event, Acted)]
    if step >= len(made):
        return list(events)
    return list(events[: made[step - 1] + 1 if step else made[0]])


def _draw_course(bench: Workbench, run_id: str) -> None:
    run, events = bench.store.run(run_id), bench.store.events(run_id)
    steps = sum(isinstance(event, Acted) for _, event in events)
    step = min(address.read_number("step") or 0, steps) if address.read("step") else steps
    if steps:
        _draw_slider(run_id, step, steps)
    told = tell(until(events, step))
    look = Look(run, told)
    last = step == steps
    if last and run.ended:
        st.text(verdict(run, told))
    draw_figures(figures(run, told))
    for note in told.notes:
        draw_remark(note)
    for position, part in enumerate(told.parts):
        newest = position == len(told.parts) - 1
        draw_part(part, run.id, opened=newest or position == 0, live=False, wide=True)
    if last:
        draw_outcome(bench, look.run, look.story)


def _draw_slider(run_id: str, step: int, steps: int) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button(
            "Back", icon=":material/skip_previous:", shortcut="Left", on_click=_go, args=(step - 1,),
            disabled=step == 0, key="replay-back",
        )  # fmt: skip
        st.slider(
            f"After step {step} of {steps}",
            0,
            steps,
            key=runs_address.field("step", step),
            on_change=_slide,
            width="stretch",
        )
        st.button(
            "Next", icon=":material/skip_next:", shortcut="Right", on_click=_go, args=(step + 1,),
            disabled=step == steps, key="replay-next", type="primary",
        )  # fmt: skip


def _slide() -> None:
    _go(st.session_state["runs-step"])


def _go(step: int) -> None:
    st.query_params["step"] = str(step)
