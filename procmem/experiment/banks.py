"""Which bank each run of an experiment reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from procmem.experiment.branch import Branch
from procmem.experiment.plan import Arm, Design, Lesson
from procmem.experiment.snapshot import Snapshot, shuffled, take
from procmem.lab import Lab
from procmem.types import Task


@dataclass(frozen=True, slots=True)
class Banks:
    """The banks of one experiment: the store's as of a revision, and those of its own under ``folder``."""

    lab: Lab
    design: Design
    tasks: Mapping[str, Task]
    folder: Path

    @property
    def start(self) -> Snapshot:
        """What the experiment begins with. Nothing is embedded for designs whose arms read nothing."""
        return self._base(self.design.revision or 0)

    def of(self, arm: Arm) -> Snapshot:
        """What an arm reads at the beginning."""
        if not arm.reads:
            return self._nothing
        if arm.lesson:
            bank = self.lesson(self.design.lesson(arm.lesson)).snapshot(self.lab)
        else:
            bank = self._base(arm.revision if arm.revision is not None else self.design.revision or 0)
        if arm.placebo:
            return shuffled(bank, {task.id: task.family for task in self.tasks.values()})
        return bank

    def lesson(self, lesson: Lesson) -> Branch:
        """The bank that a lesson changes."""
        return Branch(self.folder, _file_name("lesson", lesson.name), self.start)

    def line(self, line: tuple[str, str, int], arm: Arm) -> Branch:
        """The bank of a line of a stream."""
        return Branch(self.folder, _file_name(*map(str, line)), self.of(arm))

    def _base(self, revision: int) -> Snapshot:
        if not any(arm.reads for arm in self.design.arms):
            return self._nothing
        return take(self.lab.store, self.lab.embedder, revision, self.design.start, self.design.taught)

    @property
    def _nothing(self) -> Snapshot:
        empty = take(self.lab.store, self.lab.embedder, 0, "empty")
        return replace(empty, revision=self.design.revision or 0)


def _file_name(*parts: str) -> str:
    """A file name for names that may hold anything."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:12]
