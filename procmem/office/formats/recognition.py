"""Text in images, through rapidocr: its models come with the package, so it works without a network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from procmem.errors import ToolError
from procmem.office.formats.faults import refusing
from procmem.office.formats.pictures import MOST_PIXELS
from procmem.office.formats.remembered import by_content

if TYPE_CHECKING:
    from PIL.Image import Image

_engine_lock = threading.Lock()
_MARGIN = 24  # pixels
_BAND = 2_000  # pixels
_FAINT = 24  # of 255; less ink than this is paper


@cache
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ToolError("Text in images can not be read here: the package rapidocr is not installed.") from error
    # small images are not blown up, which costs seconds, and texts are taken to stand upright
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": 1600,
        }
    )


def recognized(image: Image) -> str:
    """The text in an RGB image, line by line from the top; pieces of one line are separated by two spaces.

    It is remembered by the pixels: recognizing takes a second, and runs of one task look at the same picture.
    """
    return _recognized(image.tobytes(), image.size)


@by_content(most=512, largest=3 * MOST_PIXELS)
def _recognized(pixels: bytes, size: tuple[int, int]) -> str:
    from PIL import Image

    image = Image.frombytes("RGB", size, pixels)
    return "\n".join(filter(None, (_read(_trimmed(band)) for band in _bands(image))))


def _read(image: Image) -> str:
    import numpy as np

    pixels = np.asarray(image)[:, :, ::-1]  # rapidocr reads blue, green, red
    with _engine_lock, refusing("pillow", "The image can not be recognized."):
        found = _engine()(pixels)
    if found.boxes is None or not found.txts:
        return ""
    pieces = [_Piece.of(box, text) for box, text in zip(found.boxes, found.txts, strict=True)]
    return "\n".join("  ".join(text for _, text in sorted(line)) for line in _lines(pieces))


def _bands(image: Image) -> Iterator[Image]:
    """The image cut across, where it is blank, into bands that stay legible; blank bands are left out."""
    import numpy as np

    inked = np.asarray(np.any(np.asarray(image.convert("L")) < 255 - _FAINT, axis=1))
    top = 0
    while top < image.height:
        bottom = min(top + _BAND, image.height)
        blank = np.flatnonzero(~inked[top + _BAND // 2 : bottom])
        if bottom < image.height and blank.size:
            bottom = top + _BAND // 2 + int(blank[-1])
        if inked[top:bottom].any():
            yield image.crop((0, top, image.width, bottom))
        top = bottom


def _trimmed(image: Image) -> Image:
    """The image without its white borders, which take as long to search as text."""
    from PIL import Image, ImageOps

    ink = ImageOps.invert(image.convert("L")).point(lambda value: 255 if value > _FAINT else 0).getbbox()
    if ink is None:
        return image
    trimmed = image.crop(ink)
    paper = Image.new("RGB", (trimmed.width + 2 * _MARGIN, trimmed.height + 2 * _MARGIN), "white")
    paper.paste(trimmed, (_MARGIN, _MARGIN))
    return paper


@dataclass(frozen=True, slots=True)
class _Piece:
    left: float
    top: float
    bottom: float
    text: str

    @classmethod
    def of(cls, box: Any, text: str) -> _Piece:
        """``box`` holds the four corners of a text as (x, y)."""
        return cls(float(box[:, 0].min()), float(box[:, 1].min()), float(box[:, 1].max()), text)


def _lines(pieces: list[_Piece]) -> list[list[tuple[float, str]]]:
    """Pieces grouped into lines: those whose middle lies within the height of the line's first piece."""
    lines: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda each: (each.top + each.bottom, each.left)):
        middle = (piece.top + piece.bottom) / 2
        if lines and lines[-1][0].top < middle < lines[-1][0].bottom:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [[(piece.left, piece.text) for piece in line] for line in lines]
