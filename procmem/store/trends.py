"""Runs as a history that people filter, and their figures against the bank's revision and size (``RunHistory``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from procmem.store.database import Database
from procmem.store.rows import SUMMARY, summary
from procmem.types import Placement, ProposalKind, RunStatus, RunSummary, Split, Variant

Source = Literal["own", "experiment", "demonstration", "any"]
"""Runs that somebody started one by one, runs of experiments, runs of demonstrations that filled the bank, or all."""
Splitter = Literal["none", "memory", "team", "level", "placement", "variant"]
DEMONSTRATION_TEAM = "Demonstration"


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs. ``None`` and "" are no limit.

    Args:
        words: Every one of them occurs in the task's text or id, in any case.
        level: Number of apps that the task needs.
        memory: Whether anybody could see memories.
        experiment: Only the runs of the experiment with this id, whatever ``source`` says.
        revisions: First and last revision of the bank that the run read.
        sizes: Least and most active memories in the bank that it read.
    """

    words: str = ""
    status: RunStatus | None = None
    level: int | None = None
    team: str | None = None
    memory: Literal["with", "without"] | None = None
    placement: Placement | None = None
    variant: Variant | None = None
    split: Split | None = None
    simulated: bool | None = None
    source: Source = "own"
    experiment: str | None = None
    revisions: tuple[int, int] | None = None
    sizes: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class RunFacets:
    """What there is to choose from: every team, and the levels and splits of tasks that were ever run."""

    teams: tuple[str, ...]
    levels: tuple[int, ...]
    splits: tuple[Split, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Graded runs of one task against one revision of the bank, in sums.

    ``size``: active memories in that bank. ``series``: what the runs are told apart by, "" when by nothing.
    """

    series: str
    revision: int
    size: int
    task_id: str
    runs: int
    successes: int
    steps: int
    failed_steps: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Graded runs of one task by one team, with memory and without it, in sums."""

    task_id: str
    team: str
    level: int
    runs: int
    successes: int
    steps: int
    failed_steps: int
    runs_without: int
    successes_without: int
    steps_without: int
    failed_steps_without: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Decisions of one kind that changed the bank, next to each other. ``by`` and ``title`` are those of the first."""

    kind: ProposalKind | Literal["undo"]
    revision: int
    last_revision: int
    size: int
    decisions: int
    by: str
    title: str


class RunHistory(Protocol):
    """Runs to look through, and their figures to draw."""

    def history_of(self, wanted: RunFilter, *, limit: int = 25, offset: int = 0) -> tuple[list[RunSummary], int]:
        """A page of the runs that a filter leaves, newest first, and how many there are."""
        ...

    def run_facets(self) -> RunFacets:
        """What a filter of runs can choose from."""
        ...

    def tallies(self, wanted: RunFilter, by: Splitter = "none") -> list[Tally]:
        """Graded runs by revision of the bank that they read, in its order."""
        ...

    def pairs(self, wanted: RunFilter) -> list[Pair]:
        """The tasks that a team has run both with memory and without it.

        ``memory``, ``placement`` and ``variant`` of the filter say which runs with memory count.
        """
        ...

    def marks(self, first: int, last: int, most: int = 60) -> list[Mark]:
        """The decisions that changed the bank between two revisions, so far put together that there are few marks."""
        ...

    def experiment_name(self, identity: str) -> str:
        """What an experiment is called; "" when it is not here."""
        ...

    def run_count(self) -> tuple[int, int, str]:
        """How many runs there are, how many have ended, and the newest's id: what figures over runs depend on."""
        ...


# The bank's size after a revision; revision 0 is the empty bank.
_SIZES = """(
    select revision, max_by(full_tasks + subtasks, number) as size from decision group by revision
    union all select 0, 0
)"""
_RUNS = f"(from run asof join {_SIZES} bank on run.revision >= bank.revision select run.*, bank.size)"
_GRADED = "success is not null and steps is not null and status in ('succeeded', 'failed')"
_LEVEL = "(setup ->> '$.task.level')::integer"
_SERIES: dict[Splitter, str] = {
    "none": "''",
    "memory": "if(policy ->> '$.placement' = 'none', 'without', 'with')",
    "team": "team",
    "level": f"{_LEVEL}::varchar",
    "placement": "policy ->> '$.placement'",
    "variant": "if(policy ->> '$.placement' = 'none', 'none', policy ->> '$.variant')",
}
_SOURCES: dict[Source, str] = {
    "own": f"team <> '{DEMONSTRATION_TEAM}' and not exists (from experiment_run where run_id = run.id)",
    "experiment": "exists (from experiment_run where run_id = run.id)",
    "demonstration": f"team = '{DEMONSTRATION_TEAM}'",
    "any": "true",
}


class Trends:
    """See ``RunHistory``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def history_of(self, wanted: RunFilter, *, limit: int = 25, offset: int = 0) -> tuple[list[RunSummary], int]:
        """See ``RunHistory``."""
        runs, where, values = _where(wanted)
        ((total,),) = self._db.rows(f"select count(*) from {runs} run where {where}", *values)
        rows = self._db.rows(
            f"select {SUMMARY} from run where number in (select number from {runs} run where {where} "
            "order by started desc, number desc limit ? offset ?) order by started desc, number desc",
            *values,
            limit,
            offset,
        )
        return [summary(row) for row in rows], total

    def run_facets(self) -> RunFacets:
        """See ``RunHistory``."""
        rows = self._db.rows(
            "select distinct team, setup ->> ['$.task.level', '$.task.split'] as task from run where team <> ?",
            DEMONSTRATION_TEAM,
        )
        levels = {int(level) for _, (level, _) in rows if level is not None}
        splits: set[Split] = {split for _, (_, split) in rows if split in ("train", "test")}
        return RunFacets(tuple(sorted({team for team, _ in rows})), tuple(sorted(levels)), tuple(sorted(splits)))

    def tallies(self, wanted: RunFilter, by: Splitter = "none") -> list[Tally]:
        """See ``RunHistory``."""
        _, where, values = _where(wanted)
        rows = self._db.rows(
            f"select coalesce({_SERIES[by]}, '') as series, revision, any_value(size), task_id, count(*), "
            "count(*) filter (success), sum(steps)::bigint, sum(failed_steps)::bigint, bool_or(simulated) "
            f"from {_RUNS} run where {_GRADED} and {where} group by series, revision, task_id "
            "order by revision, series, task_id",
            *values,
        )
        return [Tally(*row) for row in rows]

    def pairs(self, wanted: RunFilter) -> list[Pair]:
        """See ``RunHistory``."""
        shows = _Where()
        shows.limit_memory(wanted)
        runs, where, values = _where(wanted, memory=False)
        sums = ", ".join(
            f"({what} filter ({side}))::bigint"
            for side in ("helped", "bare")
            for what in ("count(*)", "count_if(success)", "sum(steps)", "sum(failed_steps)")
        )
        rows = self._db.rows(
            f"with chosen as (select *, policy ->> '$.placement' = 'none' as bare, not bare and {shows.text} as helped "
            f"from {runs} run where {_GRADED} and {where}) "
            f"select task_id, team, coalesce(any_value({_LEVEL}), 0), {sums}, bool_or(simulated) from chosen "
            "where helped or bare group by task_id, team having bool_or(helped) and bool_or(bare) "
            "order by task_id, team",
            *shows.values,
            *values,
        )
        return [Pair(*row) for row in rows]

    def marks(self, first: int, last: int, most: int = 60) -> list[Mark]:
        """See ``RunHistory``."""
        rows = self._db.rows(
            "select if(verdict = 'undo', 'undo', kind) as what, min(revision), max(revision), "
            "max_by(full_tasks + subtasks, d.number), count(*), arg_min(decider, d.number), "
            "coalesce(arg_min(payload ->> '$.memories[0].title', d.number), '') "
            "from decision d join proposal p on p.id = d.proposal_id "
            "where changed and revision between ? and ? "
            "group by what, (revision - ?) // ? order by min(revision), what",
            first,
            last,
            first,
            max(1, -(-(last - first + 1) // most)),
        )
        return [Mark(*row) for row in rows]

    def experiment_name(self, identity: str) -> str:
        """See ``RunHistory``."""
        rows = self._db.rows("select name from experiment where id = ?", identity)
        return str(rows[0][0]) if rows else ""

    def run_count(self) -> tuple[int, int, str]:
        """See ``RunHistory``."""
        ((runs, ended, newest),) = self._db.rows(
            "select count(*), count(ended), coalesce(arg_max(id, number), '') from run"
        )
        return runs, ended, newest


class _Where:
    """Conditions with their values, in order."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.values: list[object] = []

    def limit(self, condition: str, *values: object) -> None:
        """One more condition; nothing when its only value is ``None`` or ""."""
        if values not in ((None,), ("",)):
            self._conditions.append(condition)
            self.values += values

    def limit_memory(self, wanted: RunFilter) -> None:
        """What the filter says of placement and variant."""
        self.limit("policy ->> '$.placement' = ?", wanted.placement)
        self.limit("policy ->> '$.variant' = ?", wanted.variant)

    @property
    def text(self) -> str:
        """All of them; true when there is none."""
        return " and ".join(f"({condition})" for condition in self._conditions) or "true"


def _where(wanted: RunFilter, *, memory: bool = True) -> tuple[str, str, list[object]]:
    """Where the runs come from, the condition and its values; without what concerns memory unless asked."""
    where = _Where()
    for word in wanted.words.lower().split():
        where.limit("contains(lower(task), ?) or contains(lower(task_id), ?)", word, word)
    where.limit("status = ?", wanted.status)
    where.limit("team = ?", wanted.team)
    where.limit("simulated = ?", wanted.simulated)
    where.limit("revision between ? and ?", *(wanted.revisions or (None,)))
    where.limit("size between ? and ?", *(wanted.sizes or (None,)))
    if wanted.experiment:
        where.limit(
            "id in (select e.run_id from experiment_run e join experiment x on x.number = e.experiment where x.id = ?)",
            wanted.experiment,
        )
    else:
        where.limit(_SOURCES[wanted.source])
    if memory:
        where.limit_memory(wanted)
        if wanted.memory:
            where.limit(f"(policy ->> '$.placement' = 'none') = {wanted.memory == 'without'}")
    where.limit(f"{_LEVEL} = ?", wanted.level)
    where.limit("setup ->> '$.task.split' = ?", wanted.split)
    return (_RUNS if wanted.sizes else "run"), where.text, where.values
