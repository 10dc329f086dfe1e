"""Wiring, and ``solve(task, team, policy)``: the one place that knows all rooms."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError

from procmem.agents.assignment import Assignment
from procmem.agents.demonstrator import DEMONSTRATION, demonstration_team, replies
from procmem.agents.orchestrator import Progress, orchestrate
from procmem.errors import BadInput, Cancelled, LimitReached, ModelFailed, UnknownName
from procmem.events import Event, Finished, Graded, Noted, Recalled, Started
from procmem.memory.bank import Bank
from procmem.memory.desk import Desk, View
from procmem.memory.distil import RULES
from procmem.memory.learning import Learner, feedback
from procmem.memory.policy import validate
from procmem.memory.update import Case
from procmem.memory.variants import variant_of
from procmem.models.conversation import Line, Models
from procmem.models.embedders import Embedder, make_embedder
from procmem.models.ledger import Ledger
from procmem.models.registry import make_model
from procmem.models.scripted import ScriptedModel
from procmem.office.checks import grade
from procmem.office.workspace import Office
from procmem.own import Remembered, accept_once, propose_own, remember, trajectory_of_messages
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.store.store import Store
from procmem.types import (
    Decision,
    JsonObject,
    Limits,
    MemoryLevel,
    Message,
    Policy,
    Proposal,
    RunStatus,
    RunSummary,
    Task,
    Team,
    Trajectory,
)

TAUGHT = Policy(placement="none", update="vanilla")
"""How a demonstration runs: without memory, and what it teaches is proposed as it is."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A store, an embedder and models, ready to solve tasks.

    ``models`` gives the model of an id and a seed and keeps it; the tests pass scripted ones. ``distiller`` is the
    model that distils messages of one's own agent; a team brings its own.
    """

    settings: Settings
    store: Store
    embedder: Embedder
    models: Models
    distiller: str = RULES

    @classmethod
    def open(cls, folder: str | Path, *, embedder: str = "", model: str = "") -> Lab:
        """A lab over a folder of its own, for agents of one's own (see the README).

        Args:
            folder: Where the memories are kept; made when it is missing.
            embedder: As PROCMEM_EMBEDDER, which is the default.
            model: The model that distils: any LiteLLM id; "" transcribes by rules and asks none.

        Raises:
            BadInput: the folder can not be made, or its database is in use, damaged or from a newer version.
        """
        settings = Settings.load()
        settings = replace(settings, home=Path(folder).expanduser().resolve(), embedder=embedder or settings.embedder)
        settings.make_home()
        store = DuckStore(settings.database, settings.index)
        return cls(settings, store, make_embedder(settings.embedder), cache(make_model), model or RULES)

    def distil(
        self,
        messages: Sequence[Message],
        *,
        task: str | None = None,
        agent: str = "assistant",
        success: bool | None = True,
        run_id: str | None = None,
    ) -> Proposal:
        """Queue what a run of one's own agent taught; see ``procmem.own.trajectory_of_messages``.

        Raises:
            BadInput: a message that is none (its index and field are named), or no tool call at all.
        """
        found = trajectory_of_messages(messages, task=task, agent=agent, success=success, run_id=run_id)
        line = Line(self.models, Ledger(Limits()), threading.Event())
        return propose_own(found, self.store, line, self.distiller)

    def accept(self, proposal: Proposal, *, by: str = "script", reason: str = "") -> Decision:
        """Accept a proposal; one that stands accepted already keeps its decision.

        Raises:
            UnknownName: there is no such proposal.
            BadInput: it was discarded, or does not fit the bank any more.
        """
        return accept_once(self.store, proposal.id, by, reason)

    def recall(
        self, text: str, k: int = 3, *, level: MemoryLevel = "full-task", agent: str | None = None
    ) -> list[Remembered]:
        """The ``k`` memories nearest to a text, best first, each with its block for a system prompt.

        Raises:
            BadInput: the embedding model can not be loaded.
        """
        return remember(self.bank, text, k=k, level=level, agent=agent)

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
        view: View | None = None,
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
            view: Memories that this run may not see, or the only ones it may see.

        Raises:
            BadInput: the policy or the task can not be used (before anything happens).
        """
        solving = self._solve(run_id, task, team, policy, stop, reflections, view or View())
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
        self,
        run_id: str,
        task: Task,
        team: Team,
        policy: Policy,
        stop: threading.Event,
        reflections: str,
        view: View,
    ) -> Generator[Event, None, Trajectory]:
        validate(policy)
        office = Office.open(task, self.folder(run_id))
        yield Started(run_id, task.id, task.text, team, policy, self.store.revision, office.files())
        ledger = Ledger(team.limits)
        line = Line(self.models, ledger, stop, policy.seed)
        desk = Desk(self.bank, policy, task, team, line, view)
        run = Assignment(task, team, office, desk, variant_of(policy), line)
        progress, error = Progress(), ""
        entered: dict[str, int] = {}
        status: RunStatus = "failed"
        try:
            for event in orchestrate(run, progress):
                if isinstance(event, Recalled):
                    entered.update((c.memory_id, c.version) for c in event.candidates if c.entered)
                yield event
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
            graded = _grade(office, task, trajectory)
            yield graded
            trajectory = replace(trajectory, success=graded.success)
            status = _status(trajectory.success, error)
            case = Case(trajectory, tuple(entered.items()), feedback(graded))
            yield from self.learner.learn_after(case, policy, team, stop)
        yield Finished(
            status, progress.answer, ledger.steps, ledger.failed_steps, ledger.replans, ledger.tokens, ledger.cost,
            0.0, error,
        )  # fmt: skip
        return trajectory

    # --- learning ----------------------------------------------------------------------------------------------------

    @property
    def learner(self) -> Learner:
        """What updates this lab's bank."""
        return Learner(self.store, self.bank, self.models)

    def learn(
        self, run_ids: Sequence[str], policy: Policy, team: Team, stop: threading.Event
    ) -> Generator[Event, None, None]:
        """Learn from finished runs of the store: propose, and under ``review="auto"`` decide (Mem^p 3, Update).

        Raises:
            UnknownName: there is no such run.
            BadInput: the policy can not be used.
        """
        yield from self.learner.learn(run_ids, validate(policy), team, stop)

    def distil_again(self, proposal_id: str, model: str = "") -> Generator[Event, None, Proposal]:
        """Distil a "not distilled" proposal once more from its run's log; the new proposal takes its place.

        Args:
            proposal_id: An undecided add with a fault.
            model: The model id, "rules" for none, "" for the one that the run's team distils with.

        Raises:
            UnknownName: there is no such proposal.
            BadInput: it was decided, has no fault, or has no run.
            ModelFailed: the model failed again; the old proposal stays.
        """
        run_id = self.store.proposal(proposal_id).proposal.run_id
        if not run_id:
            raise BadInput("This proposal comes from no run, so there is nothing to distil again.")
        _, team, policy = revive_setup(self.store.setup(run_id))
        return (yield from self.learner.distil_again(proposal_id, policy, team, model))

    def demonstrate(self, run_id: str, task: Task) -> Generator[Event, None, Trajectory]:
        """Carry out a task's demonstration for real: a run like any other, whose model is the demonstration.

        Raises:
            BadInput: the task has no demonstration.
        """
        model = ScriptedModel(replies(task))
        lab = replace(self, models=lambda name, seed: model)
        reflections = task.demonstration.reflections if task.demonstration else ""
        team, policy = demonstration_team(), TAUGHT
        return (yield from lab.solve(run_id, task, team, policy, threading.Event(), reflections))

    def fill_bank(self, tasks: Sequence[Task]) -> Iterator[tuple[int, int]]:
        """Run the demonstrations of these tasks, record the runs, and accept what they teach.

        Yields (done, total) after each. A demonstration that was carried out before is skipped, so an interrupted
        filling goes on where it stopped, and a later decision of a person stands.
        """
        known = [(task, *self._demonstration(task)) for task in tasks if task.demonstration is not None]
        due = [one for one in known if one[2] is None or (one[2] == "succeeded" and self._undecided(one[1]))]
        for done, (task, run_id, status) in enumerate(due, start=1):
            if status is None:
                self._record_demonstration(run_id, task)
            if self._run_status(run_id) == "succeeded":
                reason = "The demonstration passed all checks."
                self.store.decide_all(self._undecided(run_id), "accept", by=DEMONSTRATION, reason=reason)
            yield done, len(due)

    def _undecided(self, run_id: str) -> list[str]:
        """Ids of a run's proposals that nobody ever decided on; one whose decision was undone is a person's matter."""
        waiting = [filed.proposal.id for filed in self.store.proposals(run_id=run_id)]
        return [name for name in waiting if not self.store.decisions(proposal_id=name, limit=1)]

    def _record_demonstration(self, run_id: str, task: Task) -> None:
        team, policy = demonstration_team(), TAUGHT
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


