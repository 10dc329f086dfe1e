"""The Runs page without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import runs_address
from pages.parts.runs_list import memory_title
from pages.parts.runs_pair import rows
from pages.parts.runs_replay import until
from pages.parts.story import Part
from procmem.agents.teams import make_team
from procmem.events import Acted, Event, Graded, Planned
from procmem.lab import setup
from procmem.models.scripted import ScriptedModel
from procmem.runner import follow
from procmem.store.trends import RunFilter
from procmem.types import Policy, Task
from procmem.workbench import Workbench
from tests.bench import Bench, call, note_replies, say, workbench_of


def script(bench: object) -> None:
    """The page as app.py draws it."""
    from pages.runs_page import draw_runs_page

    draw_runs_page(lambda: bench)  # type: ignore[arg-type,return-value]


@pytest.fixture
def workbench(bench: Bench, tmp_path: Path) -> Iterator[Workbench]:
    """A workbench with one memory and no run of a team."""
    made = workbench_of(bench, tmp_path)
    for _ in made.prepare():
        pass
    made.warm()
    yield made
    made.close()


def page(bench: Workbench, **params: str) -> AppTest:
    at = AppTest.from_function(script, args=(bench,), default_timeout=20)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def finished(
    bench: Bench, workbench: Workbench, person: str, policy: Policy | None = None, task: Task | None = None
) -> str:
    """The id of a run that has ended; only "Erik" passes the check."""
    two_steps = [
        say("1. system: write the note"),
        call("delegate", agent="system", subtask=f"Write {person} into data/note.txt"),
        call("files_list_files", "Look around."),
        *note_replies(person)[2:],
    ]
    bench.model = ScriptedModel(two_steps)
    team = make_team("LLM team", "scripted", "scripted")
    run_id = workbench.start(task or workbench.tasks["note_write/2"], team, policy or Policy())
    for _ in follow(workbench.store, run_id):
        pass
    return run_id


def texts(at: AppTest) -> list[str]:
    return [element.value for element in at.text]


def test_before_the_first_run_of_a_team_the_page_says_where_runs_come_from(workbench: Workbench) -> None:
    at = page(workbench)
    assert at.title[0].value == "Runs"
    assert "Runs of experiments and demonstrations are found under Filter, Runs." in texts(at)


def test_the_table_names_task_result_team_and_memory(bench: Bench, workbench: Workbench) -> None:
    finished(bench, workbench, "Erik")
    finished(bench, workbench, "Bob", Policy(placement="none"))
    table = page(workbench).dataframe[0].value
    assert list(table["Task"]) == ["Write a name into a note (2)", "Write a name into a note (2)"]
    assert list(table["Result"]) == ["Failed", "Succeeded"]
    assert list(table["Memory"]) == ["None", "Orchestrator and agents"]


def test_filters_come_from_the_address_and_can_be_cleared(bench: Bench, workbench: Workbench) -> None:
    finished(bench, workbench, "Erik")
    finished(bench, workbench, "Bob")
    assert list(page(workbench, status="failed").dataframe[0].value["Result"]) == ["Failed"]
    at = page(workbench, q="no such words")
    at.button(key="runs-nothing").click().run()
    assert "q" not in at.query_params
    assert len(at.dataframe[0].value) == 2


def test_a_filter_that_a_person_sets_stands_in_the_address(bench: Bench, workbench: Workbench) -> None:
    finished(bench, workbench, "Erik")
    at = page(workbench, page="3")
    at.selectbox(key="runs-memory").set_value("without").run()
    assert at.query_params["memory"] == "without"
    assert "page" not in at.query_params


def test_one_chosen_row_can_be_replayed_and_two_laid_side_by_side(bench: Bench, workbench: Workbench) -> None:
    first, second = finished(bench, workbench, "Erik"), finished(bench, workbench, "Bob", Policy(placement="none"))
    at = page(workbench)
    key = "runs-table-" + at.dataframe[0].proto.id.rpartition("runs-table-")[2]
    at.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    assert [button.label for button in at.button if button.key == "replay-chosen"] == ["Replay"]
    at.session_state[key] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    at.run()
    at.button(key="pair-chosen").click().run()
    assert (at.query_params["run"], at.query_params["with"]) == (first, second)
    table = at.table[0].value
    differences = dict(zip(table["Figure"], table["Difference"], strict=True))
    assert (differences["Steps"], differences["Failed steps"]) == ("±0", "±0")
    assert {"With memory", "Without memory"} <= {header.value for header in at.subheader}


def test_a_replay_shows_what_stood_after_a_step_and_goes_on(bench: Bench, workbench: Workbench) -> None:
    at = page(workbench, run=finished(bench, workbench, "Erik"), step="1")
    assert at.slider[0].value == 1
    labels = [panel.label for panel in at.expander]
    assert any(label.startswith("1. Files list files") for label in labels)
    assert not any(label.startswith("2. Files") for label in labels)
    assert {metric.label: metric.value for metric in at.metric}["Steps"] == "1"
    at.button(key="replay-next").click().run()
    assert at.query_params["step"] == "2"
    assert any(panel.label.startswith("2. Files write file") for panel in at.expander)
    assert "1 of 1 check passed." in texts(at)


def test_without_a_step_the_whole_run_is_shown_and_a_wrong_one_does_no_harm(bench: Bench, workbench: Workbench) -> None:
    run_id = finished(bench, workbench, "Erik")
    assert page(workbench, run=run_id).slider[0].value == 2
    assert page(workbench, run=run_id, step="99").slider[0].value == 2
    assert page(workbench, run=run_id, step="x").slider[0].value == 0


def test_the_way_back_keeps_the_filter(bench: Bench, workbench: Workbench) -> None:
    at = page(workbench, run=finished(bench, workbench, "Erik"), step="1", team="LLM team")
    at.button(key="runs-back").click().run()
    assert "run" not in at.query_params
    assert "step" not in at.query_params
    assert at.query_params["team"] == "LLM team"


def test_an_interrupted_run_is_marked_and_shows_what_it_did(workbench: Workbench) -> None:
    task, team = workbench.tasks["note_write/2"], make_team("LLM team", "scripted", "scripted")
    workbench.store.begin_run(
        workbench.lab.summary("run-killed", task, team, Policy(), None), setup(task, team, Policy())
    )
    workbench.store.append("run-killed", Planned("1. system: write the note", 0))
    workbench.store.interrupt_unfinished()
    assert list(page(workbench).dataframe[0].value["Result"]) == ["Interrupted"]
    at = page(workbench, run="run-killed")
    assert "All that it did until then is here." in at.warning[0].value
    assert "**Plan**" in [panel.label for panel in at.expander]


def test_a_link_to_a_run_that_is_gone_leads_back(workbench: Workbench) -> None:
    for params in ({"run": "run-gone"}, {"run": "run-gone", "with": "run-too"}):
        at = page(workbench, **params)
        assert at.title[0].value == "This run is not here"
        at.button(key="runs-gone").click().run()
        assert at.title[0].value == "Runs"


def test_a_hostile_task_is_shown_as_text(bench: Bench, workbench: Workbench) -> None:
    hostile = "<script>alert(1)</script> **b** :material/home: [a](javascript:alert(1))"
    task = replace(workbench.tasks["note_write/2"], text=hostile, id="own-1")
    at = page(workbench, run=finished(bench, workbench, "Erik", task=task))
    assert hostile in texts(at)
    assert "<script>" not in at.title[0].value
    assert "**b**" not in at.title[0].value
    assert ":material/" not in page(workbench).dataframe[0].value["Task"][0]


# --- parts -----------------------------------------------------------------------------------------------------------


def act(step: int) -> Acted:
    return Acted(1, step, "excel", "", "excel_read_file", {}, "", False, 0.1)


def test_a_replay_stops_before_the_next_step_and_the_last_one_has_everything() -> None:
    events: list[tuple[int, Event]] = [(1, Planned("p", 0)), (2, act(1)), (3, act(2)), (4, Graded(True, (), ()))]
    assert [[seq for seq, _ in until(events, step)] for step in (0, 1, 2, 9)] == [
        [1],
        [1, 2],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
    ]
    assert until(events[:1], 0) == events[:1]


def test_plans_stand_beside_plans_and_turns_beside_turns() -> None:
    plan, turn = Part("plan", 0, "orchestrator"), Part("turn", 1, "excel")
    left, right = [plan, turn, plan, turn], [plan, turn, turn, turn]
    assert rows(left, right) == [(plan, plan), (turn, turn), (None, turn), (None, turn), (plan, None), (turn, None)]
    assert rows([], []) == []


def test_a_filter_and_its_address_say_the_same() -> None:
    wanted = RunFilter("a b", "failed", 2, "LLM team", "with", "both", "dynamic", "test", True, "any", "x1", (1, 9))
    assert runs_address.params(wanted) == {
        "q": "a b", "status": "failed", "level": "2", "team": "LLM team", "memory": "with", "placement": "both",
        "variant": "dynamic", "split": "test", "simulated": "yes", "source": "any", "experiment": "x1",
        "revisions": "1-9",
    }  # fmt: skip
    assert runs_address.params(RunFilter()) == {}


def test_memory_is_told_in_few_words() -> None:
    assert memory_title(Policy(placement="none")) == "None"
    assert memory_title(Policy(placement="agents", variant="dynamic")) == "Agents only, dynamic"
