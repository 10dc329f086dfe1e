"""A worker without memory: look at what the subtask names, then do what its words say, once."""

from __future__ import annotations

from procmem.models.simulated.alignment import stems
from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.filling import Wording, fill
from procmem.models.simulated.following import Call, repaired
from procmem.models.simulated.looking import looking, looks
from procmem.models.simulated.reading import Request, Tool, past_turns, report_text, reported

_MOST_LOOKS = 9
_MOST_ACTS = 4


def explore(request: Request, *, recovers: bool) -> tuple[str, Call | None]:
    """The next call with a thought, or a report when there is nothing left that the words suggest."""
    done = request.done
    if recovers and done and done[-1].failed:
        again = repaired(done[-1])
        if again is not None and _new(request, (done[-1].tool, again)):
            return "The error names what there is.", (done[-1].tool, again)
    wording = Wording(request, _text(request), _context(request))
    looked = sum(looks(one.tool) for one in done)
    if looked < _MOST_LOOKS and len(done) == looked:
        for call in looking(request, wording):
            if _new(request, call):
                return "Look first.", call
    acts = [one.tool for one in done if not looks(one.tool)]
    for tool in _suggested(request):
        arguments = fill(tool, wording)
        if (
            arguments is not None
            and not any(_same_act(tool.name, name) for name in acts)
            and arguments.get("source", "") != arguments.get("destination", None)
            and len(acts) < _MOST_ACTS
            and _new(request, (tool.name, arguments))
        ):
            return f"The words suggest {tool.name.replace('_', ' ')}.", (tool.name, arguments)
    return report_text(done, finished=True), None


def _text(request: Request) -> str:
    return request.subtask if len(mentions(request.subtask)) > 1 else f"{request.subtask} {request.task}"


def _context(request: Request) -> Context:
    observed = reported([report for _, report in past_turns(request.history)])
    observed |= {f"step {number}": one.seen for number, one in enumerate(request.done) if not one.failed}
    return Context(request.texts, observed, user=request.user, today=request.today)


def _new(request: Request, call: Call) -> bool:
    return all((one.tool, one.arguments) != call for one in request.done)


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
