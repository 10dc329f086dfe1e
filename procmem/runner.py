"""Background runs: start, pause, resume, cancel, follow.

A run is a generator of events. A worker thread asks it for the next one and writes that to the log before anybody sees
it. So pausing is not asking, and a paused run holds no thread; cancelling closes the run's log at once and leaves it to
the worker to notice. Controls go by run id: they work after a reload, from another tab, and while a model call hangs.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from procmem.errors import BadInput, Cancelled, ProcMemError
from procmem.events import Acted, Called, Event, Finished, Planned
from procmem.store.store import RunLog
from procmem.types import JsonObject, RunStatus, RunSummary

Solve: TypeAlias = Callable[[str, threading.Event], Iterator[Event]]
"""Begins a run: (run id, an event that is set to stop it) -> its events, as a rule a generator."""

_State = Literal["waiting", "running", "paused", "ended"]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """A run under way. ``lock`` guards everything here and the writing of its events.

    ``held``: a worker has it. ``worked``: seconds of work until it was last set going, which was at ``since``.
    """

    run_id: str
    solve: Solve
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)
    state: _State = "waiting"
    held: bool = False
    events: Iterator[Event] | None = None
    worked: float = 0.0
    since: float | None = None

    @property
    def seconds(self) -> float:
        """How long it has been at work; waiting and pauses do not count."""
        return self.worked + (0.0 if self.since is None else time.monotonic() - self.since)


class Runner:
    """Runs at most ``parallel`` runs at a time, each in a thread of its own; the others wait their turn.

    Make one per process, after ``log.interrupt_unfinished()`` has marked what an earlier, killed process left behind.
    """

    def __init__(self, log: RunLog, parallel: int = 4) -> None:
        self._log = log
        self._parallel = parallel
        self._jobs: dict[str, _Job] = {}
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._start_lock = threading.Lock()
        self._closed = False

    def start(self, run: RunSummary, setup: JsonObject, solve: Solve) -> str:
        """Record the run as waiting and return its id at once; it begins when a thread is free.

        Raises:
            BadInput: there is a run with this id, or the runner is shut down.
        """
        with self._start_lock:
            if self._closed:
                raise BadInput("The program is closing, so no run can be started.")
            self._log.begin_run(replace(run, status="waiting"), setup)
            job = self._jobs[run.id] = _Job(run.id, solve)
            self._queue.put(job)
            if len(self._threads) < self._parallel:
                thread = threading.Thread(target=self._work, name=f"run-{len(self._threads) + 1}", daemon=True)
                self._threads.append(thread)
                thread.start()
        return run.id

    def active(self) -> tuple[str, ...]:
        """The ids of the runs that have not ended, in the order of their start."""
        return tuple(self._jobs)

    def seconds(self, run_id: str) -> float | None:
        """How long a run that is under way has been at work, without its pauses; ``None`` for any other."""
        job = self._jobs.get(run_id)
        return None if job is None else job.seconds

    def pause(self, run_id: str) -> None:
        """Ask for no further event; a step under way is finished and shown. Nothing happens to a run that has ended.

        Raises:
            UnknownName: there is no such run.
        """
        if job := self._job(run_id):
            with job.lock:
                if job.state in ("waiting", "running"):
                    self._turn(job, "paused")

    def resume(self, run_id: str) -> None:
        """Go on with a paused run. Nothing happens to a run that is not paused.

        Raises:
            UnknownName: there is no such run.
        """
        if job := self._job(run_id):
            with job.lock:
                if job.state == "paused" and job.held:  # a worker is still busy with the step that was under way
                    self._turn(job, "running")
                elif job.state == "paused":
                    self._turn(job, "waiting")
                    self._queue.put(job)

    def cancel(self, run_id: str) -> None:
        """End the run as cancelled, at once for whoever looks. Nothing happens to a run that has ended.

        Raises:
            UnknownName: there is no such run.
        """
        if job := self._job(run_id):
            self._stop(job, "cancelled", str(Cancelled()))

    def shutdown(self, seconds: float = 2.0) -> None:
        """End all runs as interrupted and wait up to ``seconds`` for their threads."""
        with self._start_lock:
            self._closed = True
        for job in list(self._jobs.values()):
            self._stop(job, "interrupted", "The program was closed while this run was going.")
        for _ in self._threads:
            self._queue.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _job(self, run_id: str) -> _Job | None:
        """The run's job, or ``None`` when it has ended."""
        job = self._jobs.get(run_id)
        if job is None:
            self._log.run(run_id)  # raises UnknownName
        return job

    def _turn(self, job: _Job, state: Literal["waiting", "running", "paused"]) -> None:
        """Change the state of a job whose lock is held, in the log as well."""
        self._log.set_status(job.run_id, state)
        job.state = state
        job.worked, job.since = job.seconds, time.monotonic() if state == "running" else None

    def _stop(self, job: _Job, status: RunStatus, sentence: str) -> None:
        job.stop.set()
        self._end(job, status, sentence)
        with job.lock:
            if job.events is not None and not job.held:
                self._queue.put(job)  # a worker closes what the paused run has open

    def _end(self, job: _Job, status: RunStatus, sentence: str) -> None:
        """Close the run's log, unless it is closed."""
        with job.lock:
            if job.state != "ended":
                self._log.append(job.run_id, _closing(self._log, job, status, sentence))
                self._forget(job)

    def _forget(self, job: _Job) -> None:
        job.state = "ended"
        self._jobs.pop(job.run_id, None)

    # --- in the worker threads ---

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                self._advance(job)
            except Exception:  # noqa: BLE001 - the outermost frame of a run: not even its end could be written
                _log.exception("Run %s could not be closed; the next start marks it as interrupted.", job.run_id)
                self._forget(job)

    def _advance(self, job: _Job) -> None:
        """Ask for events until the run has ended or is paused."""
        with job.lock:
            if job.held or job.state in ("running", "paused") or (job.state == "waiting" and self._closed):
                return  # its place in the queue is from before a pause, or it is too late to begin
            job.held = True
            if job.state == "waiting":
                self._turn(job, "running")
        try:
            self._ask(job)
        except Cancelled as error:
            self._end(job, "cancelled", str(error))
        except ProcMemError as error:
            self._end(job, "error", str(error))
        except Exception as error:  # noqa: BLE001 - the outermost frame of a run
            _log.exception("Run %s ended by an unexpected error.", job.run_id)
            self._end(job, "error", f"An unexpected error ended the run: {error!r:.300}. The log has the traceback.")

    def _ask(self, job: _Job) -> None:
        state = job.state
        try:
            if state == "running":
                job.events = job.events or job.solve(job.run_id, job.stop)
                for event in job.events:
                    if (state := self._write(job, event)) != "running":
                        return
                self._end(job, "error", "The run stopped without a result.")
        finally:
            if state != "paused":  # by now another worker may have a paused run
                _close(job)

    def _write(self, job: _Job, event: Event) -> _State:
        """Write an event, unless the run has ended meanwhile; the state the run is in now."""
        with job.lock:
            if job.state != "ended":
                self._log.append(job.run_id, event)
            if isinstance(event, Finished):
                self._forget(job)
            if job.state == "paused":
                job.held = False
            return job.state


