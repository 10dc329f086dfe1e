"""The memories that stood beside a step: what was looked up, what entered the prompt, and why the others did not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from pages.parts import address, words
from pages.parts.plain import label
from procmem.events import Recalled
from procmem.types import Candidate

LOOKED_UP = {
    "planning": "Looked up by the task",
    "draft": "Looked up by a drafted step",
    "subtask": "Looked up by",
}
"""What a query was, by the moment of the recall; a draft is a plan written only to look memories up (LEGOMem)."""


def draw_recalls(recalls: Sequence[Recalled], key: str, *, live: bool) -> None:
    """All look-ups of a plan or a turn; a live part may yet get some."""
    for number, recall in enumerate(recalls):
        _draw_recall(recall, f"{key}-recall-{number}")
    if not recalls and not live:
        st.caption("No memories were looked up here.")


def _draw_recall(recall: Recalled, key: str) -> None:
    entered = [candidate for candidate in recall.candidates if candidate.entered]
    others = [candidate for candidate in recall.candidates if not candidate.entered]
    title = f"{words.count(len(entered), 'memory')} for {words.reader_title(recall.reader)}"
    st.markdown(f":material/psychology: **{title}**")
    st.caption(f"{LOOKED_UP[recall.moment]}: “{label(recall.query, 120)}”")
    _draw_candidates(entered, key)
    if others:
        with st.popover(
            f"{len(others)} not used", type="tertiary", icon=":material/filter_list_off:", key=f"{key}-rest"
        ):
            st.caption("Also found, but kept out of the prompt:")
            _draw_candidates(others, f"{key}-rest")
    if not recall.candidates:
        st.caption("The bank holds nothing for this reader.")


def _draw_candidates(candidates: Iterable[Candidate], key: str) -> None:
    with st.container(gap="xsmall"):
        for candidate in candidates:
            with st.container(gap=None, key=f"row-memory-{key}-{candidate.rank}"):
                st.button(
                    label(candidate.title, 110),
                    help=label(candidate.title, 300),
                    key=f"{key}-{candidate.rank}",
                    type="tertiary",
                    icon=":material/description:" if candidate.level == "full-task" else ":material/segment:",
                    on_click=address.open_memory,
                    args=(candidate.memory_id, candidate.version),
                    wrap=False,
                )
                st.caption(_facts(candidate))


def _facts(candidate: Candidate) -> str:
    level = "Full task" if candidate.level == "full-task" else "Subtask"
    state = "in the prompt" if candidate.entered else label(candidate.reason)
    return f"{level} · rank {candidate.rank} · score {candidate.score:.2f} · {state}"
