"""One office is scored in either mode, known defects are mended or left out, and both denominators are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from procmem.errors import BadInput
from procmem.exchange.officebench import load
from procmem.exchange.officebench_defects import DEFECTS, mended, notes, valid
from procmem.exchange.officebench_score import Group, groups, score
from procmem.office.furnish import furnish
from procmem.office.officebench_reading import Mode
from procmem.office.workspace import Office
from procmem.types import Check, JsonObject, Task


def ics(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR"))


EVENT = (
    "BEGIN:VEVENT",
    "SUMMARY:Lunch\\, wi",
    " th Tom",
    "DTSTART:20240501T120000",
    "DTEND:20240501T130000",
    "END:VEVENT",
)
LATER = ("BEGIN:VEVENT", "SUMMARY:Tea", "DTSTART:20240501T140000Z", "DTEND:20240501T150000Z", "END:VEVENT")
ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:Nowhere", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"),
)
CALENDAR = "./calendar/Bob.ics"
HTML_MAIL = (
    "From: a@example.com\nTo: Bob@example.com\nSubject: Scores\nMIME-Version: 1.0\n"
    'Content-Type: multipart/alternative; boundary="="\n\n'
    '--=\nContent-Type: text/plain; charset="us-ascii"\n\nSee the table.\n'
    '--=\nContent-Type: text/html; charset="us-ascii"\n\n<td>96</td>\n--=--\n'
)
NO_CHARSET = "From: a@example.com\nTo: Bob@example.com\nSubject: Plain\n\nNo charset here.\n"


def task_of(folder: Path, *checks: Check, name: str = "1-2/0", files: dict[str, str] | None = None) -> Task:
    home, _, number = name.partition("/")
    target = folder / "tasks" / home / "subtasks" / f"{number}.json"
    target.parent.mkdir(parents=True)
    published = {"username": "Bob", "date": "2020-05-01", "weekday": "Friday", "time": "10:00 AM", "task": "do it"}
    evaluation = [{"function": f"evaluate_{check.function}", "args": check.args} for check in checks]
    target.write_text(json.dumps({**published, "evaluation": evaluation}))
    for path, text in (files or {}).items():
        (target.parent.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (target.parent.parent / path).write_bytes(text.encode())
    return load(folder).tasks[name]


def passes(task: Task, office: Office | Path, mode: Mode) -> bool:
    return all(result.passed for result in score(task, office, mode))


def verdicts(tmp_path: Path, files: dict[str, str | JsonObject], function: str, **args: Any) -> tuple[bool, bool]:
    """Whether an office with these files passes upstream, and repaired."""
    task = task_of(tmp_path, Check(function, args))
    office = Office.open(task, tmp_path / "run")
    for name, content in files.items():
        if isinstance(content, str):
            (office.root / name).parent.mkdir(parents=True, exist_ok=True)
            (office.root / name).write_bytes(content.encode())
        else:
            furnish(content, office.root / name)
    return passes(task, office, "upstream"), passes(task, office, "repaired")


# --- the two readings ------------------------------------------------------------------------------------------------


def test_only_repaired_reading_unfolds_calendar_lines(tmp_path: Path) -> None:
    args = {"doc_type": "ics", "file": CALENDAR, "keywords": ["lunch, with tom"]}
    assert verdicts(tmp_path, {"calendar/Bob.ics": ics(*EVENT)}, "contain", **args) == (False, True)


def test_both_readings_find_what_stands_in_one_line(tmp_path: Path) -> None:
    args = {"doc_type": "ics", "file": CALENDAR, "keywords": ["DTSTART:20240501T120000", "summary:lunch\\, "]}
    assert verdicts(tmp_path, {"calendar/Bob.ics": ics(*EVENT)}, "contain", **args) == (True, True)


DAY = ("BEGIN:VEVENT", "SUMMARY:Day", "DTSTART;VALUE=DATE:20240502", "DTEND;VALUE=DATE:20240503", "END:VEVENT")
CLASH = tuple(line.replace("DTEND:20240501T130000", "DTEND:20240501T143000") for line in EVENT)


@pytest.mark.parametrize(
    ("lines", "passed"),
    [
        ((*EVENT, *LATER), (True, True)),
        ((*LATER, *CLASH), (False, False)),
        ((*ZONE, *EVENT, *LATER), (False, True)),
        ((*EVENT, *DAY), (False, True)),
        ((), (True, False)),
    ],
)
def test_overlaps_are_found_and_only_upstream_stops_at_zones_and_whole_days(
    tmp_path: Path, lines: tuple[str, ...], passed: tuple[bool, bool]
) -> None:
    assert verdicts(tmp_path, {"calendar/Bob.ics": ics(*lines)}, "calendar_no_overlap", username="Bob") == passed


def test_a_missing_calendar_is_not_free_of_overlaps(tmp_path: Path) -> None:
    assert verdicts(tmp_path, {}, "calendar_no_overlap", username="Bob") == (False, False)


def test_only_upstream_looks_into_the_html_of_mails(tmp_path: Path) -> None:
    args = {"doc_type": "email", "username": "Bob", "keywords": ["<td>96</td>"]}
    assert verdicts(tmp_path, {"emails/Bob/s.eml": HTML_MAIL}, "contain", **args) == (True, False)


def test_only_upstream_loses_a_mailbox_to_a_mail_without_a_charset(tmp_path: Path) -> None:
    files: dict[str, str | JsonObject] = {"emails/Bob/p.eml": NO_CHARSET, "emails/Bob/s.eml": HTML_MAIL}
    args = {"doc_type": "email", "username": "Bob", "keywords": ["charset", "table"]}
    assert verdicts(tmp_path, files, "contain", **args) == (False, True)


def test_only_upstream_loses_a_mailbox_to_an_empty_mail(tmp_path: Path) -> None:
    files: dict[str, str | JsonObject] = {"emails/Bob/e.eml": "", "emails/Bob/s.eml": HTML_MAIL}
    args = {"doc_type": "email", "username": "Bob", "keywords": ["table"]}
    assert verdicts(tmp_path, files, "contain", **args) == (False, True)


def test_only_repaired_reading_finds_what_a_pdf_breaks_into_lines(tmp_path: Path) -> None:
    words = " ".join(f"word{number}" for number in range(40))
    args = {"doc_type": "pdf", "file": "data/a.pdf", "keywords": [words]}
    assert verdicts(tmp_path, {"data/a.pdf": {"kind": "pdf", "blocks": [words]}}, "contain", **args) == (False, True)


def test_only_upstream_takes_an_empty_folder_for_the_mailbox(tmp_path: Path) -> None:
    files: dict[str, str | JsonObject] = {"emails/Bob/.keep": "", "emails/bob/s.eml": HTML_MAIL}
    args = {"doc_type": "email", "username": "Bob", "keywords": ["table"]}
    assert verdicts(tmp_path, files, "contain", **args) == (False, True)


def test_a_mailbox_is_found_by_part_of_its_name_and_a_missing_one_holds_nothing(tmp_path: Path) -> None:
    args = {"doc_type": "email", "username": "bo", "keywords": ["table"]}
    assert verdicts(tmp_path / "a", {"emails/Bob/s.eml": HTML_MAIL}, "contain", **args) == (True, True)
    assert verdicts(tmp_path / "b", {"emails/Tom/s.eml": HTML_MAIL}, "contain", **args) == (False, False)
    assert verdicts(tmp_path / "c", {"emails/Tom/s.eml": HTML_MAIL}, "not_contain", **args) == (True, True)


def test_only_upstream_reads_a_document_as_the_workbook_that_the_check_calls_it(tmp_path: Path) -> None:
    document: JsonObject = {"kind": "docx", "blocks": ["Rachel"]}
    args = {"doc_type": "xlsx", "file": "data/list.docx"}
    assert verdicts(tmp_path / "a", {"data/list.docx": document}, "contain", **args, keywords=["rachel"]) == (
        False,
        True,
    )
    assert verdicts(tmp_path / "b", {"data/list.docx": document}, "not_contain", **args, keywords=["x"]) == (
        False,
        True,
    )


def test_only_upstream_never_finds_two_pdf_files_equal(tmp_path: Path) -> None:
    page, other = ({"kind": "pdf", "blocks": [text]} for text in ("One page", "Another page"))
    args = {"doc_type": "pdf", "result_file": "data/a.pdf", "expected_file": "data/b.pdf"}
    same: dict[str, str | JsonObject] = {"data/a.pdf": page, "data/b.pdf": page}
    assert verdicts(tmp_path / "a", same, "exact_match", **args) == (False, True)
    assert verdicts(tmp_path / "b", {**same, "data/b.pdf": other}, "exact_match", **args) == (False, False)


def test_workbooks_are_equal_by_value_and_a_text_is_no_number(tmp_path: Path) -> None:
    books: dict[str, str | JsonObject] = {
        name: {"kind": "xlsx", "sheets": {"S": [[value]]}}
        for name, value in (("data/a.xlsx", 75), ("data/b.xlsx", 75.0), ("data/c.xlsx", "75"))
    }
    args = {"doc_type": "xlsx", "expected_file": "data/a.xlsx"}
    assert verdicts(tmp_path / "a", books, "exact_match", **args, result_file="data/b.xlsx") == (True, True)
    assert verdicts(tmp_path / "b", books, "exact_match", **args, result_file="data/c.xlsx") == (False, False)


def test_only_upstream_compares_nothing_but_workbooks_by_their_changes(tmp_path: Path) -> None:
    files: dict[str, str | JsonObject] = {"data/a.txt": "one\n", "data/b.txt": "two\n"}
    args = {"doc_type": "txt", "input_file": "data/a.txt", "output_file": "data/b.txt", "keywords": ["two"]}
    assert verdicts(tmp_path, files, "diff_contain_text", **args) == (False, True)


def test_a_folder_in_the_place_of_a_file_contains_nothing(tmp_path: Path) -> None:
    args = {"doc_type": "txt", "file": "data/a.txt", "keywords": ["a"]}
    assert verdicts(tmp_path, {"data/a.txt/b": ""}, "not_contain", **args) == (True, True)


@pytest.mark.parametrize("function", ["contain", "not_contain"])
def test_a_check_that_does_not_say_what_it_is_about_fails(tmp_path: Path, function: str) -> None:
    args = {"doc_type": "email", "file": "data/a.txt", "keywords": ["a"]}
    assert verdicts(tmp_path, {}, function, **args) == (False, False)


# --- files beside the office -----------------------------------------------------------------------------------------


def test_reference_and_snapshot_are_read_without_being_in_the_office(tmp_path: Path) -> None:
    task = task_of(
        tmp_path,
        Check(
            "exact_match",
            {"doc_type": "txt", "result_file": "data/a.txt", "expected_file": "../../../../reference/a.txt"},
        ),
        Check("contain", {"doc_type": "txt", "file": "../../../../cache/0/testbed/data/a.txt", "keywords": ["old"]}),
        files={"reference/a.txt": "new", "testbed/data/a.txt": "old"},
    )
    office = Office.open(task, tmp_path / "run")
    assert office.files() == ("data/a.txt",)
    assert [result.passed for result in score(task, office, "upstream")] == [False, True]
    (office.root / "data/a.txt").write_text("new")
    assert [result.passed for result in score(task, office, "upstream")] == [True, True]


@pytest.mark.parametrize("name", ["../../../../reference/../subtasks/0.json", "../../../../reference/link", "../a.txt"])
def test_no_check_leads_out_of_the_office_and_the_reference_folder(tmp_path: Path, name: str) -> None:
    task = task_of(tmp_path, Check("file_exist", {"file": name}), files={"reference/a.txt": ""})
    (tmp_path / "tasks/1-2/reference/link").symlink_to("/etc/hostname")
    (result,) = score(task, Office.open(task, tmp_path / "run"), "repaired")
    assert not result.passed
    assert "does not exist" not in result.reason


def test_an_office_that_was_left_elsewhere_is_scored_against_the_testbed(tmp_path: Path) -> None:
    changed = {
        "doc_type": "txt", "keywords": ["+new"],
        "input_file": "../../../../cache/0/testbed/data/a.txt", "output_file": "data/a.txt",
    }  # fmt: skip
    task = task_of(tmp_path, Check("diff_contain_text", changed), files={"testbed/data/a.txt": "old"})
    (tmp_path / "elsewhere/data").mkdir(parents=True)
    (tmp_path / "elsewhere/data/a.txt").write_text("new")
    assert passes(task, tmp_path / "elsewhere", "repaired")
    Office.open(task, tmp_path / "run")
    assert not passes(task, tmp_path / "run", "repaired")
    with pytest.raises(BadInput, match="is no folder, so there is nothing to score"):
        score(task, tmp_path / "nowhere", "repaired")


def test_tasks_from_elsewhere_and_from_a_checkout_that_has_gone_are_refused(tmp_path: Path) -> None:
    task = task_of(tmp_path, Check("file_exist", {"file": "data/a.txt"}))
    office = Office.open(task, tmp_path / "run")
    elsewhere = replace(task, checks=(Check("evaluate_file_exist", {"file": "data/a.txt"}),))
    with pytest.raises(BadInput, match="The task 1-2/0 was not loaded from an OfficeBench checkout"):
        score(elsewhere, office, "upstream")
    (tmp_path / "tasks").rename(tmp_path / "gone")
    assert len(score(task, office, "repaired")) == 1
    with pytest.raises(BadInput, match=r"0\.json could not be read \(No such file or directory\)"):
        score(task, office, "upstream")


# --- defects ---------------------------------------------------------------------------------------------------------

MENDS: list[tuple[str, JsonObject, JsonObject | None]] = [
    ("3-20/0", {"keywords": ["DTSTART:20200504T100000Z", "Zoe"]}, {"keywords": ["DTSTART:20200504T100000", "Zoe"]}),
    ("1-14/2", {"expected_file": "../reference/salery.xlsx"}, {"expected_file": "../reference/salary.xlsx"}),
    ("1-10/3", {"matches": [{"row": 2, "value": "201000"}]}, {"matches": [{"row": 2, "value": "2001000"}]}),
    ("1-22/1", {"keywords": ["gradescrope"]}, {"keywords": ["gradescope"]}),
    ("3-1/0", {"keywords": ["Activaty1", "Activaty2"]}, {"keywords": ["Activity 1", "Activity 2"]}),
    ("3-58/0", {"keywords": ["apple", "banana"]}, {"keywords": ["apple"]}),
    ("3-97/0", {"keywords": ["Nap", "dinner"]}, None),
    ("3-97/0", {"file": "data/a.docx"}, {"file": "data/a.docx"}),
    ("3-80/0", {"file": "data/company_trading_records.jpg"}, {"file": "data/trading_record_post.jpg"}),
    ("3-99/0", {"file": "data/revenuse.docx"}, {"file": "data/revenues.docx"}),
    ("1-3/4", {"file": "./data/old/file3.xlsx"}, None),
    ("1-3/4", {"file": "./data/old/file2.pdf"}, {"file": "./data/old/file2.pdf"}),
    ("2-48/0", {"file": "data/a.xlsx"}, {"file": "data/a.xlsx"}),
    ("1-1/0", {"keywords": ["DTSTART:20200504T100000Z"]}, {"keywords": ["DTSTART:20200504T100000Z"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "published", "right"), MENDS)
def test_known_defects_are_mended(name: str, published: JsonObject, right: JsonObject | None) -> None:
    assert [check.args for check in mended(name, [Check("evaluate_x", published)])] == (
        [] if right is None else [right]
    )


def test_a_mended_task_is_graded_as_published_upstream_and_mended_in_repaired_mode(tmp_path: Path) -> None:
    wanted = {"doc_type": "txt", "file": "data/answer.txt", "keywords": ["gradescrope"]}
    task = task_of(tmp_path, Check("contain", wanted), name="1-22/1")
    office = Office.open(task, tmp_path / "run")
    office.write_answer("'gradescope'")
    assert [passes(task, office, mode) for mode in ("repaired", "upstream", "repaired")] == [True, False, True]


def test_thirty_two_defects_and_four_free_tasks_are_known() -> None:
    assert len(DEFECTS) == 36
    assert [name for name in DEFECTS if "before anything is done" in valid(name)] == [
        "1-2/1", "1-11/3", "2-16/0", "2-25/0",
    ]  # fmt: skip
    assert len([name for name in DEFECTS if not valid(name, "repaired")]) == 22


def test_mended_tasks_are_valid_where_they_are_mended_and_listed_with_their_reason() -> None:
    assert valid("1-1/0") == ""
    assert valid("1-22/1") == "The sender's name is misspelt in the check."
    assert valid("1-22/1", "repaired") == ""
    assert [(note.task_id, note.treatment) for note in notes(["1-1/0", "1-22/1", "2-2/0"], "repaired")] == [
        ("1-22/1", "mended"), ("2-2/0", "left out"),
    ]  # fmt: skip
    assert [note.treatment for note in notes(["1-22/1", "2-2/0"], "upstream")] == ["left out", "left out"]


def test_rates_are_told_per_level_for_all_and_for_valid_tasks() -> None:
    found = groups(["1-1/0", "1-22/1", "2-2/0"], "upstream")
    assert found == (
        Group("1", False, ("1-1/0", "1-22/1")),
        Group("2", False, ("2-2/0",)),
        Group("3", False, ()),
        Group("all", False, ("1-1/0", "1-22/1", "2-2/0")),
        Group("1", True, ("1-1/0",)),
        Group("2", True, ()),
        Group("3", True, ()),
        Group("all", True, ("1-1/0",)),
    )
    assert groups(["1-22/1"], "repaired")[4] == Group("1", True, ("1-22/1",))
