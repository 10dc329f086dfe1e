"""The Trends page without a browser: charts over runs of the past, and experiments from the form to the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.charts import Dot, Line, Tick, interval_chart, line_chart
from pages.parts.experiment_form import in_short
from pages.parts.experiment_view import standing
from pages.parts.trends_charts import lines_of, marks_of, runs_of, series_title
from procmem.events import Finished, Graded, Started
from procmem.experiment.running import Progress
from procmem.experiment.trends import points
from procmem.store.trends import Mark, RunFilter, Tally
from procmem.types import Policy, Team
from procmem.workbench import Workbench
from tests.bench import Bench, workbench_of
from tests.note_lab import NoteLab, design
from tests.records import NOON, a_run

NONE = Policy(placement="none")


def script(bench: object) -> None:
    """The page as app.py draws it."""
    from pages.trends_page import draw_trends_page

    draw_trends_page(lambda: bench)  # type: ignore[arg-type,return-value]


@pytest.fixture
def workbench(bench: Bench, tmp_path: Path) -> Iterator[Workbench]:
    made = workbench_of(bench, tmp_path)
    for _ in made.prepare():
        pass
    made.warm()
    yield made
    made.close()


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Workbench]:
    """A workbench whose teams write notes, with experiments."""
    lab = NoteLab(tmp_path)
    made = Workbench(lab.lab)
    vars(made)["experiments"] = lab.experiments
    for _ in made.prepare():
        pass
    made.warm()
    yield made
    made.close()


def page(bench: Workbench, **params: str) -> AppTest:
    at = AppTest.from_function(script, args=(bench,), default_timeout=30)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def record(
    bench: Workbench,
    run_id: str,
    task: str,
    success: bool,
    policy: Policy | None = None,
    level: int = 1,
    revision: int | None = None,
) -> None:
    """A run that has ended, at this revision of the bank, or at the present one."""
    run = replace(
        a_run(run_id, NOON + timedelta(minutes=bench.store.run_count()[0])),
        task_id=task, policy=policy or Policy(), revision=bench.store.revision if revision is None else revision,
    )  # fmt: skip
    events = [
        Started(run.id, task, run.task, Team(run.team, "m", ()), run.policy, run.revision, ()),
        Graded(success, (), ()),
        Finished("succeeded" if success else "failed", "", 4, 1, 0, None, None, 1.0),
    ]
    bench.lab.store.record_run(run, {"task": {"level": level, "split": "test"}}, events)  # type: ignore[attr-defined]


def texts(at: AppTest) -> list[str]:
    return [element.value for element in at.text]


def test_without_any_run_of_a_team_the_page_says_what_to_do(workbench: Workbench) -> None:
    at = page(workbench)
    assert "**No finished run to count**" in [element.value for element in at.markdown]
    assert not at.get("plotly_chart")


def test_graded_runs_make_three_charts_with_a_table_that_says_the_same(workbench: Workbench) -> None:
    for number, success in enumerate((True, False, True, True)):
        record(workbench, f"r{number}", f"mail/{number}", success, revision=number // 3)
    at = page(workbench)
    assert [header.value for header in at.subheader][:3] == ["Success", "Steps", "Failed steps"]
    assert len(at.get("plotly_chart")) == 3
    assert any("4 graded runs" in caption.value for caption in at.caption)
    at.session_state["trends-table"] = True
    at.run()
    table = at.dataframe[0].value
    assert list(table["Passed, %"]) == ["66.7 [20.8, 93.9]", "100.0"]
    assert list(table["Steps"]) == ["4.0 [4.0, 4.0]", "4.0"]


def test_runs_of_one_bank_show_no_trend_but_what_there_is(workbench: Workbench) -> None:
    for number in range(3):
        record(workbench, f"with-{number}", f"mail/{number}", True)
        record(workbench, f"without-{number}", f"mail/{number}", number == 0, NONE, revision=0)
    at = page(workbench, by="placement")
    assert [header.value for header in at.subheader] == ["With and without memory", "As the bank evolves"]
    assert any("6 graded runs so far" in text for text in texts(at))
    (chart,) = at.get("plotly_chart")
    assert "No memory" in chart.proto.spec
    at.session_state["trends-table"] = True
    assert list(at.run().dataframe[0].value["Passed, %"]) == ["33.3 [6.1, 79.2]", "100.0 [43.9, 100.0]"]


def test_runs_of_one_bank_stand_beside_the_newest_experiment(notes: Workbench) -> None:
    identity = notes.experiments.start(design())
    notes.experiments.wait(identity, 30)
    record(notes, "a", "mail/1", True)
    at = page(notes)
    assert [header.value for header in at.subheader][-1].startswith("Newest experiment")
    assert len(at.get("plotly_chart")) == 1


def test_runs_with_and_without_memory_are_not_mixed_unless_somebody_asks(workbench: Workbench) -> None:
    for number in range(8):
        record(workbench, f"r{number}", f"mail/{number}", True, NONE if number % 2 else None, revision=number // 4)
    lines = page(workbench).get("plotly_chart")[0].proto.spec
    assert '"With memory"' in lines
    assert '"Without memory"' in lines
    assert '"All runs"' in page(workbench, by="none").get("plotly_chart")[0].proto.spec


def test_a_line_for_each_team_and_the_axis_come_from_the_address(workbench: Workbench) -> None:
    record(workbench, "a", "mail/1", True, revision=0)
    record(workbench, "b", "mail/2", True, NONE)
    at = page(workbench, by="placement", axis="size")
    chart = at.get("plotly_chart")[0].proto.spec
    assert "Orchestrator and agents" in chart
    assert "No memory" in chart
    assert "Memories in the bank" in chart
    assert "simulated" in " ".join(str(element.value) for element in at.markdown).lower()


def test_filters_narrow_what_is_counted_and_a_way_back_is_offered(workbench: Workbench) -> None:
    for number in range(4):
        record(workbench, f"r{number}", f"mail/{number}", True, level=2, revision=number)
    at = page(workbench, revisions="900-999")
    at.button(key="trends-nothing").click().run()
    assert len(at.get("plotly_chart")) == 3


def test_tasks_that_ran_both_ways_are_compared_in_words_and_a_table(workbench: Workbench) -> None:
    for number in range(4):
        record(workbench, f"with-{number}", f"mail/{number}", True)
        record(workbench, f"without-{number}", f"mail/{number}", number == 0, NONE)
    at = page(workbench)
    assert any("on 4 tasks that ran both ways (4 runs with memory, 4 without)" in text for text in texts(at))
    table = at.table[0].value
    assert table["With"].iloc[0] == "100.0"
    assert table["Without"].iloc[0] == "25.0"
    assert table["Better / worse"].iloc[0] == "3 / 0"


# --- experiments -----------------------------------------------------------------------------------------------------


def test_the_first_visit_leads_to_the_form(notes: Workbench) -> None:
    at = page(notes, view="experiments")
    at.button(key="plan").click().run()
    assert at.query_params["new"] == "yes"
    assert "Plan an experiment" in [header.value for header in at.subheader]


def test_the_form_says_how_many_runs_it_takes_and_starts_them(notes: Workbench) -> None:
    at = page(notes, view="experiments", new="own")
    assert "2 ways of using memory × 1 team × 4 tasks × 1 seed." in texts(at)
    assert "**8 runs**" in [element.value for element in at.markdown]
    assert any("The estimate is rough" in caption.value for caption in at.caption)
    at.number_input(key="x-limit").set_value(2).run()
    assert "**4 runs**" in [element.value for element in at.markdown]
    at.text_input(key="x-large").set_value("notes").run()
    assert at.button(key="x-start").label == "Start, at an unknown price"
    at.button(key="x-start").click().run()
    (kept,) = notes.experiments.records()
    assert at.query_params["experiment"] == kept.id
    notes.experiments.wait(kept.id, 30)


def test_a_choice_that_can_not_be_run_says_so_in_place_of_the_button(notes: Workbench) -> None:
    at = page(notes, view="experiments", new="own")
    at.pills(key="x-policies").set_value([]).run()
    assert "at least one way" in at.info[0].value
    assert "x-start" not in [button.key for button in at.button]


def test_a_finished_experiment_shows_intervals_and_paired_differences_and_files(notes: Workbench) -> None:
    identity = notes.experiments.start(design())
    notes.experiments.wait(identity, 30)
    at = page(notes, view="experiments", experiment=identity)
    assert len(at.get("plotly_chart")) == 2
    success, gains, effort = (table.value for table in at.dataframe)
    assert list(success["Memory"]) == ["no memory", "memory"]
    assert list(success["All tasks"]) == ["0.0 [0.0, 49.0]", "100.0 [51.0, 100.0]"]
    assert [cell.split(" ")[0] for cell in gains["Success, points"]] == ["+100.0"]
    assert list(effort["Runs"]) == ["4", "4"]
    assert [button.label for button in at.get("download_button")] == [
        "HTML report",
        "Runs as CSV",
        "Everything as JSON",
    ]


def test_a_stopped_experiment_goes_on_with_a_click(notes: Workbench) -> None:
    identity = notes.experiments.start(design())
    notes.experiments.cancel(identity)
    state = notes.experiments.wait(identity, 30).state
    at = page(notes, view="experiments", experiment=identity)
    if state == "cancelled":
        at.button(key=f"resume-{identity}").click().run()
        notes.experiments.wait(identity, 30)
    assert notes.experiments.progress(identity).state == "done"
    assert list(page(notes, view="experiments").dataframe[0].value["State"]) == ["Done"]


def test_a_link_to_an_experiment_that_is_gone_leads_back(notes: Workbench) -> None:
    at = page(notes, view="experiments", experiment="x-gone")
    assert "This experiment is not here" in [header.value for header in at.subheader]
    at.button(key="x-gone").click().run()
    assert "experiment" not in at.query_params


# --- parts -----------------------------------------------------------------------------------------------------------


def test_a_click_on_a_point_leads_to_the_runs_it_counts() -> None:
    wanted = RunFilter(split="test")
    assert runs_of(["SLM team", 3, 9], wanted, "revision", "team") == {
        "split": "test", "revisions": "3-9", "team": "SLM team",
    }  # fmt: skip
    assert runs_of(["", 20, 25], wanted, "size", "none") == {"split": "test", "sizes": "20-25"}
    assert runs_of(["without", 1, 2], RunFilter(), "revision", "memory") == {"revisions": "1-2", "memory": "without"}
    assert runs_of(["none", 1, 2], RunFilter(), "revision", "variant") == {"revisions": "1-2", "memory": "without"}
    assert runs_of(["dynamic", 1, 2], RunFilter(), "revision", "variant")["variant"] == "dynamic"


def test_decisions_are_marked_where_they_changed_the_bank() -> None:
    (one, many) = marks_of([Mark("add", 3, 3, 7, 1, "Ana", "Sort"), Mark("undo", 4, 9, 5, 4, "Bea", "")], "revision")
    assert (one.place, one.name, one.hover[:2]) == (3, "Added", ["Added by Ana", "Sort"])
    assert many.hover[0] == "Undone: 4 decisions, the first by Bea"
    assert marks_of([Mark("add", 3, 3, 7, 1, "Ana", "")], "size")[0].place == 7


def test_a_point_of_one_task_has_no_bound_that_is_not_known() -> None:
    found = points([Tally("", 1, 1, "a", 1, 1, 4, 0, False)])
    (line,) = lines_of(found, "revision", "none", lambda point: point.steps, "Steps")
    assert line.dots[0].hover[0] == "Steps: 4.0 (one task)"
    assert (line.dots[0].low, line.dots[0].high) == (4.0, 4.0)
    figure = line_chart([line], x="x", y="y")
    assert figure.layout.yaxis.range[1] < 20


def test_text_of_memories_is_no_markup_in_a_chart() -> None:
    line = Line("<b>x</b>", [Dot(1, 1.0, 0.5, 2.0, ['<a href="javascript:alert(1)">x</a>'])])
    figure = line_chart([line], x="x", y="y", ticks=[Tick(1, "Added", "square", ["<i>title</i>"])])
    drawn = figure.to_json()
    assert "&lt;a href" in drawn
    assert "<a" not in drawn.replace("\\u003c", "<")
    assert "<i>" not in drawn.replace("\\u003c", "<")


def test_rows_of_intervals_are_named_and_lines_stand_apart() -> None:
    lines = [Line(team, [Dot("no memory", 10, 5, 20), Dot("LEGOMem", 50, 40, 60)]) for team in ("A", "B")]
    figure = interval_chart(lines, x="x", zero=True)
    assert list(figure.layout.yaxis.ticktext) == ["no memory", "LEGOMem"]
    assert list(figure.data[0].y) == [-0.155, 0.845]
    assert list(figure.data[1].y) == [0.155, 1.155]


def test_lines_are_named_as_people_say_it() -> None:
    assert series_title("2", "level") == "Level 2"
    assert series_title("planning+agents", "placement") == "Planning and agents"
    assert series_title("none", "variant") == "No memory"


def test_how_far_an_experiment_is_stands_in_a_line() -> None:
    now = Progress("x", "running", "Running …", 12, 40, 65.0, 130.0, 5_000, 0.25)
    assert standing(now) == "Running · 12 of 40 runs · 1 min 5 s so far · about 2 min 10 s left · $0.2500"
    assert in_short(design(group=5, kind="stream")).endswith("in groups of 5 tasks.")
