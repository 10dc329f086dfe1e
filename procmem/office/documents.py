"""What checks read: the files of an office, its calendars and its mails.

A file that is missing or can not be read is a ``ToolError``, which grading turns into a failed check.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from procmem.office.formats.blocks import Line, Table
from procmem.office.formats.calendars import Event, events_of, open_calendars
from procmem.office.formats.computed import computed
from procmem.office.formats.documents import blocks_of, open_document
from procmem.office.formats.mails import Mail, parsed
from procmem.office.formats.remembered import by_content
from procmem.office.formats.sheets import Place, filled, open_workbook, sheet_of, used_range

if TYPE_CHECKING:
    from procmem.office.workspace import Office


def before(office: Office) -> Office:
    """The office as it was when the run opened."""
    return replace(office, root=office.pristine)


def content(office: Office, name: str) -> bytes:
    """The bytes of a file by its name in a check.

    Raises:
        ToolError: there is no such file, or it is outside the office.
    """
    return office.read(office.existing(name))


def paragraphs(office: Office, name: str) -> list[str]:
    """The paragraphs of a Word file; text in tables is not among them (officebench.md 7, pitfall 13)."""
    blocks = blocks_of(open_document(content(office, name), name), name)
    return [block.text for block in blocks if isinstance(block, Line)]


def word_tables(office: Office, name: str) -> list[list[list[str]]]:
    """The tables of a Word file, each as rows of cell texts."""
    blocks = blocks_of(open_document(content(office, name), name), name)
    return [[list(row) for row in block.rows] for block in blocks if isinstance(block, Table)]


def cells(office: Office, name: str, sheet_name: str = "") -> dict[Place, Any]:
    """The filled cells of one sheet, by default the active one: (row, column) from 1 -> value, formulas as text."""
    return filled(sheet_of(open_workbook(content(office, name), name), name, sheet_name))


def rows(office: Office, name: str, sheet_name: str = "") -> list[list[Any]]:
    """One sheet as rows of values, formulas computed where possible, ``None`` for empty cells."""
    return [list(row) for row in _rows(content(office, name), name, sheet_name)]


@by_content(most=256)
def _rows(data: bytes, name: str, sheet_name: str) -> tuple[tuple[Any, ...], ...]:
    workbook = open_workbook(data, name)
    values = computed(workbook, sheet_of(workbook, name, sheet_name).title, data, name).values
    last_row, last_column = used_range(values)
    return tuple(tuple(values.get((row, at)) for at in range(1, last_column + 1)) for row in range(1, last_row + 1))


def events(office: Office, user: str) -> list[Event]:
    """The events of a user's calendar, by start; no calendar is an empty one. Case does not matter."""
    wanted = f"calendar/{user}.ics".casefold()
    name = next((file for file in office.files() if file.casefold() == wanted), None)
    return events_of(open_calendars(content(office, name), name), name) if name else []


def new_mails(office: Office) -> list[Mail]:
    """The mails this run sent, each once; copies of a mail in several mailboxes are one mail."""
    old, now = _mail_files(before(office)), _mail_files(office)
    changed = [name for name, data in now.items() if old.get(name) != data]
    new = [parsed(now[name], name) for name in changed]
    return list({mail.message_id or repr(mail): mail for mail in new}.values())


def _mail_files(office: Office) -> dict[str, bytes]:
    names = [name for name in office.files() if name.startswith("emails/") and name.lower().endswith(".eml")]
    return {name: content(office, name) for name in names}
