"""Text as a picture: large black letters on white, the way a notice or a receipt looks to OCR."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from procmem.office.formats.blocks import Block, Line, Style, Table

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

_SIZES: dict[Style, int] = {"title": 52, "heading": 38, "paragraph": 34, "bullet": 34}
_MARGIN = 60
_GAP = 14


def draw(canvas: ImageDraw, blocks: Sequence[Block], width: int) -> int:
    """Draw the blocks down a canvas of this width in pixels; returns the height they take.

    On a canvas of one pixel this only measures.
    """
    y = _MARGIN
    for block in blocks:
        match block:
            case Line(text, style):
                font = _font(style)
                for line in _wrapped(canvas, f"- {text}" if style == "bullet" else text, font, width - 2 * _MARGIN):
                    y = _row(canvas, y, [line], font, width)
            case Table(rows):
                for row in rows:
                    y = _row(canvas, y, row, _font("paragraph"), width)
        y += _GAP
    return y + _MARGIN - _GAP


def _row(canvas: ImageDraw, y: int, cells: Sequence[str], font: FreeTypeFont, width: int) -> int:
    """Write cells side by side; returns where the next row begins."""
    step = (width - 2 * _MARGIN) // max(len(cells), 1)
    for at, text in enumerate(cells):
        canvas.text((_MARGIN + at * step, y), text, font=font, fill="black")
    return y + int(font.size * 1.6)


def _wrapped(canvas: ImageDraw, text: str, font: FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for line in text.splitlines():
        lines.append("")
        for word in line.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and canvas.textlength(longer, font=font) > width:
                lines.append(word)
            else:
                lines[-1] = longer
    return lines


@cache
def _font(style: Style) -> FreeTypeFont:
    """Bitstream Vera, which reportlab ships: it is there wherever the package is, so the pixels are always the same."""
    import reportlab
    from PIL import ImageFont

    name = "VeraBd.ttf" if style in ("title", "heading") else "Vera.ttf"
    return ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / name), _SIZES[style])
