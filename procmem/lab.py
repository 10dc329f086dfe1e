"""Wiring, and ``solve(task, team, policy)``: the one place that knows all rooms."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter

from procmem.agents.assignment import Assignment
from procmem.agents.demonstrator import DEMONSTRATION, demonstration_team, replies
from procmem.agents.ledger import Ledger
from procmem.agents.orchestrator import Progress, orchestrate
from procmem.errors import Cancelled, LimitReached, ModelFailed, UnknownName
from procmem.events import Event, Finished, Graded, Noted, Proposed, Started
from procmem.memory.bank import Bank
from procmem.memory.policy import validate
from procmem.memory.update import UPDATES
from procmem.memory.variants import Desk, variant_of
from procmem.models.embedders import Embedder
from procmem.models.model import Model
from procmem.models.scripted import ScriptedModel
from procmem.office.checks import grade
from procmem.office.workspace import Office
from procmem.settings import Settings
from procmem.store.store import Store
from procmem.types import JsonObject, Policy, RunStatus, RunSummary, Task, Team, Trajectory


@dataclass(frozen=True, slots=True)
class Lab:
    """A store, an embedder and models, ready to solve tasks.

    ``models`` gives the model of an id and keeps it; the tests pass scripted ones.
    """

    settings: Settings
    store: Store
    embedder: Embedder
    models: Callable[[str], Model]

    @property
    def bank(self) -> Bank:
        """The memory bank of this lab's store."""
        return Bank(self.store, self.embedder)

    def folder(self, run_id: str) -> Path:
        """The folder of a run's office and its pristine copy."""
        return self.settings.offices / run_id

    def solve(
        self,
        run_id: str,
        task: Task,
        team: Team,
        policy: Policy,
        stop: threading.Event,
        reflections: str = "",
    ) -> Generator[Event, None, Trajectory]:
        """Run a team on a task; every event is yielded as it happens, the trajectory is returned.

        Limits, model failures and cancellation end the run with a ``Finished`` that says so.

        Args:
            run_id: A new id; the office is opened in the folder of that name.
            task: What to do; its own memories are kept out of it.
            team: Who does it.
            policy: How memory is used.
            stop: Set by another thread to cancel.
            reflections: What a person already knows about the task's pitfalls, for the memory.

        Raises:
            BadInput: the policy or the task can not be used (before anything happens).
        """
        solving = self._solve(run_id, task, team, policy, stop, reflections)
        seconds = 0.0  # of work: a paused run does not ask for its next event
        try:
            while True:
                start = time.perf_counter()
                try:
                    event = next(solving)
                except StopIteration as end:
                    return cast(Trajectory, end.value)
                seconds += time.perf_counter() - start
                yield replace(event, seconds=seconds) if isinstance(event, Finished) else event
        finally:
            solving.close()

    def _solve(
        self, run_id: str, task: Task, team: Team, policy: Policy, stop: threading.Event, reflections: str
    ) -> Generator[Event, None, Trajectory]:
        validate(policy)
        office = Office.open(task, self.folder(run_id))
        yield Started(run_id, task.id, task.text, team, policy, self.store.revision, office.files())
        desk = Desk(self.bank, policy, task)
        run = Assignment(task, team, office, desk, variant_of(policy), self.models, Ledger(team.limits), stop)
        progress, error = Progress(), ""
        status: RunStatus = "failed"
        try:
            yield from orchestrate(run, progress)
        except (LimitReached, ModelFailed) as failure:
            error = str(failure)
            yield Noted(error, "warning")
        except Cancelled as cancelled:
            status, error = "cancelled", str(cancelled)
        trajectory = Trajectory(
            run_id, task.id, task.text, progress.plan, tuple(progress.turns), progress.answer, None, team.models,
            reflections,
        )  # fmt: skip
        if status != "cancelled":
            trajectory = yield from self._conclude(office, task, trajectory, policy)
            status = _status(trajectory.success, error)
        ledger = run.ledger
        yield Finished(
            status, progress.answer, ledger.steps, ledger.failed_steps, ledger.replans, ledger.tokens, ledger.cost,
            0.0, error,
        )  # fmt: skip
        return trajectory

    def _conclude(
        self, office: Office, task: Task, trajectory: Trajectory, policy: Policy
    ) -> Generator[Event, None, Trajectory]:
        """Write the answer, grade the office, and let the update policy propose."""
        office.write_answer(trajectory.answer)
        results = grade(task, office)
        success = all(result.passed for result in results) if results else None
        yield Graded(success, results, office.changes())
        trajectory = replace(trajectory, success=success)
        proposals = UPDATES[policy.update](trajectory)
        if proposals:
            self.store.propose(proposals)
            yield Proposed(proposals)
        return trajectory

    def demonstrate(self, run_id: str, task: Task) -> Generator[Event, None, Trajectory]:
        """Carry out a task's demonstration for real: a run like any other, whose model is the demonstration.

        Raises:
            BadInput: the task has no demonstration.
        """
        model = ScriptedModel(replies(task))
        lab = replace(self, models=lambda name: model)
        reflections = task.demonstration.reflections if task.demonstration else ""
        team, policy = demonstration_team(), Policy(placement="none")
        return (yield from lab.solve(run_id, task, team, policy, threading.Event(), reflections))

    def fill_bank(self, tasks: Sequence[Task]) -> Iterator[tuple[int, int]]:
        """Run the demonstrations of these tasks, record the runs, accept what they teach, and embed it.

        Yields (done, total) after each. A demonstration that was carried out before is skipped, so an interrupted
        filling goes on where it stopped, and a later decision of a person stands.
        """
        known = [(task, *self._demonstration(task)) for task in tasks if task.demonstration is not None]
        due = [one for one in known if one[2] is None or self.store.proposals(run_id=one[1], limit=1)]
        for done, (task, run_id, status) in enumerate(due, start=1):
            if status is None:
                self._record_demonstration(run_id, task)
            for proposal in self.store.proposals(run_id=run_id):
                reason = "The demonstration passed all checks."
                self.store.decide(proposal.id, "accept", by=DEMONSTRATION, reason=reason)
            yield done, len(due)
        self.bank.embed_missing()

    def _record_demonstration(self, run_id: str, task: Task) -> None:
        team, policy = demonstration_team(), Policy(placement="none")
        self.store.begin_run(self.summary(run_id, task, team, policy), setup(task, team, policy))
        for event in self.demonstrate(run_id, task):
            self.store.append(run_id, event)

    def _demonstration(self, task: Task) -> tuple[str, RunStatus | None]:
        """Id and status of the run that carried out a task's demonstration, or a new id; killed ones do not count."""
        stem = f"demo-{task.id.replace('/', '-')}"
        names = (stem if attempt == 1 else f"{stem}-{attempt}" for attempt in count(1))
        runs = ((name, self._run_status(name)) for name in names)
        return next(run for run in runs if run[1] not in ("interrupted", "running", "waiting"))

    def _run_status(self, run_id: str) -> RunStatus | None:
        try:
            return self.store.run(run_id).status
        except UnknownName:
            return None

    def summary(
        self, run_id: str, task: Task, team: Team, policy: Policy, compared_with: str | None = None
    ) -> RunSummary:
        """The record of a run that is about to start."""
        return RunSummary(
            id=run_id,
            task_id=task.id,
            task=task.text,
            team=team.name,
            policy=policy,
            status="waiting",
            revision=self.store.revision,
            simulated=team.simulated,
            started=datetime.now(UTC),
            compared_with=compared_with,
        )


def _status(success: bool | None, error: str) -> RunStatus:
    if success is None:
        return "failed" if error else "ungraded"
    return "succeeded" if success else "failed"


def setup(task: Task, team: Team, policy: Policy) -> JsonObject:
    """All that is needed to show or repeat a run, as plain JSON data."""
    plain = TypeAdapter(JsonObject).validate_python
    return {
        "task": plain(TypeAdapter(Task).dump_python(task, mode="json")),
        "team": plain(TypeAdapter(Team).dump_python(team, mode="json")),
        "policy": plain(TypeAdapter(Policy).dump_python(policy, mode="json")),
    }


def revive_setup(data: JsonObject) -> tuple[Task, Team, Policy]:
    """What ``setup`` described.

    Raises:
        pydantic.ValidationError: the data is from another version.
    """
    return (
        TypeAdapter(Task).validate_python(data["task"]),
        TypeAdapter(Team).validate_python(data["team"]),
        TypeAdapter(Policy).validate_python(data["policy"]),
    )
