"""Experiments from start to end: what is run, kept, skipped and repeated."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from procmem.agents.teams import make_team
from procmem.errors import BadInput, UnknownName
from procmem.events import Recalled, Started
from procmem.experiment.estimate import TYPICAL, estimate
from procmem.experiment.plan import Arm, Design, Lesson
from procmem.experiment.running import Experiments
from procmem.store.experiments import RunFigures
from procmem.types import Policy, Task
from tests.note_lab import NONE, TEAM, NoteLab, NoteModel, design, failing

STREAM = Arm("memory", Policy(review="manual"))


@pytest.fixture
def notes(tmp_path: Path) -> NoteLab:
    return NoteLab(tmp_path)


def test_a_grid_runs_every_arm_on_every_task_and_seed(notes: NoteLab) -> None:
    identity = notes.run(design(seeds=(0, 1)))
    found = notes.experiments.result(identity)
    assert (found.record.status, found.record.done, found.complete) == ("done", 16, True)
    without, with_memory = found.row("no memory", "notes team"), found.row("memory", "notes team")
    assert without is not None
    assert with_memory is not None
    assert (without.rate.estimate, without.tasks, without.runs) == (0.0, 4, 8)
    assert (with_memory.rate.estimate, with_memory.tasks, with_memory.runs) == (1.0, 4, 8)
    (gain,) = found.comparisons[:1]
    assert (gain.rate.estimate, gain.better, gain.worse, gain.pairs) == (1.0, 4, 0, 8)


def test_every_run_is_in_the_log_with_its_events_and_the_revision_it_read(notes: NoteLab) -> None:
    identity = notes.run(design())
    run = notes.experiments.result(identity).runs[1]
    started, *events = [event for _, event in notes.store.events(run.figures.run_id)]
    assert isinstance(started, Started)
    assert (started.revision, run.cell.arm) == (notes.store.revision, "memory")
    recalled = next(event for event in events if isinstance(event, Recalled))
    assert [(c.memory_id, c.entered) for c in recalled.candidates] == [("demo-note_write-1", True)]
    assert notes.store.run(run.figures.run_id).status == "succeeded"


def test_the_runs_of_a_grid_change_nothing_in_the_bank(notes: NoteLab) -> None:
    before = notes.store.revision
    notes.run(design(Arm("auto", Policy(review="auto", every=1)), NONE))
    assert notes.store.revision == before
    assert notes.store.proposals() == []


def test_the_offices_of_an_experiment_are_thrown_away(notes: NoteLab) -> None:
    notes.run(design())
    left = [path.name for path in notes.lab.settings.offices.glob("*")]
    assert left == ["demo-note_write-1"]


def test_a_task_never_sees_its_own_memories(notes: NoteLab) -> None:
    identity = notes.run(design(tasks=["note_write/1"]))
    assert [run.passed for run in notes.experiments.result(identity).runs] == [False, False]


def test_a_design_that_names_an_unknown_task_is_refused_before_anything_is_kept(notes: NoteLab) -> None:
    with pytest.raises(BadInput, match="no task 'note_write/9'"):
        notes.experiments.start(design(tasks=["note_write/9"]))
    assert notes.experiments.records() == []


def test_what_it_takes_to_repeat_it_is_kept(notes: NoteLab) -> None:
    record = notes.experiments.result(notes.run(design())).record
    assert record.design["revision"] == notes.store.revision
    assert record.made_with["bank"]["memories"] == 2
    assert record.made_with["embedder"] == "hash"
    assert record.made_with["packages"]["procmem"] == "0.1.0"


# --- stopping and going on -------------------------------------------------------------------------------------------


def test_a_cancelled_experiment_goes_on_where_it_stopped_and_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()
    reached, go = threading.Event(), threading.Event()

    def before(text: str) -> None:
        asked[text.splitlines()[0]] += 1
        if sum(asked.values()) > 5 and not go.is_set():
            reached.set()
            go.wait(10)

    notes = NoteLab(tmp_path, NoteModel(before=before))
    identity = notes.experiments.start(design(seeds=(0, 1)))
    reached.wait(10)
    notes.experiments.cancel(identity)
    go.set()
    assert notes.experiments.wait(identity, 10).state == "cancelled"
    kept = {run.figures.run_id for run in notes.experiments.result(identity).runs}
    assert 0 < len(kept) < 16
    before_resume = {run_id: len(notes.store.events(run_id)) for run_id in kept}
    notes.experiments.resume(identity)
    assert notes.experiments.wait(identity, 10).state == "done"
    assert {run_id: len(notes.store.events(run_id)) for run_id in kept} == before_resume
    whole = notes.experiments.result(notes.run(design(seeds=(0, 1))))
    assert notes.experiments.result(identity).comparisons == whole.comparisons


def test_an_experiment_that_is_done_is_not_resumed(notes: NoteLab) -> None:
    identity = notes.run(design())
    with pytest.raises(BadInput, match="is done"):
        notes.experiments.resume(identity)


def test_an_experiment_is_not_resumed_on_other_tasks(notes: NoteLab) -> None:
    identity = notes.run(design())
    notes.store.set_experiment(identity, "cancelled", 0.0)
    task = notes.tasks["note_write/2"]
    notes.tasks = {**notes.tasks, task.id: replace(task, text="Something else")}
    with pytest.raises(BadInput, match="tasks have changed"):
        notes.experiments.resume(identity)


def test_an_experiment_is_not_resumed_with_another_embedder(notes: NoteLab) -> None:
    identity = notes.run(design())
    notes.store.set_experiment(identity, "cancelled", 0.0)
    record = notes.store.experiment(identity)
    notes.store.set_made_with(identity, {**record.made_with, "embedder": "minilm"})
    with pytest.raises(BadInput, match="with the embedder minilm, and now hash is set"):
        notes.experiments.resume(identity)


def test_a_resume_with_other_versions_is_kept(notes: NoteLab) -> None:
    identity = notes.run(design())
    notes.store.set_experiment(identity, "cancelled", 0.0)
    record = notes.store.experiment(identity)
    packages = {**record.made_with["packages"], "procmem": "0.0.9"}
    notes.store.set_made_with(identity, {**record.made_with, "packages": packages})
    notes.experiments.resume(identity)
    notes.experiments.wait(identity, 10)
    (resumed,) = notes.store.experiment(identity).made_with["resumed"]
    assert resumed["packages"]["procmem"] == "0.1.0"


def test_results_are_shown_when_the_tasks_are_gone(notes: NoteLab) -> None:
    identity = notes.run(design())
    lost = Experiments(notes.lab, notes.store, lost_tasks)
    assert {row.slice for row in lost.result(identity).rows} == {"all tasks"}


def lost_tasks(design: Design) -> dict[str, Task]:
    """A checkout that was deleted."""
    raise BadInput("It is no checkout.")


def test_a_server_that_is_down_stops_the_experiment_and_is_no_result(tmp_path: Path) -> None:
    model = NoteModel()
    notes = NoteLab(tmp_path, model)
    model.complete = lambda *given, **named: failing("")  # type: ignore[method-assign]
    identity = notes.experiments.start(design(seeds=(0, 1)))
    state = notes.experiments.wait(identity, 10)
    assert (state.state, state.done) == ("failed", 0)
    assert "before any model answered. The server is down. Start it." in state.error
    del model.complete  # type: ignore[method-assign]
    notes.experiments.resume(identity)
    assert (notes.experiments.wait(identity, 10).state, notes.experiments.result(identity).complete) == ("done", True)


def test_an_experiment_that_a_killed_process_left_behind_is_interrupted(notes: NoteLab) -> None:
    identity = notes.run(design())
    notes.store.set_experiment(identity, "running", 0.0)
    assert notes.experiments.progress(identity).state == "interrupted"


def test_a_removed_experiment_leaves_no_run_behind(notes: NoteLab) -> None:
    before = len(notes.store.runs())
    identity = notes.run(design())
    assert len(notes.store.runs()) == before + 8
    notes.experiments.remove(identity)
    assert len(notes.store.runs()) == before
    with pytest.raises(UnknownName):
        notes.experiments.progress(identity)


def test_ids_may_be_abbreviated(notes: NoteLab) -> None:
    identity = notes.run(design())
    assert notes.experiments.find(identity[:4]).id == identity
    with pytest.raises(UnknownName):
        notes.experiments.find("y")


# --- banks -----------------------------------------------------------------------------------------------------------


def test_an_arm_without_the_memory_and_one_with_only_another_are_as_good_as_none(notes: NoteLab) -> None:
    without = Arm("without", Policy(), without=("demo-note_write-1",))
    only = Arm("only", Policy(), only=("demo-note_write-1",))
    found = notes.experiments.result(notes.run(design(without, only)))
    rates = {row.arm: row.rate.estimate for row in found.rows if row.slice == "all tasks"}
    assert rates == {"without": 0.0, "only": 1.0}


def test_an_arm_reads_the_bank_as_of_its_revision(notes: NoteLab) -> None:
    found = notes.experiments.result(notes.run(design(Arm("empty", Policy(), revision=0), Arm("now", Policy()))))
    rates = {row.arm: row.rate.estimate for row in found.rows if row.slice == "all tasks"}
    assert rates == {"empty": 0.0, "now": 1.0}


def test_a_stream_learns_after_each_group_into_a_bank_of_its_own(tmp_path: Path) -> None:
    notes = NoteLab(tmp_path, NoteModel(known=["Erik"]))
    before = notes.store.revision
    identity = notes.run(design(NONE, STREAM, kind="stream", start="empty", group=1))
    found = notes.experiments.result(identity)
    passed = {(run.cell.arm, run.cell.group): run.passed for run in found.runs}
    assert [passed["memory", group] for group in range(4)] == [True, True, True, True]
    assert [passed["no memory", group] for group in range(4)] == [True, False, False, False]
    assert [row.rate.estimate for row in found.groups if row.arm == "memory"] == [1.0] * 4
    assert notes.store.revision == before


def test_a_lesson_teaches_what_the_arms_then_read(tmp_path: Path) -> None:
    notes = NoteLab(tmp_path, NoteModel(known=["Erik"]))
    lesson = Lesson("training", replace(TEAM, name="teachers"), ("note_write/2", "note_write/3"), Policy())
    arm = Arm("memory", Policy(), lesson="training")
    tasks = ["note_write/3", "note_write/4"]
    found = notes.experiments.result(notes.run(design(NONE, arm, tasks=tasks, start="empty", lessons=(lesson,))))
    assert [run.passed for run in found.runs if run.cell.lesson] == [True, False]
    assert [run.passed for run in found.runs if run.cell.arm == "memory"] == [True, True]
    assert found.record.made_with["lessons"]["training"]["memories"] == 2


def test_a_bank_without_demonstrations_is_not_taken_for_one_with(tmp_path: Path) -> None:
    notes = NoteLab(tmp_path)
    identity = notes.run(design(start="demonstrations", revision=0))
    assert "no demonstrations yet" in notes.experiments.progress(identity).error


def test_a_revision_that_is_not_there_yet_is_refused(notes: NoteLab) -> None:
    with pytest.raises(BadInput, match="there is no revision 99 yet"):
        notes.experiments.start(design(Arm("later", Policy(), revision=99)))


def test_a_placebo_needs_more_than_one_family(notes: NoteLab) -> None:
    identity = notes.run(design(NONE, Arm("placebo", Policy(), placebo=True)))
    assert "at least two task families" in notes.experiments.progress(identity).error


def test_keywords_of_memories_are_extracted_once_however_many_runs_want_them(notes: NoteLab) -> None:
    found = notes.experiments.result(notes.run(design(NONE, Arm("avefact", Policy(retrieve="avefact")))))
    assert [run.passed for run in found.runs if run.cell.arm == "avefact"] == [True] * 4
    of_the_memory = [text for text in notes.model.extracted if "Write the name Dana" in text]
    assert len(of_the_memory) == 1


# --- estimates -------------------------------------------------------------------------------------------------------


def test_an_estimate_without_earlier_runs_is_that_of_a_typical_run_and_calls_itself_rough(notes: NoteLab) -> None:
    found = notes.experiments.estimate(design())
    assert (found.runs, found.calls, found.seconds) == (8, 8 * TYPICAL.calls, None)
    assert found.basis.startswith("rough, for there is no run here to judge by")


def test_an_estimate_is_made_from_earlier_runs_of_the_same_team(notes: NoteLab) -> None:
    notes.run(design())
    found = notes.experiments.estimate(design(seeds=(0, 1, 2)))
    assert (found.runs, found.calls, found.tokens) == (24, 24 * 5, 24 * 60)
    assert found.dollars == pytest.approx(24 * 0.005)
    assert found.basis == "from earlier runs of the same teams and models"


class Earlier:
    """A log in which the simulated LLM team has run: 20 calls of 1,000 tokens and 100 answered, 2 seconds each."""

    def usual_figures(self, team: str, models: Sequence[str]) -> tuple[int, RunFigures | None]:
        """See ``ExperimentLog``."""
        if (team, tuple(models)) != ("LLM team", ("simulated/large",)):
            return 0, None
        return 5, RunFigures(0, "", "succeeded", None, 9, 1, 0, 20, 20_000, 2_000, 0.0, 2.0)


def test_an_estimate_of_a_real_team_falls_back_to_the_simulated_one_and_says_so() -> None:
    real = replace(design(), teams=(make_team("LLM team", "gpt-4o", "gpt-4o"),))
    found = estimate(real, Earlier())  # type: ignore[arg-type]
    assert (found.calls, found.tokens, found.seconds) == (8 * 20, 8 * 22_000, None)
    assert found.dollars == pytest.approx(8 * (20_000 * 2.5e-6 + 2_000 * 1e-5))
    assert found.basis.startswith("from runs of the simulated team of the same name")


def test_an_estimate_without_a_listed_price_has_no_sum() -> None:
    unknown = replace(design(), teams=(make_team("LLM team", "openai/own", "openai/own"),))
    assert estimate(unknown, Earlier()).dollars is None  # type: ignore[arg-type]


def test_an_estimate_counts_only_what_is_still_to_be_done() -> None:
    simulated = replace(design(), teams=(make_team("LLM team"),))
    assert estimate(simulated, Earlier(), done=6).calls == 2 * 20  # type: ignore[arg-type]
