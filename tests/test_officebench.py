"""OfficeBench checkouts load as tasks. The conformance data lies beside the project and may be absent."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from procmem.errors import BadInput
from procmem.exchange.officebench import load_officebench
from procmem.office.apps import APPS, toolbox
from procmem.office.tool import use
from procmem.office.workspace import Office
from procmem.types import Check

CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "officebench"
present = pytest.mark.skipif(not CHECKOUT.is_dir(), reason="the OfficeBench conformance data is not beside the project")

TASK = {
    "username": "Bob",
    "date": "2020-05-01",
    "weekday": "Friday",
    "time": "10:00 AM",
    "task": "do it",
    "evaluation": [{"function": "evaluate_file_exist", "file": "data/x.xlsx", "args": {}}],
}


def write(folder: Path, name: str, text: str) -> None:
    target = folder / "tasks" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def test_tasks_come_in_numeric_order_with_their_files_and_clock(tmp_path: Path) -> None:
    for name in ("1-10/subtasks/0.json", "1-2/subtasks/0.json", "2-1/subtasks/3.json"):
        write(tmp_path, name, json.dumps(TASK))
    write(tmp_path, "1-2/testbed/data/a.txt", "hello")
    tasks = load_officebench(tmp_path)
    assert list(tasks) == ["1-2/0", "1-10/0", "2-1/3"]
    first = tasks["1-2/0"]
    assert [file.path for file in first.files] == ["data/a.txt"]
    assert (first.now, first.username, first.level) == (datetime(2020, 5, 1, 10, 0), "Bob", 1)


def test_a_file_key_beside_the_arguments_is_moved_into_them(tmp_path: Path) -> None:
    write(tmp_path, "1-2/subtasks/0.json", json.dumps(TASK))
    assert load_officebench(tmp_path)["1-2/0"].checks == (Check("evaluate_file_exist", {"file": "data/x.xlsx"}),)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no OfficeBench checkout"):
        load_officebench(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"task": "x"}', json.dumps({**TASK, "time": "ten"})])
def test_a_broken_task_file_is_named(tmp_path: Path, text: str) -> None:
    write(tmp_path, "1-2/subtasks/0.json", text)
    with pytest.raises(BadInput, match=r"1-2/subtasks/0\.json is no OfficeBench task"):
        load_officebench(tmp_path)


@present
def test_every_task_at_hand_opens_in_the_office_with_all_its_files(tmp_path: Path) -> None:
    tasks = load_officebench(CHECKOUT)
    assert len(tasks) == 96
    for number, task in enumerate(tasks.values()):
        office = Office.open(task, tmp_path / str(number))
        assert set(office.files()) == {file.path for file in task.files}


@present
def test_a_workbook_and_a_mailbox_of_the_benchmark_are_read_and_written(tmp_path: Path) -> None:
    tasks = load_officebench(CHECKOUT)
    tools = toolbox(APPS)
    office = Office.open(tasks["1-6/0"], tmp_path / "a")
    path = "/testbed/data/class_member.xlsx"
    assert not use(office, tools, "excel_read_file", {"file_path": path}).failed
    written = {"file_path": path, "row_idx": 1, "column_idx": 5, "text": "Class"}
    assert not use(office, tools, "excel_set_cell", written).failed
    assert "(1, 5): Class" in use(office, tools, "excel_read_file", {"file_path": path}).text
    office = Office.open(tasks["2-49/0"], tmp_path / "b")
    read = use(office, tools, "email_read_email", {"username": "Alice", "email_id": "email_with_table.eml"})
    assert "Alice" in read.text
    assert "100" in read.text
