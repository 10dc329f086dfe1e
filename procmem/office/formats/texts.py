"""Plain text files, whatever their encoding."""

from __future__ import annotations

import codecs

from procmem.errors import ToolError

READERS: dict[str, str] = {
    ".xlsx": "excel_read_file", ".xlsm": "excel_read_file", ".docx": "word_read_file", ".pdf": "pdf_read_file",
    ".png": "ocr_recognize_file", ".jpg": "ocr_recognize_file", ".jpeg": "ocr_recognize_file",
}  # fmt: skip
"""Endings of files that are not text -> the tool that reads them."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""Byte order marks -> encodings; the mark of UTF-32 begins with that of UTF-16, so it is tried first."""

_NOT_TEXT = (b"%PDF-", b"PK\x03\x04")


def decoded(data: bytes, name: str) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252; line ends become newlines.

    Raises:
        ToolError: the bytes are no text.
    """
    mark, encoding = _encoding(data)
    text = data.removeprefix(mark).decode(encoding, errors="replace")
    if "\0" in text or data.startswith(_NOT_TEXT):
        raise ToolError(f"{name} is not a text file{_reader(name)}.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def extended(data: bytes, text: str, name: str) -> bytes:
    """The bytes of a text file with ``text`` added on a new line, in the file's encoding; the old bytes stay.

    Raises:
        ToolError: the bytes are no text.
    """
    old = decoded(data, name)
    joint = "" if not old or old.endswith("\n") else "\n"
    return data + f"{joint}{text}".encode(_encoding(data)[1], errors="replace")


def _encoding(data: bytes) -> tuple[bytes, str]:
    """The byte order mark and the encoding behind it."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return mark, encoding
    try:
        data.decode()
    except UnicodeDecodeError:
        return b"", "cp1252"
    return b"", "utf-8"


def _reader(name: str) -> str:
    for suffix, tool in READERS.items():
        if name.lower().endswith(suffix):
            return f"; read it with {tool}"
    return ""
