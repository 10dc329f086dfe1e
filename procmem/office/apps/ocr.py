"""The ocr app: text in images and scanned PDFs."""

from __future__ import annotations

from procmem.errors import ToolError
from procmem.office.formats.pdfs import page_images
from procmem.office.formats.pictures import open_picture
from procmem.office.formats.recognition import recognized
from procmem.office.tool import App, tool
from procmem.office.workspace import Office

_MOST_PAGES = 10


@tool("ocr", long=True)
def recognize_file(office: Office, file_path: str) -> str:
    """Read the text in an image or a scanned PDF, line by line.

    Args:
        file_path: Image or PDF, like data/scan.png.
    """
    path = office.existing(file_path, "Failed to recognize text.")
    data = office.read(path)
    if data.startswith(b"%PDF"):
        images, pages = page_images(data, file_path, _MOST_PAGES)
    else:
        images, pages = [open_picture(data, file_path)], 1
    text = "\n".join(filter(None, (recognized(image) for image in images)))
    if not text:
        raise ToolError(f"Failed to recognize text from {file_path}: no text was found in it.")
    cut = f"\n[Only the first {len(images)} of {pages} pages.]" if pages > len(images) else ""
    return f"The text from {file_path} is:\n{text}{cut}"


OCR = App("ocr", "Reads the text in images and scanned PDFs.", (recognize_file,))
