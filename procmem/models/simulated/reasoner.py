"""The simulated model's door: a prompt in, a reply out, the same for the same prompt."""

from __future__ import annotations

import json
from typing import Any

from procmem.models.simulated.doer import report, work
from procmem.models.simulated.following import Call
from procmem.models.simulated.planner import plan, turn
from procmem.models.simulated.reading import Request, read


def answer(
    model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, seed: int
) -> tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]]:
    """Answer a conversation as ``large`` or ``small``.

    Returns:
        The text, the tool calls as (name, arguments), and the prompt's and the reply's tokens (a quarter of the characters).
    """
    request = read(messages, tools)
    text, call = _reply(request, model)
    calls = [call] if call is not None else []
    size = sum(len(str(message.get("content") or "")) + len(str(message.get("tool_calls") or "")) for message in messages)
    spent = len(text) + sum(len(json.dumps(arguments)) + len(name) for name, arguments in calls)
    return text, calls, (max(1, size // 4), max(1, spent // 4))


def _reply(request: Request, model: str) -> tuple[str, Call | None]:
    large = model == "large"
    match request.part:
        case "plan":
            return plan(request, longest=12 if large else 4), None
        case "turn":
            return turn(request, recovers=large)
        case "work":
            return work(request, recovers=large)
        case "report":
            return report(request), None
        case "other":
            return "I can not say more about this.", None
