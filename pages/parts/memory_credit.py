"""What a memory is worth, measured: tasks run with the whole bank, without it, with nothing but it, and with none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import words
from pages.parts.links import draw_link
from pages.parts.memory_address import stamp
from pages.parts.plain import label
from pages.parts.run_view import draw_simulated_badge
from procmem.agents.teams import PRESETS, make_team
from procmem.errors import BadInput, ProcMemError
from procmem.experiment.credit import credit_design, credit_of, tasks_that_retrieve
from procmem.experiment.tables import points, signed
from procmem.store.experiments import ExperimentRecord
from procmem.types import Memory, Policy

if TYPE_CHECKING:
    from procmem.experiment.comparison import Comparison
    from procmem.experiment.plan import Design
    from procmem.workbench import Workbench

BEAT = 1.0
"""Seconds between two looks at an experiment that is under way."""
LOOKED_AT = 200
"""Experiments among which a memory's are looked for."""


def draw_credit(bench: Workbench, memory: Memory) -> None:
    """What was measured, the measurement under way, or the offer to measure."""
    with st.spinner("Loading the experiments"):
        record = _newest(bench, memory)
    if record is None:
        st.caption("Everyday runs mix many things. An experiment runs the same tasks with this memory and without it.")
        _draw_offer(bench, memory, "Measure it")
        return
    if bench.experiments.progress(record.id).state == "running":
        st.fragment(_draw_progress, run_every=BEAT)(bench, record.id)
        return
    _draw_findings(bench, memory, record)
    _draw_offer(bench, memory, "Measure again")


def _newest(bench: Workbench, memory: Memory) -> ExperimentRecord | None:
    named = f"credit of {memory.id}"
    return next((record for record in bench.experiments.records(LOOKED_AT) if record.name == named), None)


def _draw_progress(bench: Workbench, identity: str) -> None:
    now = bench.experiments.progress(identity)
    if now.state != "running":
        st.rerun()
    left = f" · about {words.seconds(now.left)} left" if now.left is not None else ""
    st.progress(now.done / max(now.total, 1), text=label(f"{now.done} of {words.count(now.total, 'run')}{left}", 120))
    st.button(
        "Cancel", icon=":material/stop:", on_click=bench.experiments.cancel, args=(identity,), key="credit-cancel"
    )


def _draw_findings(bench: Workbench, memory: Memory, record: ExperimentRecord) -> None:
    """Both comparisons with their intervals; what was not run is said."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(label(f"Measured on {words.day(record.created.astimezone())}", 80), width="content")
        if record.simulated:
            draw_simulated_badge()
    if record.error:
        st.warning(label(record.error, 300), icon=":material/error:")
    try:
        credit = credit_of(memory, bench.experiments.result(record.id))
    except ProcMemError as error:
        st.warning(label(str(error), 300), icon=":material/error:")
        return
    _draw_comparison("The bank with it, against the bank without it", credit.missed)
    _draw_comparison("Only this memory, against no memory", credit.alone)
    draw_link("All figures", "trends", icon=":material/monitoring:", experiment=record.id)


def _draw_comparison(name: str, found: Comparison | None) -> None:
    st.markdown(f"**{name}**")
    if found is None:
        st.caption("No pair of runs is done.")
        return
    st.text(f"{points(found.rate)} points of success\n{signed(found.steps)} steps")
    st.caption(
        f"Over {words.count(found.pairs, 'pair')} of runs on {words.count(found.tasks, 'task')}; 95 % intervals."
    )


# --- measuring -------------------------------------------------------------------------------------------------------


def _draw_offer(bench: Workbench, memory: Memory, name: str) -> None:
    panel = st.popover(name, icon=":material/experiment:", key="credit-offer", on_change="rerun")
    if panel.open:
        with panel:
            _draw_design(bench, memory)


def _draw_design(bench: Workbench, memory: Memory) -> None:
    """Choose the team, see what it will take, start."""
    team = st.selectbox("Team", list(PRESETS), key="credit-team")
    seeds = st.number_input("Runs of each task", min_value=1, max_value=5, value=3, key="credit-seeds")
    try:
        design = _design(bench, memory, team, int(seeds))
    except ProcMemError as error:
        st.warning(label(str(error), 300), icon=":material/info:")
        return
    estimate = bench.experiments.estimate(design)
    facts = [words.count(len(design.tasks), "task"), words.count(estimate.runs, "run")]
    if estimate.seconds is not None:
        facts.append(f"{words.seconds(estimate.seconds)} of work")
    st.caption(label(" · ".join(facts), 120))
    st.caption("With the simulated models: its figures say nothing about real ones.")
    st.button(
        "Start", type="primary", icon=":material/play_arrow:", on_click=_start, args=(bench, design), key="credit-start"
    )


def _design(bench: Workbench, memory: Memory, team: str, seeds: int) -> Design:
    policy = Policy()
    tasks = _tasks(bench, stamp(bench), memory, policy.k_full_task)
    if not tasks:
        raise BadInput("No bundled task recalls it, so it can neither help nor harm there.")
    return credit_design(memory, make_team(team), policy, tasks, seeds)


@st.cache_data(show_spinner="Looking for tasks that recall it", max_entries=20, ttl="10m")
def _tasks(_bench: Workbench, state: str, memory: Memory, k: int) -> tuple[str, ...]:
    return tasks_that_retrieve(memory, _bench.lab.bank, _bench.tasks, k)


def _start(bench: Workbench, design: Design) -> None:
    from pages.parts.memory_desk import Message, say

    try:
        bench.experiments.start(design)
    except ProcMemError as error:
        say(Message(str(error), failed=True))
