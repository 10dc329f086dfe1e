"""Builds: what a memory holds of the run that it was learned from (Mem^p 3; LEGOMem 3 and Appendix A).

Contract on top, members below, the registry at the foot.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from procmem.events import Event
from procmem.memory.bank import Bank
from procmem.memory.distil import Distilled, distil
from procmem.memory.rules import full_task_unit, headline
from procmem.memory.units import viewed
from procmem.memory.workflows import induce
from procmem.models.conversation import Line
from procmem.types import AgentRole, Build, FullTaskUnit, Memory, Origin, Proposal, Trajectory


@dataclass(frozen=True, slots=True)
class Pen:
    """What memories are written with: the model that distils ("rules" for none), its line, the bank, and for whom."""

    bank: Bank
    line: Line
    model: str
    agents: tuple[AgentRole, ...] = ()


class Builder(Protocol):
    """Turns successful trajectories into proposals to add memories."""

    def __call__(self, trajectories: Sequence[Trajectory], pen: Pen) -> Generator[Event, None, list[Proposal]]:
        """Build from all of them; what can not be distilled is proposed all the same, with its fault."""
        ...


def trajectory(trajectories: Sequence[Trajectory], pen: Pen) -> Generator[Event, None, list[Proposal]]:
    """The successful actions verbatim, without a plan (Mem^p, Trajectory); no model is asked."""
    del pen
    yield from ()
    return [addition(one, Distilled(full_task_unit(one)), "trajectory") for one in trajectories]


def script(trajectories: Sequence[Trajectory], pen: Pen) -> Generator[Event, None, list[Proposal]]:
    """The distilled high-level steps without the actions (Mem^p, Script)."""
    return (yield from _distilled(trajectories, pen, "script"))


def proceduralization(trajectories: Sequence[Trajectory], pen: Pen) -> Generator[Event, None, list[Proposal]]:
    """The distilled plan and the exact steps together (Mem^p, Proceduralization; LEGOMem's unit)."""
    return (yield from _distilled(trajectories, pen, "proceduralization"))


def _distilled(trajectories: Sequence[Trajectory], pen: Pen, build: Build) -> Generator[Event, None, list[Proposal]]:
    proposals = []
    for one in trajectories:
        distilled = yield from distil(one, pen.line, pen.model)
        proposals.append(addition(one, distilled, build))
    return proposals


def workflow(trajectories: Sequence[Trajectory], pen: Pen) -> Generator[Event, None, list[Proposal]]:
    """Workflows that clusters of similar trajectories share, with variables for values (AWM, LEGOMem 4.1.3)."""
    return (yield from induce(trajectories, pen.bank, pen.line, pen.model))


def addition(trajectory: Trajectory, distilled: Distilled, build: Build) -> Proposal:
    """The wish to add what one run learned. Its id derives from the run, so proposing twice queues it once."""
    builder = ", ".join(trajectory.models)
    return Proposal(
        id=f"add-{trajectory.run_id}",
        kind="add",
        memories=memories_of(trajectory, distilled.unit, build, trajectory.run_id),
        author=builder,
        reason="The run passed all its checks." if trajectory.success else "The run was not graded as a success.",
        run_id=trajectory.run_id,
        fault=distilled.fault,
    )


def memories_of(trajectory: Trajectory, unit: FullTaskUnit, build: Build, identity: str) -> tuple[Memory, ...]:
    """The full-task memory of a trajectory, then its subtask memories.

    Args:
        trajectory: What happened; its models are the memories' builder.
        unit: What was distilled from it.
        build: Which parts of the unit are kept.
        identity: A unique prefix of the memories' ids.
    """
    kept = viewed(unit, build, reasoning=True)
    assert isinstance(kept, FullTaskUnit)
    origin = Origin(trajectory.run_id, trajectory.task_id, ", ".join(trajectory.models), build)
    whole = Memory(
        id=identity,
        level="full-task",
        agent="orchestrator",
        title=headline(trajectory.task),
        key=trajectory.task,
        unit=kept,
        origin=origin,
    )
    return (whole, *parts_of(whole))


def parts_of(whole: Memory) -> list[Memory]:
    """A full-task memory's subtask memories, each with its place in the unit as the end of its id."""
    assert isinstance(whole.unit, FullTaskUnit)
    return [
        Memory(
            id=f"{whole.id}.{number}",
            level="subtask",
            agent=subtask.agent,
            title=headline(subtask.description),
            key=subtask.description,
            unit=subtask,
            origin=whole.origin,
            parent=whole.id,
        )
        for number, subtask in enumerate(whole.unit.subtasks, start=1)
    ]


BUILDS: dict[str, Builder] = {
    "trajectory": trajectory,
    "script": script,
    "proceduralization": proceduralization,
    "workflow": workflow,
}
