"""Whose calendars and mailboxes there are: calendar/<User>.ics and emails/<User>/, found without regard to case."""

from __future__ import annotations

import re
from email.utils import parseaddr
from pathlib import Path

from procmem.errors import ToolError
from procmem.office.jail import choices, is_regular
from procmem.office.workspace import Office

DOMAIN = "example.com"
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|,;]")


def user_of(name: str) -> str:
    """The user that a name or address means: "Dana", "dana@x.org" and "Dana Lee <dana@x.org>" give Dana, dana, dana.

    Raises:
        ToolError: the text names nobody, or more than one person.
    """
    text = name.strip()
    address = parseaddr(text)[1] if "@" in text else text
    user = address.partition("@")[0].strip().rstrip(".")
    if not user or _UNFIT.search(user):
        raise ToolError(f"{name!r} is not one user's name or address. Give one like 'Dana' or 'dana@{DOMAIN}'.")
    return user


def address_of(name: str) -> str:
    """The mail address of a user, with OfficeBench's domain where none is given."""
    return parseaddr(name)[1] if "@" in name else f"{user_of(name)}@{DOMAIN}"


def calendar_of(office: Office, user: str) -> Path:
    """The calendar file of a user; it need not exist."""
    return _found(office, "calendar", user_of(user), ".ics")


def mailbox_of(office: Office, user: str) -> Path:
    """The mail folder of a user; it need not exist."""
    return _found(office, "emails", user_of(user), "")


def _found(office: Office, folder: str, user: str, suffix: str) -> Path:
    """The entry of that name in any case, or else the one it would be, spelled as the person is known."""
    exact = office.path(f"{folder}/{user}{suffix}")
    if exact.exists():
        return exact
    wanted = f"{user}{suffix}".casefold()
    there = [path.name for path in _children(office, folder)]
    known = [f"{name}{suffix}" for name in (office.username, *calendar_users(office), *mail_users(office))]
    same = next((name for name in [*sorted(there), *known] if name.casefold() == wanted), None)
    return office.path(f"{folder}/{same}") if same else exact


def calendar_users(office: Office) -> list[str]:
    """The users who have a calendar."""
    return sorted(path.stem for path in _children(office, "calendar") if path.suffix == ".ics" and is_regular(path))


def mail_users(office: Office) -> list[str]:
    """The users who have a mailbox."""
    return sorted(path.name for path in _children(office, "emails") if path.is_dir() and not path.is_symlink())


def _children(office: Office, folder: str) -> list[Path]:
    parent = office.root / folder
    return list(parent.iterdir()) if parent.is_dir() and not parent.is_symlink() else []


def require_known(office: Office, user: str, failed: str) -> None:
    """Check that somebody of that name is known: by a calendar, a mailbox, or as the person who asks.

    Raises:
        ToolError: nobody; the text lists the known users.
    """
    known = {*calendar_users(office), *mail_users(office), office.username}
    if user_of(user).casefold() not in {name.casefold() for name in known}:
        raise ToolError(f"{failed} There is no user {user!r}. {choices(user, known, 'known users')}")
