"""The form for a new experiment. What it will take stands beside the button before anything starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from pages.parts import address, words
from pages.parts.experiment_desk import NAMES, draw_back, open_experiment, open_new
from pages.parts.plain import label
from pages.parts.run_view import draw_simulated_badge
from procmem.agents.teams import PRESETS as TEAMS
from procmem.errors import BadInput
from procmem.experiment.choosing import OWN, Wish, design_for
from procmem.experiment.plan import Design, cells
from procmem.experiment.presets import PRESETS, Bank
from procmem.memory.policy import PRESETS as POLICIES

if TYPE_CHECKING:
    from procmem.experiment.estimate import Estimate
    from procmem.experiment.running import Experiments
    from procmem.types import Task
    from procmem.workbench import Workbench

BANKS: dict[Bank, str] = {
    "demonstrations": "What the demonstrations teach",
    "bank": "The bank as it stands",
    "runs": "What the LLM team learns from the training tasks first",
}
SPLITS: dict[Literal["test", "train", "all"], str] = {
    "test": "Test tasks",
    "train": "Training tasks",
    "all": "All tasks",
}
KINDS = {"grid": "One bank for all", "stream": "A bank that grows"}


def draw_form(bench: Workbench, experiments: Experiments) -> None:
    """What is compared on the left; what it takes, and the button, on the right."""
    draw_back()
    st.subheader("Plan an experiment", anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left:
        wish = _choose_what()
        tasks, training = _choose_source(bench, wish)
        wish = _choose_tasks(wish, tasks)
        wish = _choose_models(wish)
    with right:
        try:
            design = design_for(wish, tasks, training) if tasks else None
        except BadInput as error:
            st.info(label(str(error), 400), icon=":material/edit:")
            return
        if design is None:
            st.info("Name the folder of an OfficeBench checkout.", icon=":material/folder_open:")
            return
        _draw_plan(experiments, design)


def _choose_what() -> Wish:
    """A comparison of the papers, or one's own."""
    asked = address.read("new")
    preset = asked if asked is not None and asked in PRESETS else OWN
    st.session_state["x-preset"] = preset
    st.selectbox(
        "What is compared",
        sorted(PRESETS, key=lambda name: name != OWN),
        format_func=preset_title,
        key="x-preset",
        on_change=lambda: open_new(st.session_state["x-preset"]),
    )
    if preset != OWN:
        found = PRESETS[preset]
        st.caption(label(f"Compares {_listed([arm.name for arm in found.arms])}.", 300))
        wish = Wish(preset=preset, teams=found.teams, seeds=found.seeds)
    else:
        policies = st.pills(
            "Ways of using memory",
            [name for name, choice in POLICIES.items() if choice.policy.placement != "none"],
            selection_mode="multi",
            default=["LEGOMem"],
            key="x-policies",
            help="Each is compared with no memory, on the same tasks.",
        )
        wish = Wish(policies=policies, teams=("LLM team",), seeds=1)
    teams = st.pills("Teams", list(TEAMS), selection_mode="multi", default=list(wish.teams), key=f"x-teams-{preset}")
    return _choose_bank(replace(wish, teams=tuple(teams) or wish.teams), preset)


def preset_title(name: str) -> str:
    """What a preset compares, and where it comes from."""
    found = PRESETS[name]
    title = NAMES.get(name, found.help.rstrip("."))
    return f"{title} ({found.source})" if found.source else title


def _choose_bank(wish: Wish, preset: str) -> Wish:
    """The bank that is read; a stream's grows from nothing."""
    if wish.preset == OWN:
        kind = st.segmented_control(
            "Memory", list(KINDS), format_func=KINDS.__getitem__, default="grid", required=True, key="x-kind",
            help="One bank that every run reads; or one that begins empty and learns after each group (Mem^p).",
        )  # fmt: skip
        wish = replace(wish, kind="stream" if kind == "stream" else "grid")
    if wish.kind == "stream" or preset == "memp-update":
        group = st.number_input(
            "Tasks of a group", 1, 100, 10, key="x-group", help="After each group the bank learns from it (Mem^p's t)."
        )
        return replace(wish, group=int(group))
    if preset == "memp-transfer":
        return wish
    usual = PRESETS[preset].bank if preset in PRESETS else "demonstrations"
    bank = st.selectbox(
        "The bank that they read", list(BANKS), index=list(BANKS).index(usual), format_func=BANKS.__getitem__,
        key=f"x-bank-{preset}",
    )  # fmt: skip
    return replace(wish, bank=bank)


