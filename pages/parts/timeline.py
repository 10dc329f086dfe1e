"""The timeline of a run: plans and turns, their steps, and the memories beside them."""

from __future__ import annotations

import json
from typing import assert_never

import streamlit as st

from pages.parts import address, words
from pages.parts.plain import head, label, one_line
from pages.parts.recall import draw_recalls
from pages.parts.story import Call, Move, Part
from procmem.events import Noted, Stalled

SHOWN_LINES = 12
"""Longer observations are folded behind a line that says how much more there is."""


def draw_part(part: Part, run_id: str, *, opened: bool, live: bool, wide: bool, said: str = "") -> None:
    """One plan or turn as a panel; the remark ``said`` stands elsewhere already.

    A settled part sends its inside only while it is open; the live one is always open and keeps no state, so that it
    can be drawn again twice a second.
    """
    key = f"{run_id}-{part.kind}-{part.number}"
    if live:
        with st.expander(_heading(part), expanded=True, icon=_icon(part), key=f"{key}-live"):
            _draw_inside(part, run_id, key, live=True, wide=wide)
        return
    opened = opened or any(move.acted.step == address.read_number("step") for move in part.moves)
    # A part that opens or folds by default is another panel, so that it follows the run and what a person did stays.
    place = f"{key}-{'open' if opened else 'folded'}"
    panel = st.expander(_heading(part), expanded=opened, icon=_icon(part), key=place, on_change="rerun")
    if panel.open:
        with panel:
            _draw_inside(part, run_id, key, live=False, wide=wide, said=said)


def _icon(part: Part) -> str:
    return ":material/map:" if part.kind == "plan" else ":material/smart_toy:"


def _heading(part: Part) -> str:
    if part.kind == "plan":
        return "**Plan**" if part.number == 0 else f"**New plan {part.number}**"
    title = f"**Turn {part.number} · {label(part.reader, 30)}** — {label(part.text, 70)}"
    if not part.moves:
        return title
    failed = f" · {part.failed} failed" if part.failed else ""
    return f"{title} :small[:gray[{words.count(len(part.moves), 'step')}{failed}]]"


def _draw_inside(part: Part, run_id: str, key: str, *, live: bool, wide: bool, said: str = "") -> None:
    if wide:
        left, right = st.columns([5, 3], gap="medium")
    else:
        left, right = st.container(), st.container()
    with left:
        _draw_course(part, run_id, key, live=live, said=said)
    with right:
        draw_recalls(part.recalls, key, live=live)


def _draw_course(part: Part, run_id: str, key: str, *, live: bool, said: str) -> None:
    """What was asked, what was done, and what came of it."""
    if part.kind == "turn":
        st.caption("Subtask")
    if part.text:
        st.text(part.text)
    elif part.kind == "plan" and part.done:
        st.caption("The model left the plan empty; the team went on without one.")
    for position, move in enumerate(part.moves):
        _draw_move(move, run_id, key, opened=live and position == len(part.moves) - 1)
    for remark in part.remarks:
        if not (isinstance(remark, Noted) and said and remark.text == said):
            draw_remark(remark)
    if part.report:
        st.caption("Report")
        _draw_report(part.report, f"{key}-report")
    _draw_calls([call for call in part.calls if call.event.purpose != "act"], run_id, key)


def _draw_report(text: str, key: str) -> None:
    """An agent's report; a long one is folded."""
    first, more = head(text, SHOWN_LINES)
    st.text(first)
    if more:
        with st.expander(words.count(more, "more line"), type="compact", key=key):
            st.text("\n".join(text.splitlines()[SHOWN_LINES:]))


def _draw_calls(calls: list[Call], run_id: str, key: str) -> None:
    """Links to the prompts of calls that are no steps: plan, delegation, report."""
    if not calls:
        return
    with st.container(horizontal=True, gap="small"):
        for call in calls:
            draw_prompt_link(call, run_id, key, f"Prompt: {PURPOSE[call.event.purpose]}")


