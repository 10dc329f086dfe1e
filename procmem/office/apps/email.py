"""The email app: mails in emails/<User>/<subject>.eml, one copy in the mailbox of everybody concerned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.utils import getaddresses
from pathlib import Path

from procmem.errors import ToolError
from procmem.office.formats.mails import Attachment, Draft, Mail, composed, parsed, shown_date
from procmem.office.jail import choices, fit_part, is_regular
from procmem.office.people import address_of, mailbox_of, require_known
from procmem.office.tool import App, tool
from procmem.office.workspace import Office


@tool("email")
def send_email(
    office: Office, sender: str, recipient: str, subject: str, content: str, attachments: Sequence[str] = ()
) -> str:
    """Send a mail to one or several people.

    Args:
        sender: Who sends it, a name or address.
        recipient: Who gets it: a name or address, or several separated by commas.
        subject: Subject line.
        content: Text of the mail.
        attachments: Files to attach, like data/report.pdf.
    """
    failed = f"Failed to send email to {recipient}."
    draft = Draft(
        sender=_address(sender, failed),
        recipients=_recipients(recipient, failed),
        subject=_subject(subject, failed),
        content=content,
        sent=office.now,
        attachments=tuple(_attached(office, name, failed) for name in attachments),
    )
    _deliver(office, draft)
    return f"Successfully sent email to {recipient}."


@tool("email", long=True)
def list_emails(office: Office, username: str) -> str:
    """List the mails in one user's mailbox: ID, sender, recipient, subject and the beginning of the text.

    Args:
        username: Whose mailbox, one name.
    """
    folder = _mailbox(office, username, f"Failed to list emails for {username}.")
    listed = [_summary(path.name, mail) for path, mail in _readable(office, folder)]
    if not listed:
        return f"No emails found for {username}."
    return f"Successfully list emails for {username}:\n" + "\n".join(listed)


@tool("email", long=True)
def read_email(office: Office, username: str, email_id: str) -> str:
    """Read one mail with its whole text and the names of its attachments.

    Args:
        username: Whose mailbox, one name.
        email_id: Email ID as listed.
    """
    path = _one(office, username, email_id, f"Failed to read email {email_id} for {username}.")
    mail = _mail(office, path)
    lines = [f"Successfully read email {path.name} for {username}:", *_head(mail)]
    lines += [f"Cc: {mail.cc}"] if mail.cc else []
    lines += [f"Attachments: {', '.join(each.name for each in mail.attachments)}"] if mail.attachments else []
    return "\n".join([*lines, f"Content: {mail.body}"])


@tool("email")
def reply_email(office: Office, username: str, email_id: str, content: str, attachments: Sequence[str] = ()) -> str:
    """Answer a mail: goes to its sender, with "Re: " before the subject.

    Args:
        username: Who answers; the mail is in this user's mailbox.
        email_id: Email ID as listed.
        content: Text of the answer.
        attachments: Files to attach, like data/report.pdf.
    """
    failed = f"Failed to reply to email {email_id} for {username}."
    mail = _mail(office, _one(office, username, email_id, failed))
    draft = Draft(
        sender=_address(username, failed),
        recipients=_recipients(mail.sender, f"{failed} The mail has no sender that can be answered."),
        subject=_prefixed("Re", mail.subject),
        content=content,
        sent=office.now,
        attachments=tuple(_attached(office, name, failed) for name in attachments),
        references=tuple(dict.fromkeys([*mail.references.split(), *mail.message_id.split()])),
    )
    _deliver(office, draft)
    return f"Successfully replied to {', '.join(draft.recipients)} with the subject {draft.subject}."


@tool("email")
def forward_email(office: Office, username: str, email_id: str, recipient: str, content: str = "") -> str:
    """Forward a mail with its text and attachments, with "Fwd: " before the subject.

    Args:
        username: Who forwards it; the mail is in this user's mailbox.
        email_id: Email ID as listed.
        recipient: Who gets it: a name or address, or several separated by commas.
        content: Text to put before the forwarded mail.
    """
    failed = f"Failed to forward email {email_id} for {username}."
    mail = _mail(office, _one(office, username, email_id, failed))
    head = "\n".join(["---------- Forwarded message ----------", *_head(mail)])
    draft = Draft(
        sender=_address(username, failed),
        recipients=_recipients(recipient, failed),
        subject=_prefixed("Fwd", mail.subject),
        content=f"{content.rstrip()}\n\n{head}\n\n{mail.body}\n".lstrip("\n"),
        sent=office.now,
        attachments=mail.attachments,
        references=tuple(dict.fromkeys([*mail.references.split(), *mail.message_id.split()])),
    )
    _deliver(office, draft)
    return f"Successfully forwarded email {email_id} to {recipient} with the subject {draft.subject}."


@tool("email", long=True)
def search_emails(office: Office, username: str, query: str) -> str:
    """Find the mails of one user's mailbox that contain all words of the query, in any part of the mail.

    Args:
        username: Whose mailbox, one name.
        query: One or more words; case does not matter.
    """
    failed = f"Failed to search emails for {username}."
    words = query.casefold().split()
    if not words:
        raise ToolError(f"{failed} The query is empty; give one or more words.")
    mails = _readable(office, _mailbox(office, username, failed))
    hits = [
        _summary(path.name, mail) for path, mail in mails if all(word in _haystack(path.name, mail) for word in words)
    ]
    if not hits:
        return f"No emails of {username} contain {query!r}."
    return f"{len(hits)} of {len(mails)} emails of {username} contain {query!r}:\n" + "\n".join(hits)


@tool("email")
def save_attachment(office: Office, username: str, email_id: str, attachment: str, file_path: str) -> str:
    """Save an attachment of a mail as a new file.

    Args:
        username: Whose mailbox, one name.
        email_id: Email ID as listed.
        attachment: Name of the attachment, as the mail shows it.
        file_path: Where to save it, like data/report.pdf.
    """
    failed = f"Failed to save {attachment} from email {email_id} for {username}."
    mail = _mail(office, _one(office, username, email_id, failed))
    found = [each for each in mail.attachments if each.name.casefold() == attachment.strip().casefold()]
    if not found:
        raise ToolError(
            f"{failed} {choices(attachment, [each.name for each in mail.attachments], 'attachments of this mail')}"
        )
    path = office.path(file_path)
    if path.exists():
        raise ToolError(f"{failed} {file_path} already exists; choose another name.")
    office.write(path, found[0].data)
    return f"Successfully saved {found[0].name} to {file_path}."


# --- reading ---------------------------------------------------------------------------------------------------------


def _mailbox(office: Office, username: str, failed: str) -> Path:
    folder = mailbox_of(office, username)
    if not folder.is_dir():
        require_known(office, username, failed)
    return folder


def _mails(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    mails = (path for path in folder.iterdir() if path.suffix.lower() == ".eml" and is_regular(path))
    return sorted(mails, key=lambda path: path.stem)  # "Report" before "Report (2)"


def _readable(office: Office, folder: Path) -> list[tuple[Path, Mail]]:
    """All mails of a folder; one that can not be read says so as its body, so that it does not hide the others."""
    found: list[tuple[Path, Mail]] = []
    for path in _mails(folder):
        try:
            found.append((path, _mail(office, path)))
        except ToolError as error:
            found.append((path, Mail("", "", "", "", None, f"[{error}]", (), "", "")))
    return found


def _mail(office: Office, path: Path) -> Mail:
    return parsed(office.read(path), office.show(path))


def _one(office: Office, username: str, email_id: str, failed: str) -> Path:
    """The file of the mail that an ID means; case and ".eml" may be missing.

    Raises:
        ToolError: there is no such mail; the text lists those there are.
    """
    paths = _mails(_mailbox(office, username, failed))
    wanted = email_id.strip().casefold()
    for path in paths:
        if path.name.casefold() in (wanted, f"{wanted}.eml"):
            return path
    raise ToolError(f"{failed} There is no such email. {choices(email_id, [path.name for path in paths], 'Email IDs')}")


def _head(mail: Mail) -> list[str]:
    lines = [f"From: {mail.sender}", f"To: {mail.to}", f"Subject: {mail.subject}"]
    return [*lines, f"Date: {shown_date(mail)}"] if mail.date else lines


def _summary(name: str, mail: Mail) -> str:
    start = " ".join(mail.body.split())
    shown = start if len(start) <= 20 or start.startswith("[") else f"{start[:20]}..."
    return "\n".join([f"Email ID: {name}", *_head(mail), f"Content: {shown}", "-" * 50])


def _haystack(name: str, mail: Mail) -> str:
    names = " ".join(each.name for each in mail.attachments)
    return " ".join((name, mail.sender, mail.to, mail.cc, mail.subject, mail.body, names)).casefold()


# --- sending ---------------------------------------------------------------------------------------------------------


def _address(name: str, failed: str) -> str:
    try:
        return address_of(name)
    except ToolError as error:
        raise ToolError(f"{failed} {error}") from error


def _recipients(text: str, failed: str) -> tuple[str, ...]:
    """The addresses in a list separated by commas or semicolons, each once."""
    pairs = getaddresses([text.replace(";", ",")]) if "@" in text else []
    names = [address for _, address in pairs if address] or [name for name in re.split(r"[,;]", text) if name.strip()]
    if not names:
        raise ToolError(f"{failed} The recipient is empty; give a name or address, or several separated by commas.")
    return tuple(dict.fromkeys(_address(name, failed) for name in names))


def _subject(subject: str, failed: str) -> str:
    line = " ".join(subject.split())
    if not line:
        raise ToolError(f"{failed} The subject is empty; give the mail a subject.")
    return line


def _prefixed(prefix: str, subject: str) -> str:
    return subject if subject.casefold().startswith(f"{prefix}:".casefold()) else f"{prefix}: {subject or 'no subject'}"


def _attached(office: Office, name: str, failed: str) -> Attachment:
    path = office.existing(name, failed)
    return Attachment(path.name, office.read(path))


def _deliver(office: Office, draft: Draft) -> None:
    """Put a copy into the mailboxes of the sender and of every recipient, under a name that is free there."""
    folders = _once(mailbox_of(office, address) for address in (draft.sender, *draft.recipients))
    number = 0
    while any(_file(folder, draft.subject, number).exists() for folder in folders):
        number += 1
    data = composed(draft, number)
    for folder in folders:
        office.write(_file(folder, draft.subject, number), data)


def _once(folders: Iterable[Path]) -> list[Path]:
    """Each mailbox once: two spellings of somebody new are one person."""
    found: dict[str, Path] = {}
    for folder in folders:
        found.setdefault(folder.name.casefold(), folder)
    return list(found.values())


def _file(folder: Path, subject: str, number: int) -> Path:
    stem = fit_part(subject)
    return folder / (f"{stem} ({number + 1}).eml" if number else f"{stem}.eml")


EMAIL = App(
    "email",
    "Mailboxes of each person: send, list, read, search, reply, forward, save attachments.",
    (send_email, list_emails, read_email, reply_email, forward_email, search_emails, save_attachment),
)
