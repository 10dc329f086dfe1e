"""LEGOMem's memory unit as text: what a prompt shows, what a person reads and edits, what a model writes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from procmem.errors import BadInput
from procmem.prompts import render
from procmem.types import Build, FullTaskUnit, JsonObject, Memory, Step, SubtaskUnit, Unit

if TYPE_CHECKING:
    from pydantic import ValidationError

_THINK = re.compile(r"<think>.*?</think>", re.DOTALL)
_ACTION = re.compile(r"<action>(.*?)</action>", re.DOTALL)


def call_json(step: Step) -> JsonObject:
    """The step's call in LEGOMem's form: ``{"app": "excel", "action": "read_file", ...arguments}``.

    A tool that is none of the office's has no app. Arguments that are called "app" or "action" themselves are nested.
    """
    from procmem.office.apps import APPS

    app, _, action = step.tool.partition("_")
    head = {"app": app, "action": action} if app in APPS and action else {"action": step.tool}
    if {"app", "action"} & set(step.arguments):
        return {**head, "arguments": step.arguments}
    return {**head, **step.arguments}


def action_json(step: Step) -> str:
    """``call_json`` as text."""
    return json.dumps(call_json(step), ensure_ascii=False)


def tools_of(unit: Unit) -> tuple[str, ...]:
    """The tools that a unit's steps call, in order, such as "excel_read_file"; unreadable actions are left out."""
    subtasks = unit.subtasks if isinstance(unit, FullTaskUnit) else (unit,)
    found: list[str] = []
    for text in _ACTION.findall("".join(subtask.steps for subtask in subtasks)):
        try:
            action = json.loads(text)
        except ValueError:
            continue
        if isinstance(action, dict):
            found.append("_".join(str(action[key]) for key in ("app", "action") if key in action))
    return tuple(found)


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


def viewed(unit: Unit, build: Build, reasoning: bool) -> Unit:
    """What of a unit a policy shows.

    A script (Mem^p) is the plan and the subtasks' descriptions, a trajectory the steps without the plan; a
    proceduralization is both. Without reasoning the <think> parts are left out (LEGOMem, Table 3).
    """
    match unit:
        case FullTaskUnit():
            subtasks = tuple(_subtask_viewed(subtask, build, reasoning) for subtask in unit.subtasks)
            if build == "trajectory":
                return replace(unit, high_level_plan="", subtasks=subtasks, reflections="")
            return replace(unit, subtasks=subtasks)
        case SubtaskUnit():
            return _subtask_viewed(unit, build, reasoning)


def _subtask_viewed(unit: SubtaskUnit, build: Build, reasoning: bool) -> SubtaskUnit:
    if build == "script":
        return replace(unit, steps="", observations="")
    return unit if reasoning else replace(unit, steps=_THINK.sub("", unit.steps))


def show(memories: Sequence[Memory], tasks: Sequence[str]) -> str:
    """The memory block of a system prompt, or nothing when there are none.

    Args:
        memories: All of one level, best first. Empty parts of a unit are left out.
        tasks: For each memory, the text of the task it comes from.
    """
    if not memories:
        return ""
    blocks = [
        f'<memory rank="{rank}">\n{_shown(memory.unit, task)}\n</memory>'
        for rank, (memory, task) in enumerate(zip(memories, tasks, strict=True), start=1)
    ]
    first = memories[0]
    kind = "workflow" if first.origin.build == "workflow" else first.level.replace("-", "_")
    return render(f"memories_{kind}", memories="\n".join(blocks))


def _shown(unit: Unit, task: str) -> str:
    whole = unit_json(unit, task)
    if "subtasks" in whole:
        whole["subtasks"] = [_filled(subtask) for subtask in whole["subtasks"]]
    return json.dumps(_filled(whole), ensure_ascii=False, indent=1)


def _filled(data: JsonObject) -> JsonObject:
    return {key: value for key, value in data.items() if value}


def read_unit(text: str, task: str) -> FullTaskUnit:
    """A full-task unit that a model or a person wrote as JSON, with or without the <start> and <end> tags.

    Raises:
        BadInput: what is wrong and in which field, in a sentence that a model can act on.
    """
    from pydantic import TypeAdapter, ValidationError

    data = read_json(text)
    if not isinstance(data, dict):
        raise BadInput("it has to be one JSON object.")
    try:
        unit = TypeAdapter(FullTaskUnit).validate_python({**data, "task": task})
    except ValidationError as error:
        raise BadInput(_first_problem(error)) from None
    if not unit.subtasks:
        raise BadInput("`subtasks` is empty.")
    return unit


def read_json(text: str) -> object:
    """The JSON between the tags, or the text's outermost JSON when a model forgot them.

    Raises:
        BadInput: there is none, or it does not parse (where).
    """
    tagged = re.search(r"<start>(.*?)(?:<end>|\Z)", text, re.DOTALL)
    body = (tagged.group(1) if tagged else text).strip()
    body = re.sub(r"\A```(?:json)?\s*|\s*```\Z", "", body)
    starts = [place for place in (body.find("{"), body.find("[")) if place >= 0]
    if not starts:
        raise BadInput("there is no JSON in it.")
    try:
        return json.JSONDecoder(strict=False).raw_decode(body, min(starts))[0]
    except json.JSONDecodeError as error:
        raise BadInput(f"the JSON does not parse: line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise BadInput("the JSON is nested too deeply.") from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"`{'.'.join(map(str, first['loc']))}`: {first['msg'].lower()}."
