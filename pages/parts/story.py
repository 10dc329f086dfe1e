"""A run's events, told as a person follows them: plans and turns in order, each with its memories, calls and steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pages.parts.words import reader_title
from procmem.events import (
    Acted,
    Called,
    Decided,
    Delegated,
    Event,
    Finished,
    Graded,
    Noted,
    Planned,
    Proposed,
    Recalled,
    Reported,
    Stalled,
    Started,
)
from procmem.types import ORCHESTRATOR, Proposal


@dataclass(frozen=True, slots=True)
class Call:
    """A model call with the sequence number that opens its prompt."""

    seq: int
    event: Called

    @property
    def tokens(self) -> int | None:
        """Prompt and completion together."""
        usage = self.event.reply.usage
        return None if usage is None else usage.prompt + usage.completion


@dataclass(frozen=True, slots=True)
class Move:
    """One step and the call that asked for it; ``shares_call`` when the call asked for several at once."""

    acted: Acted
    call: Call | None
    shares_call: bool


@dataclass(slots=True)
class Part:
    """A plan or a turn of the timeline. ``text`` is the plan, or the subtask that ``reader`` was handed."""

    kind: Literal["plan", "turn"]
    number: int
    reader: str
    text: str = ""
    report: str = ""
    done: bool = False
    recalls: list[Recalled] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    remarks: list[Noted | Stalled] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Number of steps whose observation was an error."""
        return sum(move.acted.failed for move in self.moves)


@dataclass(slots=True)
class Story:
    """Everything a run has said so far. ``loose`` are calls outside any part: a last decision, distilling."""

    started: Started | None = None
    parts: list[Part] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    loose: list[Call] = field(default_factory=list)
    graded: Graded | None = None
    proposals: list[Proposal] = field(default_factory=list)
    decisions: dict[str, Decided] = field(default_factory=dict)
    finished: Finished | None = None
    last: Event | None = None

    @property
    def calls(self) -> list[Call]:
        """All model calls."""
        return [*(call for part in self.parts for call in part.calls), *self.loose]

    @property
    def failed_call(self) -> Call | None:
        """The newest model call, where it gave no usable reply."""
        newest = max(self.calls, key=lambda call: call.seq, default=None)
        return newest if newest is not None and newest.event.fault else None

    @property
    def steps(self) -> int:
        """Number of tool calls so far."""
        return sum(len(part.moves) for part in self.parts)

    @property
    def failed_steps(self) -> int:
        """Number of tool calls so far whose observation was an error."""
        return sum(part.failed for part in self.parts)

    @property
    def settled(self) -> int:
        """How many parts will not change any more."""
        return len(self.parts) if self.finished else sum(1 for part in self.parts if part.done)


def tell(events: Iterable[tuple[int, Event]]) -> Story:
    """Put a run's events in the order and the places where a person looks for them."""
    story = Story()
    for seq, event in events:
        _add(story, seq, event)
        story.last = event
    return story


def _add(story: Story, seq: int, event: Event) -> None:
    match event:
        case Started():
            story.started = event
        case Recalled():
            _part(story, event.turn, event.moment != "subtask", event.reader).recalls.append(event)
        case Called():
            _add_call(story, Call(seq, event))
        case Planned():
            part = _part(story, 0, True, ORCHESTRATOR)
            part.number, part.text, part.done = event.replan, event.plan, True
        case Delegated():
            _delegate(story, event)
        case Acted():
            _act(story, event)
        case Reported():
            part = _part(story, event.turn, False, event.agent)
            part.report, part.done = event.report, True
        case Stalled() | Noted():
            _remark(story, event)
        case Graded():
            story.graded = event
        case Proposed():
            story.proposals.extend(event.proposals)
        case Decided():
            story.decisions[event.proposal_id] = event
        case Finished():
            story.finished = event


def _part(story: Story, turn: int, planning: bool, reader: str) -> Part:
    """The part an event belongs to: the plan under way, or the turn; made when it is new."""
    if planning:
        if not story.parts or story.parts[-1].kind != "plan" or story.parts[-1].done:
            story.parts.append(Part("plan", 0, reader))
        return story.parts[-1]
    for part in reversed(story.parts):
        if part.kind == "turn" and part.number == turn:
            return part
    story.parts.append(Part("turn", turn, reader))
    return story.parts[-1]


def _add_call(story: Story, call: Call) -> None:
    match call.event.purpose:
        case "plan" | "rewrite":
            _part(story, 0, True, call.event.reader).calls.append(call)
        case "act" | "report":
            _part(story, call.event.turn, False, call.event.reader).calls.append(call)
        case "delegate" | "script" | "facts" | "adjust" | "induce":
            story.loose.append(call)


def _delegate(story: Story, event: Delegated) -> None:
    """Open a turn; the decisions that led to it move into it."""
    part = _part(story, event.turn, False, event.agent)
    part.reader, part.text = event.agent, event.subtask
    part.calls[:0] = [call for call in story.loose if call.event.turn == event.turn]
    story.loose = [call for call in story.loose if call.event.turn != event.turn]


def _act(story: Story, event: Acted) -> None:
    part = _part(story, event.turn, False, event.agent)
    call = next((call for call in reversed(part.calls) if call.event.purpose == "act"), None)
    shares = bool(call and part.moves and part.moves[-1].call == call)
    part.moves.append(Move(event, call, shares))


def _remark(story: Story, event: Noted | Stalled) -> None:
    if story.parts:
        story.parts[-1].remarks.append(event)
    elif isinstance(event, Noted):
        story.notes.append(event)


def tokens(calls: Iterable[Call]) -> int | None:
    """Tokens of these calls, or ``None`` when no call reported any."""
    known = [call.tokens for call in calls if call.tokens is not None]
    return sum(known) if known else None


def cost(calls: Iterable[Call]) -> float | None:
    """Dollars of these calls, or ``None`` when no call reported a price."""
    known = [call.event.reply.cost for call in calls if call.event.reply.cost is not None]
    return sum(known) if known else None


def activity(story: Story) -> str:
    """What the team is doing right now, in a few words."""
    match story.last:
        case None:
            return "Getting the office ready"
        case Started():
            return "Reading the task"
        case Recalled(moment="planning" | "draft"):
            return "Writing the plan"
        case Recalled(reader=reader) | Delegated(agent=reader) | Acted(agent=reader):
            return f"{reader_title(reader).capitalize()} is working"
        case Called(purpose="act" | "report", reader=reader):
            return f"{reader_title(reader).capitalize()} is working"
        case Planned() | Reported() | Stalled() | Called(purpose="delegate"):
            return "Choosing the next subtask"
        case Called(purpose="plan"):
            return "Writing the plan"
        case Graded() | Called():
            return "Distilling memories"
        case Noted(text=text):
            return text
        case Proposed() | Decided() | Finished():
            return "Finishing"
