"""OfficeBench checkouts load as tasks: what is usable is loaded, what is not is named. Nothing is written to them."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput
from procmem.exchange.officebench import Skipped, load
from procmem.office.apps import toolbox, use
from procmem.office.checks import grade
from procmem.office.officebench_reading import Mode
from procmem.office.workspace import Office
from procmem.types import JsonObject, Task

TASK: JsonObject = {
    "username": "Bob",
    "date": "2020-05-01",
    "weekday": "Friday",
    "time": "10:00 AM",
    "task": "do it",
    "evaluation": [{"function": "evaluate_file_exist", "args": {"file": "data/x.xlsx"}}],
}
MISPLACED = {"function": "evaluate_file_exist", "file": "data/x.xlsx", "args": {}}


def write(folder: Path, name: str, content: str | JsonObject) -> None:
    target = folder / "tasks" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content if isinstance(content, str) else json.dumps(content))


def only(folder: Path, task: JsonObject, **options: Any) -> Task:
    write(folder, "1-2/subtasks/0.json", task)
    return load(folder, **options).tasks["1-2/0"]


def checked(**args: Any) -> JsonObject:
    return {**TASK, "evaluation": [{"function": args.pop("function"), "args": args}]}


# --- loading ---------------------------------------------------------------------------------------------------------


def test_tasks_come_in_numeric_order_with_their_files_and_clock(tmp_path: Path) -> None:
    for name in ("1-10/subtasks/0.json", "1-2/subtasks/10.json", "1-2/subtasks/2.json", "2-1/subtasks/3.json"):
        write(tmp_path, name, TASK)
    write(tmp_path, "1-2/testbed/data/a.txt", "hello")
    tasks = load(tmp_path).tasks
    assert list(tasks) == ["1-2/2", "1-2/10", "1-10/0", "2-1/3"]
    first = tasks["1-2/2"]
    assert [file.path for file in first.files] == ["data/a.txt"]
    assert (first.now, first.username, first.level) == (datetime(2020, 5, 1, 10, 0), "Bob", 1)
    assert (first.text, first.family, first.source) == ("do it", "1-2", "officebench")


def test_the_tasks_folder_of_a_checkout_will_do(tmp_path: Path) -> None:
    write(tmp_path, "1-2/subtasks/0.json", TASK)
    assert list(load(tmp_path / "tasks").tasks) == ["1-2/0"]


def test_a_checkout_is_only_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        "1-2/subtasks/0.json",
        checked(function="evaluate_contain", doc_type="email", username="Bob", keywords=["a"]),
    )
    write(tmp_path, "1-2/testbed/data/a.txt", "hello")
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    grade(only_task := load(tmp_path).tasks["1-2/0"], Office.open(only_task, tmp_path.parent / "office"))
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


def test_a_file_key_beside_the_arguments_is_moved_into_them(tmp_path: Path) -> None:
    task = only(tmp_path, {**TASK, "evaluation": [MISPLACED]})
    assert task.checks[0].args["file"] == "data/x.xlsx"


@pytest.mark.parametrize("options", [{"strict": True}, {"mode": "upstream"}])
def test_kept_strict_a_misplaced_key_fails_the_check_as_upstream(tmp_path: Path, options: JsonObject) -> None:
    task = only(tmp_path, {**TASK, "evaluation": [MISPLACED]}, **options)
    office = Office.open(task, tmp_path / "office")
    (office.root / "data/x.xlsx").write_bytes(b"")
    (result,) = grade(task, office)
    assert not result.passed
    assert "has a problem with its argument file" in result.reason


def test_upstream_checks_with_repaired_keys_can_be_had_too(tmp_path: Path) -> None:
    task = only(tmp_path, {**TASK, "evaluation": [MISPLACED]}, mode="upstream", strict=False)
    assert task.checks[0].args["file"] == "data/x.xlsx"
    assert task.checks[0].args["grading"]["mode"] == "upstream"


def test_arguments_that_no_check_knows_are_ignored_as_upstream_does(tmp_path: Path) -> None:
    task = only(tmp_path, checked(function="evaluate_file_exist", file="data/x", note="y", grading={"home": "/etc"}))
    assert task.checks[0].args == {
        "file": "data/x",
        "grading": {"mode": "repaired", "home": str(tmp_path / "tasks/1-2")},
    }


NEEDS: list[tuple[str, JsonObject, list[str], tuple[str, ...]]] = [
    ("add it", {"file": "data/x.xlsx"}, [], ("excel",)),
    ("e-mail it to Tom", {"file": "data/x.docx"}, ["data/a.pdf"], ("email", "word", "pdf")),
    ("what is on it?", {"file": "./data/answer.txt"}, ["data/a.jpg"], ("ocr",)),
    ("make a post", {"file": "data/posts/x.jpg"}, ["data/a.txt"], ("pdf", "files")),
    ("dine", {"function": "evaluate_calendar_no_overlap", "username": "Bob"}, [], ("calendar",)),
    (
        "tell Tom",
        {"function": "evaluate_contain", "doc_type": "email", "username": "Tom", "keywords": ["x"]},
        [],
        ("email",),
    ),
]


@pytest.mark.parametrize(("text", "check", "files", "apps"), NEEDS)
def test_the_apps_follow_from_instruction_files_and_checks(
    tmp_path: Path, text: str, check: JsonObject, files: list[str], apps: tuple[str, ...]
) -> None:
    for name in files:
        write(tmp_path, f"1-2/testbed/{name}", "")
    assert only(tmp_path, {**checked(**{"function": "evaluate_file_exist", **check}), "task": text}).apps == apps


def test_mails_and_events_carry_the_time_of_the_task_and_answers_no_quotes(tmp_path: Path) -> None:
    office = Office.open(only(tmp_path, TASK), tmp_path / "run")
    tools = toolbox(["calendar", "email"])
    sent = {"sender": "Bob", "recipient": "Tom", "subject": "Hi", "content": "Hi"}
    added = {"user": "Bob", "summary": "Tea", "time_start": "2024-05-17 16:00", "time_end": "2024-05-17 17:00"}
    assert not use(office, tools, "email_send_email", sent).failed
    assert not use(office, tools, "calendar_create_event", added).failed
    office.write_answer('It\'s "done".')
    assert "Date: Fri, 01 May 2020 10:00:00" in (office.root / "emails/Tom/Hi.eml").read_text()
    assert "DTSTAMP:20200501T100000Z" in (office.root / "calendar/Bob.ics").read_text()
    assert "DTSTART:20240517T160000\n" in (office.root / "calendar/Bob.ics").read_text()
    assert (office.root / "data/answer.txt").read_text() == "Its done."


# --- bad input -------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no OfficeBench checkout"):
        load(tmp_path)
    with pytest.raises(BadInput, match="is no OfficeBench checkout"):
        load(tmp_path / "missing")


BAD: dict[str, tuple[str | JsonObject, str]] = {
    "a file that is no JSON": ("{", "It is no OfficeBench task: Invalid JSON"),
    "a list": ("[]", "It is no OfficeBench task: Input should be an object."),
    "missing keys": ('{"task": "x"}', "It is no OfficeBench task: username: Field required."),
    "an odd time": ({**TASK, "time": "ten"}, "Its date and time are '2020-05-01' and 'ten'"),
    "an unknown function": (checked(function="evaluate_magic"), "It is checked with 'evaluate_magic'"),
    "a function of ours": (checked(function="evaluate_answer", equals="1"), "It is checked with 'evaluate_answer'"),
    "a wrong argument": (
        checked(function="evaluate_contain", doc_type="csv", file="data/x", keywords=["a"]),
        "evaluate_contain has a problem with its argument doc_type",
    ),
    "no checks": ({**TASK, "evaluation": []}, "It has no checks"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_task_that_can_not_be_used_is_skipped_with_a_reason_and_the_rest_loads(tmp_path: Path, what: str) -> None:
    content, reason = BAD[what]
    write(tmp_path, "1-2/subtasks/0.json", content)
    write(tmp_path, "1-3/subtasks/0.json", TASK)
    checkout = load(tmp_path)
    assert list(checkout.tasks) == ["1-3/0"]
    (skipped,) = checkout.skipped
    assert skipped.path == "tasks/1-2/subtasks/0.json"
    assert checkout.note == f"1 of 2 task files were skipped.\n{skipped.path}: {skipped.reason}"
    assert skipped.reason.startswith(reason)


@pytest.mark.parametrize("name", ["7-1/subtasks/0.json", "notes/subtasks/0.json", "1-2/subtasks/first.json"])
def test_a_task_with_an_odd_name_is_skipped(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, TASK)
    write(tmp_path, "1-3/subtasks/0.json", TASK)
    reason = "Its name should be <apps>-<n>/subtasks/<k>.json with 1 to 3 apps."
    assert load(tmp_path).skipped == (Skipped(f"tasks/{name}", reason),)


def test_two_files_of_one_task_give_it_once(tmp_path: Path) -> None:
    write(tmp_path, "1-2/subtasks/0.json", TASK)
    write(tmp_path, "1-2/subtasks/00.json", TASK)
    assert load(tmp_path).skipped == (Skipped("tasks/1-2/subtasks/00.json", "There is already a task 1-2/0."),)


def test_a_testbed_that_no_office_can_hold_skips_its_task(tmp_path: Path) -> None:
    write(tmp_path, "1-3/subtasks/0.json", TASK)
    write(tmp_path, "1-2/subtasks/0.json", TASK)
    write(tmp_path, "1-2/testbed/data/nul", "")
    (skipped,) = load(tmp_path).skipped
    assert skipped.reason == (
        "Its testbed has a file that no office can hold: "
        "'nul' is the name of a device, not of a file. Choose another name."
    )


def test_pipes_and_links_neither_hang_nor_lead_out(tmp_path: Path) -> None:
    write(tmp_path, "1-3/subtasks/0.json", TASK)
    os.mkfifo(tmp_path / "tasks/1-3/subtasks/1.json")
    (tmp_path / "tasks/1-3/testbed").mkdir()
    os.mkfifo(tmp_path / "tasks/1-3/testbed/pipe.txt")
    (tmp_path / "tasks/1-3/testbed/link.txt").symlink_to("/etc/hostname")
    checkout = load(tmp_path)
    assert checkout.tasks["1-3/0"].files == ()
    assert checkout.skipped == (
        Skipped("tasks/1-3/subtasks/1.json", "1.json is no ordinary file and can not be opened."),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TASK, "function", "args"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*TASK]), JSON), st.sampled_from(["upstream", "repaired"]))
def test_whatever_a_task_file_holds_it_loads_or_is_skipped(changed: JsonObject, mode: Mode) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, "1-2/subtasks/0.json", {**TASK, **changed})
        write(folder, "1-3/subtasks/0.json", TASK)
        checkout = load(folder, mode=mode)
        assert len(checkout.tasks) + len(checkout.skipped) == 2


def test_a_checkout_without_one_usable_task_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    write(tmp_path, "1-2/subtasks/0.json", "{")
    with pytest.raises(BadInput, match=r"None of the 1 tasks in .* tasks/1-2/subtasks/0\.json: It is no"):
        load(tmp_path)
