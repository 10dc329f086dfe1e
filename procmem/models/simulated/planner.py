"""The orchestrator: follow the memories that fit the task, else divide it among the agents by its words."""

from __future__ import annotations

from collections.abc import Sequence

from procmem.models.simulated.choosing import related_tasks
from procmem.models.simulated.context import Context
from procmem.models.simulated.dividing import answered, divided
from procmem.models.simulated.evaluation import evaluate
from procmem.models.simulated.following import Call, follow, grounded
from procmem.models.simulated.procedure import TURN, Procedure, induce
from procmem.models.simulated.reading import Done, Request, report_seen
from procmem.models.simulated.remembered import Episode, task_episode

_AGAIN = " The last attempt reported: "


def plan(request: Request, *, longest: int) -> str:
    """A numbered plan of at most ``longest`` steps."""
    chosen = _chosen(request)
    if chosen:
        steps = [(action.tool, str(action.values.get("subtask", ""))) for action in chosen[0].actions]
    else:
        steps = divided(request)
    lines = [
        f"{number}. {agent}: {text.split('. ')[0].strip()[:240]}"
        for number, (agent, text) in enumerate(steps[:longest], start=1)
    ]
    return "\n".join(lines) or "1. Look at what there is."


def turn(request: Request, *, recovers: bool) -> tuple[str, Call]:
    """The next delegation, or finish with the answer. A subtask of which nothing was done is handed over once more."""
    done = _turns(request)
    if recovers and done and _undone(done[-1]) and _AGAIN not in done[-1].arguments.get("subtask", ""):
        subtask = f"{done[-1].arguments.get('subtask', '')}{_AGAIN}{done[-1].observation[-300:]}"
        return "Nothing was done, so once more.", (
            "delegate",
            {"agent": done[-1].tool, "subtask": subtask, "progress": False},
        )
    chosen = _chosen(request)
    done = _without_repeats(done)
    if not chosen:
        return _by_words(request, done)
    procedure = induce(chosen, TURN)
    base = Context({"task": request.task}, {}, user=request.user, today=request.today)
    if not grounded(procedure, base):
        return _by_words(request, done)
    reached = follow(procedure, base, done, lambda one: report_seen(one.observation), repair=False)
    if reached.call is not None:
        return "A similar task went this way.", ("delegate", {**reached.call[1], "agent": reached.call[0]})
    return "All that the similar task needed is done.", (
        "finish",
        {"answer": _answer(procedure, reached.context, request)},
    )


def _turns(request: Request) -> list[Done]:
    """The delegations that were carried out; the agent stands in for the tool."""
    return [
        Done(str(one.arguments.get("agent", "")), one.arguments, one.observation)
        for one in request.done
        if one.tool == "delegate" and not one.observation.startswith("Not done: ")
    ]


def _undone(done: Done) -> bool:
    return "\nNot done:" in done.observation


def _without_repeats(done: Sequence[Done]) -> list[Done]:
    """The delegations without those that were handed over once more."""
    return [
        one
        for one, later in zip(done, [*done[1:], None], strict=False)
        if later is None or _AGAIN not in str(later.arguments.get("subtask", ""))
    ]


def _chosen(request: Request) -> tuple[Episode, ...]:
    episodes = [episode for text in request.memories if (episode := task_episode(text)) is not None]
    return related_tasks(request.task, episodes, [name for name, _ in request.team])


def _answer(procedure: Procedure, context: Context, request: Request) -> str:
    found = evaluate(procedure.answer, context) if procedure.answer is not None else None
    return found or answered(request)


def _by_words(request: Request, done: Sequence[Done]) -> tuple[str, Call]:
    steps = divided(request)
    if len(done) < len(steps):
        agent, text = steps[len(done)]
        return "The next part of the task.", ("delegate", {"agent": agent, "subtask": text})
    return "Nothing more that I know of.", ("finish", {"answer": answered(request)})
