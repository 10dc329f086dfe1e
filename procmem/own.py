"""Memories for one's own agents: a message list becomes a trajectory and a proposal, and memories are recalled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from procmem.errors import BadInput
from procmem.memory.bank import Bank
from procmem.memory.build import addition
from procmem.memory.distil import RULES, Distilled, distil
from procmem.memory.rules import headline
from procmem.memory.units import unit_json
from procmem.messages import Said, read_messages
from procmem.models.conversation import Line
from procmem.store.store import BankStore
from procmem.types import Decision, Memory, MemoryLevel, Proposal, Step, Trajectory, Turn

T = TypeVar("T")

_OUTCOMES: Mapping[bool | None, str] = {
    True: "Its own agent reports success.",
    False: "Its own agent reports that this run failed: read it before you accept it.",
    None: "Nobody said whether this run of an own agent succeeded.",
}


def trajectory_of_messages(
    messages: Sequence[Any],
    *,
    task: str | None = None,
    agent: str = "assistant",
    success: bool | None = True,
    run_id: str | None = None,
    model: str = "",
) -> Trajectory:
    """What an agent did, read from its message list (see ``procmem.messages.read_messages``).

    A request of the user with the tool calls that follow it makes a turn of the trajectory, as a delegation does in a
    team; what is said before the first call, such as a question and its answer, belongs to the request. The agent's
    words after its calls are the turn's report, those of the last turn the answer. Small talk makes no turn.

    Args:
        messages: Chat messages in OpenAI's form, oldest first.
        task: What was asked, in place of the first user message; without it that message is the task.
        agent: Who did it; the subtask memories are filed under this name.
        success: Whether it went well; ``None`` when nobody knows.
        run_id: A unique id of the run. Without it one is made from the messages: the same ones give the same id.
        model: The model the agent ran on; memories carry it as their builder (without it, the agent's name).

    Raises:
        BadInput: a message that is none (its index and field are named), or no tool call at all.
    """
    said = read_messages(messages)
    pieces = [piece for piece in _pieces(said, (task or "").strip()) if piece.steps]
    if not pieces:
        raise BadInput("These messages hold no tool call, so there are no steps to remember.")
    wanted = (task or "").strip() or next((piece.asked for piece in pieces if piece.asked), "")
    if not wanted:
        raise BadInput("No message of the user says what was asked. Say it yourself: task=...")
    turns = tuple(Turn(agent, piece.asked or wanted, tuple(piece.steps), piece.report) for piece in pieces)
    return Trajectory(
        run_id=run_id or f"own-{_digest(wanted, agent, *map(repr, said))}",
        task_id=f"own-task-{_digest(wanted)}",
        task=wanted,
        plan="\n".join(f"{number}. {_planned(turn)}" for number, turn in enumerate(turns, start=1)),
        turns=turns,
        answer=turns[-1].report,
        success=success,
        models=(model or agent,),
    )


@dataclass(slots=True)
class _Piece:
    """What happened between one request of the user and the next."""

    asked: str = ""
    steps: list[Step] = field(default_factory=list)
    report: str = ""


def _pieces(said: Sequence[Said], task: str) -> list[_Piece]:
    """The work, request by request. The task, where it was given, stands for the first request."""
    requests = [one for one in said if one.asked]
    pieces = [_Piece(task)]
    for one in said:
        if one.asked:
            if pieces[-1].steps:
                pieces.append(_Piece())
            if not (task and one is requests[0]):
                pieces[-1].asked = "\n\n".join(filter(None, (pieces[-1].asked, one.text)))
        elif one.steps:
            pieces[-1].steps += one.steps
            pieces[-1].report = ""
        else:
            pieces[-1].report = one.text or pieces[-1].report
    return pieces


def _planned(turn: Turn) -> str:
    tools = ", ".join(dict.fromkeys(step.tool for step in turn.steps if not step.failed))
    return f"{turn.agent}: {headline(turn.subtask)}" + (f" ({tools})" if tools else "")


def _digest(*texts: str) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def own_proposal(trajectory: Trajectory, distilled: Distilled) -> Proposal:
    """The wish to add what an own agent's run taught.

    Its id derives from the run. What could not be distilled gets another one, so that a later try of the same run is
    not taken for it. The run is in no store, so the proposal names none.
    """
    wished = addition(trajectory, distilled, "proceduralization")
    identity = f"{wished.id}-not-distilled" if distilled.fault else wished.id
    return replace(wished, id=identity, reason=_OUTCOMES[trajectory.success], run_id=None)


def propose_own(trajectory: Trajectory, store: BankStore, line: Line, model: str = RULES) -> Proposal:
    """Distil an own agent's run and queue what it taught; the same run a second time gives the same proposal.

    Args:
        trajectory: What ``trajectory_of_messages`` read.
        store: Where it is queued.
        line: Models and budget for the distilling.
        model: Who distils; "rules" asks no model.
    """
    wished = own_proposal(trajectory, _returned(distil(trajectory, line, model)))
    store.propose([wished])
    return store.proposal(wished.id).proposal


def _returned(telling: Generator[object, None, T]) -> T:
    """What a generator returns when nobody listens to it."""
    while True:
        try:
            next(telling)
        except StopIteration as end:
            return cast(T, end.value)


def accept_once(store: BankStore, proposal_id: str, by: str, reason: str = "") -> Decision:
    """Accept a proposal; one that stands accepted already keeps its decision, so that a script may run again.

    Raises:
        UnknownName: there is no such proposal.
        BadInput: it was discarded, or does not fit the bank any more.
    """
    filed = store.proposal(proposal_id)
    if filed.state in ("accepted", "edited") and filed.decision:
        return filed.decision
    return store.decide(proposal_id, "accept", by=by, reason=reason)


# --- recall ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remembered:
    """A memory with its cosine similarity to what was asked, and the text that a prompt can take."""

    memory: Memory
    score: float
    text: str


def remember(
    bank: Bank, query: str, *, k: int = 3, level: MemoryLevel = "full-task", agent: str | None = None
) -> list[Remembered]:
    """The ``k`` active memories whose key means most nearly what the query means, best first.

    Args:
        bank: Where to look.
        query: The new task, or with ``level="subtask"`` the new subtask.
        k: At most so many.
        level: "full-task" for whole tasks, "subtask" for single pieces of work.
        agent: Only this agent's subtask memories.

    Raises:
        BadInput: the query is empty.
    """
    if not query.strip():
        raise BadInput("Say what to recall memories for.")
    hits = bank.search(query, level, agent, limit=k)
    parents = bank.store.latest([hit.memory.parent for hit in hits if hit.memory.parent])
    return [
        Remembered(hit.memory, hit.score, _block(rank, hit.memory, parents)) for rank, hit in enumerate(hits, start=1)
    ]


def _block(rank: int, memory: Memory, parents: Mapping[str, Memory]) -> str:
    parent = parents.get(memory.parent or "")
    shown = json.dumps(unit_json(memory.unit, parent.key if parent else ""), ensure_ascii=False, indent=1)
    return f'<memory rank="{rank}">\n{shown}\n</memory>'
