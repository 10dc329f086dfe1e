"""Furniture is real: what the spec says is what the libraries read back, and always in the same bytes."""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from procmem.errors import BadInput, UnknownName
from procmem.office.furnish import KINDS, checked, furnish
from procmem.types import JsonObject

BLOCKS: list[Any] = [
    {"title": "Site meeting"},
    {"heading": "Lamps"},
    "Twelve lamps for the café.",
    {"bullet": "order them"},
    {"table": [["Item", "Price"], ["Lamp", 12.5], [None, 3]]},
]
SPECS: dict[str, JsonObject] = {
    "xlsx": {
        "kind": "xlsx",
        "sheets": {"Sales": [["Item", "Price", "Paid"], ["Lamp", 12.5, True], ["007", None, "=B2*2"]], "Empty": []},
    },
    "docx": {"kind": "docx", "blocks": BLOCKS},
    "pdf": {"kind": "pdf", "blocks": BLOCKS},
    "png": {"kind": "png", "blocks": BLOCKS, "width": 900},
    "jpg": {"kind": "jpg", "blocks": BLOCKS},
    "ics": {
        "kind": "ics",
        "events": [
            {
                "summary": "Dana's lunch, with Omar",
                "start": "2024-05-17 12:00",
                "end": "2024-05-17 13:00",
                "location": "Roof",
            }
        ],
    },
    "eml": {
        "kind": "eml",
        "from": "Velo AG",
        "to": "Dana, omar@else.example",
        "cc": "Lena",
        "subject": "Grüße",
        "date": "2024-05-13 09:00",
        "text": "Hello",
        "html": "<p>Hello</p>",
        "attachments": [{"name": "plan.docx", "file": {"kind": "docx", "blocks": ["Plan"]}}],
    },
    "txt": {"kind": "txt", "text": "naïve\n"},
    "csv": {"kind": "csv", "rows": [["a", "b"], [1, "x, y"]]},
    "md": {"kind": "md", "text": "# Title"},
}


def made(kind: str) -> bytes:
    return checked(SPECS[kind]).made()


def test_every_kind_but_copy_is_tried_here() -> None:
    assert set(SPECS) == set(KINDS) - {"copy"}


def test_another_process_makes_the_same_bytes() -> None:
    script = (
        "import hashlib, tests.test_furnish as t\n"
        "print({kind: hashlib.sha256(t.made(kind)).hexdigest() for kind in t.SPECS})"
    )
    root = Path(__file__).parent.parent
    other = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str({kind: hashlib.sha256(made(kind)).hexdigest() for kind in SPECS})


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_office_files_carry_no_clock(kind: str) -> None:
    with zipfile.ZipFile(io.BytesIO(made(kind))) as container:
        assert {entry.date_time for entry in container.infolist()} == {(2024, 1, 1, 9, 0, 0)}
        assert b"20" + b"26" not in container.read("docProps/core.xml")


def test_workbooks_keep_types_formulas_and_the_order_of_sheets() -> None:
    book = load_workbook(io.BytesIO(made("xlsx")))
    assert book.sheetnames == ["Sales", "Empty"]
    assert [[cell.value for cell in row] for row in book["Sales"].iter_rows()] == [
        ["Item", "Price", "Paid"],
        ["Lamp", 12.5, True],
        ["007", None, "=B2*2"],
    ]
    assert book["Sales"]["A1"].font.bold
    assert not book["Sales"]["A2"].font.bold


def test_word_documents_have_styles_and_tables() -> None:
    document = Document(io.BytesIO(made("docx")))
    assert [(paragraph.style and paragraph.style.name, paragraph.text) for paragraph in document.paragraphs] == [
        ("Title", "Site meeting"),
        ("Heading 1", "Lamps"),
        ("Normal", "Twelve lamps for the café."),
        ("List Bullet", "order them"),
    ]
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["Item", "Price"],
        ["Lamp", "12.5"],
        ["", "3"],
    ]


def test_pdfs_have_text() -> None:
    text = PdfReader(io.BytesIO(made("pdf"))).pages[0].extract_text()
    positions = [
        text.index(words) for words in ("Site meeting", "Lamps", "Twelve lamps for the café.", "order", "12.5")
    ]
    assert positions == sorted(positions)


