"""What a memory teaches, as a person reads it: lists as lists, each step with its reason, call and observation.

Everything from a memory is escaped: it is text, never HTML or Markdown.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import assert_never

import streamlit as st

from pages.parts import words
from pages.parts.plain import label
from procmem.types import FullTaskUnit, SubtaskUnit, Unit

_STEP = re.compile(r"(?:<think>(.*?)</think>)?\s*<action>(.*?)</action>", re.DOTALL)
_SEEN = re.compile(r"^\[(\d+)\] ", re.MULTILINE)
_MARKER = re.compile(r"\s*(\d+[.)]|[-*+•])\s+(.*)")
_TEXT = "white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.55"
_CALL = (
    "display:block;white-space:pre-wrap;overflow-wrap:anywhere;font-family:ui-monospace,Menlo,Consolas,monospace;"
    "font-size:.8rem;line-height:1.5;background:rgba(128,128,128,.12);border-radius:6px;padding:.25rem .5rem;"
    "margin:.2rem 0"
)
_QUIET = "opacity:.75;font-size:.85rem"


def draw_unit(unit: Unit) -> None:
    """All that a memory teaches, field by field (LEGOMem, Appendix A)."""
    match unit:
        case FullTaskUnit():
            _draw_field("Task", unit.task)
            _draw_field("Plan", unit.high_level_plan)
            for number, subtask in enumerate(unit.subtasks, start=1):
                with st.container(border=True, gap="xsmall"):
                    st.markdown(f":small[:gray[Subtask {number} · {label(words.reader_title(subtask.agent))}]]")
                    _draw_subtask(subtask)
            _draw_field("Final answer", unit.final_answer)
            _draw_field("Reflections", unit.reflections)
        case SubtaskUnit():
            _draw_subtask(unit)
        case _:
            assert_never(unit)


def _draw_subtask(unit: SubtaskUnit) -> None:
    st.html(f'<div style="{_TEXT}">{text_html(unit.description)}</div>')
    if unit.steps.strip() or unit.observations.strip():
        st.html(steps_html(unit))


def _draw_field(name: str, text: str) -> None:
    if text.strip():
        with st.container(gap="xxsmall"):
            st.markdown(f"**{name}**")
            st.html(f'<div style="{_TEXT}">{text_html(text)}</div>')


def text_html(text: str) -> str:
    """A text with its numbered and bulleted lines hung as lists are; all else as it was written."""
    return "".join(_line_html(line) for line in text.splitlines())


def _line_html(line: str) -> str:
    listed = _MARKER.fullmatch(line)
    if not listed:
        return f"<div>{escape(line) or '&nbsp;'}</div>"
    marker, rest = listed.groups()
    shown = marker if marker[0].isdigit() else "•"
    return (
        '<div style="display:flex;gap:.5rem">'
        f'<span style="opacity:.7;min-width:1.2rem">{escape(shown)}</span><span>{escape(rest)}</span></div>'
    )


def steps_html(unit: SubtaskUnit) -> str:
    """Each step with its reason, its call and, folded, what was observed; text that is no step stays as it is."""
    found = _STEP.findall(unit.steps)
    seen = _observations(unit.observations)
    if not found:
        return f'<div style="{_TEXT}">{escape(unit.steps)}</div>{_folded("Observations", unit.observations)}'
    items = "".join(
        f'<li style="margin:.4rem 0">{escape(thought.strip())}<code style="{_CALL}">{escape(call(action))}</code>'
        f"{_folded('Observed', seen.pop(number, ''))}</li>"
        for number, (thought, action) in enumerate(found, start=1)
    )
    rest = "\n".join(seen.values())
    return f'<ol style="margin:0;padding-left:1.3rem;{_QUIET}">{items}</ol>{_folded("Also observed", rest)}'


def call(action: str) -> str:
    """An action as a line a person reads: "excel read_file  file_path: data/a.xlsx"; what is no JSON stays as it is."""
    try:
        data = json.loads(action)
    except ValueError:
        return action.strip()
    if not isinstance(data, dict) or "action" not in data:
        return action.strip()
    name = words.tool_title(f"{data.pop('app', '')}_{data.pop('action')}")
    lines = [
        f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in data.items()
    ]
    return "\n".join([name, *(f"  {line}" for line in lines)])


def _observations(text: str) -> dict[int, str]:
    """The observations by the number of their step; a text without numbers is number 0."""
    parts = _SEEN.split(text)
    seen = {int(number): said.strip() for number, said in zip(parts[1::2], parts[2::2], strict=True)}
    return {0: parts[0].strip(), **seen} if parts[0].strip() else seen


def _folded(name: str, text: str) -> str:
    if not text.strip():
        return ""
    return (
        f'<details style="{_QUIET}"><summary style="cursor:pointer">{name}</summary>'
        f'<div style="{_TEXT};padding:.25rem .5rem">{escape(text)}</div></details>'
    )
