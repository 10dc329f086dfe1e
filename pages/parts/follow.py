"""Following a run: the events read so far stay in the session, and a look asks the log only for what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.story import Story, tell
from procmem.events import Event
from procmem.types import RunSummary

if TYPE_CHECKING:
    from procmem.workbench import Workbench

KEPT = 6
"""How many runs a session remembers the events of."""


@dataclass(frozen=True, slots=True)
class Look:
    """A run as it is at this moment."""

    run: RunSummary
    story: Story


def look_at(bench: Workbench, run_id: str) -> Look:
    """The run with all its events.

    Raises:
        UnknownName: there is no such run.
    """
    run = bench.store.run(run_id)  # before the events, so that an ended run has all of them
    kept: dict[str, list[tuple[int, Event]]] = st.session_state.setdefault("events", {})
    events = kept.pop(run_id, [])
    events.extend(bench.store.events(run_id, events[-1][0] if events else 0))
    kept[run_id] = events
    for stale in list(kept)[:-KEPT]:
        del kept[stale]
    return Look(run, tell(events))
