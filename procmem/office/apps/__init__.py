"""The apps, and the toolbox that an agent gets from them."""

from __future__ import annotations

from collections.abc import Iterable

from procmem.errors import UnknownName
from procmem.office.apps.calendar import CALENDAR
from procmem.office.apps.email import EMAIL
from procmem.office.apps.excel import EXCEL
from procmem.office.apps.files import FILES
from procmem.office.apps.ocr import OCR
from procmem.office.apps.pdf import PDF
from procmem.office.apps.word import WORD
from procmem.office.tool import App, Tool, use

__all__ = ["APPS", "toolbox", "use"]

APPS: dict[str, App] = {
    "calendar": CALENDAR,
    "email": EMAIL,
    "excel": EXCEL,
    "word": WORD,
    "pdf": PDF,
    "ocr": OCR,
    "files": FILES,
}


def toolbox(apps: Iterable[str]) -> dict[str, Tool]:
    """The tools of some apps by full name ("excel_read_file"), in the apps' order.

    Raises:
        UnknownName: there is no such app.
    """
    chosen: list[App] = []
    for name in apps:
        if name not in APPS:
            raise UnknownName("app", name, APPS)
        chosen.append(APPS[name])
    return {tool.name: tool for app in chosen for tool in app.tools}
