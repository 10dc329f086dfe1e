"""The command line as a person and a script use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from procmem.cli import app
from procmem.cli.output import printable
from procmem.errors import BadInput

HEAVY = ("litellm", "torch", "duckdb", "streamlit", "sentence_transformers", "pydantic", "numpy", "yaml", "openpyxl")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all commands, because filling the bank takes seconds."""
    return tmp_path_factory.mktemp("home")


def procmem(home: Path, *words: str) -> Result:
    environment = {"PROCMEM_HOME": str(home), "COLUMNS": "200"}
    return CliRunner(env=environment).invoke(app, list(words))


def test_help_imports_nothing_heavy() -> None:
    code = f"import sys, procmem.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_tasks_are_listed_filtered_and_shown(home: Path) -> None:
    listed = json.loads(procmem(home, "tasks", "--level", "1", "--app", "calendar", "--json").stdout)
    assert {task["level"] for task in listed} == {1}
    assert "calendar_add/1" in {task["id"] for task in listed}
    assert "calendar_add/1" in procmem(home, "tasks", "--search", "budget REVIEW").stdout
    shown = json.loads(procmem(home, "tasks", "calendar_add/1", "--json").stdout)
    assert shown["files"] == ["calendar/Dana.ics"]


def test_an_unknown_task_is_bad_input(home: Path) -> None:
    assert isinstance(procmem(home, "tasks", "nothing/1").exception, BadInput)
    ended = procmem(home, "run", "calender_ad/4")
    assert str(ended.exception).startswith("There is no task 'calender_ad/4'. Nearest: calendar_add/")


def test_bad_input_is_one_sentence_on_standard_error_and_exit_code_2() -> None:
    command = [sys.executable, "-c", "from procmem.cli import main; main()", "run"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == 'procmem: Say which task: an id from `procmem tasks`, or --text "..." for your own.\n'


def test_teams_are_listed_and_shown_with_their_models(home: Path) -> None:
    assert [team["name"] for team in json.loads(procmem(home, "team", "--json").stdout)] == [
        "LLM team", "Hybrid team", "SLM team",
    ]  # fmt: skip
    shown = json.loads(procmem(home, "team", "Hybrid team", "--json").stdout)
    assert [model["model"] for model in shown["models"]] == ["simulated/large", "simulated/small"]


def test_a_simulated_run_prints_every_event_and_ends_with_its_result(home: Path) -> None:
    ended = procmem(home, "run", "calendar_add/4", "--json")
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {"started", "recalled", "planned", "delegated", "acted", "graded"} <= {event["kind"] for event in events}
    assert (events[-1]["kind"], events[-1]["status"], ended.exit_code) == ("finished", "succeeded", 0)


def test_ones_own_task_runs_without_checks_and_exits_with_0(home: Path, tmp_path: Path) -> None:
    note = tmp_path / "hello.txt"
    note.write_text("Hello")
    ended = procmem(home, "run", "--text", "Read data/hello.txt", "--file", str(note))
    assert ended.exit_code == 0
    assert "ungraded" in ended.stdout
    assert isinstance(procmem(home, "run", "--text", "x", "--file", "/no/such/file").exception, BadInput)


@pytest.mark.parametrize("words", [("--placement", "everywhere"), ("--team", "Dream team"), ("--large", "nobody/x")])
def test_an_unknown_choice_is_bad_input(home: Path, words: tuple[str, str]) -> None:
    assert isinstance(procmem(home, "run", "calendar_add/4", *words).exception, BadInput)


@pytest.mark.parametrize(
    "words", [("run", "calendar_add/4", "--max-steps", "0"), ("tasks", "--level", "7"), ("tasks", "--split", "foo")]
)
def test_a_number_or_name_out_of_range_is_a_usage_error(home: Path, words: tuple[str, ...]) -> None:
    assert procmem(home, *words).exit_code == 2


def test_a_file_without_a_text_is_bad_input(home: Path) -> None:
    assert isinstance(procmem(home, "run", "calendar_add/4", "--file", "x.xlsx").exception, BadInput)


def test_a_data_folder_that_can_not_be_made_is_bad_input() -> None:
    ended = procmem(Path("/proc/nowhere"), "run", "calendar_add/4")
    assert isinstance(ended.exception, BadInput)
    assert "Set PROCMEM_HOME to another folder" in str(ended.exception)


def test_text_for_the_terminal_can_not_steer_it() -> None:
    assert printable({"a": ["\x1b[31mred\x00", "two\nlines"]}) == {"a": ["[31mred", "two\nlines"]}


def test_the_doctor_looks_at_packages_store_tasks_and_models(home: Path) -> None:
    findings = {finding["what"]: finding for finding in json.loads(procmem(home, "doctor", "--json").stdout)}
    assert findings["duckdb"]["state"] == "ok"
    assert findings["database"]["seen"].startswith("procmem.duckdb, bank revision ")
    assert findings["embedding model"]["seen"] == "minilm, 384 dimensions"
    assert findings["model simulated/large"]["state"] == "ok"
