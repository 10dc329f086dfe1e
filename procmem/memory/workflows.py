"""Workflow induction (AWM as LEGOMem 4.1.3 adapts it): what clusters of similar successful runs have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence

import numpy as np

from procmem.errors import BadInput, LimitReached, ModelFailed
from procmem.events import Event, Noted
from procmem.memory.bank import Bank
from procmem.memory.distil import DISTILLER
from procmem.memory.rules import headline
from procmem.memory.trajectories import text_of
from procmem.memory.units import read_json
from procmem.models.conversation import Conversation, Line
from procmem.prompts import render
from procmem.types import Memory, Origin, Proposal, SubtaskUnit, Trajectory

ALIKE = 0.7
"""Least cosine similarity between a task and the first task of its cluster."""
LARGEST = 5
"""Trajectories of one cluster that are shown to the model; more would not fit its window."""


def induce(
    trajectories: Sequence[Trajectory], bank: Bank, line: Line, model: str
) -> Generator[Event, None, list[Proposal]]:
    """One proposal for each cluster of two or more trajectories, with the workflows that the model found in it.

    Raises:
        Cancelled: the person stopped it.
    """
    proposals = []
    for cluster in clusters(trajectories, bank):
        name = _name(cluster)
        talk = Conversation(line, f"induce {name}", DISTILLER, model, "")
        shown = "\n\n".join(text_of(trajectory) for trajectory in cluster[:LARGEST])
        talk.say(render("induce", trajectories=shown))
        try:
            reply = yield from talk.ask("induce", 0)
            units = _units(reply.text)
        except (ModelFailed, LimitReached, BadInput) as problem:
            yield Noted(f"No workflows of {len(cluster)} similar runs: {problem}", "warning")
            continue
        if units:
            proposals.append(_proposal(name, cluster, units))
    return proposals


def clusters(trajectories: Sequence[Trajectory], bank: Bank) -> list[list[Trajectory]]:
    """Groups of two or more whose tasks mean nearly the same: each joins the first group whose first task is alike."""
    if not trajectories:
        return []
    vectors = bank.embedder.embed([trajectory.task for trajectory in trajectories])
    groups: list[list[int]] = []
    for row, vector in enumerate(vectors):
        home = next((group for group in groups if float(np.dot(vectors[group[0]], vector)) >= ALIKE), None)
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    return [[trajectories[row] for row in group] for group in groups if len(group) > 1]


def _units(text: str) -> list[SubtaskUnit]:
    """The workflows of a reply.

    Raises:
        BadInput: it is no list of workflows.
    """
    from pydantic import TypeAdapter, ValidationError

    found = read_json(text)
    if not isinstance(found, list):
        raise BadInput("the model's answer is no JSON list.")
    try:
        plain = [{"observations": "", **entry} for entry in found if isinstance(entry, dict)]
        return TypeAdapter(list[SubtaskUnit]).validate_python(plain)
    except ValidationError as error:
        raise BadInput(f"the model's answer lacks a key: {error.errors()[0]['loc']}.") from None


def _name(cluster: Sequence[Trajectory]) -> str:
    runs = "\n".join(sorted(trajectory.run_id for trajectory in cluster))
    return f"workflow-{hashlib.sha256(runs.encode()).hexdigest()[:12]}"


def _proposal(name: str, cluster: Sequence[Trajectory], units: Sequence[SubtaskUnit]) -> Proposal:
    models = sorted({model for trajectory in cluster for model in trajectory.models})
    tasks = tuple(dict.fromkeys(trajectory.task_id for trajectory in cluster))
    origin = Origin(cluster[0].run_id, tasks[0], ", ".join(models), "workflow", tasks[1:])
    memories = [
        Memory(
            id=f"{name}.{number}",
            level="subtask",
            agent=unit.agent.strip().lower(),
            title=headline(unit.description),
            key=unit.description,
            unit=unit,
            origin=origin,
        )
        for number, unit in enumerate(units, start=1)
    ]
    reason = f"{len(cluster)} successful runs of similar tasks have these workflows in common."
    return Proposal(f"add-{name}", "add", tuple(memories), origin.builder, reason, cluster[0].run_id)
