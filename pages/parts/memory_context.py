"""What stands beside a memory: what became of it, where it comes from, and what is like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import memory_address, memory_desk, words
from pages.parts.links import draw_link
from pages.parts.memory_search import BUILDS, builder_title
from pages.parts.plain import label
from pages.parts.review_desk import PAST, by_title
from pages.parts.run_view import draw_simulated_badge
from procmem.errors import BadInput
from procmem.types import Memory, Outcomes, TaskOutcome

if TYPE_CHECKING:
    from procmem.memory.bank import Hit
    from procmem.workbench import Workbench

NEIGHBOURS = 6


def draw_context(bench: Workbench, memory: Memory) -> None:
    """Outcomes, origin and neighbours, each in a panel of its own."""
    with st.container(border=True, gap="small"):
        _draw_outcomes(bench, memory)
        _draw_worth(bench, memory)
    with st.container(border=True, gap="small"):
        _draw_origin(bench, memory)
    with st.container(border=True, gap="small"):
        _draw_neighbours(bench, memory)


# --- outcomes --------------------------------------------------------------------------------------------------------


def _draw_outcomes(bench: Workbench, memory: Memory) -> None:
    found = bench.store.outcomes([memory.id])[memory.id]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("**What became of it**", width="content")
        if found.runs and bench.store.rests_on_simulation(memory.id):
            draw_simulated_badge()
    if not found.recalled:
        st.caption("No finished run has looked it up yet.")
        return
    st.caption(f"{words.count(found.recalled, 'finished run')} looked it up, {found.entered:,} had it in a prompt.")
    if not found.runs:
        if found.entered:
            st.caption("None of the runs that had it was graded.")
        return
    _draw_success(found)
    _draw_paired(bench, found)


def _draw_worth(bench: Workbench, memory: Memory) -> None:
    """Credit, which takes a moment to load, behind a line that opens."""
    panel = st.expander("What it is worth, measured", icon=":material/experiment:", key="credit", on_change="rerun")
    if panel.open:
        from pages.parts.memory_credit import draw_credit

        with panel:
            draw_credit(bench, memory)


def _draw_success(found: Outcomes) -> None:
    from procmem.experiment.statistics import wilson

    rate = wilson(found.successes, found.runs)
    st.metric(
        "Runs that had it and passed",
        f"{found.successes} of {found.runs}",
        help="Graded runs with this memory in a prompt. The interval is Wilson's, at 95 %.",
    )
    steps = "" if found.steps is None else f" · {found.steps:.1f} steps a run on average"
    st.caption(f"{percent(rate.estimate)}, between {percent(rate.low)} and {percent(rate.high)}{steps}")


def _draw_paired(bench: Workbench, found: Outcomes) -> None:
    """With it and without it on the same tasks."""
    from procmem.experiment.usage import paired_difference

    if not found.paired:
        st.caption("No task has run both with it and without it, so nothing can be said about its effect.")
        return
    made = paired_difference(found)
    st.markdown(f"**With and without it** :gray[:small[{words.count(len(found.paired), 'task')} ran both ways]]")
    if made is None:
        st.caption("One task says nothing about others; from two on there is an interval.")
    else:
        st.text(f"{points(made.rate.estimate)} points of success ({points(made.rate.low)} to {points(made.rate.high)})")
        st.text(f"{made.steps.estimate:+.1f} steps ({made.steps.low:+.1f} to {made.steps.high:+.1f})")
        st.caption("Every task counts once. All runs are mixed here; the measurement below compares like with like.")
    rows = [_row(bench, pair) for pair in found.paired[:20]]
    panel = st.expander("Task by task", type="compact", key="paired", on_change="rerun")
    if panel.open:
        with panel:
            names = ("Task", "Passed with", "Passed without", "Steps with", "Steps without")
            table = {name: [row[at] for row in rows] for at, name in enumerate(names)}
            st.dataframe(table, hide_index=True, alt="Runs of each task with this memory and without it")


def _row(bench: Workbench, pair: TaskOutcome) -> tuple[str, str, str, str, str]:
    return (
        _task(bench, pair.task_id),
        f"{pair.successes_with} of {pair.runs_with}",
        f"{pair.successes_without} of {pair.runs_without}",
        f"{pair.steps_with:.1f}",
        f"{pair.steps_without:.1f}",
    )


def percent(share: float) -> str:
    """A share as whole percent."""
    return f"{round(100 * share)} %"


def points(share: float) -> str:
    """A difference of two shares in percentage points."""
    return f"{round(100 * share):+d}"


# --- origin ----------------------------------------------------------------------------------------------------------


def _draw_origin(bench: Workbench, memory: Memory) -> None:
    origin = memory.origin
    st.markdown("**Where it comes from**")
    if origin.run_id:
        draw_link(
            f"The run of “{_task(bench, origin.task_id)}”", "run", icon=":material/play_circle:", run=origin.run_id
        )
    elif origin.task_id:
        st.text(f"The task “{_task(bench, origin.task_id)}”")
    st.caption(label(f"Written by {builder_title(origin.builder)} · {BUILDS[origin.build]}", 200))
    if origin.learned_from:
        tasks = "”, “".join(_task(bench, task) for task in origin.learned_from[:8])
        st.caption(label(f"Also learned from “{tasks}”; it does not help to solve these.", 400))
    made = bench.store.history(memory.id)[0].decision
    when = words.day(made.at.astimezone())
    st.caption(label(f"{PAST[made.verdict]} into the bank by {by_title(made.by)} on {when}. {made.reason}", 300))
    _draw_family(bench, memory)


def _task(bench: Workbench, task_id: str) -> str:
    return words.task_name(task_id, bench.family_titles)


def _draw_family(bench: Workbench, memory: Memory) -> None:
    """The full-task memory that a subtask memory is part of, or its subtask memories."""
    if memory.parent is not None:
        wholes = bench.store.latest([memory.parent])
        st.caption("Part of")
        for whole in wholes.values():
            draw_memory_button(whole, "family")
    elif parts := bench.store.children([memory.id]).get(memory.id):
        st.caption("Subtask memories")
        for part in parts:
            draw_memory_button(part, "family")


def draw_memory_button(memory: Memory, place: str, fact: str = "") -> None:
    """A memory by its title; a click opens it."""
    with st.container(gap=None):
        st.button(
            label(memory.title, 110),
            help=label(memory.title, 300),
            key=f"{place}-{memory.id}",
            type="tertiary",
            icon=":material/description:" if memory.level == "full-task" else ":material/segment:",
            on_click=memory_address.open_memory,
            args=(memory.id,),
            wrap=False,
        )
        st.caption(label(fact or words.reader_title(memory.agent).capitalize(), 120))


# --- neighbours ------------------------------------------------------------------------------------------------------


def _draw_neighbours(bench: Workbench, memory: Memory) -> None:
    from procmem.memory.duplicates import alike

    st.markdown("**Nearest in meaning**")
    try:
        hits = _neighbours(bench, memory)
    except BadInput as error:
        st.caption(label(str(error), 300))
        return
    if not hits:
        st.caption("Nothing like it is in use.")
    for hit in hits:
        twin = alike(memory, hit)
        mark = " · nearly the same, with the same actions" if twin else ""
        draw_memory_button(hit.memory, "near", f"Similarity {hit.score:.2f}{mark}")
        if twin and memory.status == hit.memory.status == "active":
            st.button(
                "Merge into this one",
                icon=":material/merge:",
                key=f"merge-{hit.memory.id}",
                on_click=memory_desk.merge,
                args=(bench, memory.id, [hit.memory.id]),
                help="This one stays and remembers where the other came from; the other is retired.",
            )


def _neighbours(bench: Workbench, memory: Memory) -> list[Hit]:
    """The nearest memories in use of the same level and agent; only memories of one kind can stand in for another.

    Raises:
        BadInput: the memory has no vector yet.
    """
    from procmem.memory.bank import Hit

    bank = bench.lab.bank
    vector = bench.store.vectors(bank.embedder.name, [memory.id]).get(memory.id)
    if vector is None:
        raise BadInput("It is not embedded yet; that happens when the bank is searched next.")
    agent = memory.agent if memory.level == "subtask" else None
    near = bench.store.nearest(bank.embedder.name, vector, level=memory.level, agent=agent, limit=NEIGHBOURS + 1)
    there = bench.store.latest([name for name, _ in near])
    return [Hit(there[name], score) for name, score in near if name != memory.id and name in there][:NEIGHBOURS]
