"""A worker: one agent does one subtask with its tools and reports (LEGOMem 3.1, step 3)."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence

from procmem.agents.assignment import Assignment
from procmem.events import Acted, Event, Recalled, Reported
from procmem.memory.desk import Recall
from procmem.models.conversation import Conversation
from procmem.office.apps import toolbox
from procmem.office.tool import Observation, Tool, use
from procmem.prompts import render
from procmem.types import AgentRole, Step, ToolCall, Turn

REPEATS = 3
"""The same call this often in a row, and the agent is asked to report instead (OfficeBench stops at 5)."""


def work(
    run: Assignment, agent: AgentRole, subtask: str, turn: int, history: str, briefing: Recall
) -> Generator[Event, None, Turn]:
    """Do a subtask: tool calls until the agent answers without one, or its steps are used up.

    Raises:
        LimitReached: the run's budget is used up.
        Cancelled: the person stopped the run.
        ModelFailed: the model gave no usable reply.
    """
    recall = yield from run.variant.hand(agent.name, subtask, briefing, run.desk)
    if recall.query:
        yield Recalled(agent.name, "subtask", turn, recall.query, recall.candidates)
    tools = toolbox(agent.apps)
    talk = Conversation(
        run.line,
        f"turn {turn}",
        agent.name,
        agent.model,
        render("worker_system", agent=agent.name, description=agent.description, **run.setting),
        recall.block,
        [tool.spec for tool in tools.values()],
    )
    talk.say(render("worker_task", task=run.task.text, history=history or "Nothing yet.", subtask=subtask))
    steps: list[Step] = []
    report = ""
    while not _spent(steps, run.team.limits.steps_per_subtask):
        reply = yield from talk.ask("act", turn)
        if not reply.tool_calls:
            report = reply.text
            break
        for call in reply.tool_calls:
            acted = _act(run, tools, call, reply.text, agent.name, turn)
            talk.answer(call, acted.observation)
            steps.append(Step(acted.thought, acted.tool, acted.arguments, acted.observation, acted.failed))
            yield acted
    else:
        talk.say(render("report"))
        reply = yield from talk.ask("report", turn, with_tools=False)
        report = reply.text
    yield Reported(turn, agent.name, report)
    return Turn(agent.name, subtask, tuple(steps), report)


def _spent(steps: Sequence[Step], limit: int) -> bool:
    last = steps[-REPEATS:]
    stuck = len(last) == REPEATS and all((s.tool, s.arguments) == (last[0].tool, last[0].arguments) for s in last)
    return stuck or len(steps) >= limit


def _act(run: Assignment, tools: dict[str, Tool], call: ToolCall, thought: str, agent: str, turn: int) -> Acted:
    number = run.line.ledger.begin_step()
    start = time.perf_counter()
    if call.malformed is not None:
        seen = Observation(render("malformed_arguments", tool=call.name, raw=call.malformed[:400]), failed=True)
    else:
        seen = use(run.office, tools, call.name, call.arguments)
    run.line.ledger.failed_steps += seen.failed
    return Acted(
        turn, number, agent, thought, call.name, call.arguments, seen.text, seen.failed, time.perf_counter() - start
    )
