"""What a file looks like: a table, a page, a picture, or its text. Nothing from a file is interpreted."""

from __future__ import annotations

import mimetypes
from pathlib import Path, PurePosixPath

import streamlit as st

from pages.parts.plain import label
from procmem.errors import BadInput, ToolError
from procmem.types import TaskFile

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"})
PAGES = 3
"""How many pages of a PDF a preview shows."""
ROWS = 500
"""How many rows of a sheet a preview shows."""
BLOCKS = 200
"""How many paragraphs and tables of a Word document a preview shows."""
LONG = 2_000
"""How many characters of a heading, a list item or a cell of it."""


def draw_preview(name: str, data: bytes) -> None:
    """Show a file's content; one that can not be read says why."""
    try:
        match PurePosixPath(name).suffix.lower():
            case ".xlsx":
                _draw_workbook(name, data)
            case ".docx":
                _draw_document(name, data)
            case ".pdf":
                _draw_pages(name, data)
            case suffix if suffix in PICTURES:
                _draw_picture(name, data)
            case _:
                _draw_text(name, data)
    except ToolError as error:
        st.caption(label(str(error), 300))


def _draw_workbook(name: str, data: bytes) -> None:
    from openpyxl.utils import get_column_letter

    from procmem.office.formats.sheets import filled, grid, open_workbook

    book = open_workbook(data, name)
    for sheet in book.worksheets:
        if len(book.worksheets) > 1:
            st.caption(label(sheet.title))
        rows = grid(filled(sheet))
        if not rows:
            st.caption("This sheet is empty.")
            continue
        columns = {get_column_letter(at + 1): [row[at] for row in rows[:ROWS]] for at in range(len(rows[0]))}
        st.dataframe(columns, hide_index=True, alt="Sheet")
        if len(rows) > ROWS:
            st.caption(f"The first {ROWS} of {len(rows):,} rows.")


def _draw_document(name: str, data: bytes) -> None:
    from procmem.office.formats.blocks import Line, Table
    from procmem.office.formats.documents import blocks_of, open_document

    blocks = [block for block in blocks_of(open_document(data, name), name) if block not in (Line(""), Table(()))]
    with st.container(border=True, gap="xsmall"):
        for block in blocks[:BLOCKS]:
            match block:
                case Table(rows):
                    st.table(_columns(rows), border="horizontal", hide_index=True, alt="Table")
                case Line(text, "title" | "heading"):
                    st.markdown(f"**{label(text, LONG)}**")
                case Line(text, "bullet"):
                    st.markdown(f"- {label(text, LONG)}")
                case Line(text):
                    st.text(text)
        if not blocks:
            st.caption("This document is empty.")
    if len(blocks) > BLOCKS:
        st.caption(f"The first {BLOCKS} of {len(blocks):,} paragraphs and tables.")


def _columns(rows: tuple[tuple[str, ...], ...]) -> dict[str, list[str]]:
    """A table by column, under its first row where that names them; cells are escaped, since they render Markdown."""
    width = max(len(row) for row in rows)
    full = [[label(cell, LONG) for cell in row] + [""] * (width - len(row)) for row in rows]
    first = full[0]
    if len(full) > 1 and len(set(first)) == width and all(first):
        return {name: [row[at] for row in full[1:]] for at, name in enumerate(first)}
    return {" " * (at + 1): [row[at] for row in full] for at in range(width)}


def _draw_pages(name: str, data: bytes) -> None:
    from procmem.office.formats.pdfs import page_images

    images, count = page_images(data, name, PAGES)
    for number, image in enumerate(images, start=1):
        st.image(image, width=640, alt=f"Page {number}")
    if count > len(images):
        st.caption(f"The first {len(images)} of {count} pages.")


def _draw_picture(name: str, data: bytes) -> None:
    from procmem.office.formats.pictures import open_picture

    st.image(open_picture(data, name), width=640, alt="Picture")


def _draw_text(name: str, data: bytes) -> None:
    from procmem.office.reading import says

    text = says(name, data)
    st.code(text or "(empty)", language=None, wrap_lines=True, height=360 if text.count("\n") > 18 else "content")


def task_file(file: TaskFile) -> bytes:
    """The bytes that a task's file will have when a run opens its office.

    Raises:
        BadInput: the file can not be made.
    """
    from procmem.office.furnish import checked

    return checked(file.spec).made()


def office_file(path: Path, name: str) -> bytes:
    """The bytes of a file of an office.

    Raises:
        BadInput: it can not be opened, for the reason given.
    """
    from procmem.office.workspace import read_regular

    try:
        return read_regular(path, name)
    except ToolError as error:
        raise BadInput(str(error)) from error


def mime(name: str) -> str:
    """The media type for a download."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def file_icon(name: str) -> str:
    """An icon for a kind of file."""
    match PurePosixPath(name).suffix.lower():
        case ".xlsx" | ".csv":
            return ":material/table:"
        case ".docx" | ".txt" | ".md":
            return ":material/article:"
        case ".pdf":
            return ":material/picture_as_pdf:"
        case ".eml":
            return ":material/mail:"
        case ".ics":
            return ":material/calendar_month:"
        case suffix if suffix in PICTURES:
            return ":material/image:"
        case _:
            return ":material/draft:"
