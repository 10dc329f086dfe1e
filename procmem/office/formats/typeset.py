"""New PDFs from blocks, through reportlab: complete in content, plain in looks."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from procmem.errors import ToolError
from procmem.office.formats.blocks import Block, Line, Style, Table
from procmem.office.formats.documents import clean
from procmem.office.formats.fonts import Typeface, typeface

_SIZES: dict[Style, int] = {"title": 18, "heading": 13, "paragraph": 10, "bullet": 10}
_WIDE = 6  # columns from which a table gets a page in landscape
_MARGIN = 50  # points


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF's bytes, and a note to put behind a sentence: what no font here draws, or "" when all is drawn."""

    data: bytes
    note: str


def typeset(blocks: Sequence[Block], title: str) -> Printed:
    """A PDF that shows the blocks in order. What no font here draws stays in the text but may not be visible.

    Raises:
        ToolError: the content can not be laid out, as when a table has too many columns.
    """
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.platypus import SimpleDocTemplate
    from reportlab.platypus.doctemplate import LayoutError

    columns = max((len(row) for block in blocks if isinstance(block, Table) for row in block.rows), default=0)
    size = landscape(A4) if columns > _WIDE else A4
    stream = io.BytesIO()
    frame = SimpleDocTemplate(
        stream, pagesize=size, title=clean(title), invariant=1,
        leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
    )  # fmt: skip
    texts = list(_texts(blocks))
    face = typeface(texts)
    try:
        frame.build(list(_flowables(blocks, size[0] - 2 * _MARGIN, face)))
    except (LayoutError, ValueError) as error:
        raise ToolError(f"The content can not be laid out on pages: {str(error)[:200]}") from error
    undrawn = face.undrawn("".join(texts))
    note = f". No font here draws {undrawn[:40]!r}; readers of the PDF may not see them." if undrawn else ""
    return Printed(stream.getvalue(), note)


def _flowables(blocks: Sequence[Block], width: float, face: Typeface) -> Iterator[Any]:
    from reportlab.platypus import Spacer

    for block in blocks:
        match block:
            case Line(text, _) if not text.strip():
                yield Spacer(1, 8)
            case Line(text, style):
                yield _paragraph(text, style, face)
            case Table(rows):
                yield _table(rows, width, face)
                yield Spacer(1, 8)
    yield Spacer(1, 1)  # reportlab makes no file of nothing


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Line(text):
                yield text
            case Table(rows):
                yield from (cell for row in rows for cell in row)


def _paragraph(text: str, style: Style, face: Typeface, size: int | None = None) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    points = size or _SIZES[style]
    look = ParagraphStyle(
        style,
        fontName=face.main.bold if style in ("title", "heading") else face.main.regular,
        fontSize=points,
        leading=points * 1.3,
        spaceAfter=points * 0.4,
        leftIndent=points if style == "bullet" else 0,
        firstLineIndent=-points if style == "bullet" else 0,
        splitLongWords=1,
    )
    source = face.markup(f"• {clean(text)}" if style == "bullet" else clean(text))
    return Paragraph(source.replace("\n", "<br/>"), look)


def _table(rows: tuple[tuple[str, ...], ...], width: float, face: Typeface) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Table as Grid

    columns = max(map(len, rows), default=1) or 1
    size = 9 if columns <= 8 else max(4, 72 // columns)
    padding = 4 if columns <= 8 else 1
    cells = [
        [_paragraph(text, "paragraph", face, size) for text in (*row, *[""] * (columns - len(row)))] for row in rows
    ]
    look = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), padding),
        ("RIGHTPADDING", (0, 0), (-1, -1), padding),
    ]
    return Grid(cells, colWidths=_widths(rows, columns, width), style=look, repeatRows=0, splitInRow=1)


def _widths(rows: tuple[tuple[str, ...], ...], columns: int, width: float) -> list[float]:
    """Widths in proportion to each column's longest text, none under half of an equal share."""
    longest = [
        max((min(len(row[each]), 60) for row in rows if each < len(row)), default=0) + 2 for each in range(columns)
    ]
    least = width / columns / 2
    free = width - least * columns
    return [least + free * length / sum(longest) for length in longest]
