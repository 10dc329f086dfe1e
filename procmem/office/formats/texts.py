"""Plain text files, whatever their encoding."""

from __future__ import annotations

import codecs

from procmem.errors import ToolError

READERS: dict[str, str] = {
    ".xlsx": "excel_read_file", ".xlsm": "excel_read_file", ".docx": "word_read_file", ".pdf": "pdf_read_file",
    ".png": "ocr_recognize_file", ".jpg": "ocr_recognize_file", ".jpeg": "ocr_recognize_file",
}  # fmt: skip
"""Endings of files that are not text -> the tool that reads them."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_NOT_TEXT = (b"%PDF-", b"PK\x03\x04")


def decoded(data: bytes, name: str) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252; line ends become newlines.

    Raises:
        ToolError: the bytes are no text.
    """
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text or data.startswith(_NOT_TEXT):
        raise ToolError(f"{name} is not a text file{_reader(name)}.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _reader(name: str) -> str:
    for suffix, tool in READERS.items():
        if name.lower().endswith(suffix):
            return f"; read it with {tool}"
    return ""
