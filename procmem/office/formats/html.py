"""HTML as readable plain text: paragraphs, lists, links, and tables with " | " between cells."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset((
    "address", "article", "blockquote", "body", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "thead", "tr", "ul",
))  # fmt: skip
_TIGHT = frozenset(("tr", "li", "thead", "tbody"))
_SILENT = frozenset(("script", "style", "head", "title", "template"))
_CELL_END = "\x1f"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent: list[str] = []
        self.link = ""
        self.in_cell = [False]  # one entry per open table; the first stands for none

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag in ("td", "th"):
            self._end_cell()
            self.in_cell[-1] = True
        elif tag in _BLOCKS:
            self._break(tag)
            if tag == "table":
                self.in_cell.append(False)
        elif tag == "a":
            self.link = dict(attrs).get("href") or ""
        elif tag == "img":
            self.pieces.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "table" and len(self.in_cell) > 1:
            self._end_cell()
            self.in_cell.pop()
            self._break(tag)
        elif tag in _BLOCKS and tag not in ("li", "br"):
            self._break(tag)
        elif tag == "a" and self.link.startswith(("http", "mailto")):
            self.pieces.append(f" ({self.link})")
            self.link = ""

    def _end_cell(self) -> None:
        if self.in_cell[-1]:
            self.pieces.append(_CELL_END)
            self.in_cell[-1] = False

    def _break(self, tag: str) -> None:
        """A new line, for rows and list items at most one; inside a cell only tables make one."""
        if tag == "tr":
            self._end_cell()
        if self.in_cell[-1] and tag != "table":
            self.pieces.append(" ")
        elif tag not in _TIGHT or not "".join(self.pieces[-2:]).rstrip(" ").endswith("\n"):
            self.pieces.append("\n")
        if tag == "li":
            self.pieces.append("- ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))


def html_text(source: str) -> str:
    """The text that a person would see, one line per block or table row; scripts and styles are left out."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    lines = (_row(line) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _row(line: str) -> str:
    if _CELL_END not in line:
        return " ".join(line.split())
    return " | ".join(" ".join(cell.split()) for cell in line.rstrip().removesuffix(_CELL_END).split(_CELL_END))
