"""Prompts for the simulated model, made as the agents make them, and small worlds of synthetic procedures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from procmem.agents.teams import ROSTER
from procmem.models.simulated.reasoner import answer
from procmem.office.apps import toolbox
from procmem.prompts import render

SETTING = {"username": "Dana", "weekday": "Monday", "date": "2024-05-13", "time": "09:00"}
TEAM = (
    "- excel: You read and change Excel workbooks (.xlsx).\n- email: You read, search, send, answer and forward mail."
)
TURN_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "delegate",
            "description": "Hand the next subtask to an agent.",
            "parameters": {
                "type": "object",
                "properties": {"agent": {"type": "string", "enum": ["excel", "email"]}, "subtask": {"type": "string"}},
                "required": ["agent", "subtask"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "finish",
            "description": "End the task with its answer.",
            "parameters": {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]},
        },
    },
]


@dataclass(frozen=True)
class Told:
    """What a remembered or expected run does: request, subtask, calls with what they bring."""

    task: str
    subtask: str
    calls: tuple[tuple[str, dict[str, Any], str], ...]
    agent: str = "excel"
    answer: str = "Done."
    extra: dict[str, str] = field(default_factory=dict)


def wire(agent: str) -> list[dict[str, Any]]:
    """The real tools of an agent in wire form."""
    return [
        {
            "type": "function",
            "function": {"name": spec.name, "description": spec.description, "parameters": spec.parameters},
        }
        for spec in (tool.spec for tool in toolbox(ROSTER[agent][1]).values())
    ]


def subtask_memory(told: Told) -> dict[str, Any]:
    """The subtask memory of a run."""
    steps = "".join(
        f"<think>Because.</think><action>{json.dumps(_action(name, given))}</action>" for name, given, _ in told.calls
    )
    seen = "\n".join(f"[{number}] {text}" for number, (_, _, text) in enumerate(told.calls, start=1))
    return {
        "task": told.task,
        "agent": told.agent,
        "description": told.subtask,
        "steps": steps,
        "observations": seen,
    }


def _action(name: str, given: dict[str, Any]) -> dict[str, Any]:
    app, _, action = name.partition("_")
    return {"app": app, "action": action, **given}


def block(kind: str, memories: Sequence[dict[str, Any]]) -> str:
    """The memory block of a system prompt, or nothing."""
    if not memories:
        return ""
    shown = [
        f'<memory rank="{rank}">\n{json.dumps(memory, indent=1)}\n</memory>'
        for rank, memory in enumerate(memories, start=1)
    ]
    return render(f"memories_{kind}", memories="\n".join(shown))


def worker_prompt(
    told: Told, memories: Sequence[dict[str, Any]], history: str = "Nothing yet."
) -> list[dict[str, Any]]:
    """The first messages of a worker's conversation."""
    system = render("worker_system", agent=told.agent, description=ROSTER[told.agent][0], **SETTING)
    asked = render("worker_task", task=told.task, history=history, subtask=told.subtask)
    return [
        {"role": "system", "content": system + block("subtask", memories)},
        {"role": "user", "content": asked},
    ]


def made_calls(
    told: Told,
    memories: Sequence[dict[str, Any]],
    world: Callable[[str, dict[str, Any]], str],
    model: str = "large",
    seed: int = 0,
) -> list[tuple[str, dict[str, Any]]]:
    """The calls a worker makes in a world until it reports."""
    messages = worker_prompt(told, memories)
    tools = wire(told.agent)
    made: list[tuple[str, dict[str, Any]]] = []
    for number in range(20):
        _, calls, _ = answer(model, messages, tools, seed)
        if not calls:
            break
        ((name, given),) = calls
        made.append((name, given))
        messages += exchange(f"call_{number}", name, given, world(name, given))
    return made


def exchange(identity: str, name: str, given: dict[str, Any], seen: str) -> list[dict[str, Any]]:
    """A tool call and its result as messages."""
    function = {"name": name, "arguments": json.dumps(given)}
    return [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": identity, "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": identity, "content": seen},
    ]


def follows(memories: Sequence[Told], expected: Told, model: str = "large") -> bool:
    """Whether a worker with these memories makes just the expected calls, in a world that answers as expected."""
    answers = {json.dumps([name, given], sort_keys=True): seen for name, given, seen in expected.calls}

    def world(name: str, given: dict[str, Any]) -> str:
        return answers.get(json.dumps([name, given], sort_keys=True), "Failed. There is no such thing.")

    made = made_calls(expected, [subtask_memory(told) for told in memories], world, model)
    return made == [(name, given) for name, given, _ in expected.calls]


def grid(rows: Sequence[Sequence[object]]) -> str:
    """A table as the excel tools print it."""
    lines = [
        "".join(f"({r}, {c}): {'[Empty Cell]' if cell is None else cell}\t" for c, cell in enumerate(row, start=1))
        for r, row in enumerate(rows, start=1)
    ]
    return "\n".join(["The following is the table from the excel file:", *lines])


def events(user: str, entries: Sequence[tuple[str, str, str]]) -> str:
    """A calendar as the calendar tool lists it."""
    dashes = "-" * 50
    lines = [f"Summary: {what}\nStart Time: {start}\nEnd Time: {end}\n{dashes}" for what, start, end in entries]
    return "\n".join([f"Successfully list events for {user}:", *lines])
