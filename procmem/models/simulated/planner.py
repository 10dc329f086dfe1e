"""The orchestrator's plan, next delegation and answer: follow the memories that fit the task, else divide it by its words."""

from __future__ import annotations

from procmem.models.simulated.choosing import related_tasks
from procmem.models.simulated.context import Context, Seen
from procmem.models.simulated.dividing import answered, divided
from procmem.models.simulated.evaluation import evaluate
from procmem.models.simulated.following import Call, follow
from procmem.models.simulated.procedure import TURN, Procedure, induce
from procmem.models.simulated.reading import Done, Request, report_seen
from procmem.models.simulated.remembered import Episode, task_episode


def plan(request: Request, *, longest: int) -> str:
    """A numbered plan of at most ``longest`` steps."""
    chosen = _chosen(request)
    if chosen:
        steps = [(action.tool, str(action.values.get("subtask", ""))) for action in chosen[0].actions]
    else:
        steps = divided(request)
    lines = [f"{number}. {agent}: {_first_sentence(text)}" for number, (agent, text) in enumerate(steps[:longest], start=1)]
    return "\n".join(lines) or "1. Look at what there is."


def turn(request: Request, *, recovers: bool) -> tuple[str, Call]:
    """The next delegation, or finish with the answer."""
    chosen = _chosen(request)
    if not chosen:
        return _without_memory(request)
    procedure = induce(chosen, TURN)
    done = [Done(_agent(one), one.arguments, one.observation) for one in request.done if one.tool == "delegate"]
    base = Context({"task": request.task}, {}, user=request.user, today=request.today)
    reached = follow(procedure, base, done, lambda one: report_seen(one.observation), repair=False)
    del recovers
    if reached.call is not None:
        return "A similar task went this way.", ("delegate", {**reached.call[1], "agent": reached.call[0]})
    return "All that the similar task needed is done.", ("finish", {"answer": _answer(procedure, reached.context, request)})


def _agent(done: Done) -> str:
    return str(done.arguments.get("agent", ""))


def _chosen(request: Request) -> tuple[Episode, ...]:
    episodes = [episode for text in request.memories if (episode := task_episode(text)) is not None]
    return related_tasks(request.task, episodes, [name for name, _ in request.team] or _agents(request))


def _agents(request: Request) -> list[str]:
    for tool in request.tools:
        if tool.name == "delegate":
            return [str(name) for name in tool.properties.get("agent", {}).get("enum", ())]
    return []


def _answer(procedure: Procedure, context: Context, request: Request) -> str:
    found = evaluate(procedure.answer, context) if procedure.answer is not None else None
    return found or answered(request)


def _without_memory(request: Request) -> tuple[str, Call]:
    steps = divided(request)
    turns = [one for one in request.done if one.tool == "delegate"]
    if len(turns) < len(steps):
        agent, text = steps[len(turns)]
        return "The next part of the task.", ("delegate", {"agent": agent, "subtask": text})
    return "Nothing more that I know of.", ("finish", {"answer": answered(request)})


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].strip()[:240]


__all__ = ["Seen", "plan", "turn"]