PURPOSE = {
    "plan": "plan",
    "delegate": "delegation",
    "act": "step",
    "report": "report",
    "script": "script",
    "facts": "facts",
    "rewrite": "query rewrite",
    "adjust": "adjustment",
    "induce": "induction",
}


def draw_prompt_link(call: Call, run_id: str, key: str, text: str = "Exact prompt") -> None:
    """A button that opens the exact prompt of a call."""
    st.button(
        text,
        key=f"{key}-prompt-{call.seq}",
        type="tertiary",
        icon=":material/notes:",
        on_click=address.open_prompt,
        args=(run_id, call.seq),
        help=call_facts(call),
    )


def call_facts(call: Call) -> str:
    """Model, tokens, cost and time of a call in one line."""
    reply = call.event.reply
    facts = [label(reply.model or "unknown model", 60), f"{words.tokens(call.tokens)} tokens"]
    if call.event.fault:
        facts = [label(reply.model or "unknown model", 60), "failed"]
    if reply.cost is not None:
        facts.append(words.money(reply.cost))
    facts.append(words.seconds(reply.seconds))
    if reply.retries:
        facts.append(words.count(reply.retries, "retry"))
    return " · ".join(facts)


def _draw_move(move: Move, run_id: str, key: str, *, opened: bool) -> None:
    acted = move.acted
    icon = ":material/error_outline:" if acted.failed else ":material/check_circle:"
    title = f"{acted.step}. {label(words.tool_title(acted.tool), 50)}"
    if gist := _gist(move):
        title += f" :gray[{label(gist, 60)}]"
    if acted.failed:
        title += " :orange[:small[failed]]"
    # The newest step of a live turn is open; under another key it folds when it is no longer the newest.
    place = f"{key}-step-{acted.step}-{'newest' if opened else 'past'}"
    pointed_at = address.read_number("step") == acted.step
    with st.expander(title, expanded=opened or pointed_at, icon=icon, type="step", key=place):
        if acted.thought:
            st.text(acted.thought)
        st.code(json.dumps(acted.arguments, ensure_ascii=False, indent=1), language="json", wrap_lines=True)
        _draw_observation(acted.observation, f"{key}-seen-{acted.step}")
        _draw_move_facts(move, run_id, key)


def _gist(move: Move) -> str:
    """The first text among the arguments: usually the file or the person."""
    found = next((value for value in move.acted.arguments.values() if isinstance(value, str) and value.strip()), "")
    return one_line(found, 60)


def _draw_observation(text: str, key: str) -> None:
    first, more = head(text, SHOWN_LINES)
    st.code(first or "(nothing)", language=None, wrap_lines=True)
    if more:
        with st.expander(words.count(more, "more line"), type="compact", key=key):
            st.code("\n".join(text.splitlines()[SHOWN_LINES:]), language=None, wrap_lines=True)


def _draw_move_facts(move: Move, run_id: str, key: str) -> None:
    place = f"{key}-step-{move.acted.step}"
    facts = [f"tool {words.seconds(move.acted.seconds)}"]
    if move.call is not None:
        shared = ["asked for together with the step before"] if move.shares_call else []
        facts = [*shared, call_facts(move.call), *facts]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(" · ".join(facts), width="content")
        if move.call is not None:
            draw_prompt_link(move.call, run_id, place)
        st.button(
            "Link",
            key=f"{place}-link",
            type="tertiary",
            icon=":material/link:",
            on_click=address.point_at_step,
            args=(move.acted.step,),
            help="Puts this step into the address, to be copied.",
        )


def draw_remark(remark: Noted | Stalled) -> None:
    """A sentence of the run for the person."""
    match remark:
        case Noted(kind="warning", text=text):
            _draw_sentence(":material/warning:", "orange", text)
        case Noted(text=text):
            _draw_sentence(":material/info:", "gray", text)
        case Stalled(stalls=stalls, reason=reason):
            _draw_sentence(":material/sync_problem:", "orange", f"No progress ({stalls}): {reason}")
        case _:
            assert_never(remark)


def _draw_sentence(icon: str, color: words.Color, text: str) -> None:
    st.markdown(f":{color}[{icon}] {label(text, 400)}")
