"""The word app."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk import Desk

REPORT = "data/report.docx"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.open(tmp_path)
    desk.says("word_create_new_file", file_path=REPORT)
    return desk


def write_all(desk: Desk) -> None:
    desk.says("word_write_to_file", file_path=REPORT, contents="Sales report", style="title")
    desk.says("word_write_to_file", file_path=REPORT, contents="North", style="heading")
    desk.says("word_write_to_file", file_path=REPORT, contents="Up by 5 %.\n\nSee below.\n")
    desk.says("word_write_to_file", file_path=REPORT, contents="Ann\nBob", style="bullet")
    desk.says("word_write_table", file_path=REPORT, rows=[["Month", "Sum"], ["May", "12"], ["June"]])
    assert desk.says("word_write_to_file", file_path=REPORT, contents='He said: "It\'s fine"') == (
        "Successfully write contents to data/report.docx"
    )


def test_paragraphs_and_tables_are_read_in_order(desk: Desk) -> None:
    write_all(desk)
    assert desk.says("word_read_file", file_path=REPORT) == (
        "The following is the content from the word file:\n"
        "Sales report\nNorth\nUp by 5 %.\n\nSee below.\nAnn\nBob\nMonth | Sum\nMay | 12\nJune |\n"
        'He said: "It\'s fine"'
    )


def test_styles_are_words_own(desk: Desk) -> None:
    write_all(desk)
    document = docx.Document(str(desk.office.root / REPORT))
    assert [paragraph.style.name for paragraph in document.paragraphs if paragraph.style] == [
        "Title", "Heading 1", "Normal", "Normal", "Normal", "List Bullet", "List Bullet", "Normal",
    ]  # fmt: skip


def test_a_document_that_lacks_a_style_gets_its_look_by_hand(desk: Desk) -> None:
    document = docx.Document()
    for name in ("List Bullet", "Heading 1", "Table Grid"):
        document.styles[name].delete()
    stream = io.BytesIO()
    document.save(stream)
    desk.put(REPORT, stream.getvalue())
    write_all(desk)
    assert "\n• Ann\n• Bob\nMonth | Sum\n" in desk.says("word_read_file", file_path=REPORT)
    assert docx.Document(str(desk.office.root / REPORT)).paragraphs[1].runs[0].bold


def test_merged_cells_are_read_once(desk: Desk) -> None:
    document = docx.Document()
    table = document.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).text = "c"
    stream = io.BytesIO()
    document.save(stream)
    desk.put(REPORT, stream.getvalue())
    assert "wide | c\n" in desk.says("word_read_file", file_path=REPORT)


@settings(max_examples=20)
@given(text=st.text(max_size=200))
def test_any_text_can_be_written_and_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    desk = Desk.open(tmp_path_factory.mktemp("word"))
    desk.says("word_create_new_file", file_path=REPORT)
    desk.says("word_write_to_file", file_path=REPORT, contents=f"<{text}")
    shown = desk.says("word_read_file", file_path=REPORT).removeprefix(
        "The following is the content from the word file:\n"
    )
    visible = "".join(each for each in f"<{text}" if each.isprintable())
    assert "".join(each for each in shown if each.isprintable()) == visible


def test_the_pdf_has_the_requested_name_and_all_content(desk: Desk) -> None:
    write_all(desk)
    assert desk.says("word_convert_to_pdf", word_file_path=REPORT, pdf_file_path="data/final.pdf") == (
        "Successfully convert data/report.docx to data/final.pdf"
    )
    assert desk.says("pdf_read_file", pdf_file_path="data/final.pdf") == (
        'Sales report\nNorth\nUp by 5 %.\nSee below.\n• Ann\n• Bob\nMonth  Sum\nMay  12\nJune\nHe said: "It\'s fine"'
    )


def test_files_are_not_overwritten_and_must_exist(desk: Desk) -> None:
    assert desk.refuses("word_create_new_file", file_path=REPORT) == (
        "File data/report.docx already exists. Nothing was changed."
    )
    assert desk.refuses("word_create_new_file", file_path="data/x.pdf") == (
        "Failed to create new file data/x.pdf. Its name must end with .docx."
    )
    assert desk.refuses("word_write_to_file", file_path="data/reprt.docx", contents="x") == (
        "The file data/reprt.docx does not exist. Failed to write to the file. "
        "The existing files are: data/report.docx."
    )
    assert desk.says("word_read_file", file_path=REPORT) == "The word file data/report.docx has no text."
    assert desk.refuses("word_write_table", file_path=REPORT, rows=[[]]).startswith("The argument rows is empty")


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"", "data/report.docx is empty (0 bytes); it is no Word document."),
        (
            b"just text",
            "data/report.docx is no Word document, whatever its name says; it is plain text: "
            "read it with files_read_file.",
        ),
        (
            b"PK\x05\x06" + b"\0" * 18,
            "data/report.docx is damaged and can not be opened as a Word document. (KeyError)",
        ),
    ],
)
def test_a_file_that_is_no_document_is_refused(desk: Desk, data: bytes, answer: str) -> None:
    desk.put(REPORT, data)
    assert desk.refuses("word_read_file", file_path=REPORT) == answer


def test_a_workbook_under_a_documents_name_is_refused(desk: Desk) -> None:
    desk.says("excel_create_new_file", file_path="data/book.xlsx")
    desk.put(REPORT, (desk.office.root / "data" / "book.xlsx").read_bytes())
    assert desk.refuses("word_read_file", file_path=REPORT).startswith("data/report.docx is damaged and can not be")
