"""Names that agents write, turned into paths that can not leave one folder."""

from __future__ import annotations

import difflib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from procmem.errors import ToolError

_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_UNFIT = re.compile(r"[/\\:*?<>|\"']+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_LONGEST_PART = 255  # bytes, the limit of every common file system
_LONGEST_NAME = 1000  # bytes; with the folder above well under the limit of system calls


def inside(root: Path, name: str) -> Path:
    """The path below ``root`` that ``name`` means; it need not exist.

    Accepts "data/x", "./data/x", "data\\\\x" and OfficeBench's "/testbed/data/x". Names are compared in NFC, so both
    spellings of "é" find the same file. No part of the path is a symbolic link.

    Raises:
        ToolError: the name leads outside, through a link, or is one that some file systems read as something else.
    """
    path = root
    for part in _parts(name):
        path = _step(path, part)
        if path.is_symlink():
            raise ToolError(f"{name!r} is or passes through a link; links are not followed.")
    return path


def _parts(name: str) -> list[str]:
    text = unicodedata.normalize("NFC", name.strip()).replace("\\", "/")
    if any(unicodedata.category(character) in _INVISIBLE for character in text):
        raise ToolError(f"The name {name!r} holds invisible characters. Use plain names like data/report.xlsx.")
    if text == "/testbed" or text.startswith("/testbed/"):
        text = text.removeprefix("/testbed").lstrip("/")
    if text.startswith("/") or _DRIVE.match(text):
        raise ToolError(f"{name!r} is outside the office. Use names like data/report.xlsx.")
    if len(text.encode()) > _LONGEST_NAME:
        raise ToolError(f"The name {text[:60]!r}... is too long (at most {_LONGEST_NAME} bytes).")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    for part in parts:
        _refuse(part, name)
    return parts


def _refuse(part: str, name: str) -> None:
    if part == "..":
        raise ToolError(f"{name!r} leads upwards; '..' is not allowed. Use names like data/report.xlsx.")
    if part != part.strip() or part.endswith("."):
        raise ToolError(f"{part!r} begins or ends with a space or ends with a dot; such names are not allowed.")
    if _DEVICES.match(part):
        raise ToolError(f"{part!r} is the name of a device, not of a file. Choose another name.")
    if len(part.encode()) > _LONGEST_PART:
        raise ToolError(f"The name {part[:60]!r}... is too long (at most {_LONGEST_PART} bytes).")


def fit_part(text: str, longest: int = 200) -> str:
    """A text, like a subject, made fit to be one part of a path: at most ``longest`` bytes, never empty."""
    visible = "".join(
        " " if unicodedata.category(each) in _INVISIBLE else each for each in unicodedata.normalize("NFC", text)
    )
    plain = " ".join(_UNFIT.sub(" ", visible).split())
    part = plain.encode()[:longest].decode(errors="ignore").strip(" .")
    return f"the {part}".rstrip() if not part or _DEVICES.match(part) else part


def _step(folder: Path, part: str) -> Path:
    """One level down. An entry that is the same name in another Unicode form is that entry."""
    exact = folder / part
    if part.isascii() or os.path.lexists(exact) or not folder.is_dir():
        return exact
    for entry in os.scandir(folder):
        if unicodedata.normalize("NFC", entry.name) == part:
            return folder / entry.name
    return exact


def is_regular(path: Path) -> bool:
    """True for a real file: no link, folder, pipe or device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def walk(folder: Path) -> Iterator[Path]:
    """All regular files below a folder, sorted by name, without following links."""
    for entry in sorted(_entries(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def folders(folder: Path) -> Iterator[Path]:
    """All folders below a folder, sorted by name, without following links."""
    for entry in sorted(_entries(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)
            yield from folders(Path(entry.path))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def nearest(name: str, known: Iterable[str], limit: int = 5) -> list[str]:
    """The known names most like ``name``, best first; only the last part without its ending counts."""
    wanted = _stem(name[:_LONGEST_NAME])
    likeness = {other: difflib.SequenceMatcher(None, wanted, _stem(other), autojunk=False).ratio() for other in known}
    near = [other for other in likeness if likeness[other] > 0.5]
    return sorted(near, key=lambda other: (-likeness[other], other))[:limit]


def _stem(name: str) -> str:
    return PurePosixPath(name.casefold()).stem


def choices(name: str, known: Iterable[str], what: str) -> str:
    """A closing sentence for an error: the nearest known names, or all of a few, or that there are none."""
    names = sorted(known)
    if not names:
        return f"There are no {what} yet."
    near = nearest(name, names)
    if near and len(names) > 8:
        return f"Nearest {what}: {', '.join(near)}."
    listed = near + [other for other in names if other not in near]
    more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
    return f"The {what} are: {', '.join(listed[:12])}{more}."
