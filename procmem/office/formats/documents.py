"""Word documents: opening, saving, and their paragraphs and tables in order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from procmem.office.formats.blocks import Block, Line, Style, Table
from procmem.office.formats.faults import refusing
from procmem.office.formats.packed import require_package

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table as DocxTable
    from docx.table import _Row as DocxRow
    from docx.text.paragraph import Paragraph

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
Styles: TypeAlias = dict[str | None, Any]
"""A document's styles by name."""

_NATIVE: dict[Style, str] = {"paragraph": "Normal", "title": "Title", "heading": "Heading 1", "bullet": "List Bullet"}


def open_document(data: bytes, name: str) -> Document:
    """A python-docx document.

    Raises:
        ToolError: the bytes are no Word document, are protected, damaged or too large.
    """
    from docx import Document

    require_package(data, name, "Word document")
    with refusing("docx", f"{name} is damaged and can not be opened as a Word document."):
        return Document(io.BytesIO(data))


def new_document() -> Document:
    """An empty document with python-docx's own styles."""
    from docx import Document

    return Document()


def saved(document: Document, name: str) -> bytes:
    """The document's bytes.

    Raises:
        ToolError: python-docx can not write what it read.
    """
    stream = io.BytesIO()
    with refusing("docx", f"{name} holds something that can not be written back; nothing was changed."):
        document.save(stream)
    return stream.getvalue()


def blocks_of(document: Document, name: str) -> list[Block]:
    """Paragraphs and tables in the order of the document; headers, footers and text boxes are left out.

    Raises:
        ToolError: a part is damaged.
    """
    from docx.table import Table as DocxTable

    with refusing("docx", f"A part of {name} is damaged and can not be read."):
        names = {style.style_id: style.name or "" for style in document.styles}
        return [
            Table(tuple(_rows(item))) if isinstance(item, DocxTable) else Line(item.text, _style(item, names))
            for item in document.iter_inner_content()
        ]


def _rows(table: DocxTable) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        yield tuple(_cells(row))


def _cells(row: DocxRow) -> Iterator[str]:
    """The row's cells; one that spans several columns is one cell."""
    seen = None
    for cell in row.cells:
        if cell._tc is not seen:
            yield cell.text
        seen = cell._tc


def _style(paragraph: Paragraph, names: dict[str, str]) -> Style:
    # by the style's ID in the XML: Paragraph.style searches all styles again for every paragraph
    style = names.get(paragraph._p.style or "", "").casefold()
    if style.startswith(("title", "subtitle")):
        return "title"
    if style.startswith("heading"):
        return "heading"
    return "bullet" if style.startswith("list") else "paragraph"


def append(document: Document, blocks: Iterable[Block]) -> None:
    """Add blocks at the end of a document."""
    styles = {style.name: style for style in document.styles}
    for block in blocks:
        match block:
            case Line(text, style):
                _append_line(document, clean(text), style, styles)
            case Table(rows):
                _append_table(document, rows, styles)
            case _:
                assert_never(block)


def _append_line(document: Document, text: str, style: Style, styles: Styles) -> None:
    native = styles.get(_NATIVE[style])
    if native is not None:
        document.add_paragraph(text, style=native)
        return
    # a document made elsewhere may lack the style; the look is then set by hand
    run = document.add_paragraph().add_run(f"• {text}" if style == "bullet" else text)
    run.bold = True if style in ("title", "heading") else None


def _append_table(document: Document, rows: tuple[tuple[str, ...], ...], styles: Styles) -> None:
    table = document.add_table(rows=len(rows), cols=max(map(len, rows), default=1))
    if "Table Grid" in styles:
        table.style = styles["Table Grid"]
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=False):
            cell.text = clean(text)


def clean(text: str) -> str:
    """The text without the characters that XML does not allow."""
    return _CONTROL.sub("", text)
