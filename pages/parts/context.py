"""What filled the prompts of a run: one bar per model call, by part, with the tokens that the provider counted."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.parts import words
from pages.parts.story import Call, Story
from pages.parts.timeline import PURPOSE
from procmem.events import Called
from procmem.palette import PARTS

_BAR = "display:flex;height:10px;border-radius:5px;overflow:hidden;background:rgba(128,128,128,.15)"
_ROW = "display:grid;grid-template-columns:minmax(9rem,1fr) 3fr 4.5rem;gap:.75rem;align-items:center;font-size:.85rem"


def draw_context(told: Story, run_id: str) -> None:
    """A folded section; its bars are as long as their prompts, so growth is seen at a glance."""
    calls = sorted(told.calls, key=lambda call: call.seq)
    if not calls:
        return
    panel = st.expander(
        f"What filled the prompts of {words.count(len(calls), 'model call')}",
        icon=":material/stacked_bar_chart:",
        key=f"context-{run_id}",
        on_change="rerun",
    )
    if not panel.open:
        return
    with panel:
        legend = [f':small[:color[■]{{foreground="{color}"}} {part.capitalize()}]' for part, color in PARTS.items()]
        st.markdown("  ".join(legend))
        longest = max(size(call.event) for call in calls) or 1
        st.html("".join(row_html(call, longest) for call in calls))
        st.caption(summary(calls))


def size(call: Called) -> int:
    """Characters of a whole prompt."""
    return sum(call.parts.values())


def row_html(call: Call, longest: int) -> str:
    """One call: who and why, its bar, its tokens."""
    event = call.event
    parts = "".join(
        f'<div style="width:{100 * event.parts.get(part, 0) / longest:.2f}%;background:{color}"></div>'
        for part, color in PARTS.items()
    )
    name = escape(f"{words.reader_title(event.reader).removeprefix('the ').capitalize()}, {PURPOSE[event.purpose]}")
    sent = "–" if event.reply.usage is None else words.tokens(event.reply.usage.prompt)
    return (
        f'<div style="{_ROW}"><span>{name}</span><div style="{_BAR}" role="img" aria-label="{escape(shares(event))}">'
        f'{parts}</div><span style="text-align:right">{sent}</span></div>'
    )


def shares(call: Called) -> str:
    """The parts in words: "system 20%, tools 30%, memories 40%, history 10%"."""
    whole = size(call) or 1
    return ", ".join(f"{part} {call.parts.get(part, 0) / whole:.0%}" for part in PARTS)


def summary(calls: list[Call]) -> str:
    """How much of everything that was sent were memories."""
    whole = sum(size(call.event) for call in calls) or 1
    memories = sum(call.event.parts.get("memories", 0) for call in calls)
    return (
        f"Memories were {memories / whole:.0%} of all that was sent. The numbers are the tokens of each prompt as the "
        "provider counted them; parts are shared out by their characters."
    )
