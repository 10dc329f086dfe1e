"""Memories in a prompt, read leniently: what is missing or malformed makes a memory worth less, and nothing fails."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from procmem.models.simulated.context import Seen
from procmem.models.simulated.entities import number_text

_ACTION = re.compile(r"(?:<think>(.*?)</think>\s*)?<action>(.*?)</action>", re.DOTALL)
_NUMBERED = re.compile(r"^\[(\d{1,3})\] ?", re.MULTILINE)
_OWNER = re.compile(r"\b([A-Z]\w+)(?:'s|’s) (?:mailbox|inbox|calendar|name)\b|\bas ([A-Z]\w+)\b")
"""A person on whose behalf something is done."""
_MOST_ACTIONS = 80


@dataclass(frozen=True, slots=True)
class Action:
    """One remembered call: a tool with arguments (as JSON, so that it can be compared), its reason, what it brought."""

    tool: str
    arguments: str
    reason: str
    seen: tuple[Seen, ...]

    @property
    def values(self) -> dict[str, Any]:
        """The arguments."""
        values = json.loads(self.arguments)
        return values if isinstance(values, dict) else {}


@dataclass(frozen=True, slots=True)
class Episode:
    """A remembered stretch of work: the texts that asked for it, its calls in order, and what was said at the end."""

    texts: tuple[tuple[str, str], ...]
    actions: tuple[Action, ...]
    user: str = ""
    answer: str = ""
    plan: str = ""

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools in order."""
        return tuple(action.tool for action in self.actions)

    def text(self, source: str) -> str:
        """The remembered text of a source, or nothing."""
        return dict(self.texts).get(source, "")


@lru_cache(maxsize=256)
def memories(block: str) -> tuple[str, ...]:
    """The JSON texts of the memories in a system prompt, best first."""
    found = []
    for part in block[:400_000].split("</memory>")[:-1][:12]:
        opening = part.find("<memory")
        end = part.find(">", opening)
        if opening >= 0 and end >= 0:
            found.append(part[end + 1 :].strip())
    return tuple(found)


@lru_cache(maxsize=2048)
def _record(text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


@lru_cache(maxsize=2048)
def subtask_episode(text: str) -> Episode | None:
    """A subtask memory as an episode of tool calls, or None when it holds no usable call."""
    record = _record(text)
    actions = _actions(record)
    if not actions:
        return None
    texts = (("subtask", _string(record, "description")), ("task", _string(record, "task")))
    return Episode(texts, actions, _user(actions, texts[1][1] + texts[0][1]))


@lru_cache(maxsize=2048)
def task_episode(text: str) -> Episode | None:
    """A full-task memory as an episode of delegations, each with the observations of its steps."""
    record = _record(text)
    task = _string(record, "task")
    subtasks = record.get("subtasks")
    steps = []
    every: list[Action] = []
    for part in subtasks[:_MOST_ACTIONS] if isinstance(subtasks, list) else ():
        if not isinstance(part, dict) or not _string(part, "agent") or not _string(part, "description"):
            continue
        inner = _actions(part)
        every += inner
        arguments = {"agent": _string(part, "agent"), "subtask": _string(part, "description")}
        seen = tuple(one for action in inner for one in action.seen)
        steps.append(Action(arguments["agent"], json.dumps(arguments), "", seen))
    if not steps:
        return None
    plan = _string(record, "high_level_plan")
    return Episode((("task", task),), tuple(steps), _user(every, task), _string(record, "final_answer"), plan)


def task_script(text: str) -> Episode | None:
    """A full-task memory that tells its plan and no subtasks, as an episode without calls; None for any other."""
    record = _record(text)
    task, plan = _string(record, "task"), _string(record, "high_level_plan")
    return Episode((("task", task),), (), plan=plan) if task and plan and task_episode(text) is None else None


def _string(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value[:20_000] if isinstance(value, str) else ""


def _actions(record: dict[str, Any]) -> tuple[Action, ...]:
    observations = numbered(_string_or_lines(record.get("observations")))
    found = []
    for number, (reason, action) in enumerate(_calls(_string_or_lines(record.get("steps"))), start=1):
        tool = f"{action.pop('app', '')}_{action.pop('action', '')}".strip("_")
        if not tool:
            continue
        text = observations.get(number, "")
        seen = (Seen(text.removesuffix(" …"), flat(action), tool),)
        found.append(Action(tool, json.dumps(action, ensure_ascii=False), reason, seen))
    return tuple(found)


def _string_or_lines(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(line for line in value if isinstance(line, str))
    return value[:200_000] if isinstance(value, str) else ""


def _calls(steps: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for count, match in enumerate(_ACTION.finditer(steps)):
        if count >= _MOST_ACTIONS:
            return
        action = _record(match[2].strip())
        if action:
            yield (match[1] or "").strip(), dict(action)


def numbered(text: str) -> dict[int, str]:
    """Blocks that begin with ``[n] `` at a line start, by number."""
    marks = list(_NUMBERED.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {int(mark[1]): text[mark.end() : end].strip("\n") for mark, end in zip(marks, ends, strict=False)}


def flat(arguments: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Arguments that are single values, as text."""
    return tuple((name, plain(value)) for name, value in arguments.items() if isinstance(value, str | int | float))


def plain(value: object) -> str:
    """A JSON value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return number_text(float(value)) if abs(value) < 1e15 else str(value)
    return json.dumps(value, ensure_ascii=False)


def _user(actions: tuple[Action, ...] | list[Action], text: str) -> str:
    """Who was probably served: the one on whose behalf most calls were made, if the text did not have to name them."""
    for argument in ("sender", "username", "user"):
        names: Counter[str] = Counter()
        for action in actions:
            value = action.values.get(argument)
            if isinstance(value, str):
                names[value] += 1 if value in text else 3
        if names:
            return names.most_common(1)[0][0]
    owner = _OWNER.search(text)
    return owner[1] or owner[2] if owner else ""
