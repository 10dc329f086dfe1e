"""The bank as a list that people look through: filters, order, pages, and what each memory was used for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from procmem.types import BankDifference, Build, Decision, Memory, MemoryLevel, RunSummary

Standing = Literal["active", "retired", "any"]
Success = Literal["high", "middle", "low", "unknown"]
"""Share of its runs that passed: at least 80 %, at least half, under half, or no graded run had it."""
LastUsed = Literal["day", "week", "month", "longer", "never"]
"""When it last entered a prompt: within a day, a week, a month, longer ago, or never."""
Order = Literal["newest", "oldest", "title", "used", "success", "recent"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list. ``None`` and "" are no limit.

    Args:
        words: Every one of them occurs in key, title or content, in any case.
        builder: Who wrote it: model ids, "demonstration" or "person".
        at: The bank as of this revision; uses are counted until now all the same.
        ids: Only these, and in this order whatever ``order`` says (what a search by meaning found).
    """

    words: str = ""
    level: MemoryLevel | None = None
    agent: str | None = None
    status: Standing = "active"
    builder: str | None = None
    build: Build | None = None
    success: Success | None = None
    used: LastUsed | None = None
    at: int | None = None
    ids: tuple[str, ...] | None = None
    order: Order = "newest"


@dataclass(frozen=True, slots=True)
class Entry:
    """A memory of the list: the finished runs that had it in a prompt, the graded and the passed ones among them."""

    memory: Memory
    entered: int
    runs: int
    successes: int
    last_used: datetime | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and how many memories there are on all pages."""

    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to choose from: every agent, builder and build that the bank ever held."""

    agents: tuple[str, ...]
    builders: tuple[str, ...]
    builds: tuple[Build, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A run that recalled a memory: the version, who read it, rank and score, and whether it entered or why not."""

    run: RunSummary
    version: int
    reader: str
    turn: int
    rank: int
    score: float
    entered: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the difference of two revisions, and how many memories were added, revised and removed in all."""

    page: BankDifference
    added: int
    revised: int
    removed: int


class Catalogue(Protocol):
    """The bank as people look through it."""

    def listed(self, wanted: Filter, *, limit: int = 25, offset: int = 0) -> Listed:
        """A page of the memories that a filter leaves."""
        ...

    def names(self, wanted: Filter) -> list[str]:
        """The ids of all memories that a filter leaves, in its order."""
        ...

    def facets(self) -> Facets:
        """What a filter can choose from."""
        ...

    def uses(self, memory_id: str, *, entered: bool = True, limit: int = 20, offset: int = 0) -> tuple[list[Use], int]:
        """The runs that recalled a memory, newest first, one entry a run, and how many there are.

        Args:
            memory_id: Which memory.
            entered: Only runs that had it in a prompt.
            limit: Entries at most.
            offset: Entries to pass over.
        """
        ...

    def rests_on_simulation(self, memory_id: str) -> bool:
        """Whether a run with the simulated model is among those that a memory's outcomes count."""
        ...

    def changes(self, before: int, after: int, *, limit: int = 25, offset: int = 0) -> Changes:
        """A page of what changed in the bank from one revision to another, in the order of the memories' arrival."""
        ...

    def maker(self, revision: int) -> Decision | None:
        """The decision that made a revision; ``None`` where there is no such revision."""
        ...
