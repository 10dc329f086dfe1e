"""The orchestrator: follow the memories that fit the task, else divide it among the agents by its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from procmem.models.simulated.alignment import resemblance
from procmem.models.simulated.answering import answered
from procmem.models.simulated.borrowing import borrowed_text
from procmem.models.simulated.choosing import TASK_ENOUGH, aboutness, by_itself, related_tasks
from procmem.models.simulated.context import Context
from procmem.models.simulated.dividing import divided, elsewhere, left_over, unfinished
from procmem.models.simulated.evaluation import evaluate
from procmem.models.simulated.following import Call, follow, grounded
from procmem.models.simulated.planning import Planned, remaining, steps_of, told_for
from procmem.models.simulated.procedure import TURN, Procedure, induce
from procmem.models.simulated.reading import Done, Request, past_turns, report_seen
from procmem.models.simulated.remembered import Episode, task_episode, task_script

_MOST_TURNS = 12
"""Without memory: after so many turns the task is given up."""
_AGAIN = " The last attempt reported: "


def plan(request: Request, *, longest: int) -> str:
    """A numbered plan of at most ``longest`` steps; after some turns, of what they have left."""
    steps = _planned(request)
    past = past_turns(request.history)
    if past:
        done = [(head.split(". ", 1)[-1].split(":", 1)[0], report) for head, report in past]
        steps = remaining(steps, done, steps_of(request.plan))
    return _numbered(steps[:longest]) or "1. Look at what there is."


def _planned(request: Request) -> list[Planned]:
    """The steps that memories tell, scripts where there is nothing more, else those of the words.

    Each memory's plan is told for the new task by itself; the one whose steps most others tell too is taken.
    """
    best = next((one for one in by_itself(_chosen(request)) if grounded(induce(one, TURN), _base(request))), ())
    likest = sorted(best, key=lambda one: -resemblance(request.task, one.text("task"))) or _scripts(request)
    if not likest:
        return [(agent, _headline(text)) for agent, text in divided(request)]
    plans = [told_for(one, request.task, request.user, request.today) for one in likest[:6]]
    told = Counter(step for steps in plans for step in steps)
    return max(plans, key=lambda steps: sum(told[step] for step in steps) / len(steps))


def _scripts(request: Request) -> list[Episode]:
    """Memories that are plans only and about this task, the most so first."""
    scripts = [script for text in request.memories if (script := task_script(text)) is not None]
    fitting = [one for one in scripts if steps_of(one.plan) and aboutness(request.task, one) >= TASK_ENOUGH]
    return sorted(fitting, key=lambda one: -aboutness(request.task, one))


def _headline(text: str) -> str:
    return text.split(". ")[0].strip()[:240]


def _numbered(steps: Sequence[Planned]) -> str:
    return "\n".join(
        f"{number}. {agent}: {text}" if agent else f"{number}. {text}"
        for number, (agent, text) in enumerate(steps, start=1)
    )


def turn(request: Request, *, recovers: bool) -> tuple[str, Call]:
    """The next delegation, or finish with the answer. A subtask of which nothing was done is handed over once more."""
    done, chosen = _turns(request), _chosen(request)
    last = str(done[-1].arguments.get("subtask", "")) if done else ""
    if recovers and chosen and done and _undone(done[-1]) and _AGAIN not in last:
        subtask = f"{last}{_AGAIN}{done[-1].observation[-300:]}"
        return "Nothing was done, so once more.", (
            "delegate",
            {"agent": done[-1].tool, "subtask": subtask, "progress": False},
        )
    base = _base(request)
    procedure = next((found for one in by_itself(chosen) if grounded(found := induce(one, TURN), base)), None)
    if procedure is None:
        return _by_words(request)
    reached = follow(procedure, base, _without_repeats(done), lambda one: report_seen(one.observation), repair=False)
    if reached.call is not None:
        agent, given = reached.call
        if borrowed_text([str(given.get("subtask", ""))], request):
            given = {**given, "subtask": f"Do the {agent} part of this task: {request.task}"}
        return "A similar task went this way.", ("delegate", {**given, "agent": agent})
    return "All that the similar task needed is done.", (
        "finish",
        {"answer": _answer(procedure, reached.context, request)},
    )


def _base(request: Request) -> Context:
    """What is known before anything is done."""
    return Context({"task": request.task}, {}, user=request.user, today=request.today)


def _turns(request: Request, first: int = 0) -> list[Done]:
    """The delegations that were carried out, from a call on; the agent stands in for the tool."""
    return [
        Done(str(one.arguments.get("agent", "")), one.arguments, one.observation)
        for one in request.done[first:]
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


def _chosen(request: Request) -> tuple[tuple[Episode, ...], ...]:
    episodes = [episode for text in request.memories if (episode := task_episode(text)) is not None]
    if not episodes:
        return ()
    called = dict.fromkeys(agent for agent, _ in divided(request))
    return related_tasks(request.task, episodes, [name for name, _ in request.team], tuple(called))


def _answer(procedure: Procedure, context: Context, request: Request) -> str:
    answer = procedure.answer()
    return (evaluate(answer, context) if answer is not None else None) or answered(request)


def _by_words(request: Request) -> tuple[str, Call]:
    """The next step of the plan that was made, or of the division by words that it was made from."""
    done = _without_repeats(_turns(request, request.planned_at))
    known = {name for name, _ in request.team}
    steps, planned = divided(request), [one for one in steps_of(request.plan) if one[0] in known]
    if planned and planned != [(agent, _headline(text)) for agent, text in steps][: len(planned)]:
        steps = planned
    if len(done) < len(steps) and len(request.done) < _MOST_TURNS:
        agent, text = steps[len(done)]
        if steps is planned:  # a step of a plan tells little of what it is for
            text = f"{text.rstrip('.')}, as your part of this task: {request.task}"
        return "The next part of the task.", ("delegate", {"agent": agent, "subtask": text})
    more = left_over(request) if steps is not planned and len(request.done) < _MOST_TURNS else []
    if more:
        return "What was read speaks of more.", ("delegate", {"agent": more[0][0], "subtask": more[0][1]})
    once_more = (elsewhere(request) or unfinished(request)) if len(request.done) < _MOST_TURNS else None
    if once_more is not None:
        return "It is not done yet.", (
            "delegate",
            {"agent": once_more[0], "subtask": once_more[1]},
        )
    return "Nothing more that I know of.", ("finish", {"answer": answered(request)})
