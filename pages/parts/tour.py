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
    """One page of the tour: what to look at there, and where to go on to; ``number`` 0 lies beside the way."""

    title: str
    number: int
    text: str
    next: Place
    next_title: str


STOPS = {
    stop.title: stop
    for stop in (
        Stop(
            "Run",
            1,
            "Pick a task and press Start. A team of agents solves it on real files, and at each step you see which "
            "memories helped. No key is needed: a simulated model stands in.",
            "review",
            "Next: Review",
        ),
        Stop(
            "Review",
            2,
            "What runs did well waits here for your word: accept, edit or discard. Nothing else changes the bank.",
            "memories",
            "Next: Memories",
        ),
        Stop(
            "Memories",
            3,
            "The bank: search it by words and by meaning, and open a memory to see where it came from and whether it "
            "helped.",
            "trends",
            "Next: Trends",
        ),
        Stop(
            "Trends",
            4,
            "Does memory help? Success and steps as the bank grows, with memory and without; experiments compare ways "
            "of using it.",
            "run",
            "Run a task of your own",
        ),
        Stop(
            "Runs",
            0,
            "Every run is kept: open one to replay it step by step, or put two side by side.",
            "trends",
            "On to Trends",
        ),
        Stop(
            "Team",
            0,
            "Here you name real models, test them and set limits. Until then a simulated model works in every role.",
            "run",
            "Back to Run",
        ),
    )
}
LENGTH = max(stop.number for stop in STOPS.values())


def draw_tour(page: str) -> None:
    """The line of a page, unless the tour is over. Reading the choice touches one small file and no database."""
    stop = STOPS.get(page)
    if stop is None or st.session_state.get(OVER) or st.query_params.get("run"):
        return
    home = Settings.load().home
    if _preferences(home).toured:
        st.session_state[OVER] = True
        return
    with st.container(horizontal=True, key="tour", gap="small", vertical_alignment="center"):
        place = f"**Tour {stop.number} of {LENGTH}**  " if stop.number else ""
        st.markdown(f":material/explore: {place}{stop.text}", width="stretch")
        with st.container(horizontal=True, gap="small", vertical_alignment="center", width="content"):
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
