"""Figures of a run in one row: steps, failed steps, tokens, cost, time."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.parts import story, words
from pages.parts.story import Story
from procmem.types import RunSummary


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run took so far; unknown is ``None``."""

    steps: int
    failed: int
    tokens: int | None
    cost: float | None
    seconds: float | None


def figures(run: RunSummary, told: Story, worked: float | None = None) -> Figures:
    """The final figures when the run has ended, else what its events add up to; ``worked`` is its time until now."""
    if (end := told.finished) is not None:
        return Figures(end.steps, end.failed_steps, end.tokens, end.cost, end.seconds)
    calls = told.calls
    seconds = run.seconds if worked is None else worked
    return Figures(told.steps, told.failed_steps, story.tokens(calls), story.cost(calls), seconds)


def draw_figures(now: Figures, key: str | None = None) -> None:
    """One row of figures that wraps on a narrow screen."""
    with st.container(horizontal=True, gap="medium", width="content", key=key):
        st.metric("Steps", f"{now.steps:,}", width="content")
        st.metric("Failed steps", f"{now.failed:,}", width="content")
        st.metric("Tokens", words.tokens(now.tokens), width="content")
        st.metric("Cost", words.money(now.cost), width="content")
        st.metric("Time", words.seconds(now.seconds), width="content")
