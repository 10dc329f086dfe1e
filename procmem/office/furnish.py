"""Furnish an office: real bytes from plain data. The same spec gives the same bytes every day and in every process;
only how a PDF looks depends on the machine, which lends it its fonts.

A spec is ``{"kind": ..., ...}``; each kind is one class below, and pydantic tells which field is wrong. Documents, PDFs
and pictures share one little language, ``blocks``: a plain string is a paragraph, ``{"title": ...}``, ``{"heading":
...}`` and ``{"bullet": ...}`` are what they say, and ``{"table": rows}`` is a table with its header first.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from procmem.errors import BadInput, UnknownName
from procmem.office.formats.blocks import Block, Line, Style, Table
from procmem.office.formats.calendars import new_calendar
from procmem.office.formats.documents import append, new_document, saved
from procmem.office.formats.typeset import typeset
from procmem.office.pictures import draw
from procmem.types import JsonObject

Cell: TypeAlias = str | int | float | bool | None
Rows: TypeAlias = list[list[Cell]]

_BORN = datetime(2024, 1, 1, 9, 0, tzinfo=UTC)
"""When every furnished file says it was made; a real clock would make each run's bytes different."""
_COPIES = '"kind": "copy"'
"""In a spec's JSON: it takes over another file, which may have changed since. In a text the quotes would be escaped."""
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Piece(_Model):
    """One block of a document; exactly one field is given."""

    paragraph: str | None = None
    title: str | None = None
    heading: str | None = None
    bullet: str | None = None
    table: Rows | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_thing(cls, given: object) -> object:
        """A plain string is a paragraph; anything else has exactly one field."""
        if isinstance(given, str):
            return {"paragraph": given}
        if isinstance(given, dict) and len(given) != 1:
            raise ValueError("a block is one of paragraph, title, heading, bullet, table")
        return given

    def block(self) -> Block:
        """The piece as a Line or a Table."""
        if self.table is not None:
            return Table(tuple(tuple("" if value is None else str(value) for value in row) for row in self.table))
        for style in get_args(Style):
            text = getattr(self, style)
            if text is not None:
                return Line(text, style)
        return Line("")


class _Spec(_Model):
    kind: str

    def made(self) -> bytes:
        """The file's bytes."""
        raise NotImplementedError


class _Document(_Spec):
    blocks: list[Piece]

    def parts(self) -> list[Block]:
        """The blocks as the writers of documents take them."""
        return [piece.block() for piece in self.blocks]


class Xlsx(_Spec):
    """A workbook: sheet name -> rows. A text cell that begins with "=" is a formula, ``None`` an empty cell."""

    sheets: dict[str, Rows] = Field(min_length=1)

    def made(self) -> bytes:
        """A workbook whose first sheet is the active one and whose header rows are bold."""
        from openpyxl import Workbook
        from openpyxl.styles import Font

        book = Workbook()
        book.remove(book.worksheets[0])
        for name, rows in self.sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            for cell in sheet[1]:
                cell.font = Font(bold=True)
        book.properties.created = _BORN.replace(tzinfo=None)
        buffer = io.BytesIO()
        book.save(buffer)
        return _without_clock(buffer.getvalue())


class Docx(_Document):
    """A Word document."""

    def made(self) -> bytes:
        """Word's own styles: Title, Heading 1, List Bullet, Table Grid."""
        document = new_document()
        append(document, self.parts())
        return _without_clock(saved(document, "A furnished document"))


class Pdf(_Document):
    """A PDF with real text."""

    def made(self) -> bytes:
        """A4 pages, as many as it takes."""
        return typeset(self.parts(), "").data


class Picture(_Document):
    """Text as a picture (a notice, a card, a receipt): large black letters on white, for people and for OCR."""

    width: int = Field(default=1200, ge=200, le=4000)

    def made(self) -> bytes:
        """PNG or JPEG by ``kind``; as tall as the text needs."""
        from PIL import Image, ImageDraw

        blocks = self.parts()
        probe = ImageDraw.Draw(Image.new("L", (1, 1)))
        image = Image.new("RGB", (self.width, draw(probe, blocks, self.width)), "white")
        draw(ImageDraw.Draw(image), blocks, self.width)
        buffer = io.BytesIO()
        image.save(buffer, format="PNG" if self.kind == "png" else "JPEG")
        return buffer.getvalue()


class Event(_Model):
    """A calendar event; times are "YYYY-MM-DD HH:MM", local."""

    summary: str
    start: datetime
    end: datetime
    location: str = ""
    description: str = ""


