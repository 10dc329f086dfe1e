"""Distillation: a model turns a trajectory into LEGOMem's unit (LEGOMem, Appendix A, Prompt 1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TypeVar

from procmem.errors import BadInput, LimitReached, ModelFailed
from procmem.events import Event
from procmem.memory.rules import full_task_unit
from procmem.memory.trajectories import text_of
from procmem.memory.units import read_unit
from procmem.models.conversation import Conversation, Line
from procmem.prompts import render
from procmem.types import FullTaskUnit, Purpose, Trajectory

T = TypeVar("T")

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
    try:
        return Distilled((yield from ask_usable(talk, "script", lambda text: _usable(text, trajectory))))
    except (ModelFailed, LimitReached) as failure:
        return Distilled(plain, str(failure))
    except BadInput as problem:
        return Distilled(plain, f"{model} gave no usable memory: {problem}")


def ask_usable(talk: Conversation, purpose: Purpose, read: Callable[[str], T]) -> Generator[Event, None, T]:
    """What ``read`` makes of the model's answer; one that it refuses is asked for once more, with what was wrong.

    Raises:
        BadInput: the second answer is refused as well.
        ModelFailed, LimitReached, Cancelled: there is no answer.
    """
    reply = yield from talk.ask(purpose, 0)
    try:
        return read(reply.text)
    except BadInput as error:
        talk.say(render("distil_again", problem=str(error)))
    reply = yield from talk.ask(purpose, 0)
    return read(reply.text)


def _usable(text: str, trajectory: Trajectory) -> FullTaskUnit:
    """The answer's unit with its agents' exact names.

    Raises:
        BadInput: it is no unit, or has a subtask of an agent that took no part.
    """
    unit = read_unit(text, trajectory.task)
    agents = {turn.agent.lower(): turn.agent for turn in trajectory.turns}
    for subtask in unit.subtasks:
        if _plain(subtask.agent) not in agents:
            known = ", ".join(sorted(agents.values()))
            raise BadInput(f"no agent is called {subtask.agent!r}; these took part: {known}.")
    named = (replace(subtask, agent=agents[_plain(subtask.agent)]) for subtask in unit.subtasks)
    return replace(unit, subtasks=tuple(named))


def _plain(name: str) -> str:
    return re.sub(r"\s+agent\Z", "", name.strip().lower())
