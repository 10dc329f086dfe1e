"""Distillation: a model turns a trajectory into LEGOMem's unit (LEGOMem, Appendix A, Prompt 1)."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, replace

from procmem.errors import BadInput, LimitReached, ModelFailed
from procmem.events import Event
from procmem.memory.rules import full_task_unit
from procmem.memory.trajectories import text_of
from procmem.memory.units import read_unit
from procmem.models.conversation import Conversation, Line
from procmem.prompts import render
from procmem.types import FullTaskUnit, Trajectory

RULES = "rules"
"""The distiller that is no model: it transcribes the trajectory by LEGOMem's rules."""
DISTILLER = "distiller"
"""Who speaks in the log when a model works on the memory."""


@dataclass(frozen=True, slots=True)
class Distilled:
    """A unit; ``fault`` says why the model's one could not be used, and the unit is then the transcribed trajectory."""

    unit: FullTaskUnit
    fault: str = ""


def distil(trajectory: Trajectory, line: Line, model: str) -> Generator[Event, None, Distilled]:
    """Ask the model for the unit; ask once more with the error when it is unusable.

    Args:
        trajectory: What happened.
        line: Models, budget and the way to stop.
        model: The model id, or "rules".

    Raises:
        Cancelled: the person stopped it.
    """
    plain = full_task_unit(trajectory)
    if model == RULES:
        return Distilled(plain)
    talk = Conversation(line, f"distil {trajectory.run_id}", DISTILLER, model, "")
    talk.say(render("distil", trajectory=text_of(trajectory)))
    problem = ""
    for _ in range(2):
        try:
            reply = yield from talk.ask("script", 0)
        except (ModelFailed, LimitReached) as failure:
            return Distilled(plain, str(failure))
        try:
            unit = _checked(read_unit(reply.text, trajectory.task), trajectory)
        except BadInput as error:
            problem = str(error)
            talk.say(render("distil_again", problem=problem))
        else:
            return Distilled(unit)
    return Distilled(plain, f"{model} gave no usable memory: {problem}")


def _checked(unit: FullTaskUnit, trajectory: Trajectory) -> FullTaskUnit:
    """The unit with its agents' exact names.

    Raises:
        BadInput: a subtask of an agent that took no part.
    """
    agents = {turn.agent.lower(): turn.agent for turn in trajectory.turns}
    for subtask in unit.subtasks:
        if _plain(subtask.agent) not in agents:
            known = ", ".join(sorted(agents.values()))
            raise BadInput(f"no agent is called {subtask.agent!r}; these took part: {known}.")
    named = (replace(subtask, agent=agents[_plain(subtask.agent)]) for subtask in unit.subtasks)
    return replace(unit, subtasks=tuple(named))


def _plain(name: str) -> str:
    return re.sub(r"\s+agent\Z", "", name.strip().lower())
