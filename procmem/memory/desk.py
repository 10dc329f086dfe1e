"""What looking up memories works with, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from procmem.memory.bank import Bank, Hit
from procmem.models.conversation import Line
from procmem.types import AgentRole, Candidate, Policy, Task, Team


@dataclass(frozen=True, slots=True)
class View:
    """Which memories a replay may see: all but ``without``, or only those of ``only`` (with their subtasks)."""

    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None

    def hides(self, memory_id: str, parent: str | None) -> bool:
        """Whether a memory is kept out; a full-task memory takes its subtask memories with it."""
        names = {memory_id, parent}
        return bool(names & self.without) or (self.only is not None and not names & self.only)


@dataclass(frozen=True, slots=True)
class Desk:
    """The bank, the policy, the task whose own memories must not leak into it, and the line to a model.

    ``model`` extracts keywords and rewrites plans.
    """

    bank: Bank
    policy: Policy
    task: Task
    team: Team
    line: Line
    view: View = field(default_factory=View)

    @property
    def model(self) -> str:
        """The model id that extracts keywords and drafts plans: the orchestrator's."""
        return self.team.orchestrator

    @property
    def agents(self) -> Sequence[AgentRole]:
        """The team's agents."""
        return self.team.agents


@dataclass(frozen=True, slots=True)
class Recall:
    """What a reader gets: the query, every candidate with its reason, and the block for the system prompt."""

    query: str
    candidates: tuple[Candidate, ...]
    block: str
    entered: tuple[Hit, ...]