def test_pictures_are_as_wide_as_wished_and_as_tall_as_their_text() -> None:
    short = Image.open(io.BytesIO(checked({"kind": "png", "blocks": ["One line"], "width": 900}).made()))
    long = Image.open(io.BytesIO(checked({"kind": "png", "blocks": ["One line " * 40], "width": 900}).made()))
    assert (short.format, short.width) == ("PNG", 900)
    assert long.height > 5 * 34 > short.height - 120
    assert Image.open(io.BytesIO(made("jpg"))).format == "JPEG"


def test_calendars_have_naive_local_times() -> None:
    (event,) = Calendar.from_ical(made("ics")).walk("VEVENT")
    assert str(event["summary"]) == "Dana's lunch, with Omar"
    assert str(event["location"]) == "Roof"
    assert b"DTSTART:20240517T120000\r\n" in made("ics")


def test_mails_have_addresses_parts_and_attachments() -> None:
    mail = email.message_from_bytes(made("eml"), policy=email.policy.default)
    assert mail["From"] == "Velo AG <Velo.AG@example.com>"
    assert mail["To"] == "Dana@example.com, omar@else.example"
    assert mail["Cc"] == "Lena@example.com"
    assert mail["Subject"] == "Grüße"
    assert mail["Date"] == "Mon, 13 May 2024 09:00:00 +0000"
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "application/octet-stream",
    ]
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "plan.docx"
    assert Document(io.BytesIO(attached.get_content())).paragraphs[0].text == "Plan"


def test_text_files_are_written_as_given(tmp_path: Path) -> None:
    furnish(SPECS["txt"], tmp_path / "new" / "a.txt")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "naïve\n".encode()
    assert made("csv") == b'a,b\n1,"x, y"\n'


def test_a_copy_has_the_bytes_of_its_source(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00\xff")
    furnish({"kind": "copy", "from": str(tmp_path / "a.bin")}, tmp_path / "b.bin")
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\xff"


def test_a_copy_follows_its_source_also_in_a_mail(tmp_path: Path) -> None:
    attached = {"name": "a.txt", "file": {"kind": "copy", "from": str(tmp_path / "a.txt")}}
    spec = {"kind": "eml", "from": "Ann", "to": "Bo", "subject": "Hi", "text": "See", "attachments": [attached]}
    for text in ("old words", "new words"):
        (tmp_path / "a.txt").write_text(text)
        furnish(spec, tmp_path / "b.eml")
        mail = email.message_from_bytes((tmp_path / "b.eml").read_bytes(), policy=email.policy.default)
        assert [part.get_content() for part in mail.iter_attachments()] == [text.encode()]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"kind": "docm", "blocks": []}, "Unknown kind of file 'docm'. Known: copy, csv, docx"),
        ({"blocks": []}, "Unknown kind of file 'None'"),
        ({"kind": "xlsx", "sheets": {"A": [[1], "x"]}}, "A file of kind xlsx has a problem at sheets.A.1"),
        ({"kind": "docx", "blocks": ["a", {"titel": "b"}]}, "A file of kind docx has a problem at blocks.1"),
        ({"kind": "docx", "blocks": [{"title": "a", "bullet": "b"}]}, "a block is one of paragraph, title"),
        ({"kind": "ics", "events": [{"summary": "a", "start": "2024-02-30 09:00", "end": "x"}]}, "events.0.start"),
        ({"kind": "eml", "from": "A", "to": "B", "subject": "C", "date": "soon"}, "problem at date"),
        ({"kind": "copy", "from": "relative.txt"}, "needs an absolute path, not 'relative.txt'"),
        ({"kind": "copy", "from": "/no/such/file"}, "/no/such/file can not be copied: No such file"),
    ],
)
def test_a_bad_spec_names_kind_and_field(spec: JsonObject, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        furnish(spec, tmp_path / "x")
    assert complaint in str(error.value)
    assert not (tmp_path / "x").exists()


def test_an_unknown_kind_is_an_unknown_name() -> None:
    with pytest.raises(UnknownName):
        checked({"kind": "odt"})
