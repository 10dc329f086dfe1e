"""A worker without memory: look at what the subtask names, then do what its words say, once."""

from __future__ import annotations

from typing import Any

from procmem.models.simulated.alignment import stems
from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.filling import Wording, fill
from procmem.models.simulated.following import Call, repaired
from procmem.models.simulated.looking import looking, looks
from procmem.models.simulated.reading import Done, Request, Tool, past_calls, past_turns, report_text, reported

_MOST_LOOKS = 12
_MOST_ACTS = 4


def explore(request: Request, *, recovers: bool) -> tuple[str, Call | None]:
    """The next call with a thought, or a report when there is nothing left that the words suggest.

    First everything is looked at that the words speak of, then done what they say, then looked at again what was done.
    """
    done = request.done
    if recovers and done and done[-1].failed:
        again = repaired(done[-1])
        if again is not None and _new(request, (done[-1].tool, again)):
            return "The error names what there is.", (done[-1].tool, again)
    wording = Wording(request, _text(request), _context(request))
    acts = [one.tool for one in done if not looks(one.tool)]
    if len(done) < _MOST_LOOKS and not acts:
        for call in looking(request, wording):
            if _new(request, call):
                return "Look first.", call
    for tool in _suggested(request):
        arguments = fill(tool, wording)
        if (
            arguments is not None
            and not any(_same_act(tool.name, name) for name in acts)
            and arguments.get("source", "") != arguments.get("destination", None)
            and len(acts) < _MOST_ACTS
            and not _made_already(tool, arguments, wording)
            and _new(request, (tool.name, arguments))
        ):
            return f"The words suggest {tool.name.replace('_', ' ')}.", (tool.name, arguments)
    check = _check(request) if recovers else None
    if check is not None:
        return "See whether it is as it should be.", check
    return report_text(done, finished=True), None


def _check(request: Request) -> Call | None:
    """A look at what was changed last, where none was taken since: the same people's or file's things once more."""
    changed = next((place for place in reversed(range(len(request.done))) if _changes(request.done[place])), None)
    if changed is None or any(looks(one.tool) for one in request.done[changed:]):
        return None
    act = request.done[changed]
    values = {name: value for name, value in act.arguments.items() if isinstance(value, str)}
    values.setdefault("username", values.get("user") or values.get("sender") or request.user)
    for tool in request.tools:
        app = act.tool.split("_", 1)[0]
        if looks(tool.name) and tool.name.startswith(f"{app}_") and tool.required and set(tool.required) <= set(values):
            return tool.name, {name: values[name] for name in tool.required}
    return None


def _changes(done: Done) -> bool:
    return not looks(done.tool) and not done.failed


def _text(request: Request) -> str:
    return request.subtask if len(mentions(request.subtask)) > 1 else f"{request.subtask} {request.task}"


def _context(request: Request) -> Context:
    observed = reported([report for _, report in past_turns(request.history)])
    observed |= {f"step {number}": one.seen for number, one in enumerate(request.done) if not one.failed}
    return Context(request.texts, observed, user=request.user, today=request.today)


def _new(request: Request, call: Call) -> bool:
    """Whether a call was not made before, in this subtask or an earlier one."""
    return all((one.tool, one.arguments) != call for one in request.done) and call not in past_calls(request.history)


def _made_already(tool: Tool, arguments: dict[str, Any], wording: Wording) -> bool:
    """Whether a new file would be made in the place of one that was read."""
    there = {value for seen in wording.context.observed.values() for one in seen for _, value in one.arguments}
    return "create" in tool.name.split("_") and any(value in there for value in arguments.values() if "." in str(value))


def _same_act(one: str, other: str) -> bool:
    """Whether two tools do what one word of a request asks for, so that both would be too much."""
    return one == other or bool(stems(one.split("_")[1]) & stems(other.split("_")[1]))


def _suggested(request: Request) -> list[Tool]:
    """Tools that change something, by how well their names and descriptions meet the words of the subtask."""
    words = stems(request.subtask)
    scored = []
    for tool in request.tools:
        action = tool.name.split("_")[1:]
        score = 2.0 * len(stems(" ".join(action[:1])) & words) + len(stems(" ".join(action[1:])) & words)
        score += 0.4 * len(stems(tool.description.split("\n")[0]) & words)
        if not looks(tool.name) and 2.0 * len(stems(action[0] if action else "") & words) > 0:
            scored.append((score, tool))
    scored.sort(key=lambda one: -one[0])
    return [tool for score, tool in scored if score >= scored[0][0] - 0.9]
