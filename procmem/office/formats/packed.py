"""Zip archives, which is what .xlsx and .docx files are: refused before anything unpacks a bomb."""

from __future__ import annotations

import io
import zipfile

from procmem.errors import ToolError
from procmem.office.formats.faults import faults

LARGEST_UNPACKED = 60_000_000
_MOST_ENTRIES = 5_000
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls and .doc, and every password-protected .xlsx and .docx


def require_package(data: bytes, name: str, kind: str) -> None:
    """Check that ``data`` may be an Office Open XML file of bearable size; ``kind`` is how a person calls it.

    Raises:
        ToolError: it is empty, protected, an old format, something else, or unpacks to more than LARGEST_UNPACKED.
    """
    if not data:
        raise ToolError(f"{name} is empty (0 bytes); it is no {kind}.")
    if data.startswith(_COMPOUND_FILE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ToolError(f"{name} is protected with a password and can not be opened. Ask for an open copy.")
        raise ToolError(f"{name} is in an old binary format. Ask for it as .xlsx or .docx.")
    if not data.startswith(b"PK"):
        raise ToolError(f"{name} is no {kind}, whatever its name says{_perhaps(data)}.")
    _measure(data, name, kind)


def _perhaps(data: bytes) -> str:
    if data.startswith(b"%PDF"):
        return "; it is a PDF: read it with pdf_read_file"
    try:
        data[:4000].decode()
    except UnicodeDecodeError as error:
        if error.start < 3990:
            return ""
    return "" if b"\0" in data[:4000] else "; it is plain text: read it with files_read_file"


def _measure(data: bytes, name: str, kind: str) -> None:
    # zipfile stops at the size that the directory declares, so a lying entry unpacks to no more than it says
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except faults("openpyxl") as error:
        raise ToolError(f"{name} is damaged and can not be opened as a {kind}.") from error
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST_UNPACKED or len(entries) > _MOST_ENTRIES:
        raise ToolError(
            f"{name} unpacks to {size / 1e6:,.0f} MB in {len(entries):,} parts, more than a {kind} may have "
            f"({LARGEST_UNPACKED / 1e6:.0f} MB, {_MOST_ENTRIES:,} parts); it was not opened."
        )
