"""A difference on the screen: taken out is struck through, new is underlined, and long stretches alike are folded.

Everything from a memory is escaped: it is text, never HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from pages.parts import words
from pages.parts.plain import label
from procmem.memory.difference import LEARNED, Change, Piece, changes
from procmem.types import Memory

CONTEXT = 3
"""Lines that stay visible on either side of a change."""
_STYLE = {
    "gone": "background:rgba(190,80,60,.20);text-decoration:line-through;text-decoration-thickness:1px",
    "new": "background:rgba(45,140,110,.24);text-decoration:underline;text-underline-offset:3px",
}
_TAG = {"gone": "del", "new": "ins"}
_BLOCK = (
    "white-space:pre-wrap;overflow-wrap:anywhere;font-size:.9rem;line-height:1.5;padding:.5rem .75rem;"
    "border:1px solid rgba(128,128,128,.3);border-radius:8px"
)


def draw_difference(before: Memory, after: Memory) -> None:
    """Every field that differs between two versions of a memory, or a line that says that none does."""
    found = [change for change in changes(before, after) if change.label != LEARNED]
    tasks = [task for task in after.origin.learned_from if task not in before.origin.learned_from]
    if tasks:
        named = ", ".join(map(words.task_title, tasks))
        st.caption(label(f"It also remembers that it learned from {named}.", 400))
    if not found:
        if not tasks:
            st.caption("Nothing differs.")
        return
    for change in found:
        st.markdown(f"**{label(change.label)}**")
        st.html(f'<div style="{_BLOCK}">{_body(change)}</div>')
    st.caption("Struck through: taken out. Underlined: new.")


def _body(change: Change) -> str:
    last = len(change.pieces) - 1
    return "".join(
        piece_html(piece, opens=number == 0, closes=number == last) for number, piece in enumerate(change.pieces)
    )


def piece_html(piece: Piece, *, opens: bool, closes: bool) -> str:
    """One stretch as HTML with its text escaped; a long one that both versions share keeps its ends only."""
    if piece.kind == "same":
        return escape(_folded(piece.text.splitlines(keepends=True), 0 if opens else CONTEXT, 0 if closes else CONTEXT))
    tag = _TAG[piece.kind]
    return f'<{tag} style="{_STYLE[piece.kind]}">{escape(piece.text)}</{tag}>'


def _folded(lines: Sequence[str], head: int, tail: int) -> str:
    left_out = len(lines) - head - tail
    if left_out < 4:
        return "".join(lines)
    end = "".join(lines[len(lines) - tail :]) if tail else ""
    return f"{''.join(lines[:head])}⋯ {left_out} lines alike ⋯\n{end}"
