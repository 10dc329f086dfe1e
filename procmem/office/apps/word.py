"""The word app: .docx documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from procmem.errors import ToolError
from procmem.office.formats.blocks import Style, Table, blocks_text, lines_of
from procmem.office.formats.documents import append, blocks_of, new_document, open_document, saved
from procmem.office.formats.remembered import by_content
from procmem.office.formats.typeset import typeset
from procmem.office.tool import App, tool
from procmem.office.workspace import Office

if TYPE_CHECKING:
    from docx.document import Document


@tool("word")
def create_new_file(office: Office, file_path: str) -> str:
    """Make an empty document.

    Args:
        file_path: New document, like data/report.docx.
    """
    path = office.path(file_path)
    if path.exists():
        raise ToolError(f"File {file_path} already exists. Nothing was changed.")
    if path.suffix.lower() != ".docx":
        raise ToolError(f"Failed to create new file {file_path}. Its name must end with .docx.")
    office.write(path, saved(new_document(), file_path))
    return f"Successfully create new file {file_path}"


@tool("word", long=True)
def read_file(office: Office, file_path: str) -> str:
    """Read the paragraphs and tables of a document in order; the cells of a table row are separated by " | ".

    Args:
        file_path: Document, like data/report.docx.
    """
    path = office.existing(file_path, "Failed to read the file.")
    text = _text(office.read(path), file_path)
    if not text.strip():
        return f"The word file {file_path} has no text."
    return f"The following is the content from the word file:\n{text}"


@by_content(most=256)
def _text(data: bytes, name: str) -> str:
    return blocks_text(blocks_of(open_document(data, name), name))


@tool("word")
def write_to_file(office: Office, file_path: str, contents: str, style: Style = "paragraph") -> str:
    """Add text at the end of a document, one paragraph per line.

    Args:
        file_path: Existing document, like data/report.docx.
        contents: Text to add.
        style: How it looks.
    """
    path, document = _opened(office, file_path, "Failed to write to the file.")
    append(document, lines_of(contents, style))
    office.write(path, saved(document, file_path))
    return f"Successfully write contents to {file_path}"


@tool("word")
def write_table(office: Office, file_path: str, rows: Sequence[Sequence[str]]) -> str:
    """Add a table at the end of a document.

    Args:
        file_path: Existing document, like data/report.docx.
        rows: Rows, each a list of cell texts, the header first, like [["Name", "Score"], ["Ann", "12"]].
    """
    path, document = _opened(office, file_path, "Failed to write to the file.")
    if not any(rows):
        raise ToolError("The argument rows is empty; give at least one row, like [['Name', 'Score']].")
    append(document, [Table(tuple(tuple(row) for row in rows))])
    office.write(path, saved(document, file_path))
    return f"Successfully write a table of {len(rows)} rows to {file_path}"


@tool("word")
def convert_to_pdf(office: Office, word_file_path: str, pdf_file_path: str) -> str:
    """Make a PDF with the paragraphs and tables of a document.

    Args:
        word_file_path: Document to convert, like data/report.docx.
        pdf_file_path: PDF to make, like data/report.pdf.
    """
    _, document = _opened(office, word_file_path, f"Failed to convert {word_file_path} to {pdf_file_path}.")
    target = office.path(pdf_file_path)
    printed = typeset(blocks_of(document, word_file_path), Path(word_file_path).stem)
    office.write(target, printed.data)
    return f"Successfully convert {word_file_path} to {pdf_file_path}{printed.note}"


def _opened(office: Office, file_path: str, failed: str) -> tuple[Path, Document]:
    path = office.existing(file_path, failed)
    return path, open_document(office.read(path), file_path)


WORD = App(
    "word",
    "Documents: create, read, write paragraphs, headings, bullets and tables, convert to PDF.",
    (create_new_file, read_file, write_to_file, write_table, convert_to_pdf),
)
