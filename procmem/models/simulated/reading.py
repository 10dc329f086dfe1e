"""From messages and tools to a request: who is asked for what, with which memories, and what was done so far.

Everything is recognised from what stands in the prompt: the tools that are offered and the headings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from procmem.models.simulated.context import Seen
from procmem.models.simulated.remembered import flat, memories, numbered

Part = Literal["plan", "turn", "work", "report", "distil", "facts", "rewrite", "adjust", "induce", "other"]
_HEADING = re.compile(r"^## (Task of the team|Task|Plan|New plan|Done so far|Your subtask|Team)\n", re.MULTILINE)
_SETTING = re.compile(
    r"office work for ([^\n]{1,80}?)[.:] .*?It is (\w+), (\d{4}-\d{2}-\d{2}), (\d{2}:\d{2})", re.DOTALL
)
_MEMBER = re.compile(r"^- (\w[\w-]*): (.+)$", re.MULTILINE)
_TURN = re.compile(r"\n\n(?=\d{1,3}\. \w[\w-]*: )")
_HEAD = re.compile(r"(\w+) (\{.*\})\n?")
_FIRST_HEADING = re.compile(r"^#{1,2} ([^\n]+)$", re.MULTILINE)
_ABOUT_MEMORY: dict[str, Part] = {
    "Trajectory": "distil",
    "Keywords": "facts",
    "Similar Task Examples": "rewrite",
    "Memory": "adjust",
    "Agents and their tools": "adjust",
    "Trajectories": "induce",
}
"""Prompts about memory itself, by their first heading; what follows it is data and can not change what is asked."""
_RENEWED = ("New plan", "Done so far")
"""Parts of which the latest counts."""
_LONGEST_PROMPT = 400_000
_LONGEST_TASK = 12_000
_FAILURE = re.compile(
    r"(?i)\b(does not exist|not found|no such|there is no|there are no|failed|can ?not|could not|unknown|invalid|"
    r"missing|expected|must be|already exists|outside|not a|is no|is not|has no|malformed|error)\b"
)


@dataclass(frozen=True, slots=True)
class Done:
    """One call of the present run with what came back."""

    tool: str
    arguments: dict[str, Any]
    observation: str

    @property
    def failed(self) -> bool:
        """Whether the observation reads like an error."""
        return looks_failed(self.observation)

    @property
    def seen(self) -> tuple[Seen, ...]:
        """The observation with its call's arguments."""
        return (Seen(self.observation, flat(self.arguments), self.tool),)


@dataclass(frozen=True, slots=True)
class Tool:
    """An offered tool: name, description, the names and schemas of its arguments, and the required ones."""

    name: str
    description: str
    properties: dict[str, dict[str, Any]]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What a prompt asks for. ``plan`` is the latest, ``planned_at`` how many calls were made before it.

    ``asked`` is the first message of a prompt about memory itself.
    """

    part: Part
    task: str
    subtask: str
    history: str
    plan: str
    planned_at: int
    memories: tuple[str, ...]
    tools: tuple[Tool, ...]
    team: tuple[tuple[str, str], ...]
    done: tuple[Done, ...]
    user: str
    today: str
    weekday: str
    asked: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The instructions, by source."""
        return {"subtask": self.subtask, "task": self.task} if self.subtask else {"task": self.task}


def read(messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]] | None) -> Request:
    """Read a prompt. Nothing raises: what is not there stays empty."""
    system = "\n".join(_content(message) for message in messages if message.get("role") == "system")[:_LONGEST_PROMPT]
    asked = [_content(message) for message in messages if message.get("role") == "user"]
    offered = tuple(_tool(tool) for tool in tools or ())
    sections: dict[str, str] = {}
    for text in asked:
        for name, body in _sections(text).items():
            if name in _RENEWED or name not in sections:
                sections[name] = body
    setting = _SETTING.search(system[:4000])
    return Request(
        part=_part({tool.name for tool in offered}, asked),
        task=(sections.get("Task of the team") or sections.get("Task") or (asked[0] if asked else ""))[:_LONGEST_TASK],
        subtask=sections.get("Your subtask", "")[:_LONGEST_TASK],
        history=sections.get("Done so far", ""),
        plan=sections.get("New plan") or sections.get("Plan") or _said(messages),
        planned_at=_planned_at(messages),
        memories=memories(system.partition("## Memories of similar")[2]),
        tools=offered,
        team=team_of(_sections(system.partition("## Rules")[0]).get("Team", "")),
        done=tuple(_done(messages)),
        user=setting[1].strip() if setting else "",
        today=setting[3] if setting else "",
        weekday=setting[2] if setting else "",
        asked=asked[0] if asked else "",
    )


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    return content[:_LONGEST_PROMPT] if isinstance(content, str) else ""


def _said(messages: Sequence[dict[str, Any]]) -> str:
    """What the model itself said last."""
    return next((_content(one) for one in reversed(messages) if one.get("role") == "assistant"), "")


