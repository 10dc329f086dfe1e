"""Trajectories and memories in the prompts about memory itself, read leniently."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

LONGEST_OBSERVATION = 3000
"""Characters kept of one observation: a table of thirty rows fits."""
_LONGEST_VALUE = 4000
_ACTION = re.compile(r"(?:<think>(.*?)</think>\s*)?<action>(.*?)</action>", re.DOTALL)
_NUMBERED = re.compile(r"^\[(\d{1,3})\] ?", re.MULTILINE)
_MOST_STEPS = 120


@dataclass(frozen=True, slots=True)
class Taken:
    """One step: why, the tool, its arguments, what it brought, and whether that was an error."""

    thought: str
    tool: str
    arguments: dict[str, Any]
    observation: str
    failed: bool = False

    @property
    def written(self) -> str:
        """The step in think-action form."""
        app, _, action = self.tool.partition("_")
        call = json.dumps({"app": app, "action": action, **self.arguments}, ensure_ascii=False)
        thought = self.thought.replace("<", "(").replace(">", ")")
        # An argument may hold the closing tag itself; JSON lets the slash be escaped.
        return f"<think>{thought}</think><action>{call.replace('</', '<' + chr(92) + '/')}</action>"


@dataclass(frozen=True, slots=True)
class Part:
    """One subtask: who did it, what was asked, the steps, and what was said at the end."""

    agent: str
    subtask: str
    steps: tuple[Taken, ...]
    report: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A whole course of work, remembered or just made. ``answer`` and ``reflections`` may be empty."""

    task: str
    plan: str
    parts: tuple[Part, ...]
    answer: str = ""
    reflections: str = ""


def objects(text: str, most: int = 12) -> list[dict[str, Any]]:
    """The outermost JSON objects in a text, in order."""
    decoder, position = json.JSONDecoder(), text.find("{")
    found: list[dict[str, Any]] = []
    for _ in range(200):
        if position < 0 or len(found) >= most:
            break
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position = text.find("{", position + 1)
            continue
        found.append(value)
        position = text.find("{", end)
    return found


def trajectory(record: dict[str, Any]) -> Course:
    """A trajectory: turns with steps that are JSON objects."""
    turns = record.get("turns")
    parts = [_turn(turn) for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    return Course(string(record, "task"), string(record, "plan"), tuple(parts), string(record, "answer"))


def _turn(turn: dict[str, Any]) -> Part:
    steps = turn.get("steps")
    taken = [_step(step) for step in steps[:_MOST_STEPS] if isinstance(step, dict)] if isinstance(steps, list) else []
    return Part(string(turn, "agent"), string(turn, "subtask"), tuple(taken), string(turn, "report"))


def _step(step: dict[str, Any]) -> Taken:
    tool, arguments = called(step.get("action"))
    return Taken(string(step, "thought"), tool, arguments, string(step, "observation"), step.get("failed") is True)


def called(action: object) -> tuple[str, dict[str, Any]]:
    """Tool and arguments of an action in LEGOMem's form; empty where it has none."""
    if not isinstance(action, dict):
        return "", {}
    app, name = action.get("app"), action.get("action")
    if not isinstance(name, str):
        return "", {}
    tool = f"{app}_{name}" if isinstance(app, str) and app else name
    return tool, {str(key): value for key, value in action.items() if key not in ("app", "action")}


def remembered(record: dict[str, Any]) -> Course | None:
    """A memory of a whole task, or of one subtask, as a course; None when it holds no subtask."""
    subtasks = record.get("subtasks")
    if not isinstance(subtasks, list):
        subtasks = [record] if string(record, "steps") or string(record, "description") else []
    parts = [_subtask(part) for part in subtasks if isinstance(part, dict)]
    if not parts:
        return None
    names = ("task", "high_level_plan", "final_answer", "reflections")
    task, plan, answer, reflections = (string(record, name) for name in names)
    return Course(task, plan, tuple(parts), answer, reflections)


def _subtask(part: dict[str, Any]) -> Part:
    marks = list(_NUMBERED.finditer(seen := string(part, "observations")))
    ends = [mark.start() for mark in marks[1:]] + [len(seen)]
    blocks = {int(mark[1]): seen[mark.end() : end].strip("\n") for mark, end in zip(marks, ends, strict=False)}
    steps = []
    for number, match in enumerate(_ACTION.finditer(string(part, "steps")), start=1):
        loaded = objects(match[2], most=1)
        tool, arguments = called(loaded[0]) if loaded else ("", {})
        steps.append(Taken((match[1] or "").strip(), tool, arguments, blocks.get(number, "")))
        if number >= _MOST_STEPS:
            break
    return Part(string(part, "agent"), string(part, "description"), tuple(steps))


def string(record: dict[str, Any], name: str) -> str:
    """A text of a record, or nothing."""
    value = record.get(name)
    return value[:200_000] if isinstance(value, str) else ""


def unit(course: Course, longest: int = LONGEST_OBSERVATION) -> dict[str, Any]:
    """A course as LEGOMem's JSON unit (Appendix A), without its task's text."""
    return {
        "high_level_plan": course.plan,
        "subtasks": [subtask_unit(part, longest) for part in course.parts],
        "final_answer": course.answer,
        "reflections": course.reflections,
    }


def subtask_unit(part: Part, longest: int = LONGEST_OBSERVATION) -> dict[str, Any]:
    """One subtask as LEGOMem's JSON: steps as one string, observations numbered like them."""
    seen = [f"[{number}] {shortened(one.observation, longest)}" for number, one in enumerate(part.steps, start=1)]
    return {
        "agent": part.agent,
        "description": part.subtask,
        "steps": "".join(trimmed(one).written for one in part.steps),
        "observations": "\n".join(seen),
    }


def trimmed(step: Taken) -> Taken:
    """The step with overlong arguments shortened."""
    shown = {
        name: shortened(value, _LONGEST_VALUE) if isinstance(value, str) else value
        for name, value in step.arguments.items()
    }
    return replace(step, arguments=shown)


def shortened(text: str, longest: int) -> str:
    """The text, cut at the last line or word that fits and marked with an ellipsis."""
    if len(text) <= longest:
        return text
    head = text[:longest]
    cut = max(head.rfind("\n"), head.rfind(" "))
    return f"{head[:cut] if cut > longest // 2 else head} …"


def tagged(value: object) -> str:
    """JSON between the tags that the prompts ask for; a tag inside it is escaped."""
    shown = json.dumps(value, ensure_ascii=False, indent=1)
    for tag in ("start>", "end>"):
        shown = shown.replace(f"<{tag}", f"\\u003c{tag}")
    return f"<start>\n{shown}\n<end>"


def following(steps: Sequence[Taken]) -> Iterator[tuple[Taken, Taken | None]]:
    """Each failed step with the next step that worked, in the same subtask."""
    for place, step in enumerate(steps):
        if step.failed:
            yield step, next((one for one in steps[place + 1 :] if not one.failed), None)
