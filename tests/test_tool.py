"""Tools: schemas from signatures, validated arguments, and observations for every mistake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from procmem.errors import ToolError, UnknownName
from procmem.office.apps import APPS, toolbox, use
from procmem.office.excerpt import LONGEST_OBSERVATION, excerpt
from procmem.office.tool import Observation, Tool, tool
from procmem.office.workspace import Office
from procmem.types import ToolSpec
from tests.desk import Desk


@tool("demo", long=True)
def record(
    office: Office,
    name: str,
    count: int,
    tags: Sequence[str] = (),
    rows: Sequence[Sequence[str | int | float | None]] = (),
    style: Literal["plain", "bold"] = "plain",
    loud: bool = False,
) -> str:
    """Record a name. It can
    be counted.

    Args:
        name: Whose name,
            in full.
        count: How often.
        tags: Words.
        rows: Rows of cells.
        style: How it looks.
        loud: Shout.
    """
    if count < 0:
        raise ToolError("The count is below 0.")
    return f"{name!r} {count!r} {tags!r} {rows!r} {style} {loud}"


def call(arguments: dict[str, object], tmp_path: Path) -> Observation:
    return use(Desk.open(tmp_path).office, {record.name: record}, "demo_record", arguments)


def test_the_schema_comes_from_signature_and_docstring() -> None:
    assert record.spec == ToolSpec(
        name="demo_record",
        description="Record a name. It can be counted.",
        parameters={
            "type": "object",
            "additionalProperties": False,
            "required": ["name", "count"],
            "properties": {
                "name": {"type": "string", "description": "Whose name, in full."},
                "count": {"type": "integer", "description": "How often."},
                "tags": {"type": "array", "items": {"type": "string"}, "default": [], "description": "Words."},
                "rows": {
                    "type": "array",
                    "items": {
                        "type": "array",
                        "items": {"anyOf": [{"type": kind} for kind in ("string", "integer", "number", "null")]},
                    },
                    "default": [],
                    "description": "Rows of cells.",
                },
                "style": {
                    "type": "string",
                    "enum": ["plain", "bold"],
                    "default": "plain",
                    "description": "How it looks.",
                },
                "loud": {"type": "boolean", "default": False, "description": "Shout."},
                "start_line": {
                    "type": "integer",
                    "minimum": 1,
                    "default": 1,
                    "description": "First line to show, from 1, to read on in a long text.",
                },
            },
        },
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"name": "Ann", "count": 2}, "'Ann' 2 () () plain False"),
        ({"name": 7, "count": "2", "style": None, "loud": "true"}, "'7' 2 () () plain True"),
        ({"name": "", "count": 0, "tags": "one"}, "'' 0 ['one'] () plain False"),
        ({"name": "", "count": 0, "tags": '["a", "b"]'}, "'' 0 ['a', 'b'] () plain False"),
        ({"name": "", "count": 0, "tags": " "}, "'' 0 [] () plain False"),
        ({"name": "", "count": 0, "rows": '[["a", 1, 2.5, null]]'}, "'' 0 () [['a', 1, 2.5, None]] plain False"),
    ],
)
def test_numbers_and_lists_may_be_written_as_text(tmp_path: Path, arguments: dict[str, object], said: str) -> None:
    assert call(arguments, tmp_path) == Observation(said, failed=False)


_USAGE = (
    "Arguments: name (text), count (whole number), tags (list of text, optional), rows (list of list of text or whole "
    "number or number or nothing, optional), style (one of plain, bold, optional), loud (true or false, optional), "
    "start_line (whole number, optional)."
)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"name": "Ann"}, "the argument 'count' is missing"),
        ({"name": "Ann", "count": 1, "sytle": "bold"}, "there is no argument 'sytle' (did you mean 'style'?)"),
        ({"name": "Ann", "count": 1, "zzz": 1}, "there is no argument 'zzz'"),
        (
            {"name": "Ann", "count": "two"},
            "the argument 'count' is 'two', but input should be a valid integer, unable to parse string as an integer",
        ),
        (
            {"name": "Ann", "count": 1, "style": "wild"},
            "the argument 'style' is 'wild', but input should be 'plain' or 'bold'",
        ),
        ({"name": ["a"], "count": 1}, "the argument 'name' is ['a'], but input should be a valid string"),
        ({"name": "x" * 200, "count": None}, "the argument 'count' is missing"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_possible(
    tmp_path: Path, arguments: dict[str, object], problem: str
) -> None:
    assert call(arguments, tmp_path) == Observation(f"demo_record: {problem}. {_USAGE}", failed=True)


def test_a_tool_error_becomes_a_failed_observation(tmp_path: Path) -> None:
    assert call({"name": "Ann", "count": -1}, tmp_path) == Observation("The count is below 0.", failed=True)


def test_an_unknown_tool_is_answered_with_the_nearest_ones(tmp_path: Path) -> None:
    office = Desk.open(tmp_path).office
    assert use(office, toolbox(["calendar"]), "calendar_add_event", {}) == Observation(
        "There is no tool 'calendar_add_event'. The nearest are: "
        "calendar_create_event, calendar_delete_event, calendar_update_event, calendar_list_events.",
        failed=True,
    )
    assert use(office, toolbox(["ocr"]), "x", {}).text == "There is no tool 'x'. The tools are: ocr_recognize_file."


def test_the_toolbox_holds_the_tools_of_its_apps_and_no_others() -> None:
    assert list(toolbox(["pdf", "ocr"])) == [
        "pdf_read_file",
        "pdf_create",
        "pdf_convert_to_image",
        "pdf_convert_to_word",
        "pdf_image_convert_to_pdf",
        "ocr_recognize_file",
    ]
    with pytest.raises(UnknownName, match="Unknown app 'shell'"):
        toolbox(["shell"])


@pytest.mark.parametrize("each", toolbox(APPS).values(), ids=lambda each: each.name)
def test_every_tool_and_every_argument_is_described(each: Tool) -> None:
    assert each.spec.description.endswith(".")
    assert all(argument["description"].endswith(".") for argument in each.spec.parameters["properties"].values())
    assert each.name == f"{each.app}_{each.action}"


def _signature(each: Tool) -> str:
    schema = each.spec.parameters
    return ", ".join(
        name if name in schema.get("required", ()) else f"{name}={argument['default']!r}"
        for name, argument in schema["properties"].items()
        if name != "start_line"
    )


def test_tools_keep_the_names_and_arguments_that_memories_rely_on() -> None:
    assert {name: _signature(each) for name, each in toolbox(APPS).items()} == {
        "calendar_create_event": "user, summary, time_start, time_end, location='', description=''",
        "calendar_list_events": "username",
        "calendar_delete_event": "user, summary, time_start=''",
        "calendar_update_event": (
            "user, summary, time_start='', new_summary='', new_time_start='', new_time_end='', new_location=''"
        ),
        "email_send_email": "sender, recipient, subject, content, attachments=[]",
        "email_list_emails": "username",
        "email_read_email": "username, email_id",
        "email_reply_email": "username, email_id, content, attachments=[]",
        "email_forward_email": "username, email_id, recipient, content=''",
        "email_search_emails": "username, query",
        "email_save_attachment": "username, email_id, attachment, file_path",
        "excel_read_file": "file_path, sheet_name=''",
        "excel_set_cell": "file_path, row_idx, column_idx, text, sheet_name=''",
        "excel_append_rows": "file_path, rows, sheet_name=''",
        "excel_delete_cell": "file_path, row_idx, column_idx, sheet_name=''",
        "excel_delete_row": "file_path, row_idx, sheet_name=''",
        "excel_create_new_file": "file_path, sheet_name=''",
        "excel_add_sheet": "file_path, sheet_name",
        "excel_list_sheets": "file_path",
        "excel_sort": "file_path, column_idx, descending=False, sheet_name=''",
        "excel_convert_to_pdf": "excel_file_path, pdf_file_path",
        "word_create_new_file": "file_path",
        "word_read_file": "file_path",
        "word_write_to_file": "file_path, contents, style='paragraph'",
        "word_write_table": "file_path, rows",
        "word_convert_to_pdf": "word_file_path, pdf_file_path",
        "pdf_read_file": "pdf_file_path",
        "pdf_create": "pdf_file_path, contents, title=''",
        "pdf_convert_to_image": "pdf_file_path, image_file_path",
        "pdf_convert_to_word": "pdf_file_path, word_file_path",
        "pdf_image_convert_to_pdf": "image_file_path, pdf_file_path",
        "ocr_recognize_file": "file_path",
        "files_list": "folder=''",
        "files_read_file": "file_path",
        "files_write_file": "file_path, contents",
        "files_append_to_file": "file_path, contents",
        "files_move": "source, destination",
        "files_copy": "source, destination",
        "files_delete": "path",
        "files_make_folder": "folder_path",
    }


def test_a_long_text_is_cut_at_a_line_and_can_be_read_on() -> None:
    text = "\n".join(f"line {number:04}" for number in range(1, 3001))
    first = excerpt(text)
    assert first.splitlines()[-1] == "[Lines 1 to 1200 of 3000; call the tool again with start_line=1201 to read on.]"
    assert first.splitlines()[0] == "line 0001"
    assert excerpt(text, 1201).splitlines()[0] == "line 1201"
    assert excerpt(text, 2999) == "line 2999\nline 3000"
    assert excerpt(text, again=False).splitlines()[-1] == "[Lines 1 to 1200 of 3000; the rest can not be shown here.]"
    with pytest.raises(ToolError, match="start_line is 3001, but there are only 3000 lines"):
        excerpt(text, 3001)


def test_a_single_huge_line_is_cut_too() -> None:
    shown = excerpt("x" * 50_000)
    assert shown.endswith("x [line cut: 50,000 characters]")
    assert len(shown) < LONGEST_OBSERVATION
