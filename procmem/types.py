"""The nouns. Frozen records without behaviour beyond small derived values; everything else passes them around."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]
"""One chat message in OpenAI's wire form: role, content, and tool_calls or tool_call_id where they apply."""

Purpose = Literal["plan", "delegate", "act", "report", "script", "facts", "rewrite", "adjust", "induce"]
Split = Literal["train", "test"]
MemoryLevel = Literal["full-task", "subtask"]
Build = Literal["trajectory", "script", "proceduralization", "workflow"]
Retrieve = Literal["random", "query", "avefact"]
Variant = Literal["vanilla", "dynamic", "query-rewrite", "shared", "workflows"]
Placement = Literal["both", "planning+agents", "orchestrator", "agents", "none"]
Update = Literal["vanilla", "validation", "adjustment"]
Review = Literal["manual", "auto"]
Forget = Literal["never", "mem-p"]
RunStatus = Literal[
    "waiting", "running", "paused", "succeeded", "failed", "ungraded", "cancelled", "interrupted", "error"
]
ORCHESTRATOR = "orchestrator"


# --- tasks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A file of a task's office. ``spec`` is plain data that the office turns into real bytes when a run opens.

    ``path`` is relative to the office ("data/budget.xlsx"); ``spec["kind"]`` is one of the kinds of office.furnish,
    or "copy" with ``spec["from"]`` an absolute path (uploaded files, OfficeBench testbeds).
    """

    path: str
    spec: JsonObject


@dataclass(frozen=True, slots=True)
class Check:
    """How a task is graded: the name of a check function and its arguments (OfficeBench's names and ours)."""

    function: str
    args: JsonObject


@dataclass(frozen=True, slots=True)
class DemonstrationStep:
    """One tool call of a demonstration with its reason; ``tool`` is "app_action", as agents see it."""

    reason: str
    tool: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True)
class DemonstrationTurn:
    """One delegation of a demonstration: what the orchestrator hands over, the steps, and the agent's report."""

    agent: str
    subtask: str
    steps: tuple[DemonstrationStep, ...]
    report: str = ""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A way to solve a task, written by a person. It is executed for real before anything is learned from it."""

    plan: str
    turns: tuple[DemonstrationTurn, ...]
    answer: str = ""
    reflections: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What a person asks, with its files and checks.

    ``level`` is the number of apps it needs (1 to 3; 0 where nobody has said, as in one's own tasks).
    """

    id: str
    text: str
    username: str
    now: datetime
    level: int
    apps: tuple[str, ...]
    family: str = ""
    split: Split = "test"
    files: tuple[TaskFile, ...] = ()
    checks: tuple[Check, ...] = ()
    demonstration: Demonstration | None = None
    source: Literal["bundled", "own", "officebench"] = "bundled"


# --- teams and policies ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentRole:
    """One tool-using agent: its name in delegations, what it is good at, the apps whose tools it gets, its model."""

    name: str
    description: str
    apps: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets of one run; ``None`` is no limit. Steps are tool calls, dollars are the provider's listed prices."""

    turns: int = 16
    steps: int = 50
    steps_per_subtask: int = 14
    stalls: int = 3
    tokens: int | None = 2_000_000
    dollars: float | None = 2.0
    seconds_per_call: float = 60.0


@dataclass(frozen=True, slots=True)
class Team:
    """One orchestrator and its agents, each with a model id.

    ``distiller`` is the model that distils memories, extracts keywords and rewrites; "" is the orchestrator's.
    """

    name: str
    orchestrator: str
    agents: tuple[AgentRole, ...]
    limits: Limits = field(default_factory=Limits)
    distiller: str = ""

    @property
    def simulated(self) -> bool:
        """True when any model of the team is the simulated one, so that figures must say so."""
        return any(model.startswith("simulated/") for model in self.models)

    @property
    def models(self) -> tuple[str, ...]:
        """The distinct model ids, the orchestrator's first."""
        return tuple(dict.fromkeys((self.orchestrator, *(agent.model for agent in self.agents))))


@dataclass(frozen=True, slots=True)
class Policy:
    """How a run uses memory (LEGOMem 3 and 4.1.3, Mem^p 3). The defaults are LEGOMem's.

    Args:
        threshold: Least cosine similarity of a memory that may enter a prompt.
        reasoning: Whether memories are shown with their <think> parts (LEGOMem, Table 3).
        every: The bank is updated after this many finished runs (Mem^p's t); 0 never.
        review: Who decides on what the update proposes: a person, or a curator that accepts at once.
        forget: The rule that proposes retirements ("mem-p": at least 3 uses and under half of them successful).
        builders: Only memories whose origin's builder is one of these are used; empty is no limit.
        not_builders: Memories of these builders are not used (cross-model transfer, Mem^p Fig. 5a).
    """

    build: Build = "proceduralization"
    retrieve: Retrieve = "query"
    variant: Variant = "vanilla"
    placement: Placement = "both"
    update: Update = "validation"
    k_full_task: int = 5
    k_subtask: int = 3
    threshold: float = 0.0
    seed: int = 0
    reasoning: bool = True
    every: int = 1
    review: Review = "manual"
    forget: Forget = "never"
    builders: tuple[str, ...] = ()
    not_builders: tuple[str, ...] = ()


