"""Checks say yes, no, and why. Offices are real; what a run does to them is done here with plain file writes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmem.errors import BadInput
from procmem.office.checks import CHECKS, check_arguments, grade
from procmem.office.furnish import furnish
from procmem.office.workspace import Office
from procmem.types import Check, CheckResult, JsonObject, Task, TaskFile

LONG = "Lunch " + "with a long name " * 5 + "end"
SHEET: list[list[Any]] = [["Item", "Price"], ["Lamp", 12.5], ["Desk", 2100], ["Chair", None]]
FILES: dict[str, JsonObject] = {
    "data/a.xlsx": {"kind": "xlsx", "sheets": {"Stock": SHEET, "More": [["x"]]}},
    "data/a.docx": {"kind": "docx", "blocks": [{"title": "Plan"}, "Buy lamps.", {"table": [["In a table"]]}]},
    "data/a.pdf": {"kind": "pdf", "blocks": ["Total 1,250 euros"]},
    "data/a.txt": {"kind": "txt", "text": "First line\nSecond line\n"},
    "calendar/Dana.ics": {
        "kind": "ics",
        "events": [
            {"summary": "Standup", "start": "2024-05-17 09:00", "end": "2024-05-17 09:15"},
            {
                "summary": LONG,
                "start": "2024-05-17 12:00",
                "end": "2024-05-17 13:00",
            },
        ],
    },
    "emails/Omar/Old.eml": {"kind": "eml", "from": "Dana", "to": "Omar", "subject": "Old", "text": "Old text"},
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    files = tuple(TaskFile(path, spec) for path, spec in FILES.items())
    task = Task(id="t/1", text="", username="Dana", now=datetime(2024, 5, 13), level=1, apps=(), files=files)
    return Office.open(task, tmp_path)


def put(office: Office, path: str, spec: JsonObject) -> None:
    furnish(spec, office.root / path)


def result(office: Office, function: str, **args: Any) -> CheckResult:
    task = Task("t/1", "", "Dana", datetime(2024, 5, 13), 1, (), checks=(Check(f"evaluate_{function}", args),))
    (only,) = grade(task, office)
    return only


def passes(office: Office, function: str, **args: Any) -> bool:
    return result(office, function, **args).passed


# --- OfficeBench's nine ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doc_type", "file", "keywords", "contained"),
    [
        ("txt", "./data/a.txt", ["SECOND line", "first"], True),
        ("txt", "data/a.txt", ["first", "third"], False),
        ("docx", "data/a.docx", ["plan", "lamps"], True),
        ("doc", "data/a.docx", ["In a table"], False),
        ("pdf", "data/a.pdf", ["1250"], True),
        ("pdf", "data/a.pdf", ["1,250"], True),
        ("pdf", "data/a.pdf", ["1250", "1,250"], False),  # upstream drops commas for good after the first number
        ("pdf", "data/a.pdf", ["1,250", "1250"], True),
        ("xlsx", "data/a.xlsx", ["(2, 1): lamp", 12.5, "[empty cell]"], True),
        ("xlsx", "data/a.xlsx", ["x"], False),  # only the active sheet
        ("ics", "calendar/Dana.ics", ["DTSTART:20240517T090000", "with a long name end"], True),
    ],
)
def test_contain_looks_for_every_keyword_whatever_its_case(
    office: Office, doc_type: str, file: str, keywords: list[Any], contained: bool
) -> None:
    assert passes(office, "contain", doc_type=doc_type, file=file, keywords=keywords) is contained
    assert passes(office, "not_contain", doc_type=doc_type, file=file, keywords=keywords) is not contained


def test_a_missing_file_contains_nothing_and_says_so(office: Office) -> None:
    found = result(office, "contain", doc_type="txt", file="data/b.txt", keywords=["a"])
    assert not found.passed
    assert found.reason.startswith("The file data/b.txt does not exist.")
    assert passes(office, "not_contain", doc_type="txt", file="data/b.txt", keywords=["a"])


@pytest.mark.parametrize("name", ["Omar", "omar", "OMA"])
def test_mailboxes_are_found_by_name_lower_case_or_part(office: Office, name: str) -> None:
    assert passes(
        office, "contain", doc_type="email", username=name, keywords=["Email ID: Old.eml", "old text", "dana@"]
    )


def test_a_missing_mailbox_is_empty(office: Office) -> None:
    assert not passes(office, "contain", doc_type="email", username="Lena", keywords=["old"])
    assert passes(office, "not_contain", doc_type="email", username="Lena", keywords=["old"])
    assert not passes(office, "contain", doc_type="email", username="Lena", keywords=["No"])


def test_files_and_folders_exist_or_not(office: Office) -> None:
    assert passes(office, "file_exist", file="data/a.txt")
    assert passes(office, "file_exist", file="./data")
    assert not passes(office, "file_exist", file="data/b.txt")
    assert passes(office, "file_not_exist", file="data/b.txt")
    assert not passes(office, "file_not_exist", file="data/a.txt")


def test_no_check_leaves_the_office(office: Office) -> None:
    (office.root.parent / "secret.txt").write_text("secret")
    outside = result(office, "file_exist", file="../secret.txt")
    assert not outside.passed
    assert "leads upwards" in outside.reason
    assert not passes(office, "contain", doc_type="txt", file="/etc/hostname", keywords=[""])


def test_cell_values_match_from_their_beginning_in_the_active_sheet(office: Office) -> None:
    def cell(row: str, col: str, value: str) -> CheckResult:
        return result(
            office, "excel_cell_value", file="data/a.xlsx", matches=[{"row": row, "col": col, "value": value}]
        )

    assert cell("3", "2", "2100").passed
    assert cell("3", "2", "21").passed
    assert cell("2", "1", "lamp").reason == "data/a.xlsx: expected (2, 1): lamp, found Lamp."
    assert cell("9", "1", "Lamp").reason == "data/a.xlsx: expected (9, 1): Lamp, found no such cell."


@pytest.mark.parametrize(
    ("comparator", "reason"),
    [
        ("lambda x: x in ['Lamp', 'Desk']", "data/a.xlsx: all cells hold allowed values."),
        ("lambda x: x in ['1']", "data/a.xlsx: expected one of 1 in (2, 1), found Lamp."),
        ("lambda x: open(x)", "The comparator 'lambda x: open(x)' is not of the form"),
        ("lambda x: y in ['Lamp']", "The comparator \"lambda x: y in ['Lamp']\" is not of the form"),
        ("lambda x: x in [print('Lamp')]", "The comparator \"lambda x: x in [print('Lamp')]\" is not of the form"),
        ("__import__('os')", "The comparator \"__import__('os')\" is not of the form"),
        ("lambda x", "The comparator 'lambda x' is not of the form"),
    ],
)
def test_comparators_are_read_and_never_run(office: Office, comparator: str, reason: str) -> None:
    matches = [{"row": "2", "col": "1", "comparator": comparator}]
    assert result(office, "excel_cell_comparator", file="data/a.xlsx", matches=matches).reason.startswith(reason)


def test_exact_match_compares_cells_with_their_types(office: Office) -> None:
    put(office, "data/same.xlsx", {"kind": "xlsx", "sheets": {"Other": SHEET}})
    put(office, "data/text.xlsx", {"kind": "xlsx", "sheets": {"Stock": [*SHEET[:1], ["Lamp", "12.5"], *SHEET[2:]]}})
    same, text = (
        result(office, "exact_match", doc_type="xlsx", result_file=f"data/{name}.xlsx", expected_file="data/a.xlsx")
        for name in ("same", "text")
    )
    assert same.passed
    assert text.reason == "data/text.xlsx differs in (2, 2): '12.5', expected 12.5."


@pytest.mark.parametrize(("doc_type", "file"), [("txt", "data/a.txt"), ("docx", "data/a.docx"), ("pdf", "data/a.pdf")])
def test_exact_match_compares_other_files_as_text_also_with_their_state_before(
    office: Office, doc_type: str, file: str
) -> None:
    args = {"doc_type": doc_type, "result_file": file, "expected_file": f"../../../../cache/0/testbed/{file}"}
    assert passes(office, "exact_match", **args)
    put(office, file, {"kind": doc_type} | ({"text": "x"} if doc_type == "txt" else {"blocks": ["x"]}))
    assert not passes(office, "exact_match", **args)


def test_a_diff_must_show_the_keywords_as_they_are_spelled(office: Office) -> None:
    def diff(keyword: str) -> str:
        files = {"input_file": "../../../../cache/0/testbed/data/a.txt", "output_file": "data/a.txt"}
        return result(office, "diff_contain_text", doc_type="txt", keywords=[keyword], **files).reason

    assert diff("line") == "data/a.txt does not differ from ../../../../cache/0/testbed/data/a.txt."
    put(office, "data/a.txt", {"kind": "txt", "text": "First line\nSecond line\nThird Line\n"})
    assert diff("Third") == "The changes in data/a.txt show 'Third'."
    assert diff("third") == "The changes in data/a.txt do not show 'third'."
    assert diff("First") == "The changes in data/a.txt do not show 'First'."


def test_calendars_may_not_overlap_but_may_touch(office: Office) -> None:
    def with_event(start: str) -> CheckResult:
        (standup, _) = FILES["calendar/Dana.ics"]["events"]
        event = {"summary": "Talk", "start": f"2024-05-17 {start}", "end": "2024-05-17 10:00"}
        put(office, "calendar/Dana.ics", {"kind": "ics", "events": [event, standup]})
        return result(office, "calendar_no_overlap", username="dana")

    assert with_event("09:15").passed
    assert with_event("09:14").reason == "dana's 'Standup' ends 09:15, after 'Talk' began."
    assert not passes(office, "calendar_no_overlap", username="Lena")


# --- ours ------------------------------------------------------------------------------------------------------------


def test_an_event_is_there_as_often_as_it_should_be(office: Office) -> None:
    standup = {"user": "dana", "summary": "standup"}
    assert passes(office, "calendar_event", **standup, start="2024-05-17 09:00:00", end="2024-05-17T09:15")
    assert passes(office, "calendar_event", **standup, start="2024-05-18 09:00", times=0)
    assert not passes(office, "calendar_event", **standup, times=0)
    assert not passes(office, "calendar_event", **standup, location="Roof")
    assert result(office, "calendar_event", **standup, start="2024-05-17 10:00").reason == (
        "'standup', 2024-05-17 10:00:00 to ... is in dana's calendar not at all, expected once. "
        "There: Standup 2024-05-17 09:00-09:15."
    )
    twice = FILES["calendar/Dana.ics"]["events"][:1] * 2
    put(office, "calendar/Dana.ics", {"kind": "ics", "events": twice})
    assert not passes(office, "calendar_event", **standup)
    assert passes(office, "calendar_event", **standup, times=2)


def test_added_events_are_counted_and_old_ones_must_stay(office: Office) -> None:
    old = FILES["calendar/Dana.ics"]["events"]
    new = {"summary": "Talk", "start": "2024-05-18 09:00", "end": "2024-05-18 10:00"}
    put(office, "calendar/Dana.ics", {"kind": "ics", "events": [new, *old]})
    assert passes(office, "events_added", user="Dana", count=1)
    assert not passes(office, "events_added", user="Dana", count=2)
    put(office, "calendar/Dana.ics", {"kind": "ics", "events": [new, old[1], old[0] | {"location": "Roof"}]})
    assert result(office, "events_added", user="Dana", count=1).reason == "Dana's calendar lost or changed: Standup."


def test_a_calendar_holds_these_events_and_no_others(office: Office) -> None:
    standup = ["Standup", "2024-05-17 09:00", "2024-05-17 09:15", None]
    lunch = [LONG, "2024-05-17 12:00", "2024-05-17 13:00", ""]
    assert passes(office, "calendar_equals", user="dana", events=[lunch, standup])
    assert not passes(office, "calendar_equals", user="dana", events=[lunch, standup, standup])
    assert result(office, "calendar_equals", user="dana", events=[lunch, [*standup[:3], "Roof"]]).reason == (
        "dana's calendar lacks: Standup 2024-05-17 09:00-09:15 in Roof; "
        "it should not hold: Standup 2024-05-17 09:00-09:15."
    )


MAIL: JsonObject = {
    "kind": "eml",
    "from": "Dana",
    "to": "Omar, lena@else.example",
    "subject": "Re: Lamps",
    "text": "We need\n12 lamps for 1,250 euros.",
    "attachments": [{"name": "plan.txt", "file": {"kind": "txt", "text": "Plan"}}],
}


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"to": "omar", "subject": "lamps", "body": ["need 12 LAMPS", 1250, "12"], "sender": "Dana"}, ""),
        ({"to": "Lena, Omar", "attachments": ["plan.txt"]}, ""),
        ({"to": "lena@else.example"}, ""),
        ({"to": "Lena", "times": 0, "subject": "Desks"}, ""),
        ({"to": "Marek", "times": 0}, ""),
        ({"to": "Dana"}, "Sent: 'Re: Lamps' to Omar@example.com, lena@else.example."),
        ({"to": "Omar", "times": 0}, "Sent: 'Re: Lamps'"),
        ({"to": "Omar", "subject": "Desks"}, "The nearest has the subject 'Re: Lamps'."),
        ({"to": "Omar", "body": ["2"]}, "The nearest does not say 2; it says 'We need"),
        ({"to": "Omar", "body": ["Desk"]}, "The nearest does not say Desk"),
        ({"to": "Omar", "attachments": ["a.txt"]}, "The nearest lacks the attachment a.txt; it has plan.txt."),
        ({"to": "Omar", "sender": "Lena"}, "The nearest is from Dana@example.com, not from Lena."),
        ({"to": "Omar", "times": 2}, "A fitting mail to Omar was sent once, expected 2 times."),
    ],
)
def test_a_sent_mail_is_found_by_what_it_says(office: Office, args: JsonObject, problem: str) -> None:
    for folder in ("Dana", "Omar", "Lena"):
        put(office, f"emails/{folder}/Re_ Lamps.eml", MAIL)
    found = result(office, "mail_sent", **args)
    assert found.passed == (problem == "")
    assert problem in found.reason


def test_mails_count_once_and_old_ones_never(office: Office) -> None:
    assert passes(office, "mail_count", count=0)
    assert not passes(office, "mail_sent", to="Omar", subject="Old")
    for folder in ("Dana", "Omar"):
        put(office, f"emails/{folder}/Lamps.eml", MAIL)
    assert passes(office, "mail_count", count=1)
    put(office, "emails/Omar/Lamps (2).eml", MAIL | {"text": "Forgot: by Friday.", "date": "2024-05-14 10:00"})
    assert passes(office, "mail_count", count=2)


def test_tables_are_equal_when_their_numbers_are(office: Office) -> None:
    same = [["Item", "Price"], ["Lamp", "12.50"], ["Desk", 2100.0], ["Chair"]]
    assert passes(office, "table_equals", file="data/a.xlsx", rows=same)
    assert passes(office, "table_equals", file="data/a.xlsx", sheet_name="More", rows=[["x", None], []])
    wrong = result(office, "table_equals", file="data/a.xlsx", rows=[["Item", "Price"], ["Lamp", 12]])
    assert wrong.reason == "data/a.xlsx, row 2: found ['Lamp', 12.5], expected ['Lamp', 12]."
    short = result(office, "table_equals", file="data/a.xlsx", rows=SHEET[:3])
    assert short.reason == "data/a.xlsx has 4 rows, expected 3."
    assert "no sheet" in result(office, "table_equals", file="data/a.xlsx", sheet_name="Less", rows=[]).reason.lower()


cells = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab Z09.,-é", max_size=6)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(cells, max_size=4), min_size=1, max_size=4), at=st.integers(0, 3))
def test_a_sheet_equals_the_rows_it_was_made_of_and_no_others(rows: list[list[Any]], at: int) -> None:
    with TemporaryDirectory() as folder:
        file = TaskFile("data/t.xlsx", {"kind": "xlsx", "sheets": {"S": rows}})
        office = Office.open(Task("t/1", "", "Dana", datetime(2024, 5, 13), 1, (), files=(file,)), Path(folder))
        assert passes(office, "table_equals", file="data/t.xlsx", rows=rows)
        row = at % len(rows)
        other = [*rows[:row], [*rows[row], "one more"], *rows[row + 1 :]]
        assert not passes(office, "table_equals", file="data/t.xlsx", rows=other)


def test_text_that_looks_like_a_number_is_no_number_when_it_has_leading_zeros(office: Office) -> None:
    put(office, "data/z.xlsx", {"kind": "xlsx", "sheets": {"S": [["007"]]}})
    assert passes(office, "table_equals", file="data/z.xlsx", rows=[["007"]])
    assert not passes(office, "table_equals", file="data/z.xlsx", rows=[[7]])


def test_a_formula_counts_by_its_value(office: Office) -> None:
    put(office, "data/f.xlsx", {"kind": "xlsx", "sheets": {"S": [[2], [3], ["=SUM(A1:A2)"]]}})
    assert passes(office, "table_equals", file="data/f.xlsx", rows=[[2], [3], [5]])


def test_appended_rows_stand_below_the_old_ones(office: Office) -> None:
    def appended(sheet: list[list[Any]]) -> bool:
        put(office, "data/a.xlsx", {"kind": "xlsx", "sheets": {"Stock": sheet, "More": [["x"]]}})
        return passes(office, "rows_appended", file="data/a.xlsx", sheet_name="Stock", rows=[["Shelf", 80]])

    assert appended([*SHEET, ["Shelf", 80]])
    assert not appended(SHEET)
    assert not appended([SHEET[0], ["Shelf", 80], *SHEET[1:]])
    assert not appended([*SHEET, ["Shelf", 80], ["Shelf", 80]])
    assert not appended([*SHEET[:3], ["Stool", None], ["Shelf", 80]])


def test_paragraphs_are_equal_in_order_without_empty_ones(office: Office) -> None:
    assert passes(office, "paragraphs_equal", file="data/a.docx", paragraphs=["Plan", "Buy lamps."])
    missing = result(office, "paragraphs_equal", file="data/a.docx", paragraphs=["Plan", "Buy lamps.", "End"])
    assert missing.reason == "data/a.docx, paragraph 3: found None, expected 'End'."
    put(office, "data/a.docx", {"kind": "docx", "blocks": ["Plan", "", " Buy lamps. "]})
    assert passes(office, "paragraphs_equal", file="data/a.docx", paragraphs=["Plan", "Buy lamps."])
    assert not passes(office, "paragraphs_equal", file="data/a.docx", paragraphs=["Buy lamps.", "Plan"])


def test_a_word_file_has_one_table_with_these_rows(office: Office) -> None:
    assert passes(office, "word_table", file="data/a.docx", rows=[["In a table"]])
    assert result(office, "word_table", file="data/a.docx", rows=[["Else"]]).reason == (
        "The table in data/a.docx, row 1: found ['In a table'], expected ['Else']."
    )
    put(office, "data/a.docx", {"kind": "docx", "blocks": [{"table": [["Lamp", "1,250"]]}]})
    assert passes(office, "word_table", file="data/a.docx", rows=[["Lamp", 1250]])
    put(office, "data/a.docx", {"kind": "docx", "blocks": [{"table": [["x"]]}, "", {"table": [["x"]]}]})
    assert result(office, "word_table", file="data/a.docx", rows=[["x"]]).reason == (
        "data/a.docx has 2 tables, expected 1."
    )


def test_appended_text_leaves_the_old_text_alone(office: Office) -> None:
    def appended(text: str) -> bool:
        put(office, "data/a.txt", {"kind": "txt", "text": text})
        return passes(office, "text_appended", file="data/a.txt", text="Third line")

    assert appended("First line\nSecond line\nThird line\n")
    assert not appended("First line\nSecond line\n")
    assert not appended("First line\nThird line\n")
    assert not appended("First line\nSecond line\nThird line\nFourth line")


def test_nothing_else_may_be_created_changed_or_deleted(office: Office) -> None:
    assert passes(office, "nothing_else_changed")
    office.write_answer("Done")
    assert passes(office, "nothing_else_changed")
    (office.root / "data" / "a.txt").write_text("changed")
    (office.root / "data" / "a.pdf").unlink()
    (office.root / "data" / "b.txt").write_text("new")
    everything = result(office, "nothing_else_changed")
    assert everything.reason == (
        "These files should have been left alone: data/a.pdf (deleted), data/a.txt (changed), data/b.txt (created)."
    )
    assert passes(office, "nothing_else_changed", allowed=["data/*"])
    assert passes(office, "nothing_else_changed", allowed=["data/a.*"], new=["data/?.txt"])
    assert not passes(office, "nothing_else_changed", new=["data/*"])


def test_a_moved_file_is_the_same_file(office: Office) -> None:
    (office.root / "data" / "a.txt").rename(office.root / "data" / "b.txt")
    assert passes(office, "same_file", file="data/b.txt", was="data/a.txt")
    assert not passes(office, "same_file", file="data/a.pdf", was="data/a.txt")
    assert not passes(office, "same_file", file="data/a.txt", was="data/a.txt")


@pytest.mark.parametrize(
    ("answer", "args", "right"),
    [
        ("The total is 1,250.00 euros.", {"contains": [1250]}, True),
        ("The total is 1,250.00 euros.", {"contains": ["TOTAL", "1250"]}, True),
        ("The total is 12,500 euros.", {"contains": [1250]}, False),
        ("1250.0", {"equals": 1250}, True),
        ("1250 euros", {"equals": 1250}, False),
        ("Yes", {"equals": "Yes"}, True),
        ("", {"contains": ["yes"]}, False),
    ],
)
def test_answers_count_numbers_as_numbers(office: Office, answer: str, args: JsonObject, right: bool) -> None:
    office.write_answer(answer)
    assert passes(office, "answer", **args) is right


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "function", "args"),
    [
        ("data/a.xlsx", "contain", {"doc_type": "xlsx", "file": "data/a.xlsx", "keywords": ["a"]}),
        ("data/a.xlsx", "table_equals", {"file": "data/a.xlsx", "rows": []}),
        ("data/a.docx", "paragraphs_equal", {"file": "data/a.docx", "paragraphs": []}),
        ("data/a.docx", "not_contain", {"doc_type": "docx", "file": "data/a.docx", "keywords": ["a"]}),
        ("data/a.pdf", "contain", {"doc_type": "pdf", "file": "data/a.pdf", "keywords": ["a"]}),
        ("calendar/Dana.ics", "calendar_event", {"user": "Dana", "summary": "Standup"}),
        ("emails/Omar/Old.eml", "mail_count", {"count": 1}),
    ],
)
def test_a_file_that_can_not_be_read_fails_its_check_with_a_sentence(
    office: Office, path: str, function: str, args: JsonObject
) -> None:
    (office.root / path).write_bytes(b"\x00\x01 no such format")
    found = result(office, function, **args)
    assert not found.passed
    assert path in found.reason


@pytest.mark.parametrize(
    ("check", "complaint"),
    [
        (Check("evaluate_everything", {}), "Unknown check 'evaluate_everything'. Known: evaluate_answer"),
        (Check("evaluate_file_exist", {}), "evaluate_file_exist has a problem with its argument file: Field required"),
        (Check("evaluate_file_exist", {"file": "a", "dir": "b"}), "its argument dir: Extra inputs"),
        (Check("evaluate_contain", {"doc_type": "odt", "file": "a", "keywords": []}), "its argument doc_type"),
        (Check("evaluate_contain", {"doc_type": "txt", "file": "a", "keywords": "abc"}), "its argument keywords"),
        (Check("evaluate_calendar_event", {"user": "a", "summary": "b", "start": "noon"}), "its argument start"),
        (Check("evaluate_excel_cell_value", {"file": "a", "matches": [{"row": "1"}]}), "its argument matches.0.col"),
        (Check("evaluate_table_equals", {"file": "a", "rows": [["a"], {}]}), "its argument rows.1"),
    ],
)
def test_a_wrong_check_names_its_argument_and_fails(office: Office, check: Check, complaint: str) -> None:
    with pytest.raises(BadInput) as error:
        check_arguments(check)
    assert complaint in str(error.value)
    task = Task("t/1", "", "Dana", datetime(2024, 5, 13), 1, (), checks=(check,))
    assert grade(task, office) == (CheckResult(check.function, False, str(error.value)),)


def test_every_check_is_called_by_its_own_name_and_says_what_it_does() -> None:
    assert {name: check.__name__ for name, check in CHECKS.items()} == {name: name for name in CHECKS}
    assert [name for name, check in CHECKS.items() if not check.__doc__] == []
