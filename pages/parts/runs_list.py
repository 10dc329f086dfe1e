"""The history of runs as a table: a click on a task replays its run, two chosen rows are laid side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import address, runs_address, words
from pages.parts.links import draw_link
from pages.parts.paging import draw_paging
from pages.parts.plain import one_line
from pages.parts.runs_filter import draw_filters, draw_narrowing, draw_search
from procmem.memory.policy import PLACEMENTS, VARIANTS
from procmem.store.trends import RunFacets, RunFilter
from procmem.types import Policy, RunSummary

if TYPE_CHECKING:
    from procmem.workbench import Workbench

ROWS = 25
_OPEN = "runs-open"
_JOINER = "\u2060"


def draw_history(bench: Workbench) -> None:
    """Search, filters, the table and its pages."""
    count = bench.store.run_count()
    if not count[0]:
        _draw_empty()
        return
    facets = facets_of(bench, count)
    wanted = runs_address.wanted(facets)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        draw_search()
        draw_filters(facets, history=True)
    draw_narrowing(wanted, bench.store.experiment_name(wanted.experiment) if wanted.experiment else "")
    page = max(address.read_number("page") or 1, 1)
    runs, total = bench.store.history_of(wanted, limit=ROWS, offset=(page - 1) * ROWS)
    if not total:
        _draw_nothing(wanted)
        return
    bar = st.container(horizontal=True, gap="small", vertical_alignment="center", key="runs-bar")
    chosen = _draw_table(bench, runs, wanted, page)
    with bar:
        _draw_actions(bench, chosen)
    _draw_pages(total, page, any(run.simulated for run in runs))


@st.cache_data(show_spinner=False, max_entries=4, ttl="10m")
def facets_of(_bench: Workbench, count: tuple[int, int, str]) -> RunFacets:
    """What the filters can choose from; read anew when a run has begun or ended."""
    return _bench.store.run_facets()


def _draw_empty() -> None:
    with st.container(border=True):
        st.markdown("**No runs yet**")
        st.text("Every run of a team is kept here with all its steps, to be replayed and compared.")
        draw_link("Run a task", "run", icon=":material/play_circle:")


def _draw_nothing(wanted: RunFilter) -> None:
    with st.container(border=True):
        if wanted == RunFilter():
            st.markdown("**You have not run a task yet**")
            st.text("Runs of experiments and demonstrations are found under Filter, Runs.")
            draw_link("Run a task", "run", icon=":material/play_circle:")
            return
        st.markdown("**Nothing matches**")
        st.text("No run fits this search and these filters.")
        st.button("Clear search and filters", type="primary", on_click=runs_address.clear_filters, key="runs-nothing")


# --- the table -------------------------------------------------------------------------------------------------------


def _draw_table(bench: Workbench, runs: Sequence[RunSummary], wanted: RunFilter, page: int) -> list[RunSummary]:
    """The table; returns the runs whose rows are chosen. Another page or another filter is another table."""
    from hashlib import sha256

    shown = sha256(repr((wanted, page, runs[0].id if runs else "")).encode()).hexdigest()[:12]
    state = st.dataframe(
        columns(runs, bench.family_titles),
        hide_index=True,
        height="content",
        row_height=40,
        column_config=_config(runs),
        selection_mode="multi-row",
        on_select="rerun",
        key=f"runs-table-{shown}",
        alt="Runs with their results and figures",
    )
    return [runs[row] for row in state.selection.rows if row < len(runs)]


def _config(runs: Sequence[RunSummary]) -> dict[str, Any]:
    column = st.column_config
    return {
        "Task": column.ButtonColumn(
            type="tertiary",
            alignment="left",
            width=300,
            key=_OPEN,
            on_click=_open,
            args=([run.id for run in runs],),
        ),
        "Result": column.TextColumn(width=105),
        "Team": column.TextColumn(width=100),
        "Steps": column.NumberColumn(width=60),
        "Failed steps": column.NumberColumn("Failed", help="Steps that failed.", width=60),
        "Tokens": column.NumberColumn(format="compact", width=75),
        "Cost": column.TextColumn(width=75),
        "Time": column.TextColumn(width=85),
        "Revision": column.NumberColumn(help="Of the bank that the run read.", width=80),
        "Started": column.DatetimeColumn(format="distance", width=125),
    }


def _open(shown: Sequence[str]) -> None:
    click = st.session_state.get(_OPEN)
    if click is not None and click["row"] < len(shown):
        runs_address.open_replay(shown[click["row"]])


def columns(runs: Sequence[RunSummary], titles: Mapping[str, str]) -> dict[str, list[object]]:
    """The table's columns; a star marks results that rest on the simulated model.

    ``titles``: what families of tasks are about. Costs are left out where no run has any.
    """
    found: dict[str, list[object]] = {
        "Task": [_cell(words.run_title(run, titles)) for run in runs],
        "Result": [f"{words.STATUS[run.status].label}{' *' if run.simulated else ''}" for run in runs],
        "Team": [run.team for run in runs],
        "Memory": [memory_title(run.policy) for run in runs],
        "Steps": [run.steps for run in runs],
        "Failed steps": [run.failed_steps for run in runs],
        "Tokens": [run.tokens for run in runs],
        "Cost": [words.money(run.cost) for run in runs],
        "Time": [words.seconds(run.seconds) for run in runs],
        "Revision": [run.revision for run in runs],
        "Started": [run.started for run in runs],
    }
    if not any(run.cost for run in runs):
        del found["Cost"]
    return found


def _cell(title: str) -> str:
    """A title for a button's cell, which would draw a leading icon's name as an icon."""
    return one_line(title, 80).replace(":material/", f":{_JOINER}material/")


def memory_title(policy: Policy) -> str:
    """Who sees memories and how, in a few words."""
    if policy.placement == "none":
        return "None"
    how = "" if policy.variant == "vanilla" else f", {VARIANTS[policy.variant].label.lower()}"
    return f"{PLACEMENTS[policy.placement].label}{how}"


def _draw_actions(bench: Workbench, chosen: Sequence[RunSummary]) -> None:
    """What can be done with the chosen rows: nothing, one or two."""
    if not chosen:
        st.caption("Open a run by its name, or choose rows: one to export it, two to lay them side by side.")
        return
    if len(chosen) == 1:
        (run,) = chosen
        st.button(
            "Replay", type="primary", icon=":material/slideshow:", on_click=runs_address.open_replay, args=(run.id,),
            key="replay-chosen",
        )  # fmt: skip
        draw_export(bench, run.id)
    elif len(chosen) == 2:
        later, earlier = chosen
        st.button(
            "Side by side", type="primary", icon=":material/difference:", on_click=runs_address.open_pair,
            args=(earlier.id, later.id), key="pair-chosen",
        )  # fmt: skip
    else:
        st.caption(f"{len(chosen)} runs are chosen. Two can be laid side by side.")


def draw_export(bench: Workbench, run_id: str) -> None:
    """A button that writes a run as JSON when it is clicked."""
    from procmem.exchange.run_json import run_json

    st.download_button(
        "Export JSON",
        data=lambda: run_json(bench.store, run_id),
        file_name=f"{run_id}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        key=f"export-{run_id}",
    )


def _draw_pages(total: int, page: int, simulated: bool) -> None:
    first, last = (page - 1) * ROWS + 1, min(page * ROWS, total)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        draw_paging(total, ROWS, page, "runs-page", _turn_page)
        text = f"{first:,} to {last:,} of {total:,}" if total > ROWS else words.count(total, "run")
        st.caption(f"{text}{' · * simulated' if simulated else ''}", width="content")


def _turn_page(page: int) -> None:
    runs_address.put({"page": str(page) if page > 1 else ""})