def _planned_at(messages: Sequence[dict[str, Any]]) -> int:
    """How many calls were answered before the latest new plan."""
    marks = [
        number
        for number, one in enumerate(messages)
        if one.get("role") == "user" and _content(one).startswith("## New plan")
    ]
    return sum(one.get("role") == "tool" for one in messages[: marks[-1]]) if marks else 0


def _part(tools: set[str], asked: Sequence[str]) -> Part:
    if {"delegate", "finish"} <= tools:
        return "turn"
    if tools:
        return "work"
    heading = _FIRST_HEADING.search(asked[0]) if asked else None
    if heading and heading[1] in _ABOUT_MEMORY:
        return _ABOUT_MEMORY[heading[1]]
    last = asked[-1] if asked else ""
    if "numbered plan" in last:
        return "plan"
    return "report" if "Report now" in last else "other"


def _sections(text: str) -> dict[str, str]:
    """The parts of a prompt under its own headings; the last heading's part goes to the end."""
    marks = list(_HEADING.finditer(text[:_LONGEST_PROMPT]))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=False):
        body = text[mark.end() : end].strip()
        if mark[1] in ("Task", "Done so far"):
            body = re.split(r"\n\n(?:Write a (?:short|new) numbered plan|Call `delegate`)", body)[0].strip()
        found.setdefault(mark[1], body)
    return found


def _tool(wire: dict[str, Any]) -> Tool:
    function = wire.get("function") or {}
    schema = function.get("parameters") or {}
    properties = {name: value for name, value in (schema.get("properties") or {}).items() if isinstance(value, dict)}
    return Tool(
        str(function.get("name", "")),
        str(function.get("description", "")),
        properties,
        tuple(name for name in schema.get("required") or () if name in properties),
    )


def _done(messages: Sequence[dict[str, Any]]) -> list[Done]:
    answers = {message.get("tool_call_id"): _content(message) for message in messages if message.get("role") == "tool"}
    found = []
    for message in messages:
        for call in message.get("tool_calls") or ():
            function = call.get("function") or {}
            arguments = _arguments(function.get("arguments"))
            if call.get("id") in answers:
                found.append(Done(str(function.get("name", "")), arguments, answers[call.get("id")]))
    return found


def _arguments(text: object) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def looks_failed(observation: str) -> bool:
    """Whether an observation reads like an error: one short line with the words of one, and no success."""
    line = observation.strip()
    alone = "\n" not in line and len(line) < 1500
    return alone and not line.startswith("Success") and bool(_FAILURE.search(line[:240]))


def report_text(done: Sequence[Done], *, finished: bool, longest: int = 3000) -> str:
    """A report: every call with what it brought, word for word as far as there is room."""
    if not done:
        return "Not done: I found no way to do this with my tools."
    room = max(300, min(longest, 12_000 // len(done)))
    lines = [f"{'Done' if finished else 'Not finished'}, with {len(done)} call{'s' if len(done) > 1 else ''}."]
    for number, one in enumerate(done, start=1):
        text = one.observation if len(one.observation) <= room else f"{one.observation[:room]} …"
        lines.append(f"[{number}] {one.tool} {json.dumps(one.arguments, ensure_ascii=False)}\n{text}")
    return "\n".join(lines)


def report_seen(report: str) -> tuple[Seen, ...]:
    """The observations that a report carries; a report in other words is one observation."""
    found = []
    for _, block in sorted(numbered(report).items()):
        match = _HEAD.match(block)
        if match:
            text = block[match.end() :].removesuffix(" …")
            if not looks_failed(text):
                found.append(Seen(text, flat(_arguments(match[2])), match[1]))
    return tuple(found) or (Seen(report),)


def past_calls(history: str) -> list[tuple[str, dict[str, Any]]]:
    """The calls that earlier reports tell of, also those that failed."""
    heads = [_HEAD.match(block) for _, report in past_turns(history) for block in numbered(report).values()]
    return [(head[1], _arguments(head[2])) for head in heads if head]


def reported(reports: Sequence[str]) -> dict[str, tuple[Seen, ...]]:
    """What several reports carry, each observation under a name of its own."""
    return {
        f"report {number}.{place}": (seen,)
        for number, report in enumerate(reports)
        for place, seen in enumerate(report_seen(report))
    }


def past_turns(history: str) -> list[tuple[str, str]]:
    """The earlier turns in a worker's prompt: (agent with subtask, report)."""
    found = []
    for entry in _TURN.split(history):
        head, mark, report = entry.partition("\nReport: ")
        if mark:
            found.append((head, report))
    return found


def team_of(text: str) -> tuple[tuple[str, str], ...]:
    """The agents of a list with what each does."""
    return tuple(_MEMBER.findall(text))


def under(text: str, heading: str, until: str = "") -> str:
    """What stands in a prompt under a heading, up to the last place of another one; nothing where it is missing."""
    _, mark, rest = text.partition(f"{heading}\n")
    return (rest.rpartition(f"\n{until}\n")[0] or rest).strip() if mark and until else rest.strip()
