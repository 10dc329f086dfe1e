"""The orchestrator: plan, delegate turn by turn, re-plan on a stall, finish (LEGOMem 3.1, after Magentic-One)."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from procmem.agents.assignment import Assignment
from procmem.agents.worker import work
from procmem.errors import ModelFailed
from procmem.events import Delegated, Event, Planned, Recalled, Stalled
from procmem.memory.desk import Recall
from procmem.memory.policy import PLACES
from procmem.models.conversation import Conversation
from procmem.prompts import render
from procmem.types import ORCHESTRATOR, AgentRole, Reply, ToolCall, ToolSpec, Turn

REFUSALS = 2
"""How often an unusable reply is asked for again before the run gives up."""


@dataclass(slots=True)
class Progress:
    """What the orchestrator has so far; it stays readable when the run is stopped in the middle."""

    plan: str = ""
    turns: list[Turn] = field(default_factory=list)
    answer: str = ""


def orchestrate(run: Assignment, progress: Progress) -> Generator[Event, None, None]:
    """Solve the run's task and fill ``progress``.

    Raises:
        LimitReached: the run's budget is used up.
        Cancelled: the person stopped the run.
        ModelFailed: a model gave no usable reply.
    """
    briefing = yield from run.variant.brief(run.desk)
    if briefing.query:
        yield Recalled(ORCHESTRATOR, "planning", 0, briefing.query, briefing.candidates)
    planning, turns = _open(run, briefing)
    planning.say(render("plan", task=run.task.text))
    progress.plan = (yield from planning.ask("plan", 0)).text
    yield Planned(progress.plan, 0)
    turns.say(render("delegate", task=run.task.text, plan=progress.plan))
    stalls = 0
    while not progress.answer:
        number = run.line.ledger.begin_turn()
        stall = yield from _take_turn(run, turns, number, progress, briefing)
        if not stall:
            stalls = max(0, stalls - 1)
            continue
        stalls += 1
        yield Stalled(number, stalls, stall)
        if stalls >= run.team.limits.stalls:
            yield from _replan(run, planning, turns, progress, stall)
            stalls = 0


def _open(run: Assignment, briefing: Recall) -> tuple[Conversation, Conversation]:
    """The two conversations: planning, and the turns. The placement says which of them sees the memories."""
    places = PLACES[run.desk.policy.placement]
    roster = "\n".join(f"- {agent.name}: {agent.description}" for agent in run.team.agents)
    system = render("orchestrator_system", team=roster, **run.setting)
    planning = Conversation(
        run.line, "planning", ORCHESTRATOR, run.team.orchestrator, system, briefing.block if places.planning else ""
    )
    turns = Conversation(
        run.line,
        "turns",
        ORCHESTRATOR,
        run.team.orchestrator,
        system,
        briefing.block if places.turns else "",
        orchestrator_tools(run.team.agents),
    )
    return planning, turns


def orchestrator_tools(agents: Sequence[AgentRole]) -> tuple[ToolSpec, ToolSpec]:
    """The two things an orchestrator can do: delegate a subtask, or finish."""
    delegate = {
        "type": "object",
        "properties": {
            "agent": {"type": "string", "enum": [agent.name for agent in agents]},
            "subtask": {"type": "string", "description": "What the agent is to do, complete in itself."},
            "progress": {"type": "boolean", "description": "False when the last turn brought nothing new."},
        },
        "required": ["agent", "subtask"],
    }
    finish = {
        "type": "object",
        "properties": {"answer": {"type": "string", "description": "The answer to the task, or what was done."}},
        "required": ["answer"],
    }
    return (
        ToolSpec("delegate", "Hand the next subtask to an agent.", delegate),
        ToolSpec("finish", "End the task with its answer.", finish),
    )


def _take_turn(
    run: Assignment, talk: Conversation, number: int, progress: Progress, briefing: Recall
) -> Generator[Event, None, str]:
    """One turn: ask for a decision and carry it out. Returns why the turn was a stall, or nothing."""
    call = yield from _decide(run, talk, number)
    if call.name == "finish":
        progress.answer = str(call.arguments.get("answer") or "").strip() or "Done."
        return ""
    agent = run.agent(str(call.arguments["agent"]))
    assert agent is not None  # _problem has checked it
    subtask = str(call.arguments["subtask"]).strip()
    yield Delegated(number, agent.name, subtask)
    again = any((turn.agent, turn.subtask) == (agent.name, subtask) for turn in progress.turns)
    turn = yield from work(run, agent, subtask, number, history(progress.turns), briefing)
    progress.turns.append(turn)
    talk.answer(call, render("turn_report", agent=agent.name, report=turn.report))
    return _stall(turn, again, call.arguments.get("progress") is False)


def _stall(turn: Turn, again: bool, admitted: bool) -> str:
    """Why a turn brought nothing new, in one sentence, or nothing."""
    if again:
        return "the same subtask was handed to the same agent before."
    if not any(not step.failed for step in turn.steps):
        return f"the {turn.agent} agent completed no step."
    return "the orchestrator saw no progress." if admitted else ""


def _decide(run: Assignment, talk: Conversation, number: int) -> Generator[Event, None, ToolCall]:
    """Ask until the reply is one usable call of delegate or finish."""
    problem = ""
    for _ in range(REFUSALS + 1):
        reply = yield from talk.ask("delegate", number)
        problem = _problem(run, reply)
        for call in reply.tool_calls[0 if problem else 1 :]:
            talk.answer(call, render("turn_refused", reason=problem or "one decision at a time, please."))
        if not problem:
            return reply.tool_calls[0]
        if not reply.tool_calls:
            talk.say(render("ask_again", reason=problem))
    raise ModelFailed(f"The orchestrator's model {talk.model.name} gave {REFUSALS + 1} unusable replies: {problem}")


def _problem(run: Assignment, reply: Reply) -> str:
    """What is wrong with an orchestrator's reply, in one sentence, or nothing."""
    if not reply.tool_calls:
        return "call `delegate` or `finish`."
    call = reply.tool_calls[0]
    if call.malformed is not None:
        return "the arguments are not a JSON object."
    if call.name == "finish":
        return ""
    if call.name != "delegate":
        return f"there is no tool {call.name!r} here; call `delegate` or `finish`."
    if run.agent(str(call.arguments.get("agent", ""))) is None:
        return f"the team's agents are {', '.join(agent.name for agent in run.team.agents)}."
    return "" if str(call.arguments.get("subtask") or "").strip() else "`subtask` is empty."


def _replan(
    run: Assignment, planning: Conversation, turns: Conversation, progress: Progress, reason: str
) -> Generator[Event, None, None]:
    run.line.ledger.replans += 1
    planning.say(render("replan", reason=reason, history=history(progress.turns)))
    progress.plan = (yield from planning.ask("plan", run.line.ledger.turns)).text
    yield Planned(progress.plan, run.line.ledger.replans)
    turns.say(render("new_plan", plan=progress.plan))


def history(turns: Sequence[Turn]) -> str:
    """What the team did so far, as workers and re-planning read it."""
    return "\n\n".join(
        render("history_turn", number=number, agent=turn.agent, subtask=turn.subtask, report=turn.report)
        for number, turn in enumerate(turns, start=1)
    )
