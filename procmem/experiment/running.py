"""Experiments in the background: start, follow, cancel, resume. Every run is recorded whole or not at all."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Literal, TypeAlias

from procmem.errors import BadInput, Cancelled, ProcMemError
from procmem.exchange.officebench import load
from procmem.experiment.attempt import Attempt
from procmem.experiment.estimate import Estimate, estimate
from procmem.experiment.plan import Design, cells, check, from_plain, to_plain
from procmem.experiment.pools import Pool, Processes, Threads
from procmem.experiment.provenance import another_version, provenance, require_same
from procmem.experiment.results import Result, result
from procmem.lab import Lab
from procmem.settings import PROJECT
from procmem.store.duck import DuckStore
from procmem.store.experiments import ExperimentLog, ExperimentRecord
from procmem.types import Task

TasksOf: TypeAlias = Callable[[Design], Mapping[str, Task]]
"""All tasks that a design may name, by id: the bundled ones, or those of its OfficeBench checkout."""

RUNS_AT_ONCE = 8
HOURS = 4 * 3600.0
"""Seconds after which a run of real models counts as hung; its calls have time limits of their own."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment is. ``left`` is the estimated rest in seconds; ``None`` when nobody knows yet."""

    id: str
    state: Literal["running", "done", "cancelled", "failed", "interrupted"]
    text: str
    done: int
    total: int
    seconds: float
    left: float | None = None
    tokens: int = 0
    dollars: float | None = None
    error: str = ""