def _grade(office: Office, task: Task, trajectory: Trajectory) -> Graded:
    """Write the answer, if the team came to one, and grade the office."""
    if trajectory.answer:
        office.write_answer(trajectory.answer)
    results = grade(task, office)
    success = all(result.passed for result in results) if results else None
    return Graded(success, results, office.changes())


def _status(success: bool | None, error: str) -> RunStatus:
    if success is None:
        return "failed" if error else "ungraded"
    return "succeeded" if success else "failed"


def setup(task: Task, team: Team, policy: Policy) -> JsonObject:
    """All that is needed to show or repeat a run, as plain JSON data."""
    tasks, teams, policies = _adapters()
    return {
        "task": tasks.dump_python(task, mode="json"),
        "team": teams.dump_python(team, mode="json"),
        "policy": policies.dump_python(policy, mode="json"),
    }


def revive_setup(data: JsonObject) -> tuple[Task, Team, Policy]:
    """What ``setup`` described.

    Raises:
        BadInput: another version of ProcMem recorded it.
    """
    tasks, teams, policies = _adapters()
    try:
        return (
            tasks.validate_python(data["task"]),
            teams.validate_python(data["team"]),
            policies.validate_python(data["policy"]),
        )
    except (KeyError, ValidationError):
        raise BadInput(
            "This run was recorded by another version of ProcMem: it can be looked at, but not be repeated or learned "
            "from. Run its task again."
        ) from None


@cache
def _adapters() -> tuple[TypeAdapter[Task], TypeAdapter[Team], TypeAdapter[Policy]]:
    """Made once: each takes milliseconds to make."""
    return TypeAdapter(Task), TypeAdapter(Team), TypeAdapter(Policy)
