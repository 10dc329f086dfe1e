"""What checks read: the files of an office as OfficeBench's evaluator sees them, and its calendars and mails.

A file that is missing or can not be read is a ``ToolError``, which grading turns into a failed check.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from procmem.office.formats.blocks import Line
from procmem.office.formats.calendars import Event, events_of, open_calendars
from procmem.office.formats.computed import computed
from procmem.office.formats.documents import blocks_of, open_document
from procmem.office.formats.mails import Mail, parsed
from procmem.office.formats.pdfs import page_texts
from procmem.office.formats.sheets import Place, filled, open_workbook, sheet_of, table_text, used_range
from procmem.office.formats.texts import decoded

if TYPE_CHECKING:
    from procmem.office.workspace import Office

DocType: TypeAlias = Literal["txt", "ics", "doc", "docx", "pdf", "xlsx", "email"]

_CACHE = re.compile(r"(\.\./)+cache/[^/]+/testbed/")


def before(office: Office) -> Office:
    """The office as it was when the run opened."""
    return replace(office, root=office.pristine)


def content(office: Office, name: str) -> bytes:
    """The bytes of a file by its name in a check; OfficeBench's ``../../../../cache/0/testbed/x`` is x before the run.

    Raises:
        ToolError: there is no such file, or it is outside the office.
    """
    if _CACHE.match(name):
        office, name = before(office), _CACHE.sub("", name)
    return office.read(office.existing(name))


def text_of(office: Office, doc_type: DocType, name: str) -> str:
    """The text OfficeBench's evaluator looks into (officebench.md 5.2).

    txt is the raw text, ics too with its folded lines joined, docx the paragraphs, xlsx the ``(r, c): value`` dump,
    pdf its text; ``name`` is a file, or for email a user, whose whole mailbox is listed.
    """
    match doc_type:
        case "email":
            return mailbox_text(office, name)
        case "txt":
            return decoded(content(office, name), name)
        case "ics":
            return re.sub(r"\n[ \t]", "", decoded(content(office, name), name))
        case "doc" | "docx":
            return "\n".join(paragraphs(office, name))
        case "xlsx":
            return table_text(cells(office, name))
        case "pdf":
            return "\n".join(page_texts(content(office, name), name))


def paragraphs(office: Office, name: str) -> list[str]:
    """The paragraphs of a Word file; text in tables is not among them (officebench.md 7, pitfall 13)."""
    blocks = blocks_of(open_document(content(office, name), name), name)
    return [block.text for block in blocks if isinstance(block, Line)]


def cells(office: Office, name: str, sheet_name: str = "") -> dict[Place, Any]:
    """The filled cells of one sheet, by default the active one: (row, column) from 1 -> value, formulas as text."""
    return filled(sheet_of(open_workbook(content(office, name), name), name, sheet_name))


def rows(office: Office, name: str, sheet_name: str = "") -> list[list[Any]]:
    """One sheet as rows of values, formulas computed where possible, ``None`` for empty cells."""
    data = content(office, name)
    workbook = open_workbook(data, name)
    values = computed(workbook, sheet_of(workbook, name, sheet_name).title, data, name).values
    last_row, last_column = used_range(values)
    return [[values.get((row, at)) for at in range(1, last_column + 1)] for row in range(1, last_row + 1)]


def events(office: Office, user: str) -> list[Event]:
    """The events of a user's calendar, by start; no calendar is an empty one. Case does not matter."""
    wanted = f"calendar/{user}.ics".casefold()
    name = next((file for file in office.files() if file.casefold() == wanted), None)
    return events_of(open_calendars(content(office, name), name), name) if name else []


def mails(office: Office) -> dict[str, Mail]:
    """All mails of all mailboxes by file name, senders' and recipients' copies alike."""
    names = [name for name in office.files() if name.startswith("emails/") and name.lower().endswith(".eml")]
    return {name: parsed(content(office, name), name) for name in names}


def new_mails(office: Office) -> list[Mail]:
    """The mails this run sent, each once; copies of a mail in several mailboxes are one mail."""
    old = mails(before(office))
    new = [mail for name, mail in mails(office).items() if old.get(name) != mail]
    return list({mail.message_id or repr(mail): mail for mail in new}.values())


def mailbox_text(office: Office, user: str) -> str:
    """A user's whole mailbox as OfficeBench lists it; "No emails found." for an empty one.

    The folder is found as upstream meant to: the exact name, then lower case, then any folder that holds the name.
    Upstream reads /testbed whatever office it grades, and fails when there is no folder; both are mended here.
    """
    found = mails(office)
    folders = list(dict.fromkeys(name.split("/")[1] for name in found if name.count("/") == 2))
    likely = [name for name in (user, user.lower()) if name in folders]
    likely += [folder for folder in folders if user.lower() in folder.lower()]
    listed = [_listed(name, mail) for name, mail in found.items() if likely and name.split("/")[1] == likely[0]]
    return "\n".join(listed) or "No emails found."


def _listed(name: str, mail: Mail) -> str:
    lines = (f"Email ID: {name.rsplit('/', 1)[-1]}", f"From: {mail.sender}", f"To: {mail.to}")
    return "\n".join((*lines, f"Subject: {mail.subject}", f"Content: {mail.body}", "-" * 50))
