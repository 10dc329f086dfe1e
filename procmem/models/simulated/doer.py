"""A worker's next call or report: follow the memories that fit the subtask, else explore."""

from __future__ import annotations

from dataclasses import replace

from procmem.models.simulated.borrowing import borrowed_call
from procmem.models.simulated.choosing import by_itself, related_subtasks
from procmem.models.simulated.context import Context
from procmem.models.simulated.exploring import explore
from procmem.models.simulated.fitting import fitted
from procmem.models.simulated.following import Call, Progress, follow, grounded
from procmem.models.simulated.procedure import Procedure, induce
from procmem.models.simulated.reading import Request, report_text
from procmem.models.simulated.remembered import subtask_episode


def work(request: Request, *, recovers: bool) -> tuple[str, Call | None]:
    """The next call with a thought, or a report and no call.

    Args:
        request: The worker's prompt.
        recovers: Whether a failed call is repeated with what its error names.
    """
    episodes = [episode for text in request.memories if (episode := subtask_episode(text)) is not None]
    tools = [tool.name for tool in request.tools]
    chosen = related_subtasks(request.subtask, request.task, episodes, tools)
    base = Context(request.texts, {}, user=request.user, today=request.today)
    procedure = next((found for one in by_itself(chosen) if grounded(found := induce(one), base)), None)
    if procedure is None:
        return explore(request, recovers=recovers)
    reached = _reached(procedure, base, request, recovers=recovers)
    if reached is None:  # the subtask was worded by the same memory, so the task itself tells more
        return explore(replace(request, subtask=request.task or request.subtask), recovers=recovers)
    if reached.call is None:
        return report_text(request.done, finished=True), None
    call = fitted(reached.call, request.tools, reached.reason or request.subtask) if recovers else reached.call
    return f"As in a similar subtask before, {call[0].replace('_', ' ')} comes next.", call


def _reached(procedure: Procedure, base: Context, request: Request, *, recovers: bool) -> Progress | None:
    """How far the procedure is, or None once one of its calls held nothing, or what only the memory tells."""

    def at(place: int) -> tuple[Progress, bool]:
        then = replace(request, done=request.done[:place])
        reached = follow(procedure, base, then.done, lambda done: done.seen, repair=recovers)
        return reached, reached.call is not None and (_empty(reached.call) or borrowed_call(*reached.call, then))

    if any(at(place)[1] for place in range(len(request.done))):
        return None
    reached, borrowed = at(len(request.done))
    return None if borrowed else reached


def _empty(call: Call) -> bool:
    """Whether a call is to list things, and there are none."""
    return any(value == [] for value in call[1].values())


def report(request: Request) -> str:
    """The report when the steps are used up."""
    return report_text(request.done, finished=False)
