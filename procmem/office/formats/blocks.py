"""What a written document consists of, whatever its file format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Style = Literal["paragraph", "title", "heading", "bullet"]


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph and its style."""

    text: str
    style: Style = "paragraph"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cell texts; rows may differ in length."""

    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Line | Table


def blocks_text(blocks: Iterable[Block]) -> str:
    """The blocks as plain text, in order: one line per paragraph and, with " | " between cells, per table row."""
    lines: list[str] = []
    for block in blocks:
        match block:
            case Line(text):
                lines.append(text)
            case Table(rows):
                lines += [" | ".join(" ".join(cell.split()) for cell in row).rstrip() for row in rows]
    return "\n".join(lines)


def lines_of(contents: str, style: Style = "paragraph") -> list[Line]:
    """One Line per line of text; newlines at the end are dropped."""
    return [Line(text, style) for text in contents.rstrip("\n").split("\n")]
