"""What the libraries raise when a file is damaged, in one place.

Found by feeding them truncated, overwritten and foreign files; the fuzz test in tests/test_reading.py keeps the
lists honest.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias
from xml.etree.ElementTree import ParseError

from procmem.errors import ToolError

Library = Literal["openpyxl", "docx", "pypdf", "pdfium", "pillow", "icalendar"]
Faults: TypeAlias = tuple[type[Exception], ...]

_ARCHIVE: Faults = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, OSError)
# What code that trusts its input raises when the input lies: a missing part, a wrong type, a number out of range.
_TRUST: Faults = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError)


def faults(library: Library) -> Faults:
    """The exceptions by which a library says that a file is damaged or foreign."""
    match library:
        case "openpyxl":
            # lxml's XMLSyntaxError, which openpyxl uses where lxml is installed, is a SyntaxError
            return (*_ARCHIVE, *_TRUST, ParseError, SyntaxError)
        case "docx":
            from docx.exceptions import PythonDocxError
            from docx.opc.exceptions import OpcError

            return (*_ARCHIVE, *_TRUST, OpcError, PythonDocxError, SyntaxError)
        case "pypdf":
            from pypdf.errors import DependencyError, PyPdfError

            return (
                *_TRUST,
                PyPdfError,
                DependencyError,
                NotImplementedError,
                zlib.error,
                struct.error,
                EOFError,
                OSError,
            )
        case "pdfium":
            from pypdfium2 import PdfiumError

            return (PdfiumError, *_TRUST)
        case "pillow":
            from PIL.Image import DecompressionBombError

            return (OSError, *_TRUST, SyntaxError, DecompressionBombError, struct.error, zlib.error, EOFError)
        case "icalendar":
            return _TRUST


@contextmanager
def refusing(library: Library, message: str) -> Iterator[None]:
    """Turn a library's faults into a ToolError that says ``message``; ToolErrors pass as they are."""
    try:
        yield
    except ToolError:
        raise
    except faults(library) as error:  # evaluated, and its libraries imported, only when something was raised
        raise ToolError(f"{message} ({type(error).__name__})") from error
