"""Two runs side by side: their figures with differences, and their plans and turns in the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import runs_address, words
from pages.parts.compare_view import draw_differences, side_title
from pages.parts.follow import Look, look_at
from pages.parts.outcome import verdict
from pages.parts.plain import label
from pages.parts.run_view import draw_simulated_badge
from pages.parts.runs_replay import draw_back, draw_gone, setting
from pages.parts.story import Part
from pages.parts.timeline import draw_part
from procmem.errors import UnknownName

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_pair(bench: Workbench, first: str, second: str) -> None:
    """Both runs, row by row."""
    try:
        looks = (look_at(bench, first), look_at(bench, second))
    except UnknownName:
        draw_gone()
        return
    draw_back()
    titles = [words.run_title(look.run, bench.family_titles) for look in looks]
    same = looks[0].run.task == looks[1].run.task
    st.title(label(f"{titles[0]}, side by side" if same else f"{titles[0]} and {titles[1]}", 100), anchor=False)
    if same:
        st.text(looks[0].run.task)
    else:
        st.warning("These runs are of different tasks: their figures say little about each other.")
    draw_differences(bench, first, second)
    if any(look.run.simulated for look in looks):
        draw_simulated_badge()
    _draw_heads(looks, same)
    for row in rows(looks[0].story.parts, looks[1].story.parts):
        for column, part, look in zip(st.columns(2, gap="medium"), row, looks, strict=True):
            if part is not None:
                with column:
                    draw_part(part, look.run.id, opened=False, live=False, wide=False)
    for column, look in zip(st.columns(2, gap="medium"), looks, strict=True):
        with column:
            st.text(verdict(look.run, look.story))


def _draw_heads(looks: Sequence[Look], same: bool) -> None:
    names = [side_title(look) for look in looks]
    if names[0] == names[1]:
        names = ["First run", "Second run"]
    for column, look, name in zip(st.columns(2, gap="medium"), looks, names, strict=True):
        with column:
            st.subheader(name, anchor=False)
            if not same:
                st.text(look.run.task)
            st.caption(label(setting(look.run), 300))
            st.button(
                "Replay", type="tertiary", icon=":material/slideshow:", on_click=runs_address.open_replay,
                args=(look.run.id,), key=f"replay-{name}",
            )  # fmt: skip


def rows(left: Sequence[Part], right: Sequence[Part]) -> list[tuple[Part | None, Part | None]]:
    """The parts of two runs in rows: the n-th plan beside the n-th plan, with the turns that followed it."""
    found: list[tuple[Part | None, Part | None]] = []
    for one, other in zip_longest(_by_plan(left), _by_plan(right), fillvalue=()):
        found += zip_longest(one, other)
    return found


def _by_plan(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts in groups that begin with a plan."""
    groups: list[list[Part]] = []
    for part in parts:
        if part.kind == "plan" or not groups:
            groups.append([])
        groups[-1].append(part)
    return groups
