"""The pdf app: PDF files, and images as PDFs."""

from __future__ import annotations

from pathlib import Path

from procmem.errors import ToolError
from procmem.office.formats.blocks import Line, lines_of
from procmem.office.formats.documents import append, new_document, saved
from procmem.office.formats.pdfs import page_images, page_texts, picture_pdf, stacked
from procmem.office.formats.pictures import FORMATS, open_picture, picture_bytes
from procmem.office.formats.typeset import typeset
from procmem.office.tool import App, tool
from procmem.office.workspace import Office

_MOST_PAGES_IN_IMAGE = 20


@tool("pdf", long=True)
def read_file(office: Office, pdf_file_path: str) -> str:
    """Read the text of a PDF.

    Args:
        pdf_file_path: PDF, like data/report.pdf.
    """
    path = _existing(office, pdf_file_path, "Failed to read the file.")
    return "\n".join(_texts(office, path, pdf_file_path))


@tool("pdf")
def create(office: Office, pdf_file_path: str, contents: str, title: str = "") -> str:
    """Make a PDF from text, one paragraph per line.

    Args:
        pdf_file_path: PDF to make, like data/report.pdf.
        contents: Text of the PDF.
        title: Title above the text.
    """
    target = _target(office, pdf_file_path, (".pdf",))
    head = [Line(title, "title")] if title.strip() else []
    printed = typeset([*head, *lines_of(contents)], title or target.stem)
    office.write(target, printed.data)
    return f"Successfully create {pdf_file_path}{printed.note}"


@tool("pdf")
def convert_to_image(office: Office, pdf_file_path: str, image_file_path: str) -> str:
    """Make one image of a PDF; several pages are put below each other.

    Args:
        pdf_file_path: PDF to convert, like data/report.pdf.
        image_file_path: Image to make, ending with .png or .jpg.
    """
    path = _existing(office, pdf_file_path, f"Failed to convert it to {image_file_path}.")
    target = _target(office, image_file_path, tuple(FORMATS))
    images, pages = page_images(office.read(path), pdf_file_path, _MOST_PAGES_IN_IMAGE)
    image, shown = stacked(images)
    office.write(target, picture_bytes(image, target.suffix))
    return (
        "Success"
        if shown == pages
        else f"Success, but only the first {shown} of {pages} pages fit into {image_file_path}."
    )


@tool("pdf")
def convert_to_word(office: Office, pdf_file_path: str, word_file_path: str) -> str:
    """Make a Word document with the text of a PDF, one paragraph per line.

    Args:
        pdf_file_path: PDF to convert, like data/report.pdf.
        word_file_path: Document to make, like data/report.docx.
    """
    path = _existing(office, pdf_file_path, f"Failed to convert it to {word_file_path}.")
    target = _target(office, word_file_path, (".docx",))
    document = new_document()
    append(document, lines_of("\n".join(_texts(office, path, pdf_file_path))))
    office.write(target, saved(document, word_file_path))
    return "Success"


@tool("pdf")
def image_convert_to_pdf(office: Office, image_file_path: str, pdf_file_path: str) -> str:
    """Make a PDF of one page that shows an image.

    Args:
        image_file_path: Image to convert, like data/scan.png.
        pdf_file_path: PDF to make, like data/scan.pdf.
    """
    path = office.existing(image_file_path, f"Failed to convert it to {pdf_file_path}.")
    target = _target(office, pdf_file_path, (".pdf",))
    office.write(target, picture_pdf(open_picture(office.read(path), image_file_path)))
    return "Success"


def _existing(office: Office, name: str, failed: str) -> Path:
    path = office.existing(name, failed)
    if path.suffix.lower() in FORMATS:
        raise ToolError(f"{name} is an image, not a PDF. {failed} Read it with ocr_recognize_file.")
    return path


def _texts(office: Office, path: Path, name: str) -> list[str]:
    texts = page_texts(office.read(path), name, rows=True)
    if not any(texts):
        raise ToolError(f"{name} has no text; its pages are probably images. Read it with ocr_recognize_file.")
    return texts


def _target(office: Office, name: str, endings: tuple[str, ...]) -> Path:
    path = office.path(name)
    if path.suffix.lower() not in endings:
        raise ToolError(f"{name} can not be made: its name must end with {' or '.join(endings)}.")
    return path


PDF = App(
    "pdf",
    "PDF files: read, create, convert to image or Word, make from an image.",
    (read_file, create, convert_to_image, convert_to_word, image_convert_to_pdf),
)