class Ics(_Spec):
    """A calendar of naive local times, as OfficeBench's calendar app writes them."""

    events: list[Event] = []

    def made(self) -> bytes:
        """One VCALENDAR; UIDs are numbers, so that the bytes do not vary."""
        import icalendar

        calendar = new_calendar()
        for number, event in enumerate(self.events, start=1):
            entry = icalendar.Event()
            entry.add("uid", f"event-{number}@office.example")
            entry.add("dtstamp", _BORN)
            entry.add("summary", event.summary)
            entry.add("dtstart", event.start)
            entry.add("dtend", event.end)
            if event.location:
                entry.add("location", event.location)
            if event.description:
                entry.add("description", event.description)
            calendar.add_component(entry)
        return bytes(calendar.to_ical())


class Attachment(_Model):
    """A file in a mail: its name, and a spec of any kind."""

    name: str
    file: JsonObject

    @field_validator("file")
    @classmethod
    def _can_be_made(cls, spec: JsonObject) -> JsonObject:
        checked(spec)
        return spec


class Eml(_Spec):
    """A mail. A name without "@" gets OfficeBench's "@example.com"; ``date`` is "YYYY-MM-DD HH:MM"."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    sender: str = Field(alias="from")
    to: str
    cc: str = ""
    subject: str
    date: datetime = _BORN
    text: str = ""
    html: str = ""
    attachments: list[Attachment] = []

    def made(self) -> bytes:
        """RFC 5322 bytes with a Message-ID made of subject and date."""
        mail = EmailMessage()
        mail["From"] = _addresses(self.sender)
        mail["To"] = _addresses(self.to)
        if self.cc:
            mail["Cc"] = _addresses(self.cc)
        mail["Subject"] = self.subject
        mail["Date"] = format_datetime(self.date.replace(tzinfo=UTC))
        identity = re.sub(r"[^a-z0-9]+", "-", f"{self.subject} {self.date:%Y-%m-%d %H:%M} {self.sender}".lower()).strip(
            "-"
        )
        mail["Message-ID"] = f"<{identity}@office.example>"
        mail.set_content(self.text)
        if self.html:
            mail.add_alternative(self.html, subtype="html")
        for attachment in self.attachments:
            mail.add_attachment(
                checked(attachment.file).made(),
                maintype="application",
                subtype="octet-stream",
                filename=attachment.name,
            )
        for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
            part.set_boundary(f"=={identity}=={number}==")
        return mail.as_bytes()


class Text(_Spec):
    """A plain text file, or a .csv when it is given as ``rows``."""

    text: str = ""
    rows: Rows | None = None

    def made(self) -> bytes:
        """UTF-8 with plain newlines."""
        if self.rows is None:
            return self.text.encode()
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(self.rows)
        return buffer.getvalue().encode()


class Copy(_Spec):
    """The bytes of a file that is already there: an upload, a file of an OfficeBench testbed."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    source: Path = Field(alias="from")

    def made(self) -> bytes:
        """What the file holds now."""
        if not self.source.is_absolute():
            raise BadInput(f"A file to copy needs an absolute path, not {str(self.source)!r}.")
        try:
            return self.source.read_bytes()
        except OSError as error:
            raise BadInput(f"The file {self.source} can not be copied: {error.strerror}.") from error


def checked(spec: JsonObject) -> _Spec:
    """The spec as a typed record that can make its bytes.

    Raises:
        UnknownName: there is no such kind.
        BadInput: a field is missing, unknown or of the wrong type; the text names it.
    """
    kind = str(spec.get("kind"))
    if kind not in KINDS:
        raise UnknownName("kind of file", kind, KINDS)
    try:
        return KINDS[kind].model_validate(spec)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"A file of kind {kind} has a problem at {place}: {first['msg']}.") from error


def furnish(spec: JsonObject, target: Path) -> None:
    """Write the file that ``spec`` describes to ``target``, making its folder.

    Raises:
        BadInput: the spec is no good; the text names the kind and the field.
    """
    content = checked(spec).made() if _COPIES in json.dumps(spec) else _made(json.dumps(spec))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


@lru_cache(maxsize=2048)
def _made(spec: str) -> bytes:
    """The bytes of a spec in JSON, remembered: the runs of an experiment furnish the same offices again and again."""
    return checked(json.loads(spec)).made()


# --- zip containers --------------------------------------------------------------------------------------------------


def _without_clock(container: bytes) -> bytes:
    """The same Office file with fixed dates in its zip entries and its core properties."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + _BORN.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            stable = zipfile.ZipInfo(entry.filename, _BORN.timetuple()[:6])
            stable.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(stable, content)
    return buffer.getvalue()


def _addresses(names: str) -> str:
    return ", ".join(_address(name.strip()) for name in names.split(","))


def _address(name: str) -> str:
    if "@" in name:
        return name
    return f"{name} <{name.replace(' ', '.')}@example.com>" if " " in name else f"{name}@example.com"


KINDS: dict[str, type[_Spec]] = {
    "xlsx": Xlsx,
    "docx": Docx,
    "pdf": Pdf,
    "png": Picture,
    "jpg": Picture,
    "ics": Ics,
    "eml": Eml,
    "txt": Text,
    "csv": Text,
    "md": Text,
    "copy": Copy,
}
