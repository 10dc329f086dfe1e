"""A remembered call beside the tools as they are now: stale names of tools and arguments are put right first."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from procmem.models.simulated.alignment import stems
from procmem.models.simulated.following import Call
from procmem.models.simulated.reading import Tool

_ALIKE = 0.5
"""How alike two names of arguments must be to mean the same."""


def fitted(call: Call, tools: Sequence[Tool], wording: str) -> Call:
    """The call, or where it can not be made as it is the nearest one that can.

    Args:
        call: A tool's name with arguments.
        tools: The tools that are offered.
        wording: Why the call is made, in words.
    """
    name, arguments = call
    own = next((tool for tool in tools if tool.name == name), None)
    if own is not None and _fits(arguments, own):
        return call
    scored = [(_score(tool, name, arguments, wording), -place, tool) for place, tool in enumerate(tools)]
    if not scored:
        return call
    best = max(scored, key=lambda one: one[:2])
    return (best[2].name, _renamed(arguments, best[2])) if best[0] > 0 else call


def _fits(arguments: dict[str, Any], tool: Tool) -> bool:
    return set(arguments) <= set(tool.properties) and set(tool.required) <= set(arguments)


def _score(tool: Tool, name: str, arguments: dict[str, Any], wording: str) -> float:
    """How well a tool could be what was meant: by its arguments, its app, its name and the reason of the call."""
    renamed = _renamed(arguments, tool)
    kept = sum(argument in arguments for argument in renamed)
    lost, missing = len(arguments) - len(renamed), sum(argument not in renamed for argument in tool.required)
    words = stems(tool.name.partition("_")[2].replace("_", " "))
    score = kept + 0.6 * (len(renamed) - kept) - 1.5 * lost - 2.0 * missing
    score += 0.5 * (tool.name.partition("_")[0] == name.partition("_")[0]) + 0.9 * (tool.name == name)
    return score + 0.8 * len(words & stems(wording)) / max(1, len(words)) - 0.1 * len(tool.properties)


def _renamed(arguments: dict[str, Any], tool: Tool) -> dict[str, Any]:
    """The arguments under the names that the tool has for them; those that it has no place for are left out."""
    found = {name: value for name, value in arguments.items() if name in tool.properties}
    for name, value in arguments.items():
        free = [one for one in tool.properties if one not in found]
        if name in tool.properties or not free:
            continue
        scores = [(SequenceMatcher(None, name, one).ratio() + 0.1 * (one in tool.required), one) for one in free]
        best = max(scores, key=lambda one: one[0])
        if best[0] >= _ALIKE:
            found[best[1]] = value
    return found
