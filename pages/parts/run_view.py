"""One run: its head, its timeline as it grows, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, story, words
from pages.parts.collector import spare_libraries
from pages.parts.context import draw_context
from pages.parts.figures import draw_figures, figures
from pages.parts.follow import Look, look_at
from pages.parts.outcome import draw_outcome, verdict
from pages.parts.plain import label
from pages.parts.proposed import draw_review_link
from pages.parts.timeline import draw_part, draw_prompt_link, draw_remark
from procmem.errors import UnknownName
from procmem.memory.policy import summary

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from procmem.types import RunSummary
    from procmem.workbench import Workbench

BEAT = 0.5
"""Seconds between two looks at a run that is under way."""


def draw_run(bench: Workbench, run_id: str) -> None:
    """The whole view of one run."""
    try:
        look = look_at(bench, run_id)
    except UnknownName:
        draw_unknown_run()
        return
    st.title(label(words.run_title(look.run, bench.family_titles), 120), anchor=False)
    st.text(look.run.task)
    _draw_setting(look.run)
    draw_course(bench, look, wide=True)


def draw_unknown_run() -> None:
    """The link leads to a run that is not here."""
    st.title("This run is not here", anchor=False)
    st.text("The link may come from another data folder, or the data was reset.")
    st.button("Choose a task", type="primary", on_click=address.go)


def draw_course(bench: Workbench, look: Look, *, wide: bool) -> None:
    """Head, timeline and outcome. While the run is under way, only the head and the newest part are drawn again."""
    head = st.container(gap="small")
    ended = look.run.status not in words.ACTIVE
    parts = look.story.parts
    settled = len(parts) if ended else look.story.settled  # a killed run ends without saying so
    for note in look.story.notes:
        if (not ended or note.kind == "warning") and note.text != look.run.error:
            draw_remark(note)
    for position, part in enumerate(parts[:settled]):
        newest = position == len(parts) - 1
        opened = position == 0 or (newest and wide) if ended else newest
        draw_part(part, look.run.id, opened=opened, live=False, wide=wide, said=look.run.error)
    if ended:
        with head:
            _draw_head(bench, look, wide=wide)
        draw_outcome(bench, look.run, look.story)
        draw_context(look.story, look.run.id)
    else:
        st.fragment(_live, run_every=BEAT)(bench, look.run.id, (len(parts), settled), head, wide)


def _live(bench: Workbench, run_id: str, drawn: tuple[int, int], head: DeltaGenerator, wide: bool) -> None:
    """One beat: the head and the parts still under way.

    When a part begins or settles, or the run ends, the page is drawn anew; ``drawn`` are the parts and settled parts
    that it shows.
    """
    spare_libraries()
    if bench.closed:
        st.rerun()
    look = look_at(bench, run_id)
    parts, settled = look.story.parts, look.story.settled
    if look.run.status not in words.ACTIVE or (len(parts), settled) != drawn:
        st.rerun()
    with head:
        _draw_head(bench, look, wide=wide)
    for part in parts[settled:]:
        draw_part(part, run_id, opened=True, live=True, wide=wide)


def _draw_setting(run: RunSummary) -> None:
    facts = [
        run.team,
        summary(run.policy),
        f"bank revision {run.revision}",
        f"started {words.day(run.started.astimezone())}",
    ]
    st.caption(label(" · ".join(facts), 300))


def _draw_head(bench: Workbench, look: Look, *, wide: bool) -> None:
    """Status, figures (side by side they stand in a table of their own), and what can be done now."""
    run, told = look.run, look.story
    status = words.STATUS[run.status]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(status.label, icon=status.icon, color=status.color)
        if run.simulated:
            draw_simulated_badge()
        if run.status in words.ACTIVE:
            doing = "Paused" if run.status == "paused" else story.activity(told)
            st.markdown(f":gray[{label(doing, 120)}]", width="content")
        else:
            st.text(verdict(run, told), width="content")
            if run.error and (failed := told.failed_call) is not None:
                draw_prompt_link(failed, run.id, "failed", "Exact prompt of the failed call")
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        if wide:
            draw_figures(figures(run, told, bench.seconds(run.id)), "figures")
        if run.status in words.ACTIVE:
            _draw_brakes(bench, run)
        elif wide:
            _draw_next_steps(bench, look)


def draw_simulated_badge() -> None:
    """The mark of every figure that rests on the simulated model."""
    st.badge(
        "Simulated",
        icon=":material/science:",
        color="violet",
        help="A stand-in for a language model that reasons by analogy. Its figures say nothing about real models.",
    )


def _draw_brakes(bench: Workbench, run: RunSummary) -> None:
    """Pause or resume, and cancel."""
    with st.container(horizontal=True, gap="small", width="content"):
        if run.status == "paused":
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                type="primary",
                on_click=bench.resume,
                args=(run.id,),
                key=f"resume-{run.id}",
            )
        else:
            st.button("Pause", icon=":material/pause:", on_click=bench.pause, args=(run.id,), key=f"pause-{run.id}")
        st.button("Cancel", icon=":material/stop:", on_click=bench.cancel, args=(run.id,), key=f"cancel-{run.id}")


def _draw_next_steps(bench: Workbench, look: Look) -> None:
    with st.container(horizontal=True, gap="small", width="content", vertical_alignment="center"):
        _draw_next(bench, look)
        draw_review_link(bench, look.story)
        draw_new_run(look.run)


def draw_new_run(run: RunSummary) -> None:
    """A way back to the choice, with this run's task chosen; one's own task has to be written again."""
    task = {} if run.task_id.startswith("own-") else {"task": run.task_id}
    st.button("New run", icon=":material/add:", on_click=address.go, kwargs=task, key=f"new-{run.id}")


def _draw_next(bench: Workbench, look: Look) -> None:
    """The one thing that suggests itself after this run."""
    run = look.run
    if (other := run.compared_with or _comparison(bench, run.id)) is not None:
        _compare_button(*((other, run.id) if run.policy.placement == "none" else (run.id, other)))
    elif run.status in ("succeeded", "failed", "ungraded") and not run.error and run.policy.placement != "none":
        st.button(
            "Run again without memory",
            type="primary",
            icon=":material/difference:",
            on_click=_again,
            args=(bench, run.id),
            key=f"again-{run.id}",
            help="The same task and team with no memory, side by side with this run.",
        )
    elif (started := look.story.started) is not None:
        st.button(
            "Run it again",
            type="primary",
            icon=":material/replay:",
            on_click=lambda: address.go(run=bench.start(bench.run_task(run.id), started.team, run.policy)),
            key=f"repeat-{run.id}",
        )


def _comparison(bench: Workbench, run_id: str) -> str | None:
    return next((run.id for run in bench.store.runs(limit=50) if run.compared_with == run_id), None)


def _compare_button(first: str, second: str) -> None:
    st.button(
        "Compare with and without memory",
        type="primary",
        icon=":material/difference:",
        on_click=address.go,
        kwargs={"run": first, "with": second},
        key=f"compare-{first}-{second}",
    )


def _again(bench: Workbench, run_id: str) -> None:
    address.go(**{"run": run_id, "with": bench.again_without_memory(run_id)})
