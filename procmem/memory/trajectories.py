"""Trajectories as text for a model that learns from them, and back out of a run's log."""

from __future__ import annotations

import json
from collections.abc import Iterable

from procmem.events import Acted, Delegated, Event, Finished, Graded, Planned, Reported, Started
from procmem.memory.units import call_json
from procmem.types import JsonObject, Step, Trajectory, Turn


def text_of(trajectory: Trajectory) -> str:
    """The whole trajectory as JSON: task, plan, turns with their steps (failed ones too), answer."""
    return json.dumps(
        {
            "task": trajectory.task,
            "plan": trajectory.plan,
            "turns": [_turn(turn) for turn in trajectory.turns],
            "answer": trajectory.answer,
        },
        ensure_ascii=False,
        indent=1,
    )


def _turn(turn: Turn) -> JsonObject:
    steps = [
        {
            "thought": step.thought,
            "action": call_json(step),
            "observation": step.observation,
            "failed": step.failed,
        }
        for step in turn.steps
    ]
    return {"agent": turn.agent, "subtask": turn.subtask, "steps": steps, "report": turn.report}


def trajectory_of(run_id: str, events: Iterable[Event]) -> Trajectory:
    """What a run's log says happened. A turn that was cut off has no report; ``success`` is ``None`` until graded."""
    task_id = task = plan = answer = ""
    models: tuple[str, ...] = ()
    success: bool | None = None
    turns: dict[int, Turn] = {}
    for event in events:
        match event:
            case Started():
                task_id, task, models = event.task_id, event.task, event.team.models
            case Planned():
                plan = event.plan
            case Delegated():
                turns[event.turn] = Turn(event.agent, event.subtask, (), "")
            case Acted():
                step = Step(event.thought, event.tool, event.arguments, event.observation, event.failed)
                turn = turns[event.turn]
                turns[event.turn] = Turn(turn.agent, turn.subtask, (*turn.steps, step), turn.report)
            case Reported():
                turn = turns[event.turn]
                turns[event.turn] = Turn(turn.agent, turn.subtask, turn.steps, event.report)
            case Graded():
                success = event.success
            case Finished():
                answer = event.answer
            case _:
                pass
    return Trajectory(run_id, task_id, task, plan, tuple(turns.values()), answer, success, models)