class Experiments:
    """Runs experiments of one lab, each in a thread of its own.

    Args:
        lab: Its store has the bank; its models serve teams of real models and all distilling.
        log: Where experiments are kept; the same store.
        tasks_of: Gives the tasks that a design may name.
        workers: Worker processes; by default one for each core.
        runs_at_once: Runs at once of real models, by provider; "" is the rule for all others.
        by_name: Whether worker processes can make the models by name; else real models run in threads of this one.
    """

    def __init__(
        self,
        lab: Lab,
        log: ExperimentLog,
        tasks_of: TasksOf,
        workers: int | None = None,
        runs_at_once: Mapping[str, int] | None = None,
        by_name: bool = False,
    ) -> None:
        self._lab, self._log, self._tasks_of = lab, log, tasks_of
        self._workers = workers or _cores()
        self._limits = {"": RUNS_AT_ONCE, **(runs_at_once or {})}
        self._by_name = by_name
        self._attempts: dict[str, tuple[Attempt, threading.Thread]] = {}

    # --- what a page or a command does -------------------------------------------------------------------------------

    def start(self, design: Design, workers: int | None = None) -> str:
        """Begin an experiment in the background and return its id; ``workers`` processes, where fewer are wanted.

        Raises:
            BadInput: the design can not be run, or names a task that is not there.
        """
        present = self._lab.store.revision
        design = replace(check(design), revision=present if design.revision is None else design.revision)
        wanted = [design.revision or 0, *(arm.revision or 0 for arm in design.arms)]
        if max(wanted) > present:
            raise BadInput(f"The bank is at revision {present}; there is no revision {max(wanted)} yet.")
        tasks = self._tasks_of(design)
        chosen = _chosen(design, tasks)
        self._check_models(design)
        identity = f"x{uuid.uuid4().hex[:8]}"
        record = ExperimentRecord(
            id=identity,
            name=design.name,
            preset=design.preset,
            created=datetime.now(UTC),
            status="running",
            simulated=design.simulated,
            total=len(cells(design)),
            seconds=0.0,
            error="",
            design=to_plain(design),
            made_with=provenance(PROJECT, chosen, self._lab.embedder.name, workers or self._workers),
        )
        self._log.begin_experiment(record)
        self._go(identity, design, tasks, workers)
        return identity

    def resume(self, identity: str) -> None:
        """Go on with an experiment that was cancelled, failed or killed; runs that are done are kept.

        Raises:
            UnknownName: there is no such experiment.
            BadInput: it is under way or done, or its tasks or the embedder have changed.
        """
        record = self._log.experiment(identity)
        if identity in self._attempts:
            raise BadInput(f"The experiment {identity} is under way.")
        if record.status == "done":
            raise BadInput(f"The experiment {identity} is done; there is nothing to resume.")
        design = from_plain(record.design)
        tasks = self._tasks_of(design)
        require_same(record.made_with, _chosen(design, tasks), self._lab.embedder.name)
        self._check_models(design)
        if now := another_version(record.made_with, PROJECT):
            resumed = [*record.made_with.get("resumed", []), now]
            self._log.set_made_with(identity, {**record.made_with, "resumed": resumed})
        self._log.set_experiment(identity, "running", 0.0)
        self._go(identity, design, tasks)

    def cancel(self, identity: str) -> None:
        """Stop an experiment; it can be resumed. Nothing happens to one that is not under way."""
        if under_way := self._attempts.get(identity):
            under_way[0].cancel()

    def wait(self, identity: str, seconds: float | None = None) -> Progress:
        """Wait until it ends, or so many seconds."""
        if under_way := self._attempts.get(identity):
            under_way[1].join(seconds)
        return self.progress(identity)

    def close(self) -> None:
        """Stop everything that is under way."""
        for attempt, thread in list(self._attempts.values()):
            attempt.cancel()
            thread.join()

    def progress(self, identity: str) -> Progress:
        """How far an experiment is.

        Raises:
            UnknownName: there is no such experiment.
        """
        under_way = self._attempts.get(identity)
        record = self._log.experiment(identity)
        if under_way is None:
            state = "interrupted" if record.status == "running" else record.status
            return Progress(identity, state, "", record.done, record.total, record.seconds, error=record.error)
        attempt, _ = under_way
        done = list(attempt.done.values())
        costs = [run.cost for run in done if run.cost is not None]
        return Progress(
            id=identity,
            state="running",
            text=attempt.text,
            done=len(done),
            total=record.total,
            seconds=record.seconds + time.monotonic() - attempt.started,
            left=attempt.left(record.total),
            tokens=sum((run.prompt_tokens or 0) + (run.completion_tokens or 0) for run in done),
            dollars=sum(costs) if costs else None,
        )

    # --- looking -----------------------------------------------------------------------------------------------------

    def records(self, limit: int = 50) -> list[ExperimentRecord]:
        """Experiments, newest first."""
        return self._log.experiments(limit)

    def find(self, identity: str) -> ExperimentRecord:
        """The experiment of an id, or of the only id that begins so.

        Raises:
            UnknownName: there is none.
            BadInput: there are several.
        """
        found = self._log.experiments(6, beginning=identity)
        if len(found) > 1 and identity:
            raise BadInput(f"Several experiments begin with {identity!r}: {', '.join(r.id for r in found[:5])}.")
        return found[0] if identity and found else self._log.experiment(identity)

    def design(self, identity: str) -> Design:
        """What an experiment runs.

        Raises:
            UnknownName: there is no such experiment.
            BadInput: another version of ProcMem wrote it.
        """
        return from_plain(self._log.experiment(identity).design)

    def result(self, identity: str) -> Result:
        """The tables of an experiment, as far as it is.

        Raises:
            UnknownName: there is no such experiment.
        """
        record = self._log.experiment(identity)
        design = from_plain(record.design)
        try:
            tasks = self._tasks_of(design)
        except BadInput as error:  # the checkout has moved: the figures are there, only levels are not known
            _log.warning("The tasks of experiment %s can not be read: %s", identity, error)
            tasks = {}
        return result(record, design, self._log.figures(identity), tasks)

    def estimate(self, design: Design, done: int = 0) -> Estimate:
        """What the rest of an experiment will take."""
        return estimate(design, self._log, done)

    def remove(self, identity: str) -> None:
        """Delete an experiment with its runs and banks.

        Raises:
            UnknownName: there is no such experiment.
            BadInput: it is under way.
        """
        self._log.experiment(identity)
        if identity in self._attempts:
            raise BadInput(f"The experiment {identity} is under way. Cancel it first.")
        self._log.remove_experiment(identity)
        shutil.rmtree(self._lab.settings.home / "experiments" / identity, ignore_errors=True)

    # --- the thread of an experiment ---------------------------------------------------------------------------------

    def _go(self, identity: str, design: Design, tasks: Mapping[str, Task], workers: int | None = None) -> None:
        attempt = Attempt(identity, design, self._lab, self._log, tasks, self._pool(design, workers or self._workers))
        thread = threading.Thread(target=self._work, args=(attempt,), name=f"experiment-{identity}", daemon=True)
        self._attempts[identity] = (attempt, thread)
        thread.start()

    def _pool(self, design: Design, workers: int) -> Pool:
        models = {model for team in design.everybody for model in team.models}
        if all(model.startswith("simulated/") for model in models):
            return Processes(self._lab.settings, workers)
        if not self._by_name:
            return Threads(self._lab, self._limits)
        each = ceil(max(self._limits.values()) / workers)
        return Processes(self._lab.settings, workers, each, self._limits, seconds=HOURS)

    def _check_models(self, design: Design) -> None:
        for team in design.everybody:
            for model in team.models:
                self._lab.models(model, design.seeds[0])

    def _work(self, attempt: Attempt) -> None:
        status: Literal["done", "cancelled", "failed"] = "failed"
        error = ""
        try:
            attempt.carry_out()
            status = "done"
        except Cancelled:
            status = "cancelled"
        except ProcMemError as problem:
            error = str(problem)
        except Exception as problem:  # noqa: BLE001 - the outermost frame of an experiment
            error = f"An unexpected error ended the experiment: {problem!r:.300}. The log has the traceback."
            _log.exception("Experiment %s ended by an unexpected error.", attempt.id)
        finally:
            attempt.pool.close()
            self._log.set_experiment(attempt.id, status, time.monotonic() - attempt.started, error)
            self._attempts.pop(attempt.id, None)


def open_experiments(
    lab: Lab, bundled: Mapping[str, Task], workers: int | None = None, runs_at_once: Mapping[str, int] | None = None
) -> Experiments:
    """The experiments of a lab over the bundled tasks, and those of a checkout where a design names one.

    Raises:
        BadInput: the lab's store keeps no experiments.
    """
    if not isinstance(lab.store, DuckStore):
        raise BadInput("This store keeps no experiments.")

    def tasks_of(design: Design) -> Mapping[str, Task]:
        if not design.officebench:
            return bundled
        return load(Path(design.officebench), mode=design.grading).tasks

    return Experiments(lab, lab.store, tasks_of, workers, runs_at_once, by_name=True)


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chosen(design: Design, tasks: Mapping[str, Task]) -> list[Task]:
    """The tasks that a design runs, in its order.

    Raises:
        BadInput: one is not there.
    """
    names = [*(name for lesson in design.lessons for name in lesson.tasks), *design.tasks]
    missing = [name for name in names if name not in tasks]
    if missing:
        raise BadInput(f"There is no task {missing[0]!r}" + (f" ({len(missing)} are missing)." if missing[1:] else "."))
    return [tasks[name] for name in dict.fromkeys(names)]
