"""The experiment commands as a person and a script use them, on the bundled tasks with the simulated team."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from procmem.cli import app
from procmem.errors import BadInput, UnknownName


def procmem(home: Path, *words: str) -> Result:
    environment = {"PROCMEM_HOME": str(home), "PROCMEM_EMBEDDER": "hash", "COLUMNS": "200"}
    return CliRunner(env=environment).invoke(app, ["experiment", *words])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which one small experiment was run, because a worker process takes seconds to start."""
    folder = tmp_path_factory.mktemp("home")
    ran = procmem(
        folder, "run", "legomem-figure-4", "--bank", "runs", "--tasks", "test", "--limit", "1", "--seeds", "1",
        "--workers", "1",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    (folder / "said.txt").write_text(ran.output)
    return folder


def identity(home: Path) -> str:
    (found,) = json.loads(procmem(home, "list", "--json").stdout)["experiments"]
    return str(found["id"])


def test_a_run_says_what_it_will_take_and_prints_the_papers_numbers_beside_ours(home: Path) -> None:
    said = (home / "said.txt").read_text()
    assert "legomem-figure-4: 1 tasks, 5 runs (simulated)." in said
    assert "(rough, for there is no run here to judge by" in said
    assert "LEGOMem, Figure 4" in said
    assert "58.4" in said
    assert "Success in percent with 95 % intervals (simulated)" in said
    assert "Lesson “training”: the bank holds" in said


def test_presets_and_experiments_are_listed(home: Path) -> None:
    said = procmem(home, "list").stdout
    assert "legomem-table-1" in said
    assert identity(home) in said
    assert "5/5" in said


def test_an_experiment_is_shown_by_the_beginning_of_its_id(home: Path) -> None:
    plain = json.loads(procmem(home, "show", identity(home)[:3], "--json").stdout)
    assert (plain["label"], plain["complete"], len(plain["runs"])) == ("simulated", True, 5)
    assert "level" in procmem(home, "show", identity(home), "--all").stdout


def test_an_experiment_is_compared_with_another_arm_as_baseline(home: Path) -> None:
    plain = json.loads(procmem(home, "compare", identity(home), "--baseline", "LEGOMem", "--json").stdout)
    assert [entry["arm"] for entry in plain] == ["no memory", "orchestrator", "agents"]
    assert "Against “LEGOMem”" in procmem(home, "compare", identity(home), "--baseline", "LEGOMem").stdout


@pytest.mark.parametrize(
    ("ending", "begins"), [(".csv", "experiment,label,"), (".json", "{"), (".html", "<!doctype html>")]
)
def test_an_experiment_is_written_as_the_files_ending_says(
    home: Path, tmp_path: Path, ending: str, begins: str
) -> None:
    file = tmp_path / f"report{ending}"
    assert procmem(home, "export", identity(home), str(file)).exit_code == 0
    assert file.read_text().startswith(begins)


def test_what_can_not_be_done_is_said_in_a_sentence(home: Path, tmp_path: Path) -> None:
    mistakes = {
        ("run", "legomem-table-9"): "Unknown experiment 'legomem-table-9'",
        ("run", "placebo", "--tasks", "nothing_*"): "No task is called 'nothing_*'",
        ("run", "placebo", "--team", "Dream team"): "Unknown team 'Dream team'",
        ("run", "officebench"): "--officebench DIR",
        ("run", "placebo", "--officebench", str(tmp_path)): "is no OfficeBench checkout",
        ("run", "placebo", "--bank", "none"): "Unknown bank 'none'",
        ("show", "y"): "Unknown experiment 'y'",
        ("resume", identity(home)): "is done",
        ("export", identity(home), str(tmp_path / "report.pdf")): "use .csv, .json or .html",
        ("export", identity(home), str(tmp_path / "no" / "report.csv")): "can not be written",
    }
    for words, sentence in mistakes.items():
        error = procmem(home, *words).exception
        assert isinstance(error, BadInput | UnknownName), words
        assert sentence in str(error)


def test_a_removed_experiment_is_gone(home: Path) -> None:
    name = identity(home)
    assert f"Removed {name}" in procmem(home, "remove", name).stdout
    assert json.loads(procmem(home, "list", "--json").stdout)["experiments"] == []