def follow(log: RunLog, run_id: str, after: int = 0, *, every: float = 0.1) -> Iterator[tuple[int, Event]]:
    """The events of a run from the one after ``after``, as they come, until the run has ended; waits between them.

    Looks into the log ``every`` so many seconds. A page asks ``log.events(run_id, after)`` instead: that never waits.

    Raises:
        UnknownName: there is no such run.
    """
    while True:
        over = log.run(run_id).ended is not None
        for seq, event in log.events(run_id, after):
            after = seq
            yield seq, event
        if over:
            return
        time.sleep(every)


def _closing(log: RunLog, job: _Job, status: RunStatus, sentence: str) -> Finished:
    """The last event of a run that could not say it itself, with the totals of what it did say."""
    events = [event for _, event in log.events(job.run_id)]
    steps = [event for event in events if isinstance(event, Acted)]
    replies = [event.reply for event in events if isinstance(event, Called)]
    usages = [reply.usage for reply in replies if reply.usage]
    costs = [reply.cost for reply in replies if reply.cost is not None]
    return Finished(
        status=status,
        answer="",
        steps=len(steps),
        failed_steps=sum(step.failed for step in steps),
        replans=max((event.replan for event in events if isinstance(event, Planned)), default=0),
        tokens=sum(usage.prompt + usage.completion for usage in usages) if usages else None,
        cost=sum(costs) if costs else None,
        seconds=job.seconds,
        error=sentence,
    )


def _close(job: _Job) -> None:
    if isinstance(job.events, Generator):
        job.events.close()
