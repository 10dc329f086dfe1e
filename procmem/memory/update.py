"""Update: what finished runs propose for the bank (Mem^p 3). Updates only propose; a decision changes the bank.

Contract on top, members below, the registry at the foot.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from procmem.events import Event, Noted
from procmem.memory.adjust import adjust
from procmem.memory.build import BUILDS, Pen
from procmem.memory.duplicates import Twins
from procmem.types import Policy, Proposal, Trajectory


@dataclass(frozen=True, slots=True)
class Case:
    """A finished run as an update sees it.

    ``entered`` are the (memory id, version) that entered any prompt of the run; ``feedback`` says which checks failed.
    """

    trajectory: Trajectory
    entered: tuple[tuple[str, int], ...] = ()
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A proposal, and the reason for discarding it at once, if there is one."""

    proposal: Proposal
    discard: str = ""


class Update(Protocol):
    """Learns from a batch of finished runs (Mem^p's t tasks)."""

    def __call__(self, cases: Sequence[Case], policy: Policy, pen: Pen) -> Generator[Event, None, list[Wish]]:
        """The wished changes of the bank.

        Raises:
            Cancelled: the person stopped it.
        """
        ...


def vanilla(cases: Sequence[Case], policy: Policy, pen: Pen) -> Generator[Event, None, list[Wish]]:
    """Every run is remembered, successful or not (Mem^p, Vanilla)."""
    done = [case.trajectory for case in cases if case.trajectory.steps]
    proposals = yield from BUILDS[policy.build](done, pen)
    return [Wish(proposal) for proposal in proposals]


def validation(cases: Sequence[Case], policy: Policy, pen: Pen) -> Generator[Event, None, list[Wish]]:
    """Only runs that passed all their checks (Mem^p, Validation; LEGOMem curates successes).

    Redundant and near-duplicate ones are proposed and discarded at once, each with its reason; a person can undo that.
    """
    good = []
    for case in cases:
        problem = _unfit(case.trajectory)
        if problem:
            yield Noted(f"Nothing is learned from this run: {problem}")
        else:
            good.append(case.trajectory)
    proposals = yield from BUILDS[policy.build](good, pen)
    twins = Twins(pen.bank)
    return [Wish(proposal, twins.reason(proposal)) for proposal in proposals]


def _unfit(trajectory: Trajectory) -> str:
    if trajectory.success is None:
        return "its task has no checks, so nobody knows whether it succeeded."
    if not trajectory.success:
        return "it failed."
    return "" if trajectory.steps else "it took no step."


def adjustment(cases: Sequence[Case], policy: Policy, pen: Pen) -> Generator[Event, None, list[Wish]]:
    """As validation; and for each failed run a model revises the memories that entered its prompts (Mem^p, Adjustment).

    All of them are looked at, not only the first. Revisions of one memory by several runs of a batch build upon each
    other, so they become one proposal.
    """
    wishes = yield from validation(cases, policy, pen)
    failed = [case for case in cases if case.trajectory.success is False and case.entered]
    revisions = yield from adjust([(case.trajectory, case.entered, case.feedback) for case in failed], pen)
    return [*wishes, *(Wish(proposal) for proposal in revisions)]


UPDATES: dict[str, Update] = {"vanilla": vanilla, "validation": validation, "adjustment": adjustment}
