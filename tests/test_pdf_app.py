"""The pdf app."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter

from procmem.office.formats.blocks import Block, Line, Table
from procmem.office.formats.typeset import typeset
from tests.desk import Desk

NOTE = "data/note.pdf"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path)


def pages(*contents: str, password: str = "") -> bytes:
    """A PDF with one page per text."""
    writer = PdfWriter()
    for text in contents:
        writer.append(io.BytesIO(typeset([Line(text)], "x").data))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_a_pdf_is_made_from_text_and_read_back(desk: Desk) -> None:
    assert desk.says("pdf_create", pdf_file_path=NOTE, contents="One <b>&\n\nTwo", title="Minutes") == (
        "Successfully create data/note.pdf"
    )
    assert desk.says("pdf_read_file", pdf_file_path=NOTE) == "Minutes\nOne <b>&\nTwo"
    assert PdfReader(desk.office.root / NOTE).metadata.title == "Minutes"  # type: ignore[union-attr]


@settings(max_examples=40)
@given(text=st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "Sm", "Sc"]), max_size=300))
def test_western_text_of_any_length_survives(text: str) -> None:
    data = typeset([Line(text), Table(((text, "x"), ("y",)))], text).data
    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert "".join(found.split()).replace("\xad", "").count("".join(text.split()).replace("\xad", "")) >= min(
        len(text), 2
    )


def test_the_same_content_gives_the_same_bytes() -> None:
    blocks: list[Block] = [Line("Title", "title"), Table((("a", "b"), ("1", "2")))]
    assert typeset(blocks, "t") == typeset(blocks, "t")


def test_letters_that_no_font_draws_stay_in_the_text_and_are_told(desk: Desk) -> None:
    answer = desk.says("pdf_create", pdf_file_path=NOTE, contents="Price ꦗ 5")
    assert answer == "Successfully create data/note.pdf. No font here draws 'ꦗ'; readers of the PDF may not see them."
    assert desk.says("pdf_read_file", pdf_file_path=NOTE) == "Price ꦗ 5"


def test_all_pages_are_read_and_shown_below_each_other(desk: Desk) -> None:
    desk.put(NOTE, pages("first", "second"))
    assert desk.says("pdf_read_file", pdf_file_path=NOTE) == "first\nsecond"
    assert desk.says("pdf_convert_to_image", pdf_file_path=NOTE, image_file_path="data/note.JPG") == "Success"
    with Image.open(desk.office.root / "data" / "note.JPG") as image:
        assert (image.format, image.size) == ("JPEG", (1241, 3508))


def test_too_many_pages_for_one_image_are_told(desk: Desk) -> None:
    writer = PdfWriter()
    for _ in range(23):
        writer.add_blank_page(100, 100)
    stream = io.BytesIO()
    writer.write(stream)
    desk.put(NOTE, stream.getvalue())
    assert desk.says("pdf_convert_to_image", pdf_file_path=NOTE, image_file_path="data/note.png") == (
        "Success, but only the first 20 of 23 pages fit into data/note.png."
    )


def test_a_huge_page_is_shown_small(desk: Desk) -> None:
    writer = PdfWriter()
    writer.add_blank_page(14_400, 14_400)
    stream = io.BytesIO()
    writer.write(stream)
    desk.put(NOTE, stream.getvalue())
    desk.says("pdf_convert_to_image", pdf_file_path=NOTE, image_file_path="data/note.png")
    with Image.open(desk.office.root / "data" / "note.png") as image:
        assert image.width * image.height <= 12_100_000


def test_a_word_document_is_made_under_the_requested_name(desk: Desk) -> None:
    desk.put(NOTE, pages("first", "second"))
    assert desk.says("pdf_convert_to_word", pdf_file_path=NOTE, word_file_path="data/out/text.docx") == "Success"
    document = docx.Document(str(desk.office.root / "data" / "out" / "text.docx"))
    assert [paragraph.text for paragraph in document.paragraphs] == ["first", "second"]


def test_an_image_becomes_a_pdf_without_text(desk: Desk) -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (300, 150), (255, 0, 0, 0)).save(stream, format="PNG")
    desk.put("data/scan.png", stream.getvalue())
    assert desk.says("pdf_image_convert_to_pdf", image_file_path="data/scan.png", pdf_file_path=NOTE) == "Success"
    assert desk.refuses("pdf_read_file", pdf_file_path=NOTE) == (
        "data/note.pdf has no text; its pages are probably images. Read it with ocr_recognize_file."
    )
    desk.says("pdf_convert_to_image", pdf_file_path=NOTE, image_file_path="data/again.png")
    with Image.open(desk.office.root / "data" / "again.png") as image:
        assert (image.size, image.getpixel((150, 75))) == ((300, 150), (255, 255, 255))


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"", "data/note.pdf is empty (0 bytes); it is no PDF."),
        (b"hello", "data/note.pdf is no PDF, whatever its name says."),
        (b"%PDF-1.7\nrubbish", "data/note.pdf is damaged and can not be read as a PDF. (PdfStreamError)"),
        (
            pages("secret", password="key"),
            "data/note.pdf is protected with a password and can not be opened. Ask for an open copy.",
        ),
    ],
    ids=["empty", "text", "damaged", "protected"],
)
def test_a_pdf_that_can_not_be_read_is_refused(desk: Desk, data: bytes, answer: str) -> None:
    desk.put(NOTE, data)
    assert desk.refuses("pdf_read_file", pdf_file_path=NOTE) == answer
    assert desk.refuses("pdf_convert_to_image", pdf_file_path=NOTE, image_file_path="data/x.png").startswith(NOTE)


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("create", {"pdf_file_path": "data/a.txt", "contents": "x"}, "its name must end with .pdf."),
        ("convert_to_image", {"pdf_file_path": NOTE, "image_file_path": "data/a.svg"}, "must end with .png or .jpg"),
        ("convert_to_word", {"pdf_file_path": NOTE, "word_file_path": "data/a.doc"}, "must end with .docx."),
        ("image_convert_to_pdf", {"image_file_path": "data/bad.png", "pdf_file_path": "data/a.pdf"}, "is no image"),
        (
            "read_file",
            {"pdf_file_path": "data/bad.png"},
            "is an image, not a PDF. Failed to read the file. Read it with",
        ),
    ],
)
def test_wrong_kinds_are_refused(desk: Desk, tool: str, arguments: dict[str, str], answer: str) -> None:
    desk.put(NOTE, pages("x"))
    desk.put("data/bad.png", b"no image")
    assert answer in desk.refuses(f"pdf_{tool}", **arguments)
    assert desk.office.files() == ("data/bad.png", "data/note.pdf")
