"""Drawers beside the view: a memory, and the exact prompt of a model call. The URL says which one is open."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, assert_never

import streamlit as st

from pages.parts import address, words
from pages.parts.links import draw_link
from pages.parts.plain import label
from pages.parts.timeline import PURPOSE
from procmem.errors import BadInput
from procmem.events import Called
from procmem.palette import PARTS
from procmem.types import FullTaskUnit, JsonObject, Memory, Message, SubtaskUnit, Unit

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_drawer(bench: Workbench, run_id: str | None) -> None:
    """Open what the URL asks for; a link to something that is gone says so."""
    memory_id, seq = address.read("memory"), address.read_number("prompt")
    if memory_id is not None:
        _memory_drawer(bench, memory_id, address.read_number("version"))
    elif seq is not None and (owner := address.read("of") or run_id) is not None:
        _prompt_drawer(bench, owner, seq)


@st.dialog("Memory", width=720, position="right", icon=":material/psychology:", on_dismiss=address.close_drawer)
def _memory_drawer(bench: Workbench, memory_id: str, version: int | None) -> None:
    try:
        memory = bench.store.memory(memory_id, version)
    except BadInput:
        st.warning("This memory is not in the bank. It may come from another data folder.")
        return
    draw_memory(memory)
    draw_link("Open its page", "memories", icon=":material/open_in_full:", memory=memory_id)


def draw_memory(memory: Memory) -> None:
    """All that a memory says, with where it comes from."""
    st.header(label(memory.title, 200), anchor=False)
    with st.container(horizontal=True, gap="xsmall"):
        st.badge("Full task" if memory.level == "full-task" else "Subtask", color="blue")
        st.badge(f"For {words.reader_title(memory.agent)}", color="gray")
        st.badge(f"Version {memory.version}", color="gray")
        if memory.status == "retired":
            st.badge("Retired", color="orange")
    builder = memory.origin.builder
    source = "a demonstration" if builder == "demonstration" else f"a run of {builder}"
    st.caption(f"Distilled from {label(source)} of the task {label(words.task_title(memory.origin.task_id))}.")
    draw_unit(memory.unit)


def draw_unit(unit: Unit) -> None:
    """The content of a memory, field by field (LEGOMem, Appendix A)."""
    match unit:
        case FullTaskUnit():
            _field("Task", unit.task)
            _field("Plan", unit.high_level_plan)
            st.markdown("**Subtasks**")
            for number, subtask in enumerate(unit.subtasks, start=1):
                with st.expander(f"{number}. {label(subtask.agent, 30)}: {label(subtask.description, 80)}"):
                    _draw_subtask(subtask)
            _field("Final answer", unit.final_answer)
            _field("Reflections", unit.reflections)
        case SubtaskUnit():
            _draw_subtask(unit)
        case _:
            assert_never(unit)


def _draw_subtask(unit: SubtaskUnit) -> None:
    _field("Subtask", unit.description)
    st.markdown("**Steps**")
    st.code(unit.steps, language=None, wrap_lines=True)
    _field("Observations", unit.observations)


def _field(name: str, text: str) -> None:
    if text.strip():
        st.markdown(f"**{name}**")
        st.text(text)


@st.dialog("Exact prompt", width=720, position="right", icon=":material/notes:", on_dismiss=address.close_drawer)
def _prompt_drawer(bench: Workbench, run_id: str, seq: int) -> None:
    try:
        messages = bench.prompt(run_id, seq)
        ((_, event),) = bench.store.events(run_id, seq - 1)[:1]
    except BadInput as error:
        st.warning(label(str(error), 300))
        return
    assert isinstance(event, Called)  # prompt() has checked it
    st.caption(f"What {words.reader_title(event.reader)} was sent for its {PURPOSE[event.purpose]}, word for word.")
    _draw_shares(event)
    for number, message in enumerate(messages):
        _draw_message(message, opened=number in (0, len(messages) - 1))
    st.markdown("**Reply**")
    if event.fault:
        st.error(label(event.fault, 600), icon=":material/error:")
    if event.reply.text:
        st.text(event.reply.text)
    for call in event.reply.tool_calls:
        st.code(_call_text(call.name, call.malformed or call.arguments), language=None, wrap_lines=True)


def _draw_shares(call: Called) -> None:
    """The prompt's size by part as one bar. Providers count the whole only, so parts are shared out by characters."""
    total = sum(call.parts.values()) or 1
    sent = None if call.reply.usage is None else call.reply.usage.prompt
    bar = "".join(
        f'<div style="width:{100 * call.parts.get(part, 0) / total:.2f}%;background:{color}"></div>'
        for part, color in PARTS.items()
    )
    st.html(f'<div style="display:flex;height:12px;border-radius:6px;overflow:hidden">{bar}</div>')
    with st.container(horizontal=True, gap="small"):
        for part, color in PARTS.items():
            share = call.parts.get(part, 0) / total
            about = "" if sent is None else f", about {words.tokens(round(share * sent))} tokens"
            st.markdown(
                f':small[:color[■]{{foreground="{color}"}} {part.capitalize()} {share:.0%}{about}]',
                width="content",
            )
    if sent is not None:
        st.caption(f"{sent:,} tokens sent in all, as the provider counted them.")


def _draw_message(message: Message, *, opened: bool) -> None:
    role = str(message.get("role", ""))
    content = str(message.get("content") or "")
    with st.expander(f"**{label(role.capitalize(), 20)}** · {words.count(len(content), 'character')}", expanded=opened):
        if content:
            st.code(content, language=None, wrap_lines=True)
        for call in message.get("tool_calls") or ():
            st.code(_call_text(call["function"]["name"], call["function"]["arguments"]), language=None, wrap_lines=True)


def _call_text(name: str, arguments: JsonObject | str) -> str:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False, indent=1)
    return f"{name} {text}"
