"""A demonstration as a model: the person's calls, replayed through the very loop that runs a real team."""

from __future__ import annotations

from collections.abc import Iterator

from procmem.agents.teams import ROSTER
from procmem.errors import BadInput
from procmem.memory.distil import RULES
from procmem.types import AgentRole, Demonstration, Limits, Reply, Task, Team, ToolCall

DEMONSTRATION = "demonstration"
"""The model id, and the builder of memories, of runs whose calls a person wrote."""


def demonstration_team() -> Team:
    """The standard roster with the demonstration in every role."""
    agents = tuple(AgentRole(name, text, apps, DEMONSTRATION) for name, (text, apps) in ROSTER.items())
    limits = Limits(turns=100, steps=1000, steps_per_subtask=1000)
    return Team("Demonstration", DEMONSTRATION, agents, limits, distiller=RULES)


def replies(task: Task) -> list[Reply]:
    """What the demonstration says, in the order in which the agents' loop asks.

    Raises:
        BadInput: the task has no demonstration.
    """
    if task.demonstration is None:
        raise BadInput(f"The task {task.id} has no demonstration to learn from.")
    return list(_replies(task.demonstration))


def _replies(shown: Demonstration) -> Iterator[Reply]:
    yield _say(shown.plan)
    for number, turn in enumerate(shown.turns, start=1):
        yield _call(f"delegate-{number}", "delegate", {"agent": turn.agent, "subtask": turn.subtask})
        for index, step in enumerate(turn.steps, start=1):
            yield _call(f"step-{number}-{index}", step.tool, step.arguments, step.reason)
        yield _say(turn.report or "Done.")
    yield _call("finish", "finish", {"answer": shown.answer})


def _say(text: str) -> Reply:
    return Reply(text, model=DEMONSTRATION)


def _call(identity: str, name: str, arguments: dict[str, object], thought: str = "") -> Reply:
    return Reply(thought, (ToolCall(identity, name, dict(arguments)),), model=DEMONSTRATION)
