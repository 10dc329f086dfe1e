"""The app without a browser: the real page over a workbench with scripted models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.task_choice import suggested
from procmem.agents.teams import make_team
from procmem.events import Acted, Delegated, Graded, Planned
from procmem.lab import setup
from procmem.models.scripted import Line, ScriptedModel
from procmem.office.tasks import load_tasks
from procmem.runner import follow
from procmem.settings import PROJECT
from procmem.types import Check, Policy, Task
from procmem.workbench import Workbench
from tests.app_page import open_page
from tests.bench import Bench, call, note_replies, note_task, say, workbench_of

HOSTILE = "# h1 <script>alert(1)</script> $x$ :material/home: :smile: [a](javascript:alert(1)) **b** www.evil.com"


@pytest.fixture
def workbench(bench: Bench, tmp_path: Path) -> Iterator[Workbench]:
    """A workbench with one family of tasks and one memory of it."""
    made = workbench_of(bench, tmp_path)
    for _ in made.prepare():
        pass
    made.warm()
    yield made
    made.close()


def page(bench: Workbench, **params: str) -> AppTest:
    """The Run page after its first run."""
    return open_page("pages.run_page:draw_run_page", bench, **params)


def finished(
    bench: Bench, workbench: Workbench, lines: list[Line], task: Task | None = None, policy: Policy | None = None
) -> str:
    """The id of a run that has ended."""
    bench.model = ScriptedModel(lines)
    run_id = workbench.start(
        task or workbench.tasks["note_write/2"], make_team("LLM team", "scripted", "scripted"), policy or Policy()
    )
    for _ in follow(workbench.store, run_id):
        pass
    return run_id


def texts(at: AppTest) -> list[str]:
    """Everything shown as plain text."""
    return [element.value for element in at.text]


def test_the_first_view_says_what_to_do_and_can_not_start_without_a_task(workbench: Workbench) -> None:
    at = page(workbench)
    assert at.title[0].value == "Run a task"
    assert at.button(key="start").disabled
    at.button(key="bundled-try-1").click().run()
    assert at.query_params["task"] == "note_write/2"
    assert "Write the name Erik into data/note.txt" in texts(at)
    assert not at.button(key="start").disabled


def test_newcomers_are_offered_a_test_task_of_each_level_that_the_bank_has_something_alike_to() -> None:
    tasks = load_tasks(PROJECT / "data" / "tasks")
    assert [task.id for task in suggested(tasks)] == ["attendance/4", "event_notice/4", "contract_notice/4"]
    assert [task.id for task in suggested({"log_line/1": tasks["log_line/1"]})] == ["log_line/1"]


def test_a_link_to_a_task_restores_the_choice(workbench: Workbench) -> None:
    at = page(workbench, task="note_write/1")
    assert at.selectbox(key="bundled-task").value == "note_write/1"
    assert "Write the name Dana into data/note.txt" in texts(at)


def test_a_filter_narrows_the_list_and_keeps_the_chosen_task(workbench: Workbench) -> None:
    at = page(workbench, task="note_write/1")
    at.pills(key="bundled-split").set_value(["test"]).run()
    assert at.selectbox(key="bundled-task").value == "note_write/1"
    at.selectbox(key="bundled-task").set_value(None).run()
    assert len(at.selectbox(key="bundled-task").options) == 1


def test_start_runs_the_chosen_team_and_shows_the_run(bench: Bench, workbench: Workbench) -> None:
    bench.model = ScriptedModel(note_replies("Erik"))
    at = page(workbench, task="note_write/2")
    at.text_input(key="model-large").set_value("other/model")
    at.button(key="start").click().run()
    (run,) = workbench.store.runs(limit=1)
    assert at.query_params["run"] == run.id
    assert at.title[0].value == "Write a name into a note \\(2\\)"
    assert not run.simulated
    for _ in follow(workbench.store, run.id):
        pass


def test_a_finished_run_shows_its_checks_figures_files_and_proposals(bench: Bench, workbench: Workbench) -> None:
    at = page(workbench, run=finished(bench, workbench, note_replies("Erik")))
    assert "1 of 1 check passed." in texts(at)
    assert {metric.label: metric.value for metric in at.metric}["Steps"] == "1"
    labels = [panel.label for panel in at.expander]
    assert "**data\\/note\\.txt** :gray[created]" in labels
    assert "2 memories proposed" in [header.value for header in at.subheader]
    assert "Review 1 proposal" in [link.proto.label for link in at.get("page_link")]


def test_every_candidate_stands_beside_the_plan_with_rank_score_and_reason(bench: Bench, workbench: Workbench) -> None:
    at = page(workbench, run=finished(bench, workbench, note_replies("Erik")))
    facts = [caption.value for caption in at.caption if "rank 1" in caption.value]
    assert len(facts) == 2
    assert facts[0].startswith("Full task · rank 1 · score 0.")
    assert facts[0].endswith("in the prompt")
    assert facts[1].startswith("Subtask · rank 1 · score 0.")


def test_a_click_on_a_memory_opens_it_and_names_it_in_the_address(bench: Bench, workbench: Workbench) -> None:
    run_id = finished(bench, workbench, note_replies("Erik"))
    at = page(workbench, run=run_id)
    next(button for button in at.button if button.key and button.key.endswith("recall-0-1")).click().run()
    (memory,) = workbench.store.memories(level="full-task")
    assert at.query_params["memory"] == memory.id
    assert "1. system: write the note" in texts(page(workbench, run=run_id, memory=memory.id))


def test_a_link_to_a_step_opens_the_turn_and_the_step(bench: Bench, workbench: Workbench) -> None:
    run_id = finished(bench, workbench, note_replies("Erik"))
    at = page(workbench, run=run_id, step="1")
    (step,) = [panel for panel in at.expander if panel.label.startswith("1. Files write file")]
    assert step.proto.expanded
    (step,) = [panel for panel in page(workbench, run=run_id).expander if panel.label.startswith("1. Files")]
    assert not step.proto.expanded


def test_the_exact_prompt_of_a_call_opens_from_its_address(bench: Bench, workbench: Workbench) -> None:
    run_id = finished(bench, workbench, note_replies("Erik"))
    seq = next(number for number, event in workbench.store.events(run_id) if type(event).__name__ == "Called")
    at = page(workbench, run=run_id, prompt=str(seq))
    shown = [code.value for code in at.code]
    assert set(shown) >= {message["content"] for message in workbench.prompt(run_id, seq)}
    assert any("Memories" in markdown.value for markdown in at.markdown)


def test_a_run_without_memory_is_shown_beside_the_first(bench: Bench, workbench: Workbench) -> None:
    first = finished(bench, workbench, note_replies("Erik"))
    second = finished(bench, workbench, note_replies("Bob"), policy=Policy(placement="none"))
    at = page(workbench, run=first, **{"with": second})
    assert {"With memory", "Without memory"} <= {header.value for header in at.subheader}
    table = at.table[0].value
    assert table["With memory"].iloc[0] == "Succeeded"
    assert table["Without memory"].iloc[0] == "Failed"
    assert list(table["With memory"][1:3]) == ["1 of 1", "1"]
    assert list(table["Without memory"][1:3]) == ["0 of 1", "1"]
    assert table["Difference"].iloc[2] == "±0"


def test_again_without_memory_starts_a_linked_run(bench: Bench, workbench: Workbench) -> None:
    run_id = finished(bench, workbench, note_replies("Erik"))
    bench.model = ScriptedModel(note_replies("Erik"))
    at = page(workbench, run=run_id)
    at.button(key=f"again-{run_id}").click().run()
    (newest, *_) = workbench.store.runs(limit=1)
    assert (newest.compared_with, newest.policy.placement) == (run_id, "none")
    assert at.query_params["with"] == newest.id
    for _ in follow(workbench.store, newest.id):
        pass


def test_an_own_task_can_be_started_as_soon_as_it_has_a_text(workbench: Workbench) -> None:
    at = page(workbench)
    at.segmented_control(key="source").set_value("Your own").run()
    assert at.button(key="start").disabled
    at.text_area(key="own-text").set_value("  ").run()
    assert at.button(key="start").disabled
    at.text_area(key="own-text").set_value("Write Erik into data/note.txt").run()
    assert not at.button(key="start").disabled


def test_an_own_task_runs_with_its_uploaded_file(bench: Bench, workbench: Workbench) -> None:
    bench.model = ScriptedModel(note_replies("Erik"))
    at = page(workbench)
    at.segmented_control(key="source").set_value("Your own").run()
    at.text_area(key="own-text").set_value("Write Erik into data/note.txt")
    at.file_uploader(key="own-files").upload("names.txt", b"Erik").run()
    at.button(key="start").click().run()
    (run,) = workbench.store.runs(limit=1)
    assert [file.path for file in workbench.run_task(run.id).files] == ["data/names.txt"]
    for _ in follow(workbench.store, run.id):
        pass
    assert "This task has no checks: look at the result yourself." in texts(page(workbench, run=run.id))


def test_a_folder_that_is_no_checkout_is_explained(workbench: Workbench, tmp_path: Path) -> None:
    at = page(workbench)
    at.segmented_control(key="source").set_value("OfficeBench").run()
    at.text_input(key="officebench-folder").set_value(str(tmp_path)).run()
    assert "is no OfficeBench checkout" in at.error[0].value


def test_text_from_models_reaches_the_page_only_as_text_or_escaped(bench: Bench, workbench: Workbench) -> None:
    replies = [
        say(HOSTILE),
        call("delegate", agent="system", subtask=HOSTILE),
        call("files_write_file", HOSTILE, file_path="data/note.txt", contents=HOSTILE),
        say(HOSTILE),
        call("finish", answer=HOSTILE),
    ]
    task = note_task(checks=[Check("evaluate_contain", {"doc_type": "txt", "file": "data/x", "keywords": [HOSTILE]})])
    at = page(workbench, run=finished(bench, workbench, replies, replace(task, text=HOSTILE)))
    assert texts(at).count(HOSTILE) >= 5
    rendered = [element.value for element in (*at.markdown, *at.caption, *at.title, *at.subheader)]
    rendered += [panel.label for panel in at.expander] + [button.label for button in at.button]
    for text in rendered:
        assert "<script>" not in text
        assert "](javascript" not in text
        assert "**b**" not in text
        assert ":material/home:" not in text


def test_an_unknown_run_leads_back_to_the_tasks(workbench: Workbench) -> None:
    at = page(workbench, run="run-gone")
    assert at.title[0].value == "This run is not here"
    at.button[0].click().run()
    assert at.title[0].value == "Run a task"


def test_a_database_that_can_not_be_opened_is_explained_with_a_way_on() -> None:
    def closed() -> None:
        from pages.run_page import draw_run_page
        from procmem.errors import BadInput

        def locked() -> object:
            raise BadInput("The data is open in another process (12).")

        draw_run_page(locked)  # type: ignore[arg-type]

    at = AppTest.from_function(closed).run()
    assert at.error[0].value == "The data is open in another process \\(12\\)\\."
    assert [button.label for button in at.button] == ["Try again"]


def test_a_run_that_was_killed_shows_every_part_it_had_shown(workbench: Workbench) -> None:
    task, with_team = workbench.tasks["note_write/2"], make_team("LLM team", "scripted", "scripted")
    summary = workbench.lab.summary("run-killed", task, with_team, Policy(), None)
    workbench.store.begin_run(summary, setup(task, with_team, Policy()))
    told = [
        Planned("1. system: write the note", 0),
        Delegated(1, "system", "Write it"),
        Acted(1, 1, "system", "", "files_list", {}, "nothing", False, 0.1),
    ]
    for event in told:
        workbench.store.append("run-killed", event)
    workbench.store.interrupt_unfinished()
    at = page(workbench, run="run-killed")
    assert "The app was stopped while this run was under way. Everything that was shown is kept." in texts(at)
    labels = [panel.label for panel in at.expander]
    assert "**Plan**" in labels
    assert "**Turn 1 · system** — Write it :small[:gray[1 step]]" in labels
    assert "1. Files list" in labels


def test_a_link_brings_team_models_limits_and_policy_along(bench: Bench, workbench: Workbench) -> None:
    bench.model = ScriptedModel(note_replies("Erik"))
    wanted = {"team": "SLM team", "model-small": "other/little", "steps": "9", "variant": "dynamic", "k_subtask": "1"}
    at = page(workbench, task="note_write/2", **wanted)
    assert {name: at.query_params[name] for name in wanted} == wanted
    at.button(key="start").click().run()
    (run,) = workbench.store.runs(limit=1)
    for _ in follow(workbench.store, run.id):
        pass
    started = workbench.store.setup(run.id)["team"]
    assert (started["name"], started["orchestrator"], started["limits"]["steps"]) == ("SLM team", "other/little", 9)
    assert run.policy == Policy(variant="dynamic", k_subtask=1)


def test_choices_are_written_into_the_address_and_nonsense_in_it_is_left_out(workbench: Workbench) -> None:
    at = page(workbench, team="Dream team", steps="many", variant="psychic")
    assert at.segmented_control(key="team").value == "LLM team"
    at.segmented_control(key="team").set_value("Hybrid team")
    at.pills(key="bundled-split").set_value(["test"]).run()
    assert at.query_params["team"] == "Hybrid team"
    assert at.query_params["split"] == "test"
    assert not {"steps", "variant"} & set(at.query_params)
    at.segmented_control(key="team").set_value("LLM team").run()
    assert "team" not in at.query_params


def test_a_named_policy_sets_every_choice_and_another_mix_has_no_name(workbench: Workbench) -> None:
    at = page(workbench)
    assert at.selectbox(key="policy-preset").value == "LEGOMem"
    at.selectbox(key="policy-preset").set_value("Mem^p").run()
    assert at.selectbox(key="policy-variant").value == "shared"
    assert at.number_input(key="policy-every").value == 10
    assert (at.query_params["update"], at.query_params["review"]) == ("adjustment", "auto")
    at.selectbox(key="policy-review").set_value("manual").run()
    assert at.selectbox(key="policy-preset").value is None


def test_a_failed_call_is_said_once_with_its_exact_prompt(bench: Bench, workbench: Workbench) -> None:
    run_id = finished(bench, workbench, [say("1. system: write the note")])
    at = page(workbench, run=run_id)
    error = workbench.store.run(run_id).error
    shown = [text for text in (*texts(at), *(markdown.value for markdown in at.markdown)) if "has 1 lines" in text]
    assert "has 1 lines" in error
    assert len(shown) == 1
    (link,) = [button for button in at.button if button.label == "Exact prompt of the failed call"]
    link.click().run()
    assert any("Write the name Erik" in code.value for code in at.code)
    assert "has 1 lines" in at.error[0].value


def test_an_empty_plan_is_said(bench: Bench, workbench: Workbench) -> None:
    at = page(workbench, run=finished(bench, workbench, [say(""), *note_replies("Erik")[1:]]))
    assert "The model left the plan empty; the team went on without one." in [caption.value for caption in at.caption]


def test_what_the_automatic_curator_decided_stands_with_the_proposal(bench: Bench, workbench: Workbench) -> None:
    at = page(workbench, run=finished(bench, workbench, note_replies("Erik"), policy=Policy(review="auto")))
    said = [caption.value for caption in at.caption]
    assert "The automatic curator: Accepted automatically." in [text.replace("\\", "") for text in said]
    assert "All decided." in said


def test_a_cancelled_run_shows_what_it_changed_and_a_new_file_has_no_old_name(
    bench: Bench, workbench: Workbench
) -> None:
    run_id = finished(bench, workbench, note_replies("Erik"))
    graded = next(event for _, event in workbench.store.events(run_id) if isinstance(event, Graded))
    assert workbench.files(run_id).changes() == graded.changes
    at = page(workbench, run=run_id)
    at.session_state[f"file-{run_id}-data/note.txt"] = True
    at.run()
    at.segmented_control(key=f"view-{run_id}-data/note.txt").set_value("What changed").run()
    (diff,) = [code.value for code in at.code if code.language == "diff"]
    assert diff == "@@ -0,0 +1 @@\n+Erik"


def test_the_context_of_every_call_is_shown_with_its_parts(bench: Bench, workbench: Workbench) -> None:
    run_id = finished(bench, workbench, note_replies("Erik"))
    at = page(workbench, run=run_id)
    (panel,) = [panel for panel in at.expander if panel.label.startswith("What filled the prompts")]
    at.session_state[f"context-{run_id}"] = True
    at.run()
    assert panel.label == "What filled the prompts of 6 model calls"
    assert any(caption.value.startswith("Memories were ") for caption in at.caption)
