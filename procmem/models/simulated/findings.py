"""What was seen so far, as the things of an office: events, mails, sheets, files and documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from procmem.models.simulated.context import Seen
from procmem.models.simulated.entities import mentions, typed
from procmem.models.simulated.reading import Request, past_turns, report_seen
from procmem.models.simulated.records import EMPTY_CELL, Table, tables
from procmem.models.simulated.roles import looks, role_of

_HEADER = re.compile(r"^(Email ID|Message ID|From|To|Cc|Subject|Date|Attachments): ?(.*)$", re.MULTILINE)
_BODY = re.compile(r"^(?:Content|Body|Text): ?", re.MULTILINE)
_CELL = re.compile(r"\((\d{1,5}), (\d{1,3})\): ([^\t\n]*)")
_SHEET = re.compile(r"^(\S[^\n]{0,60}?) \(\d+ rows?\b([^\n)]*)\)$", re.MULTILINE)
_MOST = 200


@dataclass(frozen=True, slots=True)
class Event:
    """A calendar entry as listed."""

    owner: str
    title: str
    start: datetime
    end: datetime
    place: str
    notes: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as listed or read; ``whole`` when it was read."""

    owner: str
    id: str
    sender: str
    to: str
    subject: str
    date: str
    body: str
    attachments: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a sheet by (row, column), from 1. ``name`` is empty for the sheet in front."""

    path: str
    name: str
    cells: dict[tuple[int, int], str]
    table: Table | None

    @property
    def columns(self) -> dict[int, str]:
        """The header's titles by column."""
        if self.table is None:
            return {}
        return dict(zip(self.table.numbers, self.table.columns, strict=False))

    @property
    def last(self) -> int:
        """The last row that holds something."""
        return max((row for row, _ in self.cells), default=0)


@dataclass(frozen=True, slots=True)
class Document:
    """A text that was read, without the sentence that tools put before it."""

    path: str
    text: str


class Findings:
    """All that is known of the office at a moment, the latest look first where two differ."""

    def __init__(self, seen: tuple[Seen, ...]) -> None:
        self.seen = seen

    @cached_property
    def events(self) -> list[Event]:
        """Calendar entries, by start."""
        found = [event for one in self.seen for event in _events(one)]
        return sorted(dict.fromkeys(found), key=lambda event: (event.start, event.owner))

    @cached_property
    def mails(self) -> list[Mail]:
        """Mails, each as fully as it was seen, the latest first."""
        found: dict[tuple[str, str], Mail] = {}
        for one in self.seen:
            for mail in _mails(one):
                known = found.get((mail.owner, mail.id))
                if known is None or mail.whole:
                    found[mail.owner, mail.id] = mail
        return sorted(found.values(), key=lambda mail: mail.date, reverse=True)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Sheets in the order in which they were read, each once."""
        found: dict[tuple[str, str], Sheet] = {}
        for one in self.seen:
            sheet = _sheet(one)
            if sheet is not None:
                found[sheet.path, sheet.name] = sheet
        return list(found.values())

    @cached_property
    def files(self) -> list[str]:
        """The files that lists showed."""
        listed = [one for one in self.seen if "list" in one.tool.split("_") and not _by_role(one, "path")]
        named = [mention.text for one in listed for mention in mentions(one.text) if mention.kind == "file"]
        return list(dict.fromkeys(named))[:_MOST]

    @cached_property
    def documents(self) -> list[Document]:
        """Texts that were read, mails and tables not among them."""
        found = []
        for one in self.seen:
            path = _by_role(one, "path")
            if path and looks(one.tool) and "list" not in one.tool.split("_") and not _CELL.search(one.text):
                found.append(Document(path, _without_head(one.text)))
        return found


def findings(request: Request) -> Findings:
    """What earlier turns reported and this worker saw before it changed anything."""
    seen = [seen for _, report in past_turns(request.history) for seen in report_seen(report)]
    for one in request.done:
        if not looks(one.tool):
            break
        if not one.failed:
            seen += one.seen
    return Findings(tuple(seen))


def _by_role(seen: Seen, role: str) -> str:
    return next((value for name, value in seen.arguments if role_of(name) == role), "")


def _blocks(text: str) -> Iterator[dict[str, str]]:
    for table in tables(text):
        if table.kind == "blocks":
            yield from (dict(zip(table.columns, row, strict=True)) for row in table.rows)


def _events(seen: Seen) -> Iterator[Event]:
    for record in _blocks(seen.text):
        by_role = {role_of(name.replace(" ", "_")): value for name, value in record.items()}
        start = _moment(by_role.get("start", ""))
        end = _moment(by_role.get("end", "")) or start
        place, notes = (value if (value := by_role.get(role, "")) != "None" else "" for role in ("place", "notes"))
        if start is not None and end is not None and by_role.get("title"):
            yield Event(_by_role(seen, "owner"), by_role["title"], start, end, place, notes)


def _moment(text: str) -> datetime | None:
    match typed(text).value:
        case datetime() as moment:
            return moment
        case date() as day:
            return datetime(day.year, day.month, day.day)
        case _:
            return None


def _mails(seen: Seen) -> Iterator[Mail]:
    owner, whole = _by_role(seen, "owner"), _by_role(seen, "mail")
    parts = re.split(r"^-{5,}\s*$", seen.text, flags=re.MULTILINE) if not whole else [seen.text]
    for part in parts[:_MOST]:
        head, mark, body = _split_body(part)
        fields = {match[1]: match[2].strip() for match in _HEADER.finditer(head)}
        identity = whole or fields.get("Email ID") or fields.get("Message ID") or ""
        if not mark or not identity or "From" not in fields:
            continue
        attached = tuple(name.strip() for name in fields.get("Attachments", "").split(",") if name.strip())
        subject = fields.get("Subject", "")
        sender, to, sent = fields["From"], fields.get("To", ""), fields.get("Date", "")
        yield Mail(owner, identity, sender, to, subject, sent, body.strip(), attached, bool(whole))


def _split_body(text: str) -> tuple[str, bool, str]:
    match = _BODY.search(text)
    return (text[: match.start()], True, text[match.end() :]) if match else (text, False, "")


def _sheet(seen: Seen) -> Sheet | None:
    cells = {(int(match[1]), int(match[2])): match[3].strip() for match in _CELL.finditer(seen.text[:60_000])}
    cells = {place: "" if value == EMPTY_CELL else value for place, value in cells.items()}
    path = _by_role(seen, "path")
    if not cells or not path:
        return None
    table = next((table for table in tables(seen.text) if table.kind == "grid"), None)
    return Sheet(path, _by_role(seen, "sheet"), cells, table)


def _without_head(text: str) -> str:
    """The text without a first line by which a tool introduces it."""
    first, mark, rest = text.partition("\n")
    return rest if mark and first.rstrip().endswith(":") and len(first) < 200 and " " in first else text


def sheet_names(text: str) -> list[tuple[str, bool]]:
    """The sheets that a list shows, each with whether it is the one in front."""
    return [(match[1], "front" in match[2]) for match in _SHEET.finditer(text)]
