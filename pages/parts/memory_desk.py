"""What a person does to memories, as callbacks. Each is a proposal that is decided at once, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import words
from pages.parts.plain import label
from pages.parts.review_desk import decider
from procmem.errors import BadInput
from procmem.memory import curation
from procmem.types import Decision, Memory, Proposal

if TYPE_CHECKING:
    from procmem.store.store import BankStore
    from procmem.workbench import Workbench

_MESSAGE = "memories-message"


@dataclass(frozen=True, slots=True)
class Message:
    """What came of the last action; ``decision_id`` can be undone."""

    text: str
    decision_id: str | None = None
    failed: bool = False


def draw_message(bench: Workbench) -> None:
    """Say what came of the last action, until the next one or until it is put away."""
    message: Message | None = st.session_state.get(_MESSAGE)
    if message is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", border=True):
        icon = ":red[:material/error:]" if message.failed else ":green[:material/check_circle:]"
        st.markdown(f"{icon} {label(message.text, 500)}", width="stretch")
        if message.decision_id is not None:
            st.button("Undo", icon=":material/undo:", on_click=undo, args=(bench, message.decision_id), key="undo-last")
        st.button("Close", type="tertiary", icon=":material/close:", on_click=say, args=(None,), key="close-message")


def say(message: Message | None) -> None:
    """Put a message in the place of the last one."""
    st.session_state[_MESSAGE] = message


def carry_out(bench: Workbench, wish: Callable[[BankStore], Proposal], done: str) -> Decision | None:
    """Propose and accept; ``None`` where it can not be done, which is then said."""
    try:
        made = bench.decide_at_once(wish(bench.store), decider())
    except BadInput as error:
        say(Message(str(error), failed=True))
        return None
    say(Message(done, made.id))
    return made


def undo(bench: Workbench, decision_id: str) -> None:
    """Take a decision back; for ``on_click``."""
    try:
        bench.store.undo(decision_id, by=decider())
    except BadInput as error:
        say(Message(str(error), failed=True))
    else:
        say(Message("Taken back. The bank is as it was before."))


def retire(bench: Workbench, ids: Sequence[str], reason_key: str) -> None:
    """Take memories out of use, with their subtask memories; for ``on_click``."""
    reason = _reason(reason_key) or "Retired by hand."
    carry_out(bench, lambda store: curation.retire(store, ids, decider(), reason), f"Retired {_named(bench, ids)}.")


def restore(bench: Workbench, ids: Sequence[str]) -> None:
    """Bring memories back into use; for ``on_click``."""
    done = f"Restored {_named(bench, ids)}."
    carry_out(bench, lambda store: curation.restore(store, ids, decider(), "Restored by hand."), done)


def merge(bench: Workbench, keep: str, others: Sequence[str]) -> None:
    """Keep one of several memories that say the same; for ``on_click``."""
    done = f"Merged {words.count(len(others), 'memory')} into {_named(bench, [keep])}."
    carry_out(bench, lambda store: curation.merge(store, keep, others, decider()), done)


def restore_version(bench: Workbench, memory_id: str, version: int) -> None:
    """Bring an earlier version's content back as a new version; for ``on_click``."""
    done = f"{_named(bench, [memory_id])} reads as in version {version} again."
    if carry_out(bench, lambda store: curation.restore_version(store, memory_id, version, decider()), done):
        st.query_params.pop("version", None)


def revise(bench: Workbench, memories: Sequence[Memory], reason: str) -> bool:
    """Write new versions; whether it was done."""
    done = f"Saved {_named(bench, [memories[0].id])}."
    return carry_out(bench, lambda store: curation.revise(memories, decider(), reason), done) is not None


def _reason(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _named(bench: Workbench, ids: Sequence[str]) -> str:
    if len(ids) > 1:
        return words.count(len(ids), "memory")
    return f"“{bench.store.memory(ids[0]).title}”"
