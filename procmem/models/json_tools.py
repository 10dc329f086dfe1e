"""Tool calling for models that lack it: tools are described in the prompt, calls are read from the text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from procmem.prompts import render
from procmem.types import JsonObject, Message, ToolCall, ToolSpec

LONGEST_MALFORMED = 2000
"""Characters of unreadable arguments that are kept, for the agent to see what it wrote."""

MOST_BRACES = 200
"""Places in a reply where a call is looked for; beyond that it is no call but a document."""

_NAME = re.compile(r'"tool"\s*:\s*"([^"\n]{1,100})"')
_FENCE = re.compile(r"```\w*\s*$")


def as_prompt(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> list[Message]:
    """The same conversation without tool messages: tools in the system message, results as user messages.

    Neighbours of one role are joined, because the chat templates of such models want the roles to alternate.
    """
    names = _call_names(messages)
    plain = [_plain(message, names) for message in messages]
    if tools:
        system = {"role": "system", "content": render("json_tools", tools="\n".join(map(_described, tools)))}
        plain.insert(1 if plain and plain[0]["role"] == "system" else 0, system)
    joined: list[Message] = []
    for message in plain:
        if joined and joined[-1]["role"] == message["role"]:
            joined[-1] = {**message, "content": f"{joined[-1]['content']}\n\n{message['content']}"}
        else:
            joined.append(message)
    return joined


def _described(tool: ToolSpec) -> str:
    return f"- {tool.name}: {tool.description}\n  arguments: {json.dumps(tool.parameters, ensure_ascii=False)}"


def _call_names(messages: Sequence[Message]) -> dict[str, str]:
    calls = [call for message in messages for call in message.get("tool_calls") or ()]
    return {call["id"]: call["function"]["name"] for call in calls}


def _plain(message: Message, names: dict[str, str]) -> Message:
    content = message.get("content") or ""
    if message["role"] == "tool":
        tool = names.get(message.get("tool_call_id", ""), "the tool")
        return {"role": "user", "content": render("json_result", tool=tool, result=content)}
    written = [content] if content else []
    for call in message.get("tool_calls") or ():
        function = call["function"]
        written.append(f'{{"tool": {json.dumps(function["name"])}, "arguments": {function["arguments"]}}}')
    return {"role": message["role"], "content": "\n".join(written)}


def read_call(text: str, call_id: str) -> tuple[str, ToolCall | None]:
    """The text before the first tool call of a reply, and the call; a reply without one is all text.

    Only the first call counts: what a model writes behind it presumes a result that it has not seen.
    """
    for brace in islice(re.finditer(r"\{", text), MOST_BRACES):
        start = brace.start()
        found = _object_at(text, start)
        if found is not None and isinstance(found.get("tool"), str):
            return _before(text, start), _as_call(call_id, found)
    broken = _NAME.search(text)
    if broken is None:
        return text, None
    start = max(text.rfind("{", 0, broken.start()), 0)
    malformed = text[start : start + LONGEST_MALFORMED]
    return _before(text, start), ToolCall(call_id, broken.group(1), {}, malformed=malformed)


def read_arguments(call_id: str, name: str, written: str) -> ToolCall:
    """A tool call with its arguments as JSON text; anything but an object makes it malformed."""
    try:
        arguments = json.loads(written or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if isinstance(arguments, dict):
        return ToolCall(call_id, name, arguments)
    return ToolCall(call_id, name, {}, malformed=written[:LONGEST_MALFORMED])


def _object_at(text: str, start: int) -> JsonObject | None:
    try:
        found: Any = json.JSONDecoder(strict=False).raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _as_call(call_id: str, found: JsonObject) -> ToolCall:
    given = found.get("arguments") or {}
    return read_arguments(call_id, found["tool"], given if isinstance(given, str) else json.dumps(given))


def _before(text: str, start: int) -> str:
    return _FENCE.sub("", text[:start]).strip()
