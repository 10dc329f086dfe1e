"""The workbench: preparation, one's own tasks, and runs in the background."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.events import Called, Finished, Noted
from procmem.models.scripted import ScriptedModel
from procmem.office.tasks import load_tasks
from procmem.runner import follow
from procmem.types import Policy, Reply, Team
from procmem.workbench import Workbench
from tests.bench import Bench, call, note_replies, note_task, say, workbench_of


@pytest.fixture
def workbench(bench: Bench, tmp_path: Path) -> Iterator[Workbench]:
    """A workbench over the bench's lab, with one tiny family of tasks."""
    made = workbench_of(bench, tmp_path)
    yield made
    made.close()


def team() -> Team:
    from procmem.agents.teams import make_team

    return make_team("LLM team", "scripted", "scripted")


def last(workbench: Workbench, run_id: str) -> Finished:
    *_, (_, event) = follow(workbench.store, run_id)
    assert isinstance(event, Finished)
    return event


def test_the_preparation_fills_the_bank_from_demonstrations_once(workbench: Workbench) -> None:
    states = list(workbench.prepare())
    assert states[-1].state == "ready"
    assert workbench.store.revision == 1
    assert [memory.level for memory in workbench.store.memories()] == ["full-task", "subtask"]
    assert workbench.store.run("demo-note_write-1").status == "succeeded"
    list(workbench.prepare())
    assert workbench.store.revision == 1


def test_a_demonstration_that_was_killed_is_carried_out_again(workbench: Workbench) -> None:
    task = workbench.tasks["note_write/1"]
    started = workbench.lab.summary("demo-note_write-1", task, team(), Policy())
    workbench.store.begin_run(started, {})
    workbench.store.interrupt_unfinished()
    list(workbench.prepare())
    assert workbench.store.run("demo-note_write-1").status == "interrupted"
    assert workbench.store.run("demo-note_write-1-2").status == "succeeded"


def test_a_run_starts_at_once_and_waits_for_the_preparation_with_a_message(workbench: Workbench, bench: Bench) -> None:
    bench.model = ScriptedModel(note_replies())
    run_id = workbench.start(note_task(), team(), Policy())
    assert last(workbench, run_id).status == "succeeded"
    first = workbench.store.events(run_id)[0][1]
    assert isinstance(first, Noted)
    assert first.text == "The memory bank is being prepared; the run begins as soon as it is ready."
    assert workbench.preparation.state == "ready"


def test_again_without_memory_is_linked_to_the_first_run(workbench: Workbench, bench: Bench) -> None:
    bench.model = ScriptedModel(note_replies() + note_replies())
    first = workbench.start(note_task(), team(), Policy())
    last(workbench, first)
    second = workbench.again_without_memory(first)
    last(workbench, second)
    run = workbench.store.run(second)
    assert (run.compared_with, run.policy.placement, run.task) == (first, "none", note_task().text)
    with pytest.raises(UnknownName, match="Unknown run 'nobody'"):
        workbench.again_without_memory("nobody")


def test_the_exact_prompt_of_a_call_is_put_together_from_the_log(workbench: Workbench, bench: Bench) -> None:
    bench.model = ScriptedModel(note_replies())
    run_id = workbench.start(note_task(), team(), Policy())
    last(workbench, run_id)
    calls = [seq for seq, event in workbench.store.events(run_id) if isinstance(event, Called)]
    answered = [list(asked.messages) for asked in bench.model.asked]
    assert [workbench.prompt(run_id, seq) for seq in calls] == answered
    with pytest.raises(BadInput, match="is not a model call"):
        workbench.prompt(run_id, calls[-1] + 1)


def test_cancel_ends_a_run_that_waits_for_a_model(workbench: Workbench, bench: Bench) -> None:
    asked, let_go = threading.Event(), threading.Event()

    def hang(messages: object, tools: object) -> Reply:
        asked.set()
        let_go.wait()
        return say("too late")

    bench.model = ScriptedModel([say("plan"), call("delegate", agent="system", subtask="x"), hang])
    run_id = workbench.start(note_task(), team(), Policy())
    assert asked.wait(20)
    workbench.cancel(run_id)
    assert last(workbench, run_id).status == "cancelled"
    let_go.set()
    assert workbench.store.run(run_id).status == "cancelled"


def test_ones_own_task_brings_its_files_to_where_they_belong(workbench: Workbench, bench: Bench) -> None:
    files = [("a.xlsx", b"x"), ("C:\\mails\\hi.eml", b"From: a"), ("../../Bob.ics", b"BEGIN")]
    task = workbench.own_task(" Add it up ", files, "Bob")
    assert [file.path for file in task.files] == ["data/a.xlsx", "emails/Bob/hi.eml", "calendar/Bob.ics"]
    assert (task.text, task.source, task.username) == ("Add it up", "own", "Bob")
    bench.model = ScriptedModel([say("plan"), call("finish", answer="done")])
    run_id = workbench.start(task, team(), Policy())
    assert last(workbench, run_id).status == "ungraded"
    assert workbench.files(run_id).names() == (
        "calendar/Bob.ics", "data/a.xlsx", "data/answer.txt", "emails/Bob/hi.eml",
    )  # fmt: skip
    assert workbench.run_task(run_id) == task


@pytest.mark.parametrize(
    ("text", "files", "user", "sentence"),
    [
        ("  ", [], "Bob", "Write what the team is to do"),
        ("do", [("a.txt", b""), ("x/a.txt", b"")], "Bob", "Two files are called a.txt"),
        ("do", [("..", b"")], "Bob", "A file needs a name"),
        ("do", [], "../Bob", "letters, digits and spaces only"),
    ],
)
def test_bad_input_of_ones_own_task_is_named(
    workbench: Workbench, text: str, files: list[tuple[str, bytes]], user: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        workbench.own_task(text, files, user)


def test_bundled_tasks_are_loaded_from_the_data_folder(workbench: Workbench) -> None:
    assert list(workbench.tasks) == ["note_write/1", "note_write/2"]
    assert load_tasks(workbench.lab.settings.data / "tasks") == workbench.tasks
