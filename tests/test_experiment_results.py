"""Tables of results, on runs whose figures one can count by hand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.experiment.comparing import against, between
from procmem.experiment.exporting import to_csv, to_json
from procmem.experiment.plan import Arm, Design, cells
from procmem.experiment.report import html
from procmem.experiment.results import Result, result
from procmem.experiment.statistics import Interval
from procmem.experiment.tables import percent, signed, tables
from procmem.store.experiments import ExperimentRecord, RunFigures
from procmem.types import Policy, Task
from tests.note_lab import TEAM

NONE, SOME = Arm("no memory", Policy(placement="none")), Arm("LEGOMem", Policy())
RUN = RunFigures(0, "", "failed", False, 10, 2, 1, 12, 1000, 100, 0.01, 3.0)


def task(number: int) -> Task:
    family, split = ("seen", "test") if number < 3 else ("unseen", "test")
    now = datetime(2024, 5, 17, 10, 0)
    return Task(f"{family}/{number}", "Do it", "Alice", now, 1 + number % 2, ("files",), family, split)  # type: ignore[arg-type]


TASKS = {entry.id: entry for entry in map(task, range(4))}
TASKS["seen/9"] = replace(TASKS["seen/0"], id="seen/9", split="train")
DESIGN = Design("notes", "grid", (NONE, SOME), (TEAM,), tuple(name for name in TASKS if name != "seen/9"), (0, 1))


def found(*passed: tuple[str, int, str], design: Design = DESIGN, seconds: float = 3.0) -> Result:
    """The result in which exactly these (task, seed, arm) passed, in 4 steps instead of 10 and without a failed one."""
    good = replace(RUN, status="succeeded", success=True, steps=4, failed_steps=0)
    figures = [
        replace(good if (c.task_id, c.seed, c.arm) in passed else RUN, place=c.place, run_id=c.run_id("x1"))
        for c in cells(design)
    ]
    return result(record(design, len(figures)), design, figures, TASKS)


def record(design: Design, done: int) -> ExperimentRecord:
    now = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return ExperimentRecord("x1", "notes", design.preset, now, "done", design.simulated, 16, 9.0, "", {}, {}, done)


ONE = found(("seen/0", 0, "LEGOMem"), ("seen/0", 1, "LEGOMem"), ("seen/1", 0, "LEGOMem"), ("seen/2", 0, "no memory"))


def test_rates_steps_and_failed_steps_are_counted_over_all_runs() -> None:
    none, some = ONE.row("no memory", "notes team"), ONE.row("LEGOMem", "notes team")
    assert none is not None
    assert some is not None
    assert (none.rate.estimate, none.tasks, none.runs) == (1 / 8, 4, 8)
    assert (some.rate.estimate, some.steps.estimate) == (3 / 8, (3 * 4 + 5 * 10) / 8)
    assert some.failed is not None
    assert some.failed.estimate == 10 / 62
    assert (some.tokens, some.dollars, some.replans) == (1100.0, 0.01, 1.0)


def test_levels_and_families_without_training_tasks_are_looked_at_apart() -> None:
    slices = [(row.slice, row.tasks) for row in ONE.rows if row.arm == "LEGOMem"]
    assert slices == [("all tasks", 4), ("level 1", 2), ("level 2", 2), ("unseen families", 1)]


def test_arms_are_compared_on_the_same_tasks_and_seeds() -> None:
    gain = ONE.comparisons[0]
    assert (gain.arm, gain.baseline, gain.pairs, gain.tasks) == ("LEGOMem", "no memory", 8, 4)
    assert (gain.rate.estimate, gain.steps.estimate) == (2 / 8, (3 * -6 + 6) / 8)
    assert (gain.better, gain.worse, gain.p) == (2, 1, 1.0)


def test_a_difference_that_all_tasks_agree_on_is_no_surer_than_so_many_tasks_allow() -> None:
    none = found().comparisons[0].rate
    assert (none.estimate, round(none.low, 4), round(none.high, 4)) == (0.0, -0.4899, 0.4899)  # Wilson, 0 of 4
    every = found(*[(name, seed, "LEGOMem") for name in DESIGN.tasks for seed in (0, 1)]).comparisons[0].rate
    assert (every.estimate, round(every.low, 4), every.high) == (1.0, 0.5101, 1.0)


def test_an_unfinished_pair_does_not_count() -> None:
    runs = [run.figures for run in ONE.runs if run.cell.place != 1]
    part = result(record(DESIGN, len(runs)), DESIGN, runs, TASKS)
    assert part.comparisons[0].pairs == 7
    assert not part.complete


def test_p_values_are_corrected_for_all_comparisons_of_a_slice() -> None:
    third = Arm("script", Policy(build="script"))
    wide = replace(DESIGN, arms=(NONE, SOME, third), seeds=(0,))
    good = [(name, 0, "LEGOMem") for name in wide.tasks]
    gains = found(*good, design=wide)
    assert gains.comparisons_made == 2
    assert [(c.p, c.p_corrected) for c in gains.comparisons[:2]] == [(0.125, 0.25), (1.0, 1.0)]


def test_any_arm_may_be_the_baseline_afterwards() -> None:
    _, compared = against(ONE, "LEGOMem")
    assert [(c.arm, c.rate.estimate) for c in compared] == [("no memory", -2 / 8)]
    with pytest.raises(UnknownName):
        against(ONE, "Synapse")


def test_two_experiments_are_compared_arm_by_arm_on_what_both_have_run() -> None:
    better = found(*[(name, 0, "LEGOMem") for name in DESIGN.tasks])
    table, compared = between(better, replace(ONE, runs=ONE.runs[:8]))
    assert [(c.arm, c.pairs, c.rate.estimate) for c in compared] == [("no memory", 4, 0.0), ("LEGOMem", 4, -1 / 4)]
    assert "x1 against x1" in table.heading
    with pytest.raises(BadInput, match="Nothing can be compared"):
        between(better, replace(ONE, runs=()))


def test_the_papers_numbers_stand_beside_ours() -> None:
    design = replace(DESIGN, preset="legomem-table-1", teams=(replace(TEAM, name="SLM team"),))
    row = found(design=design).row("LEGOMem", "SLM team", "level 2")
    assert row is not None
    assert row.paper == 54.07


def test_every_table_says_whose_figures_it_shows() -> None:
    simulated = replace(DESIGN, teams=(replace(TEAM, orchestrator="simulated/large"),))
    for table in tables(found(design=simulated)):
        assert "simulated" in table.heading
    assert ONE.label == "notes team: notes"
    assert found(design=replace(DESIGN, teams=(TEAM, replace(simulated.teams[0], name="two")))).label == (
        "partly simulated; notes team: notes; two: simulated/large, notes"
    )


def test_a_csv_has_a_line_for_each_run_and_no_formula() -> None:
    evil = replace(DESIGN, arms=(NONE, replace(SOME, name="=1+1")))
    rows = list(csv.DictReader(io.StringIO(to_csv(found(design=evil)))))
    assert len(rows) == 16
    assert (rows[1]["arm"], rows[1]["success"], rows[1]["steps"]) == ("'=1+1", "False", "10")


def test_everything_is_in_the_json() -> None:
    plain = json.loads(json.dumps(to_json(ONE)))
    assert (len(plain["runs"]), plain["label"], plain["record"]["created"]) == (
        16, "notes team: notes", "2026-01-02T03:04:00+00:00",
    )  # fmt: skip
    assert plain["comparisons"][0]["rate"]["estimate"] == 2 / 8


def test_a_report_is_one_file_that_loads_nothing_and_takes_no_name_for_html() -> None:
    evil = replace(DESIGN, arms=(NONE, replace(SOME, name="<img src=x onerror=alert(1)>")))
    text = html(found(design=evil))
    assert "<img src=x" not in text
    assert 'src="http' not in text
    assert "Plotly" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_one_task_alone_has_a_figure_but_no_interval() -> None:
    share = Interval(0.5, 0.1, 0.9)
    assert (percent(share), percent(share, 1)) == ("50.0 [10.0, 90.0]", "50.0")
    assert (signed(share), signed(share, 1)) == ("+0.5 [+0.1, +0.9]", "+0.5")
