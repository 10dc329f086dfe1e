"""Experiments: the list of them, a form for the next, and one opened. The URL says which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, runs_address, words
from pages.parts.plain import label, one_line

if TYPE_CHECKING:
    from procmem.experiment.running import Experiments
    from procmem.store.experiments import ExperimentRecord
    from procmem.workbench import Workbench

ROWS = 50
BEAT = 2.0
"""Seconds between two looks at the list while an experiment is under way."""
_OPEN = "experiments-open"
STATES: dict[str, words.Look] = {
    "running": words.Look("Running", ":material/play_circle:", "blue"),
    "done": words.Look("Done", ":material/check_circle:", "green"),
    "cancelled": words.Look("Cancelled", ":material/block:", "gray"),
    "failed": words.Look("Stopped", ":material/error:", "red"),
    "interrupted": words.Look("Interrupted", ":material/power_off:", "orange"),
}


NAMES = {
    "own": "Ways of your own choice, against no memory",
    "legomem-table-1": "Six methods in three teams",
    "legomem-table-2": "Who sees memories, and when",
    "legomem-table-3": "With and without reasoning",
    "legomem-figure-4": "Steps and failed steps by placement",
    "memp-build": "What a memory keeps of a run",
    "memp-retrieve": "How memories are found",
    "memp-update": "A bank that grows, group by group",
    "memp-k": "How many memories are shown",
    "memp-transfer": "Memory of a large team, used by a small one",
    "placebo": "Unrelated memories must not help",
    "officebench": "OfficeBench, trained and tested",
}
"""What presets are called."""


def experiment_title(record: ExperimentRecord) -> str:
    """What an experiment is called: its preset's title, unless somebody named it."""
    return NAMES.get(record.name, record.name)


def draw_experiments(bench: Workbench) -> None:
    """What the URL asks for."""
    with st.spinner("Opening", show_time=False):
        experiments = bench.experiments
    identity = address.read("experiment")
    if identity is not None:
        from pages.parts.experiment_view import draw_experiment

        draw_experiment(experiments, identity)
    elif address.read("new") is not None:
        from pages.parts.experiment_form import draw_form

        draw_form(bench, experiments)
    else:
        running = any(record.status == "running" for record in experiments.records(ROWS))
        st.fragment(_draw_list, run_every=BEAT if running else None)(experiments)


def open_new(preset: str = "") -> None:
    """The form for a new experiment; for ``on_click`` anywhere, also in a fragment."""
    runs_address.put({"experiment": "", "new": preset or "yes"})
    st.rerun()


def open_experiment(identity: str) -> None:
    """Open an experiment; for ``on_click`` anywhere, also in a fragment."""
    runs_address.put({"experiment": identity, "new": ""})
    st.rerun()


def close_experiment() -> None:
    """Back to the list; for ``on_click``."""
    runs_address.put({"experiment": "", "new": ""})


def draw_back() -> None:
    """The way back to the list."""
    st.button(
        "All experiments", type="tertiary", icon=":material/arrow_back:", on_click=close_experiment, key="to-list"
    )


def _draw_list(experiments: Experiments) -> None:
    records = experiments.records(ROWS)
    states = [experiments.progress(record.id).state for record in records]
    if not records:
        with st.container(border=True):
            st.markdown("**No experiments yet**")
            st.text(
                "An experiment runs many tasks with several ways of using memory, and compares them with intervals. "
                "With the simulated teams it costs nothing and needs no key."
            )
            st.button("Plan an experiment", type="primary", icon=":material/science:", on_click=open_new, key="plan")
        return
    st.button("Plan an experiment", type="primary", icon=":material/science:", on_click=open_new, key="plan")
    st.dataframe(
        {
            "Experiment": [one_line(experiment_title(record), 80) for record in records],
            "State": [STATES[state].label for state in states],
            "Runs": [f"{record.done:,} of {record.total:,}" for record in records],
            "Models": ["Simulated" if record.simulated else "Real" for record in records],
            "Time": [words.seconds(record.seconds) for record in records],
            "Begun": [record.created for record in records],
        },
        hide_index=True,
        height="content",
        row_height=40,
        column_config={
            "Experiment": st.column_config.ButtonColumn(
                type="tertiary", alignment="left", width="large", key=_OPEN, on_click=_open_row,
                args=([record.id for record in records],),
            ),
            "Begun": st.column_config.DatetimeColumn(format="distance"),
        },
        key="experiments-table",
        alt="Experiments, newest first",
    )  # fmt: skip


def _open_row(shown: Sequence[str]) -> None:
    click = st.session_state.get(_OPEN)
    if click is not None and click["row"] < len(shown):
        open_experiment(shown[click["row"]])


def draw_gone() -> None:
    """The link leads to an experiment that is not here."""
    st.subheader("This experiment is not here", anchor=False)
    st.text("The link may come from another data folder, or it was removed.")
    st.button("See all experiments", type="primary", icon=":material/list:", on_click=close_experiment, key="x-gone")


def draw_state(state: str) -> None:
    """The badge of an experiment's state."""
    look = STATES[state]
    st.badge(label(look.label), icon=look.icon, color=look.color)
