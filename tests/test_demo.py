"""The content of a first start: when it is made, that a killed one is completed, and how everything begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from procmem.demo import (
    COMPARED,
    EARLY,
    EXPERIMENT,
    MEMORY,
    SHOWN,
    TEAM,
    Demo,
    design,
    drawn,
    empty_home,
    holdings,
    unfinished,
    untouched,
)
from procmem.lab import Lab
from procmem.models.embedders import make_embedder
from procmem.models.registry import make_model
from procmem.office.tasks import load_tasks
from procmem.preferences import Preferences, save_preferences
from procmem.runner import follow
from procmem.settings import PROJECT, Settings
from procmem.store.duck import DuckStore
from procmem.workbench import Workbench
from tests.bench import FAMILY
from tests.records import add, full


def open_bench(folder: Path) -> Workbench:
    """A workbench with the simulated team, over one family of tasks."""
    (folder / "tasks").mkdir(exist_ok=True)
    (folder / "tasks" / "note_write.yaml").write_text(FAMILY)
    settings = Settings(home=folder / "home", data=folder, embedder="hash")
    settings.make_home()
    return Workbench(Lab(settings, DuckStore(settings.database), make_embedder("hash"), make_model))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    made = open_bench(tmp_path)
    yield made
    made.close()


def test_a_store_with_nothing_but_demonstrations_is_untouched_and_a_persons_is_not(bench: Workbench) -> None:
    assert untouched(bench.store)
    for _ in bench.prepare():
        pass
    assert bench.store.count() == 2
    assert untouched(bench.store)
    bench.store.propose([add("wish", full("mine"))])
    assert not untouched(bench.store)
    bench.store.decide("wish", "accept", by="Ann")
    assert not untouched(bench.store)


def test_a_first_start_is_completed_after_it_was_killed_and_made_once(tmp_path: Path) -> None:
    """One run stands for the killed start: it is not repeated. What is made are real runs of the simulated team."""
    bench = open_bench(tmp_path)
    bench.warm()
    (task,) = [task for task in bench.tasks.values() if task.split == "test"]
    first = bench.start(task, TEAM, MEMORY)
    for _ in follow(bench.store, first):
        pass
    unfinished(bench.lab.settings).touch()

    states = list(Demo(bench).make())
    assert states[-1].state == "ready"
    assert not unfinished(bench.lab.settings).exists()
    runs = bench.store.runs(limit=100)
    own = [run for run in runs if run.id.startswith("run-")]
    assert sorted(run.policy.placement for run in own if run.policy != EARLY) == ["both", "none"]
    assert first in {run.id for run in own}
    assert all(run.simulated for run in own)
    (record,) = bench.experiments.records()
    assert (record.name, record.status, record.done, record.total) == (EXPERIMENT, "done", 4, 4)

    again = Demo(bench)
    again.begin()
    assert again.now.state == "none"
    bench.close()


def test_the_demo_can_be_switched_off(tmp_path: Path) -> None:
    bench = open_bench(tmp_path)
    quiet = Workbench(replace(bench.lab, settings=replace(bench.lab.settings, demo=False)))
    quiet.demo.begin()
    assert quiet.demo.now.state == "none"
    assert not unfinished(bench.lab.settings).exists()
    bench.close()


def test_tasks_are_drawn_by_lot_one_test_task_of_a_family_and_none_for_both_uses() -> None:
    tasks = load_tasks(PROJECT / "data" / "tasks")
    lot = drawn(tasks)
    assert {task.split for task in lot} == {"test"}
    assert len({task.family for task in lot}) == len(lot) >= SHOWN + COMPARED
    compared = design(tasks, 99).tasks
    assert len(compared) == COMPARED
    assert not set(compared) & {task.id for task in lot[:SHOWN]}
    assert drawn(dict(reversed(tasks.items()))) == lot


def test_the_experiment_compares_no_memory_with_the_bank_at_three_moments(bench: Workbench) -> None:
    made = design(bench.tasks, 99)
    assert [(arm.name, arm.revision, arm.policy.placement) for arm in made.arms] == [
        ("no memory", None, "none"),
        ("a third of the bank", 33, "both"),
        ("two thirds", 66, "both"),
        ("the whole bank", 99, "both"),
    ]
    assert made.simulated


def test_beginning_anew_empties_the_folder_but_keeps_the_team_and_the_old_database(tmp_path: Path) -> None:
    bench = open_bench(tmp_path)
    settings = bench.lab.settings
    for _ in bench.prepare():
        pass
    bench.own_task("Look at it", [("a.txt", b"a")], "Alice")
    assert holdings(bench).runs == 1
    assert (holdings(bench).memories, holdings(bench).uploads, holdings(bench).experiments) == (2, 1, 0)
    save_preferences(settings.home, Preferences(toured=True))
    bench.close()

    aside = empty_home(settings)
    assert aside is not None
    assert sorted(path.name for path in settings.home.iterdir()) == ["backups", "preferences.json"]
    old = DuckStore(aside)
    assert old.count() == 2
    old.close()
    fresh = open_bench(tmp_path)
    assert (fresh.store.count(), fresh.store.revision) == (0, 0)
    assert untouched(fresh.store)
    fresh.close()
