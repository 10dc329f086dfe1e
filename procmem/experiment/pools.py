"""Where the runs of an experiment are carried out: in worker processes, or in threads of this one.

Contract on top, members below.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from procmem.errors import Cancelled
from procmem.events import Event
from procmem.experiment.job import Drop, Job, OnceEmbedder, carry_out, ended
from procmem.experiment.snapshot import Snapshot
from procmem.lab import Lab
from procmem.models.keys import provider_of
from procmem.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKER = "procmem.experiment.worker"
GRACE = 3.0
"""Seconds that a worker has to end by itself."""
KEPT = 4
"""Banks that nobody is reading and that a worker keeps open all the same."""


class Pool(Protocol):
    """Carries out jobs; ``run`` may be called from ``width`` threads at once."""

    @property
    def width(self) -> int:
        """How many jobs can be under way."""
        ...

    def run(self, job: Job, snapshot: Snapshot) -> list[Event]:
        """Carry out a job and give all its events; waits for a free place.

        Raises:
            Cancelled: the pool was closed.
        """
        ...

    def close(self) -> None:
        """Give up what is under way."""
        ...


class Gates:
    """So many runs at once for each provider; ``limits[""]`` is the rule for those that are not named."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._gates: dict[str, threading.Semaphore] = {}
        self._lock = threading.Lock()

    @contextmanager
    def through(self, models: Iterable[str]) -> Iterator[None]:
        """Wait for a place with every provider of these models, in one order, so that nobody waits in a circle."""
        with ExitStack() as held:
            for provider in sorted({provider_of(model) or model for model in models}):
                held.enter_context(self._gate(provider))
            yield

    def _gate(self, provider: str) -> threading.Semaphore:
        with self._lock:
            limit = self._limits.get(provider, self._limits[""])
            return self._gates.setdefault(provider, threading.Semaphore(limit))


# --- worker processes ------------------------------------------------------------------------------------------------


class _Died(Exception):
    """A worker process ended in the middle of a job."""


class _Worker:
    """One process, started at its first job. Several jobs may be under way in it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: dict[str, Future[list[Event]]] = {}
        self._known: list[str] = []
        self._read: Counter[str] = Counter()

    def ask(self, job: Job, snapshot: Snapshot, seconds: float) -> list[Event]:
        """The events of a job. After ``seconds`` without an answer the process is killed, with all its jobs.

        Raises:
            _Died: there was no answer.
        """
        try:
            answer = self._begin(job, snapshot)
            return answer.result(timeout=seconds)
        except (TimeoutError, OSError, ValueError) as error:  # ValueError: the pipe was closed a moment ago
            self.kill()
            raise _Died from error
        finally:
            with self._lock:
                self._read[snapshot.digest] -= 1

    def _begin(self, job: Job, snapshot: Snapshot) -> Future[list[Event]]:
        with self._lock:
            self._read[snapshot.digest] += 1
            if self._process is None:
                self._start()
            if snapshot.digest not in self._known:
                self._forget()
                self._send(snapshot)
                self._known.append(snapshot.digest)
            answer = self._answers[job.run_id] = Future()
            self._send(job)
        return answer

    def _forget(self) -> None:
        unread = [digest for digest in self._known if not self._read[digest]]
        for digest in unread[: max(0, len(self._known) - KEPT + 1)]:
            self._send(Drop(digest))
            self._known.remove(digest)

    def _start(self) -> None:
        one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", WORKER, str(os.getpid())],  # the number tells whose it is in a list of processes
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **one},  # the processes are the parallelism: threads of their own would only contend
            start_new_session=True,  # Ctrl-C is the parent's business
        )
        self._known = []
        self._send(self._settings)
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def _send(self, message: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                run_id, events = pickle.load(process.stdout)
                with self._lock:
                    answer = self._answers.pop(run_id)
                answer.set_result(events)
        self.kill(process)

    def close(self) -> None:
        """Let the process clean up and end, which it does at once; kill it if it does not."""
        with self._lock:
            process = self._process
            if process is not None and process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
        self.kill()

    def kill(self, wanted: subprocess.Popen[bytes] | None = None) -> None:
        """End the process at once, if it is the wanted one; whoever waits for it hears that it died."""
        with self._lock:
            process = self._process
            if process is None or (wanted is not None and wanted is not process):
                return
            self._process = None
            orphans, self._answers = self._answers, {}
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was still to be written has no reader any more
                if pipe is not None:
                    pipe.close()
        for answer in orphans.values():
            answer.set_exception(_Died())


class Processes:
    """Worker processes: work that is ours (the simulated model, tools, prompts) takes a core each.

    Args:
        width: Number of processes; the first job of each starts it.
        each: Jobs at once in one process: 1 for the simulated model, more for models that wait for a network.
        limits: Runs at once by provider, "" for the others.
        seconds: After this time without an answer a process is killed.
    """

    def __init__(
        self,
        settings: Settings,
        width: int,
        each: int = 1,
        limits: Mapping[str, int] | None = None,
        seconds: float = 900.0,
    ) -> None:
        self._width, self._each, self._seconds = width, each, seconds
        self._workers = [_Worker(settings) for _ in range(width)]
        self._gates = Gates(limits or {"": width * each})
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._closed = False
        for worker in self._workers * each:
            self._free.put(worker)

    @property
    def width(self) -> int:
        """See ``Pool.width``."""
        return self._width * self._each

    def run(self, job: Job, snapshot: Snapshot) -> list[Event]:
        """See ``Pool.run``. A job whose process dies is tried once more, then its run ends with an error."""
        with self._gates.through(job.team.models):
            worker = self._free.get()
            try:
                for _ in range(2):
                    if self._closed:
                        raise Cancelled
                    with suppress(_Died):
                        return worker.ask(job, snapshot, self._seconds)
            finally:
                self._free.put(worker)
        if self._closed:
            raise Cancelled
        sentence = f"The process of this run ended twice without an answer, or took over {self._seconds:.0f} s."
        return [ended(sentence, self._seconds)]

    def close(self) -> None:
        """See ``Pool.close``."""
        self._closed = True
        for worker in self._workers:
            worker.close()


# --- threads ---------------------------------------------------------------------------------------------------------


class Threads:
    """The calling threads, for models that only this process has.

    Args:
        lab: Its models and embedder are used; runs read snapshots, never its store.
        limits: Runs at once by provider, "" for the others.
    """

    def __init__(self, lab: Lab, limits: Mapping[str, int]) -> None:
        self._lab = replace(lab, embedder=OnceEmbedder(lab.embedder))
        self._width = max(limits.values())
        self._gates = Gates(limits)
        self._labs: dict[str, Lab] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    @property
    def width(self) -> int:
        """See ``Pool.width``."""
        return self._width

    def run(self, job: Job, snapshot: Snapshot) -> list[Event]:
        """See ``Pool.run``."""
        with self._gates.through(job.team.models):
            if self._stop.is_set():
                raise Cancelled
            events = carry_out(self._lab_of(snapshot), job, snapshot, self._stop)
        if self._stop.is_set():
            raise Cancelled
        return events

    def close(self) -> None:
        """See ``Pool.close``."""
        self._stop.set()
        with self._lock:
            for lab in self._labs.values():
                lab.store.close()

    def _lab_of(self, snapshot: Snapshot) -> Lab:
        with self._lock:
            if snapshot.digest not in self._labs:
                self._labs[snapshot.digest] = replace(self._lab, store=snapshot.open())
            return self._labs[snapshot.digest]
