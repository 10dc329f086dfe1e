"""One attempt at an experiment: carries out the runs that are not done yet. Each is recorded whole or not at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from procmem.errors import BadInput, Cancelled
from procmem.events import Event
from procmem.experiment.banks import Banks
from procmem.experiment.job import Job
from procmem.experiment.keywords import with_keywords
from procmem.experiment.plan import Arm, Cell, Design, Lesson, cells
from procmem.experiment.pools import Pool
from procmem.experiment.snapshot import Snapshot
from procmem.lab import Lab, setup
from procmem.memory.desk import View
from procmem.store.experiments import ExperimentLog, figures_of
from procmem.types import JsonObject, Policy, RunSummary, Task

SILENT = 5
"""So many runs in a row in which no model answered stop the experiment: a key, a server or the network is at fault."""


class Attempt:
    """An experiment under way. ``text`` says what it does; ``done`` are the figures of its runs by place."""

    def __init__(
        self, identity: str, design: Design, lab: Lab, log: ExperimentLog, tasks: Mapping[str, Task], pool: Pool
    ) -> None:
        self.id, self.design, self.pool = identity, design, pool
        self.text = "Preparing …"
        self.started = time.monotonic()
        self.done = {figures.place: figures for figures in log.figures(identity)}
        self._lab, self._log, self._tasks = lab, log, tasks
        self._banks = Banks(lab, design, tasks, lab.settings.home / "experiments" / identity)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._silent: list[tuple[Cell, RunSummary, list[Event]]] = []
        self._earlier = len(self.done)
        self._solving: float | None = None

    def cancel(self) -> None:
        """Stop soon; returns at once."""
        self._stop.set()
        threading.Thread(target=self.pool.close, daemon=True).start()

    def left(self, total: int) -> float | None:
        """The estimated rest in seconds, from the runs of this attempt; ``None`` before the first."""
        fresh = len(self.done) - self._earlier
        if fresh <= 0 or self._solving is None:
            return None
        return (time.monotonic() - self._solving) / fresh * (total - len(self.done))

    def carry_out(self) -> None:
        """Everything that is not done: lessons, then the grid or the stream.

        Raises:
            Cancelled: ``cancel`` was called.
            BadInput: no model answers, or a bank can not be made.
        """
        self._note("bank", self._start_in_words())
        everything = cells(self.design)
        with ThreadPoolExecutor(self.pool.width, thread_name_prefix=self.id) as threads:
            for lesson in self.design.lessons:
                self.text = f"Lesson “{lesson.name}”"
                self._teach(threads, lesson, [cell for cell in everything if cell.lesson == lesson.name])
            self.text = "Running"
            compared = [cell for cell in everything if not cell.lesson]
            if self.design.kind == "grid":
                banks = {arm.name: self._bank(arm) for arm in self.design.arms}
                self._solve(threads, [(cell, banks[cell.arm]) for cell in compared])
            else:
                self._stream(threads, compared)
        self._settle()

    def _bank(self, arm: Arm) -> Snapshot:
        """What an arm of a grid reads."""
        task = self._tasks[self.design.tasks[0]]
        return with_keywords(self._banks.of(arm), arm.policy, self.design.teams, task, self._lab, self._stop)

    # --- lessons and streams -----------------------------------------------------------------------------------------

    def _teach(self, threads: ThreadPoolExecutor, lesson: Lesson, own: Sequence[Cell]) -> None:
        branch = self._banks.lesson(lesson)
        if branch.learned:
            return
        self._solve(threads, [(cell, branch.start) for cell in own])
        self.text = f"Lesson “{lesson.name}”: learning"
        runs = self._runs(own, passed=True)
        if not own:
            runs = list(dict.fromkeys(memory.origin.run_id for memory in branch.start.memories))
        policies = [lesson.policy] if own else []
        if lesson.induce:  # redundant by design: a workflow says again what several memories say
            policies.append(replace(lesson.policy, build="workflow", update="vanilla"))
        notes = branch.learn(1, runs, self._lab, policies, lesson.team, self._stop)
        bank = branch.snapshot(self._lab)
        taught = {"memories": len(bank.memories), "digest": bank.digest, "notes": notes}
        self._note("lessons", {lesson.name: taught})

    def _stream(self, threads: ThreadPoolExecutor, own: Sequence[Cell]) -> None:
        """Every line in a thread of its own: solve a group, learn from it, solve the next."""
        lines: dict[tuple[str, str, int], list[Cell]] = {}
        for cell in own:
            lines.setdefault(cell.line, []).append(cell)
        with ThreadPoolExecutor(len(lines), thread_name_prefix=f"{self.id}-line") as line_threads:
            _all_or_first_error([line_threads.submit(self._line, threads, line) for line in lines.values()])

    def _line(self, threads: ThreadPoolExecutor, line: Sequence[Cell]) -> None:
        arm, team = self.design.arm(line[0].arm), self.design.team(line[0].team)
        branch = self._banks.line(line[0].line, arm)
        policy = replace(arm.policy, seed=line[0].seed)
        for group in range(line[-1].group + 1):
            own = [cell for cell in line if cell.group == group]
            bank = branch.snapshot(self._lab) if arm.reads else branch.start
            self._solve(threads, [(cell, bank) for cell in own])
            self._settle()
            if arm.reads and group < line[-1].group:
                branch.learn(group + 1, self._runs(own), self._lab, [policy], team, self._stop)

    def _runs(self, own: Sequence[Cell], passed: bool = False) -> list[str]:
        """The ids of the runs of these cells that are recorded; all of them, or those that passed."""
        done = [cell for cell in own if cell.place in self.done]
        return [cell.run_id(self.id) for cell in done if not passed or self.done[cell.place].success]

    # --- runs --------------------------------------------------------------------------------------------------------

    def _solve(self, threads: ThreadPoolExecutor, todo: Iterable[tuple[Cell, Snapshot]]) -> None:
        """Carry out the runs that are not done yet."""
        self._solving = self._solving or time.monotonic()
        due = [(cell, bank) for cell, bank in todo if cell.place not in self.done]
        _all_or_first_error([threads.submit(self._run, cell, bank) for cell, bank in due])

    def _run(self, cell: Cell, bank: Snapshot) -> None:
        if self._stop.is_set():
            raise Cancelled
        task, team = self._tasks[cell.task_id], self.design.team(cell.team)
        policy, view = _how(self.design, cell)
        job = Job(cell.run_id(self.id), task, team, policy, bank.digest, view)
        summary = self._lab.summary(job.run_id, task, team, policy)
        events = self.pool.run(job, bank)
        figures = figures_of(summary, cell.place, events)
        with self._lock:
            self._silent.append((cell, summary, events))
            if figures.error and not figures.calls:
                if len(self._silent) >= SILENT:
                    raise BadInput(f"{SILENT} runs in a row ended before any model answered. {figures.error}")
                return
            answered, self._silent = self._silent, []
        for entry in answered:
            self._record(*entry)

    def _record(self, cell: Cell, summary: RunSummary, events: Sequence[Event]) -> None:
        task, team = self._tasks[cell.task_id], self.design.team(cell.team)
        counts = not (cell.arm and self.design.arm(cell.arm).placebo)  # a placebo says nothing about its memories
        self._log.record_run(summary, setup(task, team, summary.policy), events, self.id, cell.place, counts)
        with self._lock:
            self.done[cell.place] = figures_of(summary, cell.place, events)

    def _settle(self) -> None:
        """Runs without an answer among runs with one are failures of their own; without any, nothing was measured."""
        with self._lock:
            silent, self._silent = self._silent, []
        if silent and not self.done:
            cell, summary, events = silent[0]
            raise BadInput(f"No model answered in any run. {figures_of(summary, cell.place, events).error}")
        for entry in silent:
            self._record(*entry)

    # --- what is kept beside the runs --------------------------------------------------------------------------------

    def _note(self, name: str, facts: JsonObject) -> None:
        """Add to what is kept about how the experiment was made."""
        made_with = self._log.experiment(self.id).made_with
        self._log.set_made_with(self.id, {**made_with, name: {**made_with.get(name, {}), **facts}})

    def _start_in_words(self) -> JsonObject:
        bank = self._banks.start
        reads = any(arm.reads for arm in self.design.arms)
        if self.design.start == "demonstrations" and reads and not bank.memories:
            raise BadInput(
                "The bank holds no demonstrations yet. Let the app or `procmem bank` prepare it, and resume."
            )
        before = self._log.experiment(self.id).made_with.get("bank", {"digest": bank.digest})
        if before["digest"] != bank.digest:
            raise BadInput("The bank is not the one that this experiment began with. Start it anew.")
        return {"revision": bank.revision, "memories": len(bank.memories), "digest": bank.digest}


def _how(design: Design, cell: Cell) -> tuple[Policy, View]:
    """The policy of a run, and what it may see of the bank."""
    if cell.lesson:
        policy = design.lesson(cell.lesson).policy
        return replace(policy, placement="none", seed=cell.seed, every=0), View()
    arm = design.arm(cell.arm)
    view = View(frozenset(arm.without), None if arm.only is None else frozenset(arm.only))
    return replace(arm.policy, seed=cell.seed, every=0), view


def _all_or_first_error(futures: Sequence[Future[None]]) -> None:
    """Wait for all; at the first error the ones that have not begun are dropped, and the error is raised."""
    done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
    for future in waiting:
        future.cancel()
    wait(waiting)
    problems = [problem for future in done if (problem := future.exception())]
    if problems:
        raise next((problem for problem in problems if not isinstance(problem, Cancelled)), problems[0])
