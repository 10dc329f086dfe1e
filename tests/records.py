"""Small records for tests of the store and the runner."""

from __future__ import annotations

import atexit
from datetime import UTC, datetime

from procmem.store.duck import DuckStore
from procmem.types import FullTaskUnit, Memory, Origin, Policy, Proposal, RunSummary, SubtaskUnit

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def a_run(run_id: str, started: datetime = NOON) -> RunSummary:
    """A run that waits."""
    return RunSummary(run_id, "task/1", "Sort the sheet", "LLM team", Policy(), "waiting", 0, True, started)


def full(memory_id: str, key: str = "sort the sheet") -> Memory:
    """A full-task memory."""
    unit = FullTaskUnit(key, "1. excel: sort", (), "done", "")
    origin = Origin("run-1", "task/1", "person")
    return Memory(memory_id, "full-task", "orchestrator", f"Title of {memory_id}", key, unit, origin)


def part(memory_id: str, agent: str = "excel", parent: str | None = None) -> Memory:
    """A subtask memory."""
    unit = SubtaskUnit(agent, "sort column 3", "<think>look</think><action>{}</action>", "sorted")
    origin = Origin("run-1", "task/1", "person")
    return Memory(memory_id, "subtask", agent, f"Title of {memory_id}", "sort column 3", unit, origin, parent)


def add(proposal_id: str, *memories: Memory, run_id: str | None = None) -> Proposal:
    """A proposal to add memories."""
    return Proposal(proposal_id, "add", memories, "vanilla", "the run succeeded", run_id)


def abandon(store: DuckStore) -> None:
    """Let go of the file without a checkpoint, as a process does that is killed."""
    atexit.unregister(store._database.close)
    store._database._connection.close()
