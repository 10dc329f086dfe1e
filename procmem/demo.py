"""What a newcomer finds: a few simulated runs and a small experiment, made on this machine in the first minute.

Nothing is shipped: the figures are those of runs that were really carried out here, by the simulated team. It is made
only in a data folder that nobody has used yet, one run after the other, so that a person's own run never waits.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from procmem.agents.demonstrator import DEMONSTRATION
from procmem.agents.teams import make_team
from procmem.errors import BadInput, ProcMemError
from procmem.experiment.plan import Arm, Design
from procmem.preferences import preferences_file
from procmem.store.trends import RunFilter
from procmem.types import Policy, RunSummary, Task

if TYPE_CHECKING:
    from procmem.settings import Settings
    from procmem.store.store import Store
    from procmem.workbench import Workbench

TEAM = make_team("LLM team")
SHOWN = 6
"""Tasks that are run while the bank is empty, when it is a third, and when it is whole: so the first of them are there
after some seconds, Trends has a course and pairs, and Review may have proposals."""
COMPARED = 8
"""Tasks of the experiment; others than those."""
EXPERIMENT = "As the bank grows"
NONE, EARLY, MEMORY = Policy(placement="none", every=0), Policy(every=0), Policy()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DemoState:
    """How far the demo is. "none": there is nothing to be made."""

    state: Literal["none", "working", "ready", "failed"]
    text: str = ""
    fraction: float = 0.0


class Demo:
    """Makes the content of the first start, in a thread of its own."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._lock = threading.Lock()
        self._begun = False
        self._now = DemoState("none")

    @property
    def now(self) -> DemoState:
        """How far it is."""
        return self._now

    def begin(self) -> None:
        """Start in the background where the data folder is untouched or an earlier start was cut short; once."""
        with self._lock:
            if self._begun or not self._bench.lab.settings.demo:
                return
            self._begun = True
        if unfinished(self._bench.lab.settings).exists() or untouched(self._bench.store):
            self._now = DemoState("working", "Waiting for the memory bank")
            threading.Thread(target=self._work, name="demo", daemon=True).start()

    def _work(self) -> None:
        try:
            for state in self.make():
                self._now = state
        except (ProcMemError, OSError) as error:  # also when the store is closed under it: the next start goes on
            _log.info("The demo is not complete: %s", error)
            self._now = DemoState("failed", str(error))

    def make(self) -> Iterator[DemoState]:
        """Make what is missing, saying how far it is.

        Raises:
            BadInput: the memory bank could not be prepared.
        """
        mark = unfinished(self._bench.lab.settings)
        mark.touch()
        self._bench.warm()
        yield from self._runs(NONE, "without memory", at_once=True)
        yield from self._await_third()
        if self._bench.preparation.state == "working":
            yield from self._runs(EARLY, "with a third of the bank", at_once=True)
        self._await_bank()
        yield from self._runs(MEMORY, "with memory")
        yield from self._experiment()
        mark.unlink(missing_ok=True)
        yield DemoState("ready", "Ready.", 1.0)

    def _await_third(self) -> Iterator[DemoState]:
        """Wait until the bank holds what a third of the demonstrations teach."""
        yield DemoState("working", "Waiting for the first memories")
        wanted = sum(1 for task in self._bench.tasks.values() if task.split == "train" and task.demonstration) / 3
        while self._bench.preparation.state == "working" and self._bench.store.count(level="full-task") < wanted:
            time.sleep(0.1)

    def _await_bank(self) -> None:
        while (now := self._bench.preparation).state in ("waiting", "working"):
            time.sleep(0.1)
        if now.state == "failed":
            raise BadInput(now.text)

    def _runs(self, policy: Policy, how: str, *, at_once: bool = False) -> Iterator[DemoState]:
        """Each task once; a run with memory stands beside the one without."""
        done = {(run.task_id, run.policy): run.id for run in _own_runs(self._bench.store) if run.ended}
        tasks = drawn(self._bench.tasks)[:SHOWN]
        for number, task in enumerate(tasks):
            yield DemoState("working", f"Simulated runs {how}: {number} of {len(tasks)}", number / len(tasks) / 3)
            if (task.id, policy) not in done:
                self._run(task, policy, done.get((task.id, NONE)) if policy == MEMORY else None, at_once=at_once)

    def _run(self, task: Task, policy: Policy, compared_with: str | None, *, at_once: bool) -> None:
        run_id = self._bench.start(task, TEAM, policy, compared_with, at_once=at_once)
        while self._bench.store.run(run_id).ended is None:
            time.sleep(0.1)

    def _experiment(self) -> Iterator[DemoState]:
        """The bank as it was at several moments, and no memory, on the same tasks."""
        yield DemoState("working", "A small experiment", 1 / 3)
        experiments = self._bench.experiments
        begun = next((record for record in experiments.records() if record.name == EXPERIMENT), None)
        if begun is not None and begun.status == "done":
            return
        if begun is not None:
            with suppress(BadInput):  # it is under way: somebody resumed it on the Trends page
                experiments.resume(begun.id)
        wanted = design(self._bench.tasks, self._bench.store.revision)
        name = begun.id if begun else experiments.start(wanted, workers=1)
        while (now := experiments.progress(name)).state == "running":
            text = f"A small experiment: {now.done} of {now.total} runs"
            yield DemoState("working", text, (1 + 2 * now.done / now.total) / 3)
            time.sleep(0.25)


