"""Mails: .eml files read into plain data, and new ones composed without regard to the real clock or to chance."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parsedate_to_datetime

from procmem.errors import ToolError
from procmem.office.formats.html import html_text

# email's header parser trusts its input: odd headers make it raise these (bpo-30681 and relatives)
_HEADER_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a mail."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. ``date`` is ``None`` when the header is missing or unreadable; texts are "" when missing."""

    sender: str
    to: str
    cc: str
    subject: str
    date: datetime | None
    body: str
    attachments: tuple[Attachment, ...]
    message_id: str
    references: str


def parsed(data: bytes, name: str) -> Mail:
    """Read a mail, however odd: multipart, html only, unknown charsets, missing headers.

    Raises:
        ToolError: the file is empty, or no mail at all.
    """
    if not data.strip():
        raise ToolError(f"{name} is empty; it is no mail.")
    if b"\0" in data.partition(b"\n\n")[0][:1000]:
        raise ToolError(f"{name} is no mail, whatever its name says.")
    message = BytesParser(policy=policy.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    return Mail(
        sender=_header(message, "From"),
        to=_header(message, "To"),
        cc=_header(message, "Cc"),
        subject=_header(message, "Subject"),
        date=_date(message),
        body=_body(message),
        attachments=tuple(_attachments(message)),
        message_id=_header(message, "Message-ID"),
        references=_header(message, "References"),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except _HEADER_FAULTS:
        value = next((raw for header, raw in message.raw_items() if header.lower() == name.lower()), None)
    return _decodable(" ".join(str(value).split())) if value is not None else ""


def _decodable(text: str) -> str:
    """The text without the surrogates that email puts for bytes of headers that are in no known charset."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text)


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(message, "Date"))
    except _HEADER_FAULTS:
        return None


def mail_text(mail: Mail) -> str:
    """The whole mail as text, in OfficeBench's order, for diffs and checks."""
    head = [f"From: {mail.sender}", f"To: {mail.to}"]
    head += [f"Cc: {mail.cc}"] if mail.cc else []
    head += [f"Subject: {mail.subject}"]
    head += [f"Date: {shown_date(mail)}"] if mail.date else []
    head += [f"Attachments: {', '.join(each.name for each in mail.attachments)}"] if mail.attachments else []
    return "\n".join([*head, f"Content: {mail.body}"])


def shown_date(mail: Mail) -> str:
    """The date as agents see all times, in the zone it was written in; "" when there is none."""
    return mail.date.strftime("%Y-%m-%d %H:%M:%S") if mail.date else ""


# --- bodies and attachments ------------------------------------------------------------------------------------------


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that are not containers; a forwarded message inside is one part."""
    if message.get_content_maintype() != "multipart":
        yield message
        return
    payload = message.get_payload()
    parts: list[EmailMessage] = (
        [part for part in payload if isinstance(part, EmailMessage)] if isinstance(payload, list) else []
    )
    if message.get_content_subtype() == "alternative":
        parts = _preferred(parts)
    for part in parts:
        yield from _leaves(part)


def _preferred(alternatives: list[EmailMessage]) -> list[EmailMessage]:
    """Of the forms of one text the plain one; also the HTML one if it has a table, alone if it says all the rest."""
    plain = [part for part in alternatives if part.get_content_type() == "text/plain" and _text(part).strip()][:1]
    tables = [
        part for part in alternatives if part.get_content_type() == "text/html" and "<table" in _raw(part).lower()
    ][:1]
    if plain and tables and set(_text(plain[0]).split()) <= set(_text(tables[0]).split()):
        return tables
    return plain + tables or alternatives[-1:]


def _is_attached(part: EmailMessage) -> bool:
    return bool(_filename(part)) or part.get_content_disposition() == "attachment" or not _is_text(part)


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_maintype() == "text"


def _body(message: EmailMessage) -> str:
    texts = [_text(part).strip("\n") for part in _leaves(message) if not _is_attached(part)]
    return "\n\n".join(text for text in texts if text).replace("\r\n", "\n")


def _text(part: EmailMessage) -> str:
    raw = _raw(part)
    return html_text(raw) if part.get_content_type() == "text/html" else raw


def _raw(part: EmailMessage) -> str:
    data = _bytes(part)
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", errors="replace")


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    return (
        b"\n".join(each.as_bytes() for each in inner if isinstance(each, EmailMessage))
        if isinstance(inner, list)
        else b""
    )


def _filename(part: EmailMessage) -> str:
    try:
        return _decodable(part.get_filename() or "")
    except _HEADER_FAULTS:
        return ""


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for number, part in enumerate((part for part in _leaves(message) if _is_attached(part)), start=1):
        ending = (
            ".eml"
            if part.get_content_type() == "message/rfc822"
            else mimetypes.guess_extension(part.get_content_type())
        )
        yield Attachment(_filename(part) or f"attachment {number}{ending or ''}", _bytes(part))


# --- new mails -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to be sent. ``references`` are the Message-IDs that it answers, the last one directly."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    content: str
    sent: datetime
    attachments: Sequence[Attachment] = ()
    references: tuple[str, ...] = ()


def composed(draft: Draft, number: int) -> bytes:
    """The draft as the bytes of an .eml file; ``number`` tells equal mails of one minute apart in their Message-ID."""
    message = EmailMessage(policy=policy.default)
    message["From"] = draft.sender
    message["To"] = ", ".join(draft.recipients)
    message["Subject"] = " ".join(draft.subject.split())
    message["Date"] = format_datetime(draft.sent)
    digest = hashlib.sha256(repr((draft, number)).encode()).hexdigest()[:24]
    message["Message-ID"] = f"<{digest}@example.com>"
    if draft.references:
        message["In-Reply-To"] = draft.references[-1]
        message["References"] = " ".join(draft.references)
    message.set_content(draft.content)
    for attachment in draft.attachments:
        kind = mimetypes.guess_type(attachment.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(attachment.data, maintype=main, subtype=sub, filename=attachment.name)
    if draft.attachments:
        message.set_boundary(f"=={digest}==")
    return message.as_bytes()
