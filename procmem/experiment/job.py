"""One run of an experiment, carried out to its end: the same code in a thread and in a worker process."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from procmem.errors import ProcMemError
from procmem.events import Event, Finished
from procmem.experiment.snapshot import Snapshot, Vectors, as_of
from procmem.lab import Lab
from procmem.memory.desk import View
from procmem.models.embedders import Embedder
from procmem.types import Policy, Task, Team

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run. ``snapshot`` is the digest of the bank that it reads."""

    run_id: str
    task: Task
    team: Team
    policy: Policy
    snapshot: str
    view: View


@dataclass(frozen=True, slots=True)
class Drop:
    """Tells a worker that the bank of this digest is not needed any more."""

    digest: str


def carry_out(lab: Lab, job: Job, snapshot: Snapshot, stop: threading.Event) -> list[Event]:
    """Run a job to its end and give all its events; its office is thrown away. Whatever goes wrong ends the run.

    The bank is never changed: what the run teaches is the business of whoever called.
    """
    policy = replace(job.policy, every=0)
    versions = snapshot.versions
    events: list[Event] = []
    started = time.perf_counter()
    shutil.rmtree(lab.folder(job.run_id), ignore_errors=True)  # what a killed attempt left
    try:
        for event in lab.solve(job.run_id, job.task, job.team, policy, stop, view=job.view):
            events.append(as_of(event, snapshot, versions))
    except ProcMemError as error:
        events.append(ended(str(error), time.perf_counter() - started))
    except Exception as error:  # noqa: BLE001 - the outermost frame of a run
        _log.exception("Run %s ended by an unexpected error.", job.run_id)
        events.append(ended(f"An unexpected error ended the run: {error!r:.300}.", time.perf_counter() - started))
    finally:
        shutil.rmtree(lab.folder(job.run_id), ignore_errors=True)
    return events


def ended(sentence: str, seconds: float) -> Finished:
    """The end of a run that could not say it itself."""
    return Finished("error", "", 0, 0, 0, None, None, seconds, sentence)


class OnceEmbedder:
    """An embedder that looks a query up once: the same tasks come again in every arm and seed."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    @property
    def name(self) -> str:
        """See ``Embedder.name``."""
        return self._embedder.name

    @property
    def dim(self) -> int:
        """See ``Embedder.dim``."""
        return self._embedder.dim

    @property
    def ready(self) -> bool:
        """See ``Embedder.ready``."""
        return self._embedder.ready

    def warm(self) -> None:
        """See ``Embedder.warm``."""
        self._embedder.warm()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.embed``. Every text is embedded by itself, so that its vector depends on nothing else."""
        for text in dict.fromkeys(texts):
            if text not in self._known:
                self._known[text] = self._embedder.embed([text])[0]
        return np.stack([self._known[text] for text in texts]) if texts else self._embedder.embed([])
