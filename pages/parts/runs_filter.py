"""The search field and the filters over runs, for the Runs and Trends pages."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts import address, runs_address, words
from pages.parts.plain import label, one_line
from procmem.memory.policy import PLACEMENTS, VARIANTS
from procmem.store.trends import RunFacets, RunFilter

MEMORY = {"with": "With memory", "without": "Without memory"}
SPLITS = {"train": "Training tasks", "test": "Test tasks"}
SIMULATED = {"yes": "Simulated models", "no": "Real models"}
SOURCES = {
    "own": "Started one by one",
    "experiment": "Of experiments",
    "demonstration": "Demonstrations",
    "any": "All",
}


def draw_search() -> None:
    """The search field."""
    st.text_input(
        "Search",
        placeholder="Search tasks",
        type="search",
        icon=":material/search:",
        label_visibility="collapsed",
        width=300,
        key=runs_address.field("q", address.read("q") or ""),
        on_change=runs_address.keep,
        args=("q",),
    )


def draw_filters(facets: RunFacets, *, history: bool) -> None:
    """All filters behind one button that says how many are set; of a ``history`` also status and source."""
    names = [name for name in runs_address.FILTERS if history or name not in ("status", "source", "experiment")]
    number = sum(address.read(name) is not None for name in names)
    with st.popover(f"Filter ({number})" if number else "Filter", icon=":material/filter_list:", key="runs-filter"):
        if history:
            _choice("Result", {status: look.label for status, look in words.STATUS.items()}, "status")
        _choice("Memory", MEMORY, "memory")
        _choice("Team", {team: team for team in facets.teams}, "team")
        _choice("Level", {str(level): level_title(str(level)) for level in facets.levels}, "level")
        _choice("Who gets memories", {name: choice.label for name, choice in PLACEMENTS.items()}, "placement")
        _choice("How agents get theirs", {name: choice.label for name, choice in VARIANTS.items()}, "variant")
        _choice("Tasks", {split: SPLITS[split] for split in facets.splits}, "split")
        _choice("Models", SIMULATED, "simulated")
        if history:
            _choice("Runs", SOURCES, "source", "own")
        if number:
            st.button("Clear all", icon=":material/filter_list_off:", on_click=runs_address.clear_filters)


def _choice(name: str, options: Mapping[str, str], param: str, usual: str = "") -> None:
    st.selectbox(
        name,
        list(options),
        format_func=lambda value: one_line(options.get(value, value), 60),
        index=None,
        placeholder="Any",
        key=runs_address.field(param, runs_address.chosen(param, tuple(options)) or usual or None),
        on_change=runs_address.keep,
        args=(param, usual),
    )


def draw_narrowing(wanted: RunFilter, experiment: str = "") -> None:
    """What narrows the list beside the filters, because a link led here: each can be put away.

    Args:
        experiment: Name of the experiment that the filter names.
    """
    parts = {}
    if wanted.revisions:
        parts["revisions"] = f"Bank revision {_span(wanted.revisions)}"
    if wanted.sizes:
        parts["sizes"] = f"{_span(wanted.sizes)} memories in the bank"
    if wanted.experiment:
        parts["experiment"] = f"Experiment {experiment or 'that is not here'}"
    if not parts:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for name, text in parts.items():
            st.button(
                label(text),
                icon=":material/close:",
                icon_position="right",
                key=f"without-{name}",
                on_click=runs_address.put,
                args=({name: ""},),
                help="Show others, too.",
            )


def _span(ends: tuple[int, int]) -> str:
    low, high = ends
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def level_title(level: str) -> str:
    """A level as words: "Level 2"."""
    return f"Level {level}" if level not in ("", "0") else "Level unknown"
