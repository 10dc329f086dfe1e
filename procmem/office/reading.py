"""What a file says, as plain text: for diffs and checks. Images say nothing here; reading them takes seconds."""

from __future__ import annotations

from pathlib import PurePath

from procmem.office.formats.blocks import blocks_text
from procmem.office.formats.calendars import events_of, events_text, open_calendars
from procmem.office.formats.computed import computed
from procmem.office.formats.documents import blocks_of, open_document
from procmem.office.formats.mails import mail_text, parsed
from procmem.office.formats.pdfs import page_texts
from procmem.office.formats.pictures import FORMATS
from procmem.office.formats.remembered import by_content
from procmem.office.formats.sheets import open_workbook, table_text
from procmem.office.formats.texts import decoded


def says(name: str, data: bytes) -> str:
    """The text of a file, by the ending of its name: tables of all sheets, paragraphs, pages, a mail, events, or text.

    Raises:
        ToolError: the file is damaged, protected, empty or too large, or its ending belongs to another kind.
    """
    return _said(data, name)


@by_content(most=512)
def _said(data: bytes, name: str) -> str:
    match PurePath(name).suffix.lower():
        case ".xlsx" | ".xlsm":
            return _sheets(name, data)
        case ".docx":
            return blocks_text(blocks_of(open_document(data, name), name))
        case ".pdf":
            return "\n".join(page_texts(data, name, rows=True))
        case ".eml":
            return mail_text(parsed(data, name))
        case ".ics":
            return events_text(events_of(open_calendars(data, name), name))
        case suffix if suffix in FORMATS:
            return ""
        case _:
            return decoded(data, name)


def _sheets(name: str, data: bytes) -> str:
    workbook = open_workbook(data, name)
    tables = [(sheet.title, computed(workbook, sheet.title, data, name).values) for sheet in workbook.worksheets]
    if len(tables) == 1:
        return table_text(tables[0][1])
    return "\n".join(f"{title}:\n{table_text(values)}" for title, values in tables)
