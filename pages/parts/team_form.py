"""The Team page's form: preset, models of the roles, limits, and keeping them for the Run page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.plain import label
from procmem.agents.teams import PRESETS, ROSTER
from procmem.errors import BadInput
from procmem.preferences import LARGE, SMALL, Preferences, TeamChoice, save_preferences
from procmem.types import ORCHESTRATOR, Limits

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from procmem.workbench import Workbench

ROLES = {
    ORCHESTRATOR: "Plans, hands out subtasks, and decides when the task is done.",
    **{name: about for name, (about, _) in ROSTER.items()},
}
"""Every role with what it does, as its model reads it."""


def draw_models(kept: TeamChoice) -> TeamChoice:
    """The preset, and a model for each size or role."""
    st.subheader("Models", anchor=False)
    name = st.segmented_control(
        "Preset", list(PRESETS), default=kept.preset, required=True, key="kept-preset", width="stretch"
    )
    preset = PRESETS[name or kept.preset]
    st.caption(f"{preset.help} ({preset.source})")
    sizes = (preset.orchestrator, preset.agents)
    large, small = kept.large, kept.small
    with st.grid(2, min_column_width=220):
        if "large" in sizes:
            large = _model("Large model", "large", kept.large, LARGE)
        if "small" in sizes:
            small = _model("Small model", "small", kept.small, SMALL)
    st.caption("Any LiteLLM model id, such as openai/gpt-4o or ollama_chat/llama3.1. Empty: the simulated model.")
    chosen = TeamChoice(preset.name, large, small)
    return replace(chosen, roles=_draw_roles(kept, chosen), distiller=_draw_distiller(kept, chosen))


def _model(title: str, role: str, kept: str, stands_for: str, about: str | None = None) -> str:
    given = st.text_input(title, value=kept, placeholder=stands_for, key=f"kept-model-{role}", help=about)
    return (given or "").strip()


def _draw_roles(kept: TeamChoice, chosen: TeamChoice) -> dict[str, str]:
    """Models of single roles; what is empty follows the sizes above."""
    team = chosen.team()
    usual = {ORCHESTRATOR: team.orchestrator, **{agent.name: agent.model for agent in team.agents}}
    own = {role: model for role, model in kept.roles.items() if role in ROLES}
    title = f"A model of its own for single roles{f' ({len(own)})' if own else ''}"
    with (
        st.expander(title, icon=":material/group:", expanded=bool(own), key="kept-roles"),
        st.grid(2, min_column_width=220),
    ):
        given = {
            role: _model(_role_title(role), role, own.get(role, ""), usual[role], about)
            for role, about in ROLES.items()
        }
    return {role: model for role, model in given.items() if model}


def _role_title(role: str) -> str:
    return "Orchestrator" if role == ORCHESTRATOR else f"{role.capitalize()} agent"


def _draw_distiller(kept: TeamChoice, chosen: TeamChoice) -> str:
    return _model(
        "Distiller",
        "distiller",
        kept.distiller,
        f"{chosen.team().orchestrator} (as the orchestrator)",
        "Writes memories from runs, extracts keywords and rewrites queries. “rules” transcribes without any model.",
    )


def draw_limits(kept: Limits) -> Limits:
    """How much one run may use."""
    st.subheader("Limits of one run", anchor=False)
    with st.grid(3, min_column_width=140):
        turns = st.number_input("Turns", 1, 100, kept.turns, help="Subtasks that are handed out.", key="kept-turns")
        steps = st.number_input("Steps", 1, 500, kept.steps, help="Tool calls in all.", key="kept-steps")
        each = st.number_input(
            "Steps per subtask", 1, 100, kept.steps_per_subtask, help="Tool calls of one turn.", key="kept-each"
        )
        tokens = _draw_tokens(kept.tokens)
        dollars = _draw_dollars(kept.dollars)
        patience = st.number_input(
            "Seconds per model call", 1.0, 600.0, kept.seconds_per_call, step=10.0, key="kept-seconds"
        )
    return replace(
        kept, turns=turns, steps=steps, steps_per_subtask=each, tokens=tokens, dollars=dollars,
        seconds_per_call=patience,
    )  # fmt: skip


def _draw_tokens(kept: int | None) -> int | None:
    """A field that may be emptied: Streamlit allows that where the field begins empty."""
    st.session_state.setdefault("kept-tokens", kept)
    return st.number_input(
        "Tokens", 1_000, None, None, step=100_000, help="Sent and received. Empty: no limit.", key="kept-tokens",
        placeholder="No limit",
    )  # fmt: skip


def _draw_dollars(kept: float | None) -> float | None:
    st.session_state.setdefault("kept-dollars", kept)
    return st.number_input(
        "Dollars", 0.01, None, None, step=0.5, key="kept-dollars", placeholder="No limit",
        help="At the provider's listed prices; a model without a listed price counts as nothing. Empty: no limit.",
    )  # fmt: skip


def draw_keep(
    bench: Workbench, kept: Preferences, models: TeamChoice, limits: Limits, top: DeltaGenerator
) -> TeamChoice:
    """The one filled button: keep what is chosen. What is wrong with it is said above the form."""
    chosen = replace(models, limits=limits)
    wanted = replace(kept, team=chosen)
    changed = wanted != kept
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            "Keep this team",
            type="primary" if changed else "secondary",
            icon=":material/save:",
            disabled=not changed,
            key="keep-team",
            on_click=_keep,
            args=(bench, wanted),
        )
        st.caption("Changed, not kept yet." if changed else "Kept for the Run page.", width="content")
    if problem := st.session_state.pop("keep-problem", None):
        top.error(label(problem, 400), icon=":material/error:")
    return chosen


def _keep(bench: Workbench, wanted: Preferences) -> None:
    """Keep the team when every model id is one."""
    team = wanted.team.team()
    try:
        for model in (*team.models, *filter(None, [team.distiller])):
            if model != "rules":
                bench.lab.models(model, 0)
        save_preferences(bench.lab.settings.home, wanted)
    except BadInput as error:
        st.session_state["keep-problem"] = str(error)
    else:
        st.toast("The team is kept.", icon=":material/check:")
