"""A worker process: reads banks and jobs from its standard input, writes their events to its standard output.

``pools.Processes`` starts it as ``python -m procmem.experiment.worker``; it ends with its parent. Unlike with
multiprocessing the main script is never imported, so it works the same under the app, the command line and a test.
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from procmem.experiment.job import Job
    from procmem.experiment.snapshot import Snapshot
    from procmem.lab import Lab
    from procmem.models.conversation import Models
    from procmem.models.embedders import Embedder
    from procmem.settings import Settings


@dataclass(slots=True)
class _House:
    """What the jobs of this process share."""

    settings: Settings
    outbox: IO[bytes]
    labs: dict[str, tuple[Lab, Snapshot]] = field(default_factory=dict)
    writing: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)


def main() -> None:
    """Serve until the parent closes the pipe. The first message is the settings, then banks and jobs as they come."""
    inbox, outbox = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to the errors, not into the answers
    settings: Settings = pickle.load(inbox)
    folder = Path(tempfile.mkdtemp(prefix="procmem-worker-"))
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        _serve(inbox, _House(replace(settings, home=folder), outbox))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # the parent is gone: whatever still runs in a thread has nobody to tell


def _serve(inbox: IO[bytes], house: _House) -> None:
    from procmem.experiment.job import Drop, Job

    while True:
        match pickle.load(inbox):
            case Job() as job:
                threading.Thread(target=_work, args=(job, house), name=job.run_id, daemon=True).start()
            case Drop(digest):
                house.labs.pop(digest)[0].store.close()
            case snapshot:
                house.labs[snapshot.digest] = (_lab(house.settings, snapshot), snapshot)


def _work(job: Job, house: _House) -> None:
    """Each job has a thread of its own; the parent sees to it that there are not too many."""
    from procmem.experiment.job import carry_out

    lab, snapshot = house.labs[job.snapshot]
    answer = pickle.dumps((job.run_id, carry_out(lab, job, snapshot, house.stop)), pickle.HIGHEST_PROTOCOL)
    try:
        with house.writing:
            house.outbox.write(answer)
            house.outbox.flush()
    except OSError:  # the parent is gone, and the main thread sees it too
        return


def _lab(settings: Settings, snapshot: Snapshot) -> Lab:
    from procmem.lab import Lab

    return Lab(settings, snapshot.open(), _embedder(settings.embedder), _models())


@cache
def _embedder(name: str) -> Embedder:
    from procmem.experiment.job import OnceEmbedder
    from procmem.models.embedders import make_embedder

    return OnceEmbedder(make_embedder(name))


@cache
def _models() -> Models:
    from procmem.models.registry import make_model

    return cache(make_model)


if __name__ == "__main__":
    main()
