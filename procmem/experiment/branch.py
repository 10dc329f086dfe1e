"""A bank of an experiment's own, that grows group by group: the curator's bank is never touched.

A branch is a file. What a group of runs taught is written to a copy that takes the file's place when it is complete, so
a killed process leaves the bank either before the group or after it.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from procmem.errors import BadInput
from procmem.events import Noted
from procmem.experiment.snapshot import Snapshot, take
from procmem.lab import Lab
from procmem.store.duck import DuckStore
from procmem.types import Policy, Team


@dataclass(frozen=True, slots=True)
class Branch:
    """The bank ``name`` under ``folder``; ``start`` is what it begins with."""

    folder: Path
    name: str
    start: Snapshot

    @property
    def learned(self) -> int:
        """How many groups it has learned from."""
        return max((group for group, _ in self._files()), default=0)

    def snapshot(self, lab: Lab) -> Snapshot:
        """The bank as it stands."""
        if not self.learned:
            return self.start
        with _opened(self._file(self.learned)) as store:
            return take(store, lab.embedder)

    def learn(
        self, group: int, runs: Sequence[str], lab: Lab, policies: Sequence[Policy], team: Team, stop: threading.Event
    ) -> list[str]:
        """Learn from the runs of a group, counted from 1, unless that was done; what there is to tell a person.

        Args:
            lab: Its store has the runs; its models distil.
            policies: How the bank is updated, one after the other; all is decided at once.

        Raises:
            BadInput: an earlier group is missing, or the disk is full.
            Cancelled: ``stop`` was set.
        """
        if group <= self.learned:
            return []
        if group != self.learned + 1:
            raise BadInput(f"The bank {self.name} has learned from {self.learned} groups; group {group} is too early.")
        draft = self.folder / f"{self.name}.draft.duckdb"
        self._prepare(draft)
        told: list[str] = []
        with _opened(draft) as store:
            own = replace(lab, store=store)
            for run_id in runs:
                _copy_run(lab, store, run_id)
            for policy in policies:
                auto = replace(policy, review="auto")
                for event in own.learn(runs, auto, _unbounded(team), stop):
                    if isinstance(event, Noted) and event.kind == "warning":
                        told.append(event.text)
            own.bank.embed_missing()
        os.replace(draft, self._file(group))
        for earlier, file in self._files():
            if earlier < group:
                file.unlink()
        return told

    def _prepare(self, draft: Path) -> None:
        """Put the bank before the group at ``draft``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for leftover in self.folder.glob(f"{self.name}.draft.duckdb*"):
            leftover.unlink()
        if self.learned:
            shutil.copyfile(self._file(self.learned), draft)
        else:
            self.start.open(draft).close()

    def _file(self, group: int) -> Path:
        return self.folder / f"{self.name}.{group:04}.duckdb"

    def _files(self) -> list[tuple[int, Path]]:
        found = self.folder.glob(f"{self.name}.[0-9][0-9][0-9][0-9].duckdb") if self.folder.is_dir() else ()
        return [(int(file.name.split(".")[-2]), file) for file in found]


@contextmanager
def _opened(path: Path) -> Generator[DuckStore, None, None]:
    """The store of a file; after it nothing but the file is left, so that it can be moved."""
    store = DuckStore(path)
    try:
        yield store
    finally:
        store.close()
    log = path.with_name(f"{path.name}.wal")
    if log.exists() and log.stat().st_size:
        raise BadInput(f"{path} could not be completed; is the disk full? Free some space and resume the experiment.")


def _copy_run(lab: Lab, store: DuckStore, run_id: str) -> None:
    events = [event for _, event in lab.store.events(run_id)]
    store.record_run(lab.store.run(run_id), lab.store.setup(run_id), events)


def _unbounded(team: Team) -> Team:
    """A team that may distil as much as it takes: its limits are those of one run."""
    return replace(team, limits=replace(team.limits, tokens=None, dollars=None))