# --- model calls -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model sees it: ``name`` ("excel_read_file"), description, and JSON schema of its arguments."""

    name: str
    description: str
    parameters: JsonObject


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call in a reply. ``malformed`` holds the raw argument text when it was not a JSON object."""

    id: str
    name: str
    arguments: JsonObject
    malformed: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the provider counted them."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered. Unknown usage and cost are ``None``, never 0; ``seconds`` is the call's wall time."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    cost: float | None = None
    seconds: float = 0.0
    model: str = ""
    retries: int = 0


# --- what happened ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call with its observation. ``failed`` is true when the observation is an error."""

    thought: str
    tool: str
    arguments: JsonObject
    observation: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One delegation and what came of it."""

    agent: str
    subtask: str
    steps: tuple[Step, ...]
    report: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check with its verdict and a reason that a person can read."""

    function: str
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of the office that a run created, changed or deleted. ``diff`` is a text diff of what it says."""

    path: str
    change: Literal["created", "changed", "deleted"]
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """All that happened in a run, as memories are built from it. ``success`` is ``None`` for a task without checks."""

    run_id: str
    task_id: str
    task: str
    plan: str
    turns: tuple[Turn, ...]
    answer: str
    success: bool | None
    models: tuple[str, ...] = ()
    reflections: str = ""

    @property
    def steps(self) -> int:
        """Number of tool calls."""
        return sum(len(turn.steps) for turn in self.turns)

    @property
    def failed_steps(self) -> int:
        """Number of tool calls whose observation was an error."""
        return sum(step.failed for turn in self.turns for step in turn.steps)


# --- memory ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SubtaskUnit:
    """One element of LEGOMem's ``subtasks`` (Appendix A): ``steps`` is a string of think/action pairs, not a list."""

    agent: str
    description: str
    steps: str
    observations: str


@dataclass(frozen=True, slots=True)
class FullTaskUnit:
    """LEGOMem's memory unit (Appendix A), with the task description as its retrieval key."""

    task: str
    high_level_plan: str
    subtasks: tuple[SubtaskUnit, ...]
    final_answer: str
    reflections: str


Unit: TypeAlias = FullTaskUnit | SubtaskUnit


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a memory comes from: the run and task, who wrote it (model ids, "demonstration" or "person"), build.

    ``learned_from`` are other tasks whose runs went into it (adjustment, induction); it must not help to solve them.
    """

    run_id: str
    task_id: str
    builder: str
    build: Build = "proceduralization"
    learned_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """One version of one memory. ``agent`` is "orchestrator" for full-task memories; ``key`` is the embedded text.

    A subtask memory names its full-task memory as ``parent``.
    """

    id: str
    level: MemoryLevel
    agent: str
    title: str
    key: str
    unit: Unit
    origin: Origin
    parent: str | None = None
    version: int = 1
    status: Literal["active", "retired"] = "active"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One memory considered for a reader: its rank and similarity, and whether it entered the prompt or why not."""

    memory_id: str
    title: str
    level: MemoryLevel
    agent: str
    rank: int
    score: float
    entered: bool
    reason: str
    version: int = 1


ProposalKind = Literal["add", "revise", "retire", "restore", "merge", "supersede", "import"]
Verdict = Literal["accept", "edit", "discard", "undo"]
ProposalState = Literal["undecided", "accepted", "edited", "discarded"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wished change of the bank (Mem^p's Add, Update, Del). ``memories`` are the full new contents.

    An add of one run carries the full-task memory first and its subtask memories behind it: they are decided together.
    In every other kind each memory states the ``version`` it was made against (0: it is not in the bank), and its
    ``status`` says whether it is retired afterwards; so a merge revises one memory and retires others, and a supersede
    adds one (version 0) and retires the old. An import's memories stand in the bank, not in the proposal.
    ``fault`` says why the model's distillation failed; such memories hold the bare trajectory, to be distilled again.
    """

    id: str
    kind: ProposalKind
    memories: tuple[Memory, ...]
    author: str
    reason: str
    run_id: str | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on a proposal, by a person or "auto"; a decision that changes the bank makes its next ``revision``.

    An undo names the decision that it takes back in ``undoes``; ``in_force`` is false once a decision was taken back.
    """

    id: str
    proposal_id: str
    verdict: Verdict
    by: str
    reason: str
    revision: int
    at: datetime
    undoes: str | None = None
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class FiledProposal:
    """A proposal as the queue holds it: its number in order of arrival, its state, the decision in force, if any."""

    number: int
    proposal: Proposal
    proposed: datetime
    state: ProposalState
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One change of one memory: the version that stood in the bank from ``decision`` on, ``None`` where it left."""

    memory: Memory | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class BankDifference:
    """What changed between two revisions. ``revised`` holds (before, after) and includes retired and restored ones."""

    added: tuple[Memory, ...]
    revised: tuple[tuple[Memory, Memory], ...]
    removed: tuple[Memory, ...]


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """Finished, graded runs of one task with a memory in the prompt and without it, in numbers of runs."""

    task_id: str
    runs_with: int
    successes_with: int
    steps_with: float
    runs_without: int
    successes_without: int
    steps_without: float


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the runs that recalled a memory. Steps are means; ``None`` where there was no such run.

    ``paired`` holds the tasks that ran both with and without it: the only fair comparison.
    """

    recalled: int
    entered: int
    runs: int
    successes: int
    steps: float | None
    paired: tuple[TaskOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a list shows it; figures are ``None`` until the run has ended."""

    id: str
    task_id: str
    task: str
    team: str
    policy: Policy
    status: RunStatus
    revision: int
    simulated: bool
    started: datetime
    ended: datetime | None = None
    steps: int | None = None
    failed_steps: int | None = None
    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None
    answer: str = ""
    error: str = ""
    compared_with: str | None = None
