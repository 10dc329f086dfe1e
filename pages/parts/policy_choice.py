"""Choosing how a run uses memory: a named policy, and every axis of it with its help and its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import url_state
from pages.parts.plain import label
from procmem.memory.policy import AXES, PRESETS, Choice, summary
from procmem.types import Policy

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

AXIS_TITLES = {
    "placement": "Who gets memories",
    "variant": "How agents get theirs",
    "retrieve": "How memories are found",
    "build": "What a memory holds",
    "update": "What a run proposes",
    "forget": "What is forgotten",
    "review": "Who decides on proposals",
}
NUMBERS: dict[str, tuple[str, int, int, str]] = {
    "k_full_task": ("Memories for the orchestrator", 0, 50, "LEGOMem, section 4.1.3"),
    "k_subtask": ("Memories for each agent", 0, 50, "LEGOMem, section 4.1.3"),
    "every": ("Runs between updates", 0, 1000, "The bank learns from this many runs at once (Mem^p's t); 0: never."),
}
"""Title, least, most and help of the whole numbers of a policy."""
USUAL = Policy()


def choose_policy(details: DeltaGenerator) -> Policy:
    """Draw the named policies and a summary here, and every choice in ``details``."""
    _seed_all()
    slot = st.container(gap="xsmall")
    with details, st.expander("Change how memory is used", icon=":material/tune:", key="policy-details"):
        chosen: dict[str, Any] = {axis: _choose(axis, members) for axis, members in AXES.items()}
        with st.grid(2, min_column_width=150):
            chosen |= {name: _number(name) for name in NUMBERS}
            chosen["threshold"] = _threshold()
        chosen["reasoning"] = _reasoning()
    policy = Policy(**chosen)
    with slot:
        _draw_presets(policy)
    return policy


def _draw_presets(policy: Policy) -> None:
    """A policy by name; another mix of choices has none."""
    named = preset_of(policy)
    st.session_state["policy-preset"] = named
    st.selectbox(
        "Memory",
        list(PRESETS),
        placeholder="Your own mix of choices",
        index=None,
        key="policy-preset",
        on_change=_take_preset,
    )
    st.caption(label(f"{PRESETS[named].help} ({PRESETS[named].source})" if named else f"{summary(policy)}.", 400))


def preset_of(policy: Policy) -> str | None:
    """The name of a policy, if it has one."""
    return next((name for name, preset in PRESETS.items() if preset.policy == policy), None)


def _take_preset() -> None:
    """Set every choice as the named policy has it."""
    name: str = st.session_state.get("policy-preset") or ""
    policy = PRESETS[name].policy if name in PRESETS else USUAL
    for field in (*AXES, *NUMBERS, "threshold", "reasoning"):
        st.session_state[f"policy-{field}"] = getattr(policy, field)


def _seed_all() -> None:
    """A first visit has the usual policy; a link may bring another."""
    for field in (*AXES, *NUMBERS, "threshold", "reasoning"):
        st.session_state.setdefault(f"policy-{field}", getattr(USUAL, field))
    for axis, members in AXES.items():
        url_state.seed(axis, f"policy-{axis}", url_state.one_of(members))
    for name, (_, least, most, _) in NUMBERS.items():
        url_state.seed(name, f"policy-{name}", url_state.whole(least, most))
    url_state.seed("threshold", "policy-threshold", url_state.number(-1, 1))
    url_state.seed("reasoning", "policy-reasoning", lambda text: text == "True")


def _choose(axis: str, members: Mapping[str, Choice]) -> str:
    """One axis, with the help and source of what is chosen."""
    name = st.selectbox(
        AXIS_TITLES[axis],
        list(members),
        format_func=lambda member: members[member].label,
        key=f"policy-{axis}",
        persist_state="session",
    )
    url_state.keep(axis, url_state.text_of(name, getattr(USUAL, axis)))
    st.caption(label(f"{members[name].help} ({members[name].source})", 400))
    return name


def _number(name: str) -> int:
    title, least, most, about = NUMBERS[name]
    chosen = st.number_input(title, least, most, help=label(about, 200), key=f"policy-{name}", persist_state="session")
    url_state.keep(name, url_state.text_of(chosen, getattr(USUAL, name)))
    return chosen


def _threshold() -> float:
    chosen = st.number_input(
        "Lowest score",
        -1.0,
        1.0,
        step=0.05,
        help="Memories less similar than this stay out of the prompt (cosine similarity).",
        key="policy-threshold",
        persist_state="session",
    )
    url_state.keep("threshold", url_state.text_of(chosen, USUAL.threshold))
    return chosen


def _reasoning() -> bool:
    chosen = st.toggle(
        "Show the reasons of remembered steps",
        help="Memories with or without their think parts (LEGOMem, Table 3).",
        key="policy-reasoning",
        persist_state="session",
    )
    url_state.keep("reasoning", url_state.text_of(chosen, USUAL.reasoning))
    return chosen
