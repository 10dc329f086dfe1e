"""The Run page: choose and start, follow one run, or compare two. The URL says which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.shell import draw_notices, draw_page
from procmem.errors import BadInput

if TYPE_CHECKING:
    from pages.parts.task_choice import TaskMaker
    from procmem.types import Policy, Team
    from procmem.workbench import Workbench


def draw_run_page(open_bench: Callable[[], Workbench]) -> None:
    """Draw the page. The title is on the screen before anything is loaded."""
    first = st.query_params.get("run")
    if not first:
        st.title("Run a task", anchor=False)
    draw_page(open_bench, lambda bench: _draw_view(bench, first))


def _draw_view(bench: Workbench, first: str | None) -> None:
    from pages.parts import drawers
    from pages.parts.compare_view import draw_comparison
    from pages.parts.run_view import draw_run

    draw_notices(bench)
    second = st.query_params.get("with")
    if not first:
        _draw_setup(bench)
    elif second:
        draw_comparison(bench, first, second)
    else:
        draw_run(bench, first)
    drawers.draw_drawer(bench, first)


def _draw_setup(bench: Workbench) -> None:
    """Task on the left, team and memory on the right, and the one filled button."""
    from pages.parts.policy_choice import choose_policy
    from pages.parts.recent import draw_recent
    from pages.parts.task_choice import choose_task
    from pages.parts.team_choice import choose_team, kept_preferences
    from pages.parts.team_models import draw_lacking

    st.text("A team of agents solves an office task on real files. You see which memories helped at each step.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        make_task = choose_task(bench)
    with right:
        choice, action, details = st.container(), st.container(), st.container()
        with choice:
            team = choose_team(kept_preferences(bench).team, details)
            policy = choose_policy(details)
            draw_lacking(team)
        started = action.button(
            "Start" if make_task else "Choose a task first",
            type="primary",
            icon=":material/play_arrow:" if make_task else None,
            width="stretch",
            disabled=make_task is None,
            key="start",
        )
    if started and make_task is not None:
        with action:
            _start(bench, make_task, team, policy)
    draw_recent(bench)


def _start(bench: Workbench, make_task: TaskMaker, team: Team, policy: Policy) -> None:
    """Start the run and show it; what can not be started says why."""
    from pages.parts import address
    from pages.parts.plain import label

    try:
        run_id = bench.start(make_task(), team, policy)
    except BadInput as error:
        st.error(label(str(error), 400), icon=":material/error:")
        return
    address.go(run=run_id)
    st.rerun()


if __name__ == "__main__":
    # Streamlit's old router runs this file by itself at /run_page while nobody has opened the app yet.
    st.switch_page("app.py")
