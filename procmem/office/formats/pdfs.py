"""PDF files: their text, their pages as images, and images as pages. Typesetting new ones is ``typeset``."""

from __future__ import annotations

import io
import logging
import re
import threading
from typing import TYPE_CHECKING

from procmem.errors import ToolError
from procmem.office.formats.faults import refusing
from procmem.office.formats.remembered import by_content

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdf import PageObject, PdfReader

MOST_PAGES = 500
_DOTS_PER_INCH = 150
_MOST_PAGE_PIXELS = 12_000_000
_MOST_IMAGE_PIXELS = 50_000_000
_pdfium = threading.Lock()  # pdfium is not thread-safe


@by_content(most=256)
def page_texts(data: bytes, name: str, *, rows: bool = False) -> list[str]:
    """The text of each page, "" for a page without any.

    Args:
        rows: Keep what stands side by side on one line, with two spaces between, as in tables; else the text comes in
            the order in which it was drawn.

    Raises:
        ToolError: no PDF, protected, damaged, or more than MOST_PAGES pages.
    """
    with refusing("pypdf", f"{name} is damaged and can not be read as a PDF."):
        reader = _reader(data, name)
        if len(reader.pages) > MOST_PAGES:
            raise ToolError(f"{name} has {len(reader.pages)} pages; the office reads at most {MOST_PAGES}.")
        return [_rows(page) if rows else page.extract_text().strip() for page in reader.pages]


def _rows(page: PageObject) -> str:
    plain = page.extract_text().strip()
    layout = page.extract_text(
        extraction_mode="layout", layout_mode_space_vertically=False, layout_mode_strip_rotated=False
    )
    text = "\n".join(re.sub(r" {2,}", "  ", line.strip()) for line in layout.splitlines()).strip()
    # the layout mode gives up on some fonts; a text that lost a tenth of its letters is worse than one out of order
    return text if len("".join(text.split())) >= 0.9 * len("".join(plain.split())) else plain


def _reader(data: bytes, name: str) -> PdfReader:
    from pypdf import PdfReader

    _require_pdf(data, name)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it prints a line for every flaw it works around
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ToolError(f"{name} is protected with a password and can not be opened. Ask for an open copy.")
    return reader


def _require_pdf(data: bytes, name: str) -> None:
    if not data:
        raise ToolError(f"{name} is empty (0 bytes); it is no PDF.")
    if b"%PDF-" not in data[:1024]:
        raise ToolError(f"{name} is no PDF, whatever its name says.")


def page_images(data: bytes, name: str, most: int) -> tuple[list[Image], int]:
    """The first ``most`` pages as RGB images at 150 dots per inch (fewer for huge pages), and the number of all pages.

    Raises:
        ToolError: no PDF, protected or damaged.
    """
    import pypdfium2

    _require_pdf(data, name)
    with (
        _pdfium,
        refusing("pdfium", f"{name} is damaged or protected with a password and can not be shown as an image."),
    ):
        document = pypdfium2.PdfDocument(data)
        try:
            count = len(document)
            images = [_image(document[number]) for number in range(min(count, most))]
        finally:
            document.close()
    if not images:
        raise ToolError(f"{name} has no pages.")
    return images, count


def _image(page: object) -> Image:
    width, height = page.get_size()  # type: ignore[attr-defined]  # points
    scale = _DOTS_PER_INCH / 72
    if width * height * scale**2 > _MOST_PAGE_PIXELS:
        scale = (_MOST_PAGE_PIXELS / (width * height)) ** 0.5
    image: Image = page.render(scale=scale).to_pil().convert("RGB")  # type: ignore[attr-defined]
    return image


def stacked(images: list[Image]) -> tuple[Image, int]:
    """As many of the images as fit into one, below each other, and how many these are."""
    from PIL import Image

    width, height, fitting = 0, 0, 0
    for image in images:
        if fitting and max(width, image.width) * (height + image.height) > _MOST_IMAGE_PIXELS:
            break
        width, height, fitting = max(width, image.width), height + image.height, fitting + 1
    whole = Image.new("RGB", (width, height), "white")
    top = 0
    for image in images[:fitting]:
        whole.paste(image, (0, top))
        top += image.height
    return whole, fitting


def picture_pdf(picture: Image) -> bytes:
    """A PDF of one page that shows the image, at 150 dots per inch."""
    stream = io.BytesIO()
    picture.save(stream, format="PDF", resolution=_DOTS_PER_INCH)
    return stream.getvalue()
