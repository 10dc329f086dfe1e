"""Whether a team's models answer, and whether their keys are set. No key is ever shown."""

from __future__ import annotations

import os

import streamlit as st

from pages.parts.plain import label
from pages.parts.words import Color
from procmem.connections import Connection, Connections
from procmem.models.keys import keys_of, provider_of
from procmem.types import Team

BEAT = 0.4
LOOK: dict[str, tuple[str, str, Color]] = {
    "untested": ("Not tested", ":material/radio_button_unchecked:", "gray"),
    "testing": ("Asking", ":material/hourglass_top:", "blue"),
    "works": ("Works", ":material/check_circle:", "green"),
    "fails": ("Fails", ":material/error:", "red"),
}
MISSING: tuple[str, Color] = ("Missing", "red")
UNSET: tuple[str, Color] = ("Not set", "gray")
COMMON = ("openai/", "anthropic/", "gemini/", "mistral/", "groq/", "openrouter/")
"""Providers whose keys are listed although the team uses none of them."""


@st.cache_resource(show_spinner=False)
def connections() -> Connections:
    """What this server knows about models; every session shares it."""
    from procmem.models.registry import check_model

    return Connections(check_model)


def models_of(team: Team) -> tuple[str, ...]:
    """Every model that a run of the team asks."""
    extra = [team.distiller] if team.distiller and team.distiller != "rules" else []
    return tuple(dict.fromkeys((*team.models, *extra)))


def lacking(team: Team) -> dict[str, str]:
    """The models that can not be asked, each with the variable that is not set."""
    keys = ((model, key) for model in models_of(team) for key in keys_of(model, os.environ))
    return {model: key.name for model, key in keys if key.needed and not key.set}


def draw_lacking(team: Team) -> None:
    """Before a run: which keys it will miss. It may be started all the same, since a server may ask for none."""
    for model, key in lacking(team).items():
        text = f"{model} needs {key} in the environment, which is not set. Set it and start the app again."
        st.warning(label(text, 300), icon=":material/key_off:")


def draw_connections(team: Team) -> None:
    """One row per model, and one button that tries them all."""
    st.subheader("Connection", anchor=False)
    tried = connections()
    st.fragment(_draw_rows, run_every=BEAT if tried.testing else None)(tried, models_of(team), tried.testing)


def _draw_rows(tried: Connections, models: tuple[str, ...], was_testing: bool) -> None:
    if was_testing != tried.testing:
        st.rerun()  # begins or ends the regular looks
    known = tried.known
    with st.container(border=True, gap="small"):
        for model in models:
            _draw_row(model, known.get(model))
        st.button(
            "Test connection",
            icon=":material/cable:",
            key="test-connection",
            disabled=tried.testing,
            on_click=tried.test,
            args=(models,),
            help="One small call to each model. A real model may cost a fraction of a cent.",
        )


def _draw_row(model: str, known: Connection | None) -> None:
    text, icon, color = LOOK[known.state if known else "untested"]
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.badge(text, icon=icon, color=color)
            st.text(model, width="content")
            if provider_of(model) == "simulated":
                st.badge("Simulated", icon=":material/science:", color="violet")
        if known and known.state != "testing":
            st.caption(label(known.text, 500))


def draw_keys(team: Team) -> None:
    """Environment variables of the team's providers, and of common ones: set or missing, never their values."""
    st.subheader("Keys", anchor=False)
    own = {key.name: key for model in models_of(team) for key in keys_of(model, os.environ)}
    common = {key.name: key for model in COMMON for key in keys_of(model, os.environ) if key.needed or key.set}
    st.caption(
        "Read from the environment when the app starts; never stored, never shown."
        + ("" if own else " The models of this team need none.")
    )
    with st.container(border=True, gap="xsmall"):
        for name in dict.fromkeys((*own, *common)):
            key = own.get(name) or common[name]
            needed = name in own and key.needed
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                if key.set:
                    st.badge("Set", icon=":material/key:", color="green")
                else:
                    text, color = MISSING if needed else UNSET
                    st.badge(text, icon=":material/key_off:", color=color)
                st.text(name, width="content")
