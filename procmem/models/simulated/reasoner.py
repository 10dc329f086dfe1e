"""The simulated model's door: a prompt in, a reply out, the same for the same prompt and seed.

``large`` reads its whole prompt and repeats a failed call with what the error names. ``small`` sees two memories, plans
four steps, takes errors as they are, and slips now and then; its slips are drawn from a hash of seed and prompt.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from procmem.models.simulated.adjusting import adjusted
from procmem.models.simulated.distilling import common, distilled, keywords
from procmem.models.simulated.dividing import divided
from procmem.models.simulated.doer import report, work
from procmem.models.simulated.drafting import drafted
from procmem.models.simulated.following import Call
from procmem.models.simulated.planner import plan, turn
from procmem.models.simulated.reading import Request, read, team_of, under

SMALL_MEMORIES = 2
SMALL_MEMORY = 9_000
"""Characters of a memory that ``small`` still takes in; longer ones are passed over."""
SLIPS = 24
"""Of a thousand calls of ``small``, how many confuse two arguments, and again how many end a subtask too early."""


def answer(
    model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, seed: int
) -> tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]]:
    """Answer a conversation.

    Args:
        model: "large"; anything else answers as "small".
        messages: The conversation in OpenAI's wire form.
        tools: The tools offered, in OpenAI's wire form.
        seed: Decides only where ``small`` slips.

    Returns:
        The text, the tool calls as (name, arguments), and tokens of prompt and reply: a quarter of their characters.
    """
    request = read(messages, tools)
    large = model == "large"
    if not large:
        request = replace(request, memories=_noticed(request.memories))
    draw = 1000 if large else _draw(messages, seed)
    text, call = _reply(request, draw, large=large)
    if not large and request.part == "work" and call is not None:
        text, call = _slip(request, text, call, draw)
    calls = [call] if call is not None else []
    return text, calls, (_tokens(_length(messages, tools)), _tokens(len(text) + _called(calls)))


def _reply(request: Request, draw: int, *, large: bool) -> tuple[str, Call | None]:
    match request.part:
        case "plan":
            return plan(request, longest=12 if large else 4), None
        case "turn":
            return turn(request, recovers=large)
        case "work":
            return work(request, recovers=large)
        case "report":
            return report(request), None
        case "distil":
            return distilled(under(request.asked, "# Trajectory", "# Example"), draw, large=large), None
        case "facts":
            return keywords(under(request.asked, "# Text"), _most(request.asked)), None
        case "rewrite":
            return _drafted(request), None
        case "adjust":
            return _adjusted(request), None
        case "induce":
            return common(under(request.asked, "# Trajectories", "# Instructions")), None
        case "other":
            return "I can not say more about this.", None


def _most(asked: str) -> int:
    """How many keywords are wanted."""
    match = re.search(r"(?i)up to (\d{1,2})\b", asked[:400])
    return int(match[1]) if match else 8


def _drafted(request: Request) -> str:
    examples = under(request.asked, "## Similar Task Examples", "## New Task")
    task = under(request.asked, "## New Task", "## Agents")
    team = team_of(under(request.asked, "## Agents"))
    alone = replace(request, task=task, team=team, done=())
    return drafted(examples, task, team, [(agent, text[:240]) for agent, text in divided(alone)])


def _adjusted(request: Request) -> str:
    memory = under(request.asked, "# Memory", "# Failed trajectory")
    run = under(request.asked, "# Failed trajectory", "# What was wrong in the end")
    feedback = under(request.asked, "# What was wrong in the end", "# Instructions")
    return adjusted(memory, run, feedback, under(request.asked, "# Agents and their tools", "# Memory"))


def _noticed(memories: Sequence[str]) -> tuple[str, ...]:
    return tuple(memory for memory in memories[:SMALL_MEMORIES] if len(memory) <= SMALL_MEMORY)


def _draw(messages: Sequence[dict[str, Any]], seed: int) -> int:
    """A number below 1000 that depends on seed and prompt only."""
    prompt = json.dumps([seed, list(messages)], sort_keys=True, default=str)
    return int.from_bytes(hashlib.sha256(prompt.encode("utf-8", "replace")).digest()[:4]) % 1000


def _slip(request: Request, text: str, call: Call, draw: int) -> tuple[str, Call | None]:
    """Now and then a small model confuses two arguments, or believes that it is done."""
    name, arguments = call
    words = [argument for argument, value in arguments.items() if isinstance(value, str)]
    if draw < SLIPS and len(words) > 1:
        first, second = words[-2:]
        return text, (name, {**arguments, first: arguments[second], second: arguments[first]})
    if SLIPS <= draw < 2 * SLIPS and request.done:
        return report(request), None
    return text, call


def _length(messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]] | None) -> int:
    said = sum(len(str(message.get("content") or "")) for message in messages)
    called = sum(len(json.dumps(message.get("tool_calls") or "", default=str)) for message in messages)
    return said + called + (len(json.dumps(tools, default=str)) if tools else 0)


def _called(calls: Sequence[Call]) -> int:
    return sum(len(name) + len(json.dumps(arguments)) for name, arguments in calls)


def _tokens(characters: int) -> int:
    return max(1, characters // 4)
