"""Learning: finished runs become proposals, and decisions where the policy says so (Mem^p 3; LEGOMem 3)."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Literal

from procmem.errors import BadInput, Cancelled, ModelFailed
from procmem.events import Decided, Event, Graded, Noted, Proposed, Recalled
from procmem.memory.bank import Bank
from procmem.memory.build import Pen, addition
from procmem.memory.distil import distil
from procmem.memory.forget import FORGETS
from procmem.memory.trajectories import trajectory_of
from procmem.memory.update import UPDATES, Case, Wish
from procmem.models.conversation import Line, Models
from procmem.models.ledger import Ledger
from procmem.store.store import Store
from procmem.types import Policy, Proposal, Team

AUTO = "auto"
"""Who decides when the policy's review is automatic."""


class Learner:
    """Updates a bank from finished runs."""

    def __init__(self, store: Store, bank: Bank, models: Models) -> None:
        self._store = store
        self._bank = bank
        self._models = models

    def learn_after(
        self, case: Case, policy: Policy, team: Team, stop: threading.Event
    ) -> Generator[Event, None, None]:
        """Update the bank when this run is the t-th since the last update (Mem^p's t; 1 after every run, 0 never)."""
        if policy.every == 0:
            return
        earlier = self._store.unlearned(policy, team.name) if policy.every > 1 else []
        if len(earlier) + 1 < policy.every:
            yield Noted(f"The bank is updated every {policy.every} runs; this is number {len(earlier) + 1}.")
            return
        cases = [*(self.case(run_id) for run_id in earlier), case]
        yield from self._update(cases, policy, team, stop)
        if policy.every > 1:
            self._store.mark_learned([each.trajectory.run_id for each in cases])

    def learn(
        self, run_ids: Sequence[str], policy: Policy, team: Team, stop: threading.Event
    ) -> Generator[Event, None, None]:
        """Learn from finished runs of the store: propose, and under ``review="auto"`` decide (Mem^p 3, Update).

        Raises:
            UnknownName: there is no such run.
            Cancelled: the person stopped it.
        """
        yield from self._update([self.case(run_id) for run_id in run_ids], policy, team, stop)
        self._store.mark_learned(run_ids)

    def _update(
        self, cases: Sequence[Case], policy: Policy, team: Team, stop: threading.Event
    ) -> Generator[Event, None, None]:
        """Propose what these runs teach, drop what is redundant, and decide on the rest where the policy says so.

        The distilling has a budget of its own, so that a run's figures are the run's.
        """
        line = Line(self._models, Ledger(team.limits), stop, policy.seed)
        pen = Pen(self._bank, line, team.distiller or team.orchestrator, team.agents)
        try:
            wishes = yield from UPDATES[policy.update](cases, policy, pen)
        except Cancelled:
            yield Noted("Distilling was cancelled, so nothing is proposed.", "warning")
            return
        used = list(dict.fromkeys(name for case in cases for name, _ in case.entered))
        wishes += [Wish(retirement) for retirement in FORGETS[policy.forget](self._store, used)]
        if not wishes:
            return
        self._store.propose([wish.proposal for wish in wishes])
        yield Proposed(tuple(wish.proposal for wish in wishes))
        for wish in wishes:
            if wish.discard:
                yield from self._decide(wish.proposal, "discard", policy.update, wish.discard)
            elif policy.review == "auto":
                yield from self._decide(wish.proposal, "accept", AUTO, "Accepted automatically.")

    def _decide(
        self, proposal: Proposal, verdict: Literal["accept", "discard"], by: str, reason: str
    ) -> Generator[Event, None, None]:
        """Decide and say so; a proposal that was decided before, or no longer fits, stays as it is."""
        try:
            decision = self._store.decide(proposal.id, verdict, by=by, reason=reason)
        except BadInput as error:
            yield Noted(str(error), "warning")
        else:
            yield Decided(proposal.id, verdict, by, reason, decision.revision)

    def case(self, run_id: str) -> Case:
        """A finished run as an update sees it, out of the store's log."""
        events = [event for _, event in self._store.events(run_id)]
        entered = {
            c.memory_id: c.version
            for event in events
            if isinstance(event, Recalled)
            for c in event.candidates
            if c.entered
        }
        told = next((feedback(event) for event in events if isinstance(event, Graded)), "")
        return Case(trajectory_of(run_id, events), tuple(entered.items()), told)

    def distil_again(
        self, proposal_id: str, policy: Policy, team: Team, model: str = ""
    ) -> Generator[Event, None, Proposal]:
        """See ``Lab.distil_again``."""
        filed = self._store.proposal(proposal_id)
        old = filed.proposal
        if filed.state != "undecided" or not old.fault or not old.run_id:
            raise BadInput("Only an undecided proposal of a run, whose distillation failed, can be distilled again.")
        line = Line(self._models, Ledger(team.limits), threading.Event(), policy.seed)
        trajectory = self.case(old.run_id).trajectory
        distilled = yield from distil(trajectory, line, model or team.distiller or team.orchestrator)
        if distilled.fault:
            raise ModelFailed(distilled.fault)
        again = replace(addition(trajectory, distilled, policy.build), id=f"{proposal_id}-again")
        self._store.propose([again])
        self._store.decide(proposal_id, "discard", by=AUTO, reason="Distilled again.")
        return again


def feedback(graded: Graded) -> str:
    """The reasons of the checks that failed, a line each."""
    return "\n".join(f"- {result.reason}" for result in graded.results if not result.passed)
