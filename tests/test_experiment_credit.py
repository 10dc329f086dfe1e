"""What single memories and decisions are worth, by running tasks again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from procmem.errors import BadInput
from procmem.experiment.bisect import Probe, bisect
from procmem.experiment.credit import credit_design, credit_of, tasks_that_retrieve
from procmem.experiment.plan import Design
from procmem.experiment.results import Result
from procmem.memory.curation import retire
from procmem.types import Policy, Proposal
from tests.note_lab import TEAM, NoteLab, NoteModel

TASKS = ("note_write/2", "note_write/3", "note_write/4")


@pytest.fixture
def notes(tmp_path: Path) -> NoteLab:
    return NoteLab(tmp_path)


def test_a_memory_that_alone_solves_the_tasks_gets_all_the_credit(notes: NoteLab) -> None:
    memory = notes.store.memory("demo-note_write-1")
    found = credit_of(memory, notes.experiments.result(notes.run(credit_design(memory, TEAM, Policy(), TASKS, 2))))
    assert found.missed is not None
    assert found.alone is not None
    assert (found.missed.rate.estimate, found.missed.better, found.missed.pairs) == (1.0, 3, 6)
    assert (found.alone.rate.estimate, found.alone.baseline) == (1.0, "no memory")


def test_a_memory_gets_no_credit_for_what_the_team_can_do_by_itself(tmp_path: Path) -> None:
    notes = NoteLab(tmp_path, NoteModel(known=["Erik", "Finn", "Gina"]))
    memory = notes.store.memory("demo-note_write-1")
    found = credit_of(memory, notes.experiments.result(notes.run(credit_design(memory, TEAM, Policy(), TASKS, 1))))
    assert found.missed is not None
    assert (found.missed.rate.estimate, found.missed.p) == (0.0, 1.0)


def test_a_memory_is_measured_on_the_tasks_that_retrieve_it_never_on_its_own(notes: NoteLab) -> None:
    memory = notes.store.memory("demo-note_write-1.1")
    found = tasks_that_retrieve(memory, notes.lab.bank, notes.tasks, k=5)
    assert sorted(found) == ["note_write/2", "note_write/3", "note_write/4", "note_write/5"]
    assert len(tasks_that_retrieve(memory, notes.lab.bank, notes.tasks, k=5, limit=2)) == 2


def test_a_memory_that_no_task_retrieves_can_not_be_measured(notes: NoteLab) -> None:
    with pytest.raises(BadInput, match="No task retrieves"):
        credit_design(notes.store.memory("demo-note_write-1"), TEAM, Policy(), ())


# --- bisect ----------------------------------------------------------------------------------------------------------


def decide(notes: NoteLab, count: int, harmful: int) -> None:
    """So many decisions, each adding a harmless memory; the one at ``harmful`` retires the only useful one."""
    for number in range(1, count + 1):
        if number == harmful:
            wish = retire(notes.store, ["demo-note_write-1"], "curator", "It seemed outdated.")
        else:
            part = replace(notes.store.memory("demo-note_write-1.1"), id=f"n{number}", parent=None, agent="excel")
            wish = Proposal(f"add-{number}", "add", (part,), "curator", "")
        notes.store.propose([wish])
        notes.store.decide(wish.id, "accept", by="curator", reason="It seemed outdated." if number == harmful else "")


def measure(notes: NoteLab, asked: list[int]) -> object:
    def run(design: Design) -> Result:
        asked.append(design.revision or 0)
        return notes.experiments.result(notes.run(design))

    return run


def test_bisect_finds_the_decision_that_made_tasks_worse(notes: NoteLab) -> None:
    before = notes.store.revision
    decide(notes, 8, harmful=6)
    asked: list[int] = []
    found = bisect(measure(notes, asked), notes.store, before, before + 8, TEAM, Policy(), TASKS, 1)  # type: ignore[arg-type]
    assert found.decision is not None
    assert (found.decision.revision, found.decision.reason) == (before + 6, "It seemed outdated.")
    assert found.change is not None
    assert found.change.rate.estimate == -1.0
    assert found.monotone
    assert sorted(asked) == [before + number for number in (0, 2, 4, 5, 6, 7, 8)]


def test_bisect_says_when_nothing_got_worse(notes: NoteLab) -> None:
    before = notes.store.revision
    decide(notes, 3, harmful=0)
    found = bisect(measure(notes, []), notes.store, before, before + 3, TEAM, Policy(), TASKS, 1)  # type: ignore[arg-type]
    assert (found.decision, found.monotone) == (None, True)
    assert found.probes == (Probe(before, 3, 3), Probe(before + 3, 3, 3))


def test_bisect_says_when_success_went_up_and_down(notes: NoteLab) -> None:
    before = notes.store.revision
    decide(notes, 2, harmful=2)
    decision = notes.store.decisions(limit=1)[0]
    notes.store.undo(decision.id, by="curator")
    notes.store.propose([retire(notes.store, ["demo-note_write-1"], "curator", "", "again")])
    last = notes.store.decide("again", "accept", by="curator").revision
    found = bisect(measure(notes, []), notes.store, before, last, TEAM, Policy(), TASKS, 1)  # type: ignore[arg-type]
    assert found.decision is not None
    assert [(probe.revision - before, probe.passed) for probe in found.probes] == [
        (0, 3), (1, 3), (2, 0), (3, 3), (4, 0),
    ]  # fmt: skip
    assert not found.monotone


def test_revisions_that_are_not_there_can_not_be_searched(notes: NoteLab) -> None:
    with pytest.raises(BadInput, match="two revisions in order"):
        bisect(measure(notes, []), notes.store, 0, 99, TEAM, Policy(), TASKS)  # type: ignore[arg-type]
