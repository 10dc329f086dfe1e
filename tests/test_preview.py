"""What a person sees of a file before and after a run, for every kind of file; a damaged one says so."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.preview import BLOCKS, ROWS
from procmem.office.formats import documents, sheets
from procmem.office.formats.blocks import Block, Line, Table
from procmem.office.formats.pictures import picture_bytes
from procmem.office.formats.typeset import typeset
from tests.app_page import drawn

EVENT = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Team lunch <b>\r
DTSTART:20240517T120000\r
DTEND:20240517T130000\r
END:VEVENT\r
END:VCALENDAR\r
"""
MAIL = b"From: ann@example.com\nTo: bob@example.com\nSubject: Lunch?\n\nAt noon, <b>Bob</b>?\n"


def preview(name: str, data: bytes) -> AppTest:
    return drawn("pages.parts.preview:draw_preview", name, data)


def workbook(rows: list[list[object]]) -> bytes:
    book = sheets.new_workbook("Hours")
    for row in rows:
        book.active.append(row)
    return sheets.saved(book, "x")


def document(blocks: list[Block]) -> bytes:
    made = documents.new_document()
    documents.append(made, blocks)
    return documents.saved(made, "x")


def test_a_workbook_is_a_table_with_the_letters_of_its_columns() -> None:
    at = preview("hours.xlsx", workbook([["Name", "Hours"], ["Ann", 12]]))
    shown = at.dataframe[0].value
    assert list(shown.columns) == ["A", "B"]
    assert [str(cell) for cell in shown["A"]] == ["Name", "Ann"]
    assert [str(cell) for cell in shown["B"]] == ["Hours", "12"]


def test_a_long_sheet_is_cut_and_says_so() -> None:
    at = preview("long.xlsx", workbook([[number] for number in range(ROWS + 1)]))
    assert len(at.dataframe[0].value) == ROWS
    assert at.caption[0].value == f"The first {ROWS} of {ROWS + 1} rows."


def test_a_word_document_keeps_its_headings_lists_and_tables_and_its_marks_are_text() -> None:
    rows = (("Name", "Hours"), ("*Ann*", "12"))
    at = preview("a.docx", document([Line("Report", "title"), Line("**Hi**"), Line("# one", "bullet"), Table(rows)]))
    assert [element.value for element in at.markdown] == ["**Report**", "- \\# one"]
    assert [element.value for element in at.text] == ["**Hi**"]
    table = at.table[0].value
    assert list(table.columns) == ["Name", "Hours"]
    assert list(table["Name"]) == ["\\*Ann\\*"]


def test_a_long_document_is_cut_and_an_empty_one_says_so() -> None:
    at = preview("a.docx", document([Line(f"line {number}") for number in range(BLOCKS + 1)]))
    assert len(at.text) == BLOCKS
    assert at.caption[0].value == f"The first {BLOCKS} of {BLOCKS + 1} paragraphs and tables."
    assert preview("a.docx", document([])).caption[0].value == "This document is empty."


def test_a_pdf_shows_its_pages_and_a_picture_itself() -> None:
    assert len(preview("a.pdf", typeset([Line("Offer")], "Offer").data).get("image")) == 1
    from PIL import Image

    assert len(preview("a.png", picture_bytes(Image.new("RGB", (40, 20)), ".png")).get("image")) == 1


def test_events_and_mails_are_read_out_as_text() -> None:
    assert "Summary: Team lunch <b>" in preview("a.ics", EVENT).code[0].value
    shown = preview("a.eml", MAIL).code[0].value
    assert "Subject: Lunch?" in shown
    assert "At noon, <b>Bob</b>?" in shown


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.pdf", "a.png"])
def test_a_damaged_file_says_what_is_wrong(name: str) -> None:
    at = preview(name, b"nonsense")
    assert name in at.caption[0].value.replace("\\", "")