def design(tasks: Mapping[str, Task], revision: int) -> Design:
    """The experiment of the first start: what the bank was worth when it was a third, two thirds, and whole."""
    moments = (("a third of the bank", revision // 3), ("two thirds", 2 * revision // 3), ("the whole bank", revision))
    return Design(
        name=EXPERIMENT,
        kind="grid",
        arms=(Arm("no memory", NONE), *(Arm(name, MEMORY, revision=moment) for name, moment in moments)),
        teams=(TEAM,),
        tasks=tuple(task.id for task in (drawn(tasks)[SHOWN : SHOWN + COMPARED] or drawn(tasks))),
    )


def drawn(tasks: Mapping[str, Task]) -> list[Task]:
    """One test task of each family, in an order that the ids' hashes decide.

    Nobody looked at how the tasks end: the pages show figures with intervals, which mean nothing for chosen tasks.
    """
    tests = sorted((task for task in tasks.values() if task.split == "test"), key=_lot)
    return list({task.family: task for task in reversed(tests)}.values())[::-1]


def _lot(task: Task) -> str:
    return sha256(task.id.encode("utf-8", "replace")).hexdigest()


# --- whether, and how to begin anew ----------------------------------------------------------------------------------


def unfinished(settings: Settings) -> Path:
    """A file that is there while the demo is being made, so that a killed one is completed."""
    return settings.home / "demo-unfinished"


def untouched(store: Store) -> bool:
    """Whether nobody has used this store: it holds nothing, or what demonstrations taught."""
    others = any(store.history_of(RunFilter(source=source), limit=1)[1] for source in ("own", "experiment"))
    waiting = store.proposal_counts()["undecided"]
    by_others = any(decision.by != DEMONSTRATION for decision in store.decisions(limit=1))
    return not (others or waiting or by_others)


def _own_runs(store: Store) -> Sequence[RunSummary]:
    return store.history_of(RunFilter(source="own"), limit=100)[0]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a reset deletes."""

    runs: int
    memories: int
    proposals: int
    experiments: int
    uploads: int


def holdings(bench: Workbench) -> Holdings:
    """What is in the data folder now."""
    uploads = bench.lab.settings.uploads
    return Holdings(
        runs=bench.store.history_of(RunFilter(source="any"), limit=1)[1],
        memories=bench.store.count(),
        proposals=sum(bench.store.proposal_counts().values()),
        experiments=len(bench.experiments.records(10_000)),
        uploads=sum(1 for path in uploads.rglob("*") if path.is_file()) if uploads.is_dir() else 0,
    )


def backup_name(settings: Settings, stem: str = "procmem") -> Path:
    """Where a backup made now goes."""
    return settings.home / "backups" / f"{stem}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.duckdb"


def empty_home(settings: Settings) -> Path | None:
    """Empty the data folder of a closed workbench, except for backups and the chosen team; the next start fills it.

    The database is not deleted but becomes a backup, whose path is returned.

    Raises:
        BadInput: something can not be moved or deleted.
    """
    keep = {"backups", preferences_file(settings.home).name}
    aside = None
    try:
        if settings.database.exists():
            aside = backup_name(settings, "before-reset")
            aside.parent.mkdir(parents=True, exist_ok=True)
            settings.database.rename(aside)
            log = settings.database.with_name(settings.database.name + ".wal")
            if log.exists():
                log.rename(aside.with_name(aside.name + ".wal"))
        for path in settings.home.iterdir():
            if path.name in keep:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    except OSError as error:
        raise BadInput(f"The data folder {settings.home} could not be emptied: {error}.") from error
    return aside
