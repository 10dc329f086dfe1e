"""A short guided tour: one line a page, for as long as nobody has dismissed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from pages.parts.links import Place, draw_link
from pages.parts.plain import label
from procmem.errors import BadInput
from procmem.preferences import Preferences, load_preferences, save_preferences
from procmem.settings import Settings

OVER = "tour-over"


@dataclass(frozen=True, slots=True)
class Stop:
    """One page of the tour: what to look at there, and where to go on to."""

    title: str
    text: str
    next: Place | None
    next_title: str


STOPS = {
    stop.title: stop
    for stop in (
        Stop(
            "Run",
            "Pick a task and press Start: agents solve it on real files, and at each step you see which memories "
            "helped. The newest runs are below. No key is needed: a simulated model stands in.",
            "review",
            "Review what runs propose",
        ),
        Stop(
            "Review",
            "What a run did well waits here for your word. A accepts, E edits, D discards, U takes back. Nothing else "
            "changes the bank.",
            "memories",
            "See the memories",
        ),
        Stop(
            "Memories",
            "The bank: search it by words and meaning, open a memory to see where it came from and whether it helped.",
            "trends",
            "See whether memory helps",
        ),
        Stop(
            "Trends",
            "Success, steps and failures as the bank grows, with memory and without. Experiments compare ways of using "
            "memory on the same tasks.",
            "team",
            "Choose a team",
        ),
        Stop(
            "Runs",
            "Every run is kept. Open one to replay it step by step, or put two side by side.",
            "trends",
            "See whether memory helps",
        ),
        Stop(
            "Team",
            "Here you name real models, test them and set limits. That was the tour; now run a task of your own.",
            "run",
            "Run a task",
        ),
    )
}


def draw_tour(page: str) -> None:
    """The line of a page, unless the tour is over. Reading the choice touches one small file and no database."""
    stop = STOPS.get(page)
    if stop is None or st.session_state.get(OVER) or st.query_params.get("run"):
        return
    home = Settings.load().home
    if _preferences(home).toured:
        st.session_state[OVER] = True
        return
    with st.container(border=True, key="tour", gap="xxsmall"):
        st.markdown(f":material/explore: {stop.text}")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if stop.next:
                draw_link(stop.next_title, stop.next, icon=":material/arrow_forward:")
            st.button(
                "End the tour", type="tertiary", icon=":material/close:", key="tour-end", on_click=_end, args=(home,)
            )


def _preferences(home: Path) -> Preferences:
    try:
        return load_preferences(home)
    except BadInput:  # the Team page says so
        return Preferences()


def _end(home: Path) -> None:
    """Dismiss the tour for good; where that can not be kept, for this session."""
    st.session_state[OVER] = True
    try:
        save_preferences(home, replace(_preferences(home), toured=True))
    except BadInput as error:
        st.toast(label(str(error), 300), icon=":material/error:")
