"""Editing a memory field by field; what is saved is its next version."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import memory_desk
from pages.parts.plain import label
from procmem.errors import BadInput
from procmem.memory import curation
from procmem.memory.edit import Field, edited, fields
from procmem.types import Memory, Proposal

if TYPE_CHECKING:
    from procmem.workbench import Workbench

_EDITING = "memories-editing"


def editing(memory_id: str) -> bool:
    """Whether the memory is being edited in this session."""
    return bool(st.session_state.get(_EDITING) == memory_id)


def open_editor(memory_id: str | None) -> None:
    """Edit a memory, or none; for ``on_click``."""
    st.session_state[_EDITING] = memory_id


def draw_edit(bench: Workbench, memory: Memory) -> None:
    """The memory's texts as fields, and the button that saves them as its next version."""
    wish = _wish(bench, memory)
    st.caption("What you save is its next version; earlier ones stay. The agents' subtask memories follow.")
    for group, members in groupby(fields(wish), key=lambda field: field.group):
        with st.container(border=bool(group)):
            if group:
                st.markdown(f"**{label(group, 80)}**")
            for field in members:
                _draw_field(field, _key(memory, field))
    st.text_input("Why", key=f"why-{memory.id}", placeholder="Optional; it is kept with the change", on_change="ignore")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Save",
            type="primary",
            icon=":material/save:",
            shortcut="Ctrl+Enter",
            on_click=_save,
            args=(bench, memory),
            key="save-edit",
        )
        st.button("Cancel", icon=":material/close:", on_click=_leave, args=(memory,), key="cancel-edit")


def _draw_field(field: Field, key: str) -> None:
    if field.label == "Title":
        st.text_input(
            field.label, field.text, key=key, disabled=field.fixed, on_change="ignore", persist_state="session"
        )
        return
    lines = sum(1 + len(line) // 110 for line in field.text.splitlines()) or 1
    height = min(360, max(70, 24 * lines + 24))
    st.text_area(
        field.label,
        field.text,
        key=key,
        height=height,
        disabled=field.fixed,
        on_change="ignore",
        persist_state="session",
    )


def _wish(bench: Workbench, memory: Memory) -> Proposal:
    """The wish that is being written: this memory and the subtask memories that follow it."""
    family = curation.with_parts(bench.store, [memory.id])
    return curation.revise(family, "person", "")


def _save(bench: Workbench, memory: Memory) -> None:
    wish = _wish(bench, memory)
    known = fields(wish)
    if bench.store.memory(memory.id).version != memory.version:
        newest = bench.store.decisions(memory_id=memory.id, limit=1)[0]
        text = f"{newest.by} changed this memory meanwhile. Save again to put your text in its place."
        memory_desk.say(memory_desk.Message(text, failed=True))
        return
    texts = {field.name: str(st.session_state.get(_key(memory, field), field.text)) for field in known}
    try:
        new = edited(wish, texts)
    except BadInput as error:
        memory_desk.say(memory_desk.Message(f"{error} Your text is still in the fields.", failed=True))
        return
    changed = _changed(wish.memories, new)
    if not changed:
        memory_desk.say(memory_desk.Message("Nothing was changed, so there is nothing to save."))
        _leave(memory)
    elif memory_desk.revise(bench, changed, str(st.session_state.get(f"why-{memory.id}") or "Edited by hand.")):
        _leave(memory)


def _changed(old: Sequence[Memory], new: Sequence[Memory]) -> list[Memory]:
    known = {memory.id: memory for memory in old}
    return [memory for memory in new if known[memory.id] != memory]


def _leave(memory: Memory) -> None:
    """Close the editor and forget what was typed."""
    open_editor(None)
    for key in [key for key in st.session_state if str(key).startswith(f"edit-memory-{memory.id}-")]:
        del st.session_state[key]


def _key(memory: Memory, field: Field) -> str:
    return f"edit-memory-{memory.id}-{field.name}"