def _choose_source(bench: Workbench, wish: Wish) -> tuple[Mapping[str, Task], Sequence[str]]:
    """The tasks to choose from, and which of a checkout's are learned from."""
    from procmem.exchange.officebench_splits import split

    if not _wants_officebench(wish):
        return bench.tasks, ()
    folder = st.text_input("Folder of the OfficeBench checkout", placeholder="~/OfficeBench", key="x-officebench")
    if not folder:
        return {}, ()
    try:
        tasks = dict(bench.officebench(folder).tasks)
    except BadInput as error:
        st.error(label(str(error), 400), icon=":material/folder_off:")
        return {}, ()
    return tasks, split(tasks).train


def _wants_officebench(wish: Wish) -> bool:
    if wish.preset == "officebench":
        return True
    source = st.segmented_control("Tasks", ["Bundled", "OfficeBench"], default="Bundled", required=True, key="x-source")
    return source == "OfficeBench"


def _choose_tasks(wish: Wish, tasks: Mapping[str, Task]) -> Wish:
    """Which of them, how many, and how often each."""
    levels = sorted({task.level for task in tasks.values() if task.level})
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        split = st.selectbox("Which", list(SPLITS), format_func=SPLITS.__getitem__, key="x-split", width=170)
        chosen = st.pills(
            "Levels", levels, selection_mode="multi", key="x-levels", help="How many apps a task needs. None: all."
        )
    with st.grid(2, min_column_width=150):
        limit = st.number_input(
            "Tasks at most", 1, 1000, 20, key="x-limit", help="They are spread evenly over the families."
        )
        seeds = st.number_input(
            "Runs of each", 1, 20, wish.seeds, key=f"x-seeds-{wish.preset}",
            help="With seeds of their own. More seeds say less than more tasks.",
        )  # fmt: skip
    folder = st.session_state.get("x-officebench") or "" if tasks and _from_checkout(tasks) else ""
    return replace(
        wish, split=split, levels=tuple(chosen), limit=int(limit), seeds=int(seeds), officebench=_resolved(folder)
    )


def _from_checkout(tasks: Mapping[str, Task]) -> bool:
    return next(iter(tasks.values())).source == "officebench"


def _resolved(folder: str) -> str:
    from pathlib import Path

    return str(Path(folder).expanduser().resolve()) if folder else ""


def _choose_models(wish: Wish) -> Wish:
    with st.expander("Models and name", icon=":material/tune:", key="x-models"):
        st.caption("Any LiteLLM model id, for example openai/gpt-4o. Keys come from the environment.")
        large = st.text_input("Large model", placeholder=wish.large, key="x-large").strip() or wish.large
        small = st.text_input("Small model", placeholder=wish.small, key="x-small").strip() or wish.small
        name = st.text_input("Name of the experiment", placeholder="It is named after what it compares", key="x-name")
    return replace(wish, large=large, small=small, name=name)


# --- what it takes ---------------------------------------------------------------------------------------------------


def _draw_plan(experiments: Experiments, design: Design) -> None:
    expected = experiments.estimate(design)
    with st.container(border=True):
        st.markdown(f"**{words.count(len(cells(design)), 'run')}**")
        st.text(in_short(design))
        if design.simulated:
            draw_simulated_badge()
        _draw_estimate(expected)
        real = not all(team.simulated for team in design.everybody)
        text = "Start" if not real else f"Start, for about {words.money(expected.dollars)}" if expected.dollars else (
            "Start, at an unknown price"
        )  # fmt: skip
        if st.button(text, type="primary", icon=":material/play_arrow:", width="stretch", key="x-start"):
            _start(experiments, design)


def in_short(design: Design) -> str:
    """What is run, in a sentence."""
    ways = len(design.arms)
    what = [
        f"{ways} ways of using memory" if ways > 1 else "1 way of using memory",
        words.count(len(design.teams), "team"),
        words.count(len(design.tasks), "task"),
        words.count(len(design.seeds), "seed"),
    ]
    text = " × ".join(what)
    if design.kind == "stream":
        text += f", in groups of {words.count(design.group, 'task')}"
    lessons = sum(len(lesson.tasks) for lesson in design.lessons)
    return f"{text}, after {words.count(lessons, 'run')} to learn from." if lessons else f"{text}."


def _draw_estimate(expected: Estimate) -> None:
    with st.container(horizontal=True, gap="medium"):
        for name, value in figures(expected).items():
            st.metric(name, value, width="content")
    st.caption(label(f"The estimate is {expected.basis}. Several runs go on at once, so it takes less time.", 400))


def figures(expected: Estimate) -> dict[str, Any]:
    """An estimate as a person reads it."""
    return {
        "Model calls": f"{expected.calls:,}",
        "Tokens": words.tokens(expected.tokens),
        "Cost": words.money(expected.dollars),
        "Time, one by one": words.seconds(expected.seconds),
    }


def _start(experiments: Experiments, design: Design) -> None:
    try:
        identity = experiments.start(design)
    except BadInput as error:
        st.error(label(str(error), 400), icon=":material/error:")
        return
    open_experiment(identity)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
