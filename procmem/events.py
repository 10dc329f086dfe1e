"""What a run says while it happens. Page, log, command line, experiment and tests consume this one stream.

A run is a generator of these records; the runner writes each to the store before anybody sees it. ``payload`` and
``revive`` turn an event into plain JSON data and back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from procmem.types import (
    Candidate,
    CheckResult,
    FileChange,
    JsonObject,
    Message,
    Policy,
    Proposal,
    Purpose,
    Reply,
    RunStatus,
    Team,
    Verdict,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Started:
    """The office is open and the run begins; it reads the bank at ``revision``."""

    run_id: str
    task_id: str
    task: str
    team: Team
    policy: Policy
    revision: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recalled:
    """Memories were looked up for a reader (the orchestrator or an agent); all candidates, each with its reason.

    ``moment`` is "planning" for the orchestrator before the run, "draft" for an agent before the run (query-rewrite),
    and "subtask" for an agent that is about to do one.
    """

    reader: str
    moment: Literal["planning", "draft", "subtask"]
    turn: int
    query: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """One model call. The exact prompt is the concatenation of ``added`` over the calls of this ``conversation``.

    ``parts`` gives the prompt's size by part (system, tools, memories, history) in characters; a reader turns them
    into token shares with ``reply.usage``. ``fault`` says why the model gave no usable reply; ``reply`` is then empty.
    """

    purpose: Purpose
    reader: str
    conversation: str
    turn: int
    added: tuple[Message, ...]
    tools: tuple[str, ...]
    parts: dict[str, int]
    reply: Reply
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """The orchestrator wrote a plan; ``replan`` counts earlier plans of this run."""

    plan: str
    replan: int


@dataclass(frozen=True, slots=True)
class Delegated:
    """The orchestrator handed a subtask to an agent. Turns count from 1."""

    turn: int
    agent: str
    subtask: str


@dataclass(frozen=True, slots=True)
class Acted:
    """One step: a tool call and its observation. ``step`` counts over the whole run from 1."""

    turn: int
    step: int
    agent: str
    thought: str
    tool: str
    arguments: JsonObject
    observation: str
    failed: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Reported:
    """An agent's execution summary of its subtask."""

    turn: int
    agent: str
    report: str


@dataclass(frozen=True, slots=True)
class Stalled:
    """The orchestrator noticed that work does not progress; at the team's limit it re-plans."""

    turn: int
    stalls: int
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A sentence for the person: waiting for models to load, a reply that was refused and asked again, a limit."""

    text: str
    kind: Literal["info", "warning"] = "info"


@dataclass(frozen=True, slots=True)
class Graded:
    """The checks' verdicts (``success`` is ``None`` for a task without checks) and what changed in the office."""

    success: bool | None
    results: tuple[CheckResult, ...]
    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """Changes of the bank that this run wishes for; nothing happens without a decision."""

    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """The automatic curator decided on a proposal of this run."""

    proposal_id: str
    verdict: Verdict
    by: str
    reason: str
    revision: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The run's end with its totals. ``tokens`` and ``cost`` are ``None`` when no call reported them."""

    status: RunStatus
    answer: str
    steps: int
    failed_steps: int
    replans: int
    tokens: int | None
    cost: float | None
    seconds: float
    error: str = ""


Event: TypeAlias = (
    Started
    | Recalled
    | Called
    | Planned
    | Delegated
    | Acted
    | Reported
    | Stalled
    | Noted
    | Graded
    | Proposed
    | Decided
    | Finished
)

KINDS: dict[str, type[Event]] = {kind.__name__.lower(): kind for kind in get_args(Event)}


def kind_of(event: Event) -> str:
    """The event's kind as the log stores it: its class name in lower case."""
    return type(event).__name__.lower()


def payload(event: Event) -> JsonObject:
    """The event as plain JSON data (dicts, lists, strings, numbers)."""
    return asdict(event)


@cache
def _adapter(kind: str) -> TypeAdapter[Event]:
    from pydantic import TypeAdapter

    return TypeAdapter(KINDS[kind])


def revive(kind: str, data: JsonObject) -> Event:
    """The event that ``payload`` described.

    Raises:
        KeyError: the kind is unknown (a log from a newer version).
        pydantic.ValidationError: the data does not fit the kind.
    """
    return _adapter(kind).validate_python(data)
