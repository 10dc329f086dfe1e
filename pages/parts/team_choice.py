"""Choosing a team and how it uses memory; both open for details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.plain import label
from procmem.agents.teams import PRESETS, Preset, make_team
from procmem.memory.policy import AXES, Choice, summary
from procmem.types import ORCHESTRATOR, Limits, Policy, Team

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

LARGE, SMALL = "simulated/large", "simulated/small"
"""The models of a team until somebody chooses others; they need no key."""

AXIS_TITLES = {
    "placement": "Who gets memories",
    "variant": "How agents get theirs",
    "retrieve": "How memories are found",
    "build": "What a memory holds",
    "update": "What a run proposes",
}


def choose_team(details: DeltaGenerator) -> Team:
    """Draw the choice of preset here, and of models and limits in ``details``."""
    name = st.segmented_control(
        "Team",
        list(PRESETS),
        default=next(iter(PRESETS)),
        required=True,
        key="team",
        width="stretch",
        persist_state="session",
    )
    preset = PRESETS[name if name in PRESETS else next(iter(PRESETS))]
    st.caption(f"{preset.help} ({preset.source})")
    with details, st.expander("Models and limits", icon=":material/tune:", key="team-details"):
        team = _choose_models(preset)
        return replace(team, limits=_choose_limits(team.limits))


def _choose_models(preset: Preset) -> Team:
    """One model per size that the preset uses, or one per role."""
    st.caption("Any LiteLLM model id, for example openai/gpt-4o. Keys come from the environment.")
    sizes = (preset.orchestrator, preset.agents)
    large = _model("Large model", "large", LARGE) if "large" in sizes else LARGE
    small = _model("Small model", "small", SMALL) if "small" in sizes else SMALL
    team = make_team(preset.name, large, small)
    if not st.toggle("A model of its own for each role", key="per-role", persist_state="session"):
        return team
    with st.grid(2, min_column_width=200):
        orchestrator = _model("Orchestrator", ORCHESTRATOR, team.orchestrator)
        agents = tuple(
            replace(agent, model=_model(f"{agent.name.capitalize()} agent", agent.name, agent.model))
            for agent in team.agents
        )
    return replace(team, orchestrator=orchestrator, agents=agents)


def _model(title: str, role: str, preset: str) -> str:
    given = st.text_input(title, placeholder=preset, key=f"model-{role}", persist_state="session")
    return (given or "").strip() or preset


def _choose_limits(limits: Limits) -> Limits:
    with st.grid(2, min_column_width=150):
        turns = st.number_input(
            "Turns", 1, 100, limits.turns, help="Delegations to agents.", key="limit-turns", persist_state="session"
        )
        steps = st.number_input(
            "Steps",
            1,
            500,
            limits.steps,
            help="Tool calls in the whole run.",
            key="limit-steps",
            persist_state="session",
        )
        tokens = st.number_input(
            "Tokens", 1_000, None, limits.tokens, step=100_000, key="limit-tokens", persist_state="session"
        )
        dollars = st.number_input(
            "Dollars", 0.01, None, limits.dollars, step=0.5, key="limit-dollars", persist_state="session"
        )
        patience = st.number_input(
            "Seconds per model call",
            1.0,
            600.0,
            limits.seconds_per_call,
            step=10.0,
            key="limit-seconds",
            persist_state="session",
        )
    return replace(limits, turns=turns, steps=steps, tokens=tokens, dollars=dollars, seconds_per_call=patience)


def choose_policy(details: DeltaGenerator) -> Policy:
    """Draw the policy as one line here, and its choices in ``details``."""
    slot = st.container(gap=None)
    with details, st.expander("Change how memory is used", icon=":material/tune:", key="policy-details"):
        chosen: dict[str, Any] = {axis: _choose(axis, members) for axis, members in AXES.items()}
        with st.grid(2, min_column_width=150):
            chosen["k_full_task"] = st.number_input(
                "Memories for the orchestrator",
                0,
                50,
                Policy().k_full_task,
                help="LEGOMem, section 4.1.3",
                key="policy-k",
                persist_state="session",
            )
            chosen["k_subtask"] = st.number_input(
                "Memories for each agent",
                0,
                50,
                Policy().k_subtask,
                help="LEGOMem, section 4.1.3",
                key="policy-k-sub",
                persist_state="session",
            )
            chosen["threshold"] = st.number_input(
                "Lowest score",
                -1.0,
                1.0,
                Policy().threshold,
                step=0.05,
                help="Memories less similar than this stay out of the prompt (cosine similarity).",
                key="policy-threshold",
                persist_state="session",
            )
    policy = Policy(**chosen)
    slot.caption("Memory")
    slot.markdown(f":material/psychology: {label(summary(policy), 200)}")
    return policy


def _choose(axis: str, members: Mapping[str, Choice]) -> str:
    """One axis; with a single member there is nothing to choose, and the choice is only explained."""
    default = str(getattr(Policy(), axis))
    name = default
    if len(members) > 1:
        name = st.selectbox(
            AXIS_TITLES[axis],
            list(members),
            index=list(members).index(default),
            format_func=lambda member: members[member].label,
            key=f"policy-{axis}",
            persist_state="session",
        )
    else:
        st.markdown(f"{AXIS_TITLES[axis]}: **{members[name].label}**")
    st.caption(f"{members[name].help} ({members[name].source})")
    return name
