"""A trajectory transcribed into LEGOMem's memory unit by the rules of its Appendix A, without a model."""

from __future__ import annotations

from procmem.memory.units import action_json
from procmem.types import FullTaskUnit, Step, SubtaskUnit, Trajectory, Turn

OBSERVATION_LIMIT = 3000
"""Characters kept of one observation. Rule 5 of Appendix A asks for short ones; a table of thirty rows fits."""


def full_task_unit(trajectory: Trajectory) -> FullTaskUnit:
    """Distil a trajectory by LEGOMem's rules, without a model.

    A turn holds one agent's related actions (rule 1), which keep their think-action form without call ids (2, 3);
    failed actions are dropped (4), observations are shortened (5), coordination is left out (6), steps is a string (7).
    """
    return FullTaskUnit(
        task=trajectory.task,
        high_level_plan=trajectory.plan,
        subtasks=tuple(unit for turn in trajectory.turns if (unit := subtask_unit(turn)).steps),
        final_answer=trajectory.answer,
        reflections=trajectory.reflections or _reflect(trajectory),
    )


def subtask_unit(turn: Turn) -> SubtaskUnit:
    """One delegation with its successful steps and their observations, numbered alike from 1."""
    kept = [step for step in turn.steps if not step.failed]
    return SubtaskUnit(
        agent=turn.agent,
        description=turn.subtask,
        steps="".join(f"<think>{step.thought}</think><action>{action_json(step)}</action>" for step in kept),
        observations="\n".join(f"[{number}] {shorten(step.observation)}" for number, step in enumerate(kept, start=1)),
    )


def shorten(text: str, limit: int = OBSERVATION_LIMIT) -> str:
    """The text, cut at the last line or word that fits and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    cut = max(head.rfind("\n"), head.rfind(" "))
    return f"{head[:cut] if cut > limit // 2 else head} …"


def _reflect(trajectory: Trajectory) -> str:
    failed = [(turn.agent, step) for turn in trajectory.turns for step in turn.steps if step.failed]
    if not failed:
        return "Every step succeeded."
    return " ".join(_failure(agent, step) for agent, step in failed[:3])


def _failure(agent: str, step: Step) -> str:
    return f"The {agent} agent's {step.tool} failed: {shorten(step.observation, 200)}"


def headline(text: str, limit: int = 80) -> str:
    """The first line of a text, at most ``limit`` characters, as a title."""
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= limit else f"{line[: limit - 1].rsplit(' ', 1)[0]}…"
