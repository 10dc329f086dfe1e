"""A worker's next call or report: follow the memories that fit the subtask, else explore."""

from __future__ import annotations

from procmem.models.simulated.choosing import related_subtasks
from procmem.models.simulated.context import Context
from procmem.models.simulated.exploring import explore
from procmem.models.simulated.fitting import fitted
from procmem.models.simulated.following import Call, follow, grounded
from procmem.models.simulated.procedure import induce
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
    procedure = next((found for one in chosen if grounded(found := induce(one), base)), None)
    if procedure is None:
        return explore(request, recovers=recovers)
    reached = follow(procedure, base, request.done, lambda done: done.seen, repair=recovers)
    if reached.call is None:
        return report_text(request.done, finished=True), None
    call = fitted(reached.call, request.tools, reached.reason or request.subtask) if recovers else reached.call
    return f"As in a similar subtask before, {call[0].replace('_', ' ')} comes next.", call


def report(request: Request) -> str:
    """The report when the steps are used up."""
    return report_text(request.done, finished=False)
