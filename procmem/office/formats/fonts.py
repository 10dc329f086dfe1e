"""Fonts for PDFs: the fonts of this machine, then reportlab's own, each asked for the characters that it draws."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

# Regular and bold, widest first: DejaVu draws Latin, Greek, Cyrillic, Hebrew, Arabic and many signs, Liberation and
# Arial the first three, the others Chinese, Japanese and Korean. Vera (Western European) comes with reportlab.
_FILES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial Unicode.ttf", "Arial Unicode.ttf"),
    ("DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("Vera.ttf", "VeraBd.ttf"),
)
_NAMED_ONLY = "STSong-Light"
"""A font that PDF readers bring: not embedded, so a viewer may lack it, but the text can be searched and copied."""

_registering = threading.Lock()


@dataclass(frozen=True, slots=True)
class Face:
    """A registered font: reportlab's names of its regular and bold cuts, and the code points it draws."""

    regular: str
    bold: str
    covers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Typeface:
    """The fonts of one document: ``main`` for most of it, ``others`` for characters that it lacks."""

    main: Face
    others: tuple[Face, ...]

    def markup(self, text: str) -> str:
        """The text in reportlab's markup, each run in the first font that draws it."""
        runs = ((font, "".join(run)) for font, run in groupby(text, key=self._font))
        return "".join(
            escape(run) if font is None else f'<font name="{font}">{escape(run)}</font>' for font, run in runs
        )

    def _font(self, character: str) -> str | None:
        if ord(character) in self.main.covers or character.isspace():
            return None
        return next((face.regular for face in self.others if ord(character) in face.covers), _NAMED_ONLY)

    def undrawn(self, text: str) -> str:
        """The characters that no font here draws, each once, in order."""
        drawn = self.main.covers.union(*(face.covers for face in self.others))
        return "".join(dict.fromkeys(each for each in text if not each.isspace() and ord(each) not in drawn))


def typeface(texts: Iterable[str]) -> Typeface:
    """The fonts for some texts; the main one draws most of their characters."""
    wanted = {ord(character) for text in texts for character in text if not character.isspace()}
    with _registering:
        faces = _faces()
    main = max(faces, key=lambda face: len(wanted & face.covers))
    return Typeface(main, tuple(face for face in faces if face is not main))


@cache
def _faces() -> tuple[Face, ...]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(_NAMED_ONLY))
    found = (_registered(index, *pair) for index, pair in enumerate(_installed()))
    return tuple(face for face in found if face is not None)


def _registered(index: int, regular: Path, bold: Path) -> Face | None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    names = f"office-{index}", f"office-{index}-bold"
    try:
        fonts = [TTFont(name, str(path)) for name, path in zip(names, (regular, bold), strict=True)]
    except (TTFError, OSError):
        return None  # a font that reportlab can not embed, such as one with PostScript outlines
    for font in fonts:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(names[0], normal=names[0], bold=names[1], italic=names[0], boldItalic=names[1])
    return Face(*names, frozenset(fonts[0].face.charToGlyph))


def _installed() -> Iterator[tuple[Path, Path]]:
    wanted = {name for pair in _FILES for name in pair}
    found: dict[str, Path] = {}
    for folder in _folders():
        for parent, _, names in os.walk(folder):
            for name in wanted.intersection(names):
                found.setdefault(name, Path(parent) / name)
    for regular, bold in _FILES:
        if regular in found:
            yield found[regular], found.get(bold, found[regular])


def _folders() -> Iterator[Path]:
    match sys.platform:
        case "win32":
            yield Path("C:/Windows/Fonts")
        case "darwin":
            yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"))
        case _:
            yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
    package = importlib.util.find_spec("reportlab")
    if package and package.origin:
        yield Path(package.origin).parent / "fonts"
