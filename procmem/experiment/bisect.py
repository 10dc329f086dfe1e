"""Which decision made a set of tasks worse: revisions of the bank are replayed, halving the span each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from procmem.errors import BadInput
from procmem.experiment.comparison import Comparison, paired
from procmem.experiment.plan import Arm, Design
from procmem.experiment.results import Result
from procmem.experiment.slices import ALL, Run
from procmem.store.store import Decisions
from procmem.types import Decision, Policy, Team

Measure = Callable[[Design], Result]
"""Runs a design to its end."""


CHECKS = 3
"""Revisions that are measured after the search, only to see whether success went up again in between."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The success of the tasks with the bank as of a revision: runs that passed, of all."""

    revision: int
    passed: int
    runs: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the search found.

    Args:
        decision: After which the tasks got worse; ``None`` when the last revision is no worse than the first.
        change: The bank at its revision against the one before it.
        probes: What was measured, by revision.
        monotone: Whether success, over the probes, went from good to bad once and never back; if it did not, there
            are several causes or much noise, and the decision is only one place where it got worse.
    """

    decision: Decision | None
    change: Comparison | None
    probes: tuple[Probe, ...]
    monotone: bool


def bisect(
    measure: Measure,
    decisions: Decisions,
    first: int,
    last: int,
    team: Team,
    policy: Policy,
    tasks: Sequence[str],
    seeds: int = 3,
    say: Callable[[Probe], None] = lambda probe: None,
) -> Finding:
    """Find the decision after which the tasks' success fell below half way between the first and the last revision.

    Takes about log2(last - first) + 5 measurements of tasks x seeds runs each.

    Raises:
        BadInput: the revisions are not in order, or one is not there yet.
    """
    if not 0 <= first < last <= decisions.revision:
        raise BadInput(
            f"Name two revisions in order, between 0 and {decisions.revision}: {first} to {last} can not be searched."
        )
    found: dict[int, Result] = {}

    def look(revision: int) -> float:
        if revision not in found:
            found[revision] = measure(probe_design(revision, team, policy, tasks, seeds))
            say(_probe(revision, found[revision]))
        probe = _probe(revision, found[revision])
        return probe.passed / probe.runs

    good, bad = look(first), look(last)
    if bad >= good:
        return Finding(None, None, _probes(found), True)
    middle = (good + bad) / 2
    low, high = first, last
    while high - low > 1:
        between = (low + high) // 2
        low, high = (low, between) if look(between) < middle else (between, high)
    for revision in _unseen(sorted(found)):
        look(revision)
    probes = _probes(found)
    falls = [probe.passed / probe.runs < middle for probe in probes]
    return Finding(_decision(decisions, high), _change(found[low], found[high], low), probes, falls == sorted(falls))


def _unseen(revisions: Sequence[int]) -> list[int]:
    """The middles of the widest gaps: halving never looks back, so it would not see success go up again."""
    gaps = sorted(pairwise(revisions), key=lambda gap: gap[0] - gap[1])
    return [(low + high) // 2 for low, high in gaps[:CHECKS] if high - low > 1]


def probe_design(revision: int, team: Team, policy: Policy, tasks: Sequence[str], seeds: int) -> Design:
    """What measures one revision."""
    arm = Arm("bank", policy)
    return Design(
        f"bisect: revision {revision}", "grid", (arm,), (team,), tuple(tasks), tuple(range(seeds)), revision=revision
    )


def _probe(revision: int, result: Result) -> Probe:
    return Probe(revision, sum(run.passed for run in result.runs), len(result.runs))


def _probes(found: Mapping[int, Result]) -> tuple[Probe, ...]:
    return tuple(_probe(revision, found[revision]) for revision in sorted(found))


def _decision(decisions: Decisions, revision: int) -> Decision | None:
    newer = decisions.decisions(after=revision - 1, limit=10_000_000)
    return next((decision for decision in _changing(newer) if decision.revision == revision), None)


def _changing(decisions: Sequence[Decision]) -> Iterator[Decision]:
    """A discard carries the revision that stood, and changed nothing."""
    return (decision for decision in decisions if decision.verdict != "discard")


def _change(before: Result, after: Result, revision: int) -> Comparison | None:
    old = {(run.cell.task_id, run.cell.seed): run for run in before.runs}
    pairs: list[tuple[Run, Run]] = [
        (run, old[key]) for run in after.runs if (key := (run.cell.task_id, run.cell.seed)) in old
    ]
    team = after.design.teams[0].name
    return paired(f"revision {revision + 1}", f"revision {revision}", team, ALL, pairs)
