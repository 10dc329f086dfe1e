"""Choosing a team on the Run page: the kept one, or another for this run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import url_state
from pages.parts.links import draw_link
from pages.parts.plain import label
from procmem.agents.teams import PRESETS, ROSTER, Preset
from procmem.errors import BadInput
from procmem.preferences import LARGE, SMALL, Preferences, TeamChoice, load_preferences
from procmem.types import ORCHESTRATOR, Limits, Team

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from procmem.workbench import Workbench


def kept_preferences(bench: Workbench) -> Preferences:
    """What was kept on the Team page; where that can not be read, a warning and the defaults."""
    try:
        return load_preferences(bench.lab.settings.home)
    except BadInput as error:
        st.warning(label(f"{error} The usual team is shown instead.", 600), icon=":material/warning:")
        return Preferences()


def choose_team(kept: TeamChoice, details: DeltaGenerator) -> Team:
    """Draw the choice of preset here, and of models and limits in ``details``."""
    url_state.seed("team", "team", url_state.one_of(PRESETS))
    name = st.segmented_control(
        "Team",
        list(PRESETS),
        default=None if "team" in st.session_state else kept.preset,
        required=True,
        key="team",
        width="stretch",
        persist_state="session",
    )
    preset = PRESETS[name or kept.preset]
    url_state.keep("team", url_state.text_of(preset.name, kept.preset))
    st.caption(f"{preset.help} ({preset.source})")
    with details, st.expander("Models and limits", icon=":material/tune:", key="team-details"):
        choice = _choose_models(kept, preset)
        limits = _choose_limits(kept.limits)
        draw_link("Test models, keep a team", "team", icon=":material/groups:")
        return replace(choice, limits=limits).team()


def _choose_models(kept: TeamChoice, preset: Preset) -> TeamChoice:
    """One model per size that the preset uses, or one per role."""
    st.caption("Any LiteLLM model id, for example openai/gpt-4o. Keys come from the environment.")
    sizes = (preset.orchestrator, preset.agents)
    large = _model("Large model", "large", kept.large, LARGE) if "large" in sizes else kept.large
    small = _model("Small model", "small", kept.small, SMALL) if "small" in sizes else kept.small
    choice = TeamChoice(preset.name, large, small, kept.roles, kept.distiller)
    url_state.seed("roles", "per-role", lambda text: text == "own")
    if not st.toggle("A model of its own for each role", key="per-role", persist_state="session"):
        url_state.keep("roles", "")
        return choice
    url_state.keep("roles", "own")
    team = replace(choice, roles={}).team()
    usual = {ORCHESTRATOR: team.orchestrator, **{agent.name: agent.model for agent in team.agents}}
    with st.grid(2, min_column_width=200):
        roles = {
            role: _model(_role_title(role), role, kept.roles.get(role, ""), usual[role])
            for role in (ORCHESTRATOR, *ROSTER)
        }
        distiller = _model("Distiller", "distiller", kept.distiller, team.orchestrator)
    return replace(choice, roles={role: model for role, model in roles.items() if model}, distiller=distiller)


def _role_title(role: str) -> str:
    return "Orchestrator" if role == ORCHESTRATOR else f"{role.capitalize()} agent"


def _model(title: str, role: str, kept: str, stands_for: str) -> str:
    """A model id; empty is the kept one, else what it stands for."""
    key = f"model-{role}"
    url_state.seed(key, key, lambda text: text)
    given = st.text_input(title, placeholder=kept or stands_for, key=key, persist_state="session")
    named = (given or "").strip()
    url_state.keep(key, named)
    return named or kept


def _choose_limits(limits: Limits) -> Limits:
    with st.grid(2, min_column_width=150):
        turns = _limit("Turns", "turns", 1, 100, limits.turns, "Delegations to agents.")
        steps = _limit("Steps", "steps", 1, 500, limits.steps, "Tool calls in the whole run.")
        tokens = _limit("Tokens", "tokens", 1_000, None, limits.tokens, "Empty: no limit.", step=100_000)
        dollars = _amount("Dollars", "dollars", 0.01, None, limits.dollars, 0.5)
        patience = _amount("Seconds per model call", "seconds", 1.0, 600.0, limits.seconds_per_call, 10.0)
    return replace(
        limits,
        turns=turns or limits.turns,
        steps=steps or limits.steps,
        tokens=tokens,
        dollars=dollars,
        seconds_per_call=patience or limits.seconds_per_call,
    )


def _limit(
    title: str, name: str, least: int, most: int | None, usual: int | None, about: str, step: int = 1
) -> int | None:
    key = f"limit-{name}"
    st.session_state.setdefault(key, usual)  # a field that begins empty may be emptied again
    url_state.seed(name, key, url_state.whole(least, most))
    chosen = st.number_input(
        title, least, most, None, step=step, help=about, key=key,
        persist_state="session",
    )  # fmt: skip
    url_state.keep(name, url_state.text_of(chosen, usual))
    return chosen


def _amount(title: str, name: str, least: float, most: float | None, usual: float | None, step: float) -> float | None:
    key = f"limit-{name}"
    st.session_state.setdefault(key, usual)
    url_state.seed(name, key, url_state.number(least, most))
    chosen = st.number_input(title, least, most, None, step=step, key=key, persist_state="session")
    url_state.keep(name, url_state.text_of(chosen, usual))
    return chosen
