"""One experiment: its progress while it runs, and what it found, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import streamlit as st

from pages.parts import words
from pages.parts.collector import spare_libraries
from pages.parts.experiment_desk import close_experiment, draw_back, draw_gone, draw_state, experiment_title
from pages.parts.experiment_result import draw_result, so_far
from pages.parts.links import draw_link
from pages.parts.plain import label
from pages.parts.run_view import draw_simulated_badge
from procmem.errors import BadInput, UnknownName
from procmem.experiment.running import Experiments, Progress

if TYPE_CHECKING:
    from procmem.store.experiments import ExperimentRecord

BEAT = 1.0
"""Seconds between two looks at an experiment that is under way."""
_PROBLEM = "experiment-problem"


def draw_experiment(experiments: Experiments, identity: str) -> None:
    """The whole view of one experiment."""
    draw_back()
    try:
        record, state = experiments.find(identity), experiments.progress(identity)
    except (UnknownName, BadInput):
        draw_gone()
        return
    st.subheader(label(experiment_title(record), 120), anchor=False)
    _draw_problem()
    if state.state == "running":
        st.fragment(_draw_live, run_every=BEAT)(experiments, record)
    else:
        _draw_settled(experiments, record, state)
    draw_result(experiments, record, live=state.state == "running")


def _draw_live(experiments: Experiments, record: ExperimentRecord) -> None:
    """One beat of the progress; at the end the page is drawn anew."""
    spare_libraries()
    now = experiments.progress(record.id)
    if now.state != "running" or _has_news(record, now):
        st.rerun()
    _draw_badges(record, "running")
    st.progress(min(1.0, now.done / max(1, now.total)), text=f":small[{label(standing(now), 200)}]")
    st.button(
        "Cancel", icon=":material/stop:", on_click=experiments.cancel, args=(record.id,), key=f"cancel-{record.id}",
        help="What is done is kept, and it can go on later.",
    )  # fmt: skip


def _has_news(record: ExperimentRecord, now: Progress) -> bool:
    """Whether the figures below are worth drawing anew: the first run has ended, or a twentieth more of them."""
    if not record.done:
        return now.done > 0
    return bool(st.session_state.get(so_far(record))) and now.done - record.done >= max(10, record.total // 20)


def _draw_badges(record: ExperimentRecord, state: str, more: str = "") -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        draw_state(state)
        if record.simulated:
            draw_simulated_badge()
        st.caption(f"{words.count(record.total, 'run')} · begun {words.day(record.created.astimezone())}{more}")


def standing(now: Progress) -> str:
    """How far it is, in a line."""
    parts = [now.text.rstrip(" …") or "Running", f"{now.done:,} of {words.count(now.total, 'run')}"]
    parts.append(f"{words.seconds(now.seconds)} so far")
    if now.left is not None:
        parts.append(f"about {words.seconds(now.left)} left")
    if now.dollars:
        parts.append(words.money(now.dollars))
    return " · ".join(parts)


def _draw_settled(experiments: Experiments, record: ExperimentRecord, now: Progress) -> None:
    _draw_badges(record, now.state, f" · {words.seconds(now.seconds)} of work")
    match now.state:
        case "done" | "running":
            pass
        case "cancelled":
            st.text(f"It was stopped after {now.done:,} of {words.count(now.total, 'run')}. What is done is kept.")
        case "interrupted":
            st.text(f"The program ended after {now.done:,} of {words.count(now.total, 'run')}. What is done is kept.")
        case "failed":
            st.error(label(now.error, 600), icon=":material/error:")
        case _:
            assert_never(now.state)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if now.state != "done":
            st.button(
                "Go on", type="primary", icon=":material/play_arrow:", on_click=_resume, args=(experiments, record.id),
                key=f"resume-{record.id}",
            )  # fmt: skip
        draw_link("See its runs", "runs", icon=":material/history:", experiment=record.id)
        with st.popover("Remove", icon=":material/delete:", type="tertiary", key=f"remove-{record.id}"):
            st.text("Its runs and banks are deleted, too.")
            st.button(
                "Remove it", icon=":material/delete:", on_click=_remove, args=(experiments, record.id),
                key=f"remove-it-{record.id}",
            )  # fmt: skip


def _resume(experiments: Experiments, identity: str) -> None:
    try:
        experiments.resume(identity)
    except BadInput as error:
        st.session_state[_PROBLEM] = str(error)


def _remove(experiments: Experiments, identity: str) -> None:
    try:
        experiments.remove(identity)
    except BadInput as error:
        st.session_state[_PROBLEM] = str(error)
        return
    close_experiment()


def _draw_problem() -> None:
    """Why the last click came to nothing, once."""
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(label(problem, 600), icon=":material/error:")
