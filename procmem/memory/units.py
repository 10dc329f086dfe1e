"""LEGOMem's memory unit as text: what a prompt shows, and what a person reads and edits."""

from __future__ import annotations

import json
from collections.abc import Sequence

from procmem.prompts import render
from procmem.types import FullTaskUnit, JsonObject, Memory, Step, SubtaskUnit, Unit


def action_json(step: Step) -> str:
    """The step's call in LEGOMem's form: ``{"app": "excel", "action": "read_file", ...arguments}``."""
    app, _, action = step.tool.partition("_")
    return json.dumps({"app": app, "action": action, **step.arguments}, ensure_ascii=False)


def unit_json(unit: Unit, task: str = "") -> JsonObject:
    """The unit as the JSON object of LEGOMem's Appendix A, with the task's text in front as ``task``."""
    match unit:
        case FullTaskUnit():
            return {
                "task": unit.task,
                "high_level_plan": unit.high_level_plan,
                "subtasks": [_subtask_json(subtask) for subtask in unit.subtasks],
                "final_answer": unit.final_answer,
                "reflections": unit.reflections,
            }
        case SubtaskUnit():
            return {"task": task, **_subtask_json(unit)}


def _subtask_json(unit: SubtaskUnit) -> JsonObject:
    return {
        "agent": unit.agent,
        "description": unit.description,
        "steps": unit.steps,
        "observations": unit.observations,
    }


def show(memories: Sequence[Memory], tasks: Sequence[str]) -> str:
    """The memory block of a system prompt, or nothing when there are none.

    Args:
        memories: All of one level, best first.
        tasks: For each memory, the text of the task it comes from.
    """
    if not memories:
        return ""
    blocks = [
        f'<memory rank="{rank}">\n{json.dumps(unit_json(memory.unit, task), ensure_ascii=False, indent=1)}\n</memory>'
        for rank, (memory, task) in enumerate(zip(memories, tasks, strict=True), start=1)
    ]
    name = "memories_full_task" if memories[0].level == "full-task" else "memories_subtask"
    return render(name, memories="\n".join(blocks))
