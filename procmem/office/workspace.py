"""The office of one run: a private folder, its pristine copy, and a frozen clock."""

from __future__ import annotations

import difflib
import errno
import os
import secrets
import shutil
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from procmem.errors import ToolError
from procmem.office.furnish import furnish
from procmem.office.jail import choices, inside, is_regular, walk
from procmem.office.reading import says
from procmem.types import FileChange, Task

LARGEST_FILE = 25_000_000
"""Bytes. Larger files can be moved and copied, but no app opens or writes them."""

_LONGEST_DIFF = 40_000  # characters
_LARGEST_COMPARED = 3_000_000  # bytes
_MOST_LINES_COMPARED = 20_000
# where a system has them: no links, no waiting for the other end of a pipe, no translation of line ends
_READ = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
FOLDERS = ("data", "calendar", "emails")


@dataclass(frozen=True, slots=True)
class Office:
    """The files of one run. ``now`` is the task's frozen time, ``pristine`` a copy from before the first step."""

    root: Path
    pristine: Path
    now: datetime
    username: str

    @classmethod
    def open(cls, task: Task, folder: Path) -> Office:
        """Make ``folder/office`` with the task's files and ``folder/pristine``, a copy of it.

        Raises:
            BadInput: a file of the task can not be made.
            FileExistsError: the folder already holds an office.
        """
        office = cls(root=folder / "office", pristine=folder / "pristine", now=task.now, username=task.username)
        for name in FOLDERS:
            (office.root / name).mkdir(parents=True)
        for file in task.files:
            target = office.path(file.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            furnish(file.spec, target)
        shutil.copytree(office.root, office.pristine, symlinks=True)
        return office

    # --- names -------------------------------------------------------------------------------------------------------

    def path(self, name: str) -> Path:
        """The path that a name means, inside the office (see ``jail.inside``); it need not exist."""
        return inside(self.root, name)

    def show(self, path: Path) -> str:
        """A path as agents see it: relative to the office, "data/budget.xlsx"."""
        return path.relative_to(self.root).as_posix()

    def files(self) -> tuple[str, ...]:
        """All regular files, as agents see them, sorted; links are not followed."""
        return tuple(self.show(path) for path in walk(self.root))

    def existing(self, name: str, failed: str = "Failed to read the file.") -> Path:
        """The path of a regular file that must be there.

        Raises:
            ToolError: there is none; the text ends with ``failed`` and the nearest names.
        """
        path = self.path(name)
        if is_regular(path):
            return path
        if path.is_dir():
            raise ToolError(f"{name} is a folder, not a file. {failed}")
        if os.path.lexists(path):
            raise ToolError(f"{name} is no ordinary file. {failed}")
        raise ToolError(f"The file {name} does not exist. {failed} {choices(name, self.files(), 'existing files')}")

    # --- bytes -------------------------------------------------------------------------------------------------------

    def read(self, path: Path) -> bytes:
        """The bytes of a regular file of at most LARGEST_FILE.

        Raises:
            ToolError: it is something else, too large, or can not be read.
        """
        return read_regular(path, self.show(path))

    def write(self, path: Path, data: bytes) -> None:
        """Replace a file in one step, making its folder; a failure leaves the old file as it was.

        Raises:
            ToolError: the file can not be written; the text says why.
        """
        name = self.show(path)
        if len(data) > LARGEST_FILE:
            raise ToolError(
                f"{name} would be {len(data):,} bytes; files may have {LARGEST_FILE:,}. Nothing was written."
            )
        if path.is_dir() or (os.path.lexists(path) and not is_regular(path)):
            raise ToolError(f"{name} is a folder or no ordinary file; nothing was written. Choose another name.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, data, self.root.parent)
        except OSError as error:
            raise ToolError(f"{name} could not be written ({_reason(error)}). Nothing was changed.") from error

    def write_answer(self, text: str) -> None:
        """Put the final answer where checks look for it: data/answer.txt, without quotes (as OfficeBench does)."""
        self.write(self.root / "data" / "answer.txt", text.replace('"', "").replace("'", "").encode())

    # --- what happened -----------------------------------------------------------------------------------------------

    def changes(self) -> tuple[FileChange, ...]:
        """Files created, changed or deleted since the office opened, by name, each with a diff of what it says."""
        before = {path.relative_to(self.pristine).as_posix(): path for path in walk(self.pristine)}
        after = {path.relative_to(self.root).as_posix(): path for path in walk(self.root)}
        found = (_change(name, before.get(name), after.get(name)) for name in sorted(before | after))
        return tuple(change for change in found if change is not None)


def read_regular(path: Path, name: str) -> bytes:
    """The bytes of a regular file; a link, pipe or device is never opened, nor a file above LARGEST_FILE.

    Raises:
        ToolError: as above, or the system refuses; the text calls the file ``name``.
    """
    try:
        descriptor = os.open(path, _READ)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ToolError(f"{name} is no ordinary file and can not be opened.")
            if status.st_size > LARGEST_FILE:
                raise ToolError(
                    f"{name} is too large to open: {status.st_size / 1e6:.0f} MB, at most {LARGEST_FILE / 1e6:.0f} MB."
                )
            return stream.read()
    except OSError as error:
        raise ToolError(f"{name} could not be read ({_reason(error)}).") from error


def _replace(path: Path, data: bytes, aside: Path) -> None:
    """Write aside, outside the office, and rename, so that nobody ever sees half a file."""
    unfinished = aside / f"unfinished-{secrets.token_hex(8)}"
    try:
        with unfinished.open("xb") as stream:
            stream.write(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "the disk is full"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "permission denied"
        case errno.ENAMETOOLONG:
            return "the name is too long"
        case errno.ENOTDIR | errno.EEXIST:
            return "a part of its folder's name is a file"
        case errno.ELOOP:
            return "it is a link"
        case errno.EFBIG:
            return "the file would be too large"
        case _:
            return error.strerror or type(error).__name__


def _change(name: str, before: Path | None, after: Path | None) -> FileChange | None:
    if before is None:
        return FileChange(name, "created", _diff(name, before, after))
    if after is None:
        return FileChange(name, "deleted", _diff(name, before, after))
    if before.stat().st_size == after.stat().st_size and before.read_bytes() == after.read_bytes():
        return None
    return FileChange(name, "changed", _diff(name, before, after))


def _diff(name: str, before: Path | None, after: Path | None) -> str:
    old, new = _lines(before), _lines(after)
    if old == new:
        return ""
    labels = (f"a/{name}" if before else "/dev/null", f"b/{name}" if after else "/dev/null")
    text = "\n".join(difflib.unified_diff(old, new, *labels, lineterm=""))
    return text if len(text) <= _LONGEST_DIFF else f"{text[:_LONGEST_DIFF]}\n[cut: {len(text):,} characters in all]"


def _lines(path: Path | None) -> list[str]:
    """What a file says; one that can not be read says why, so that a diff never fails."""
    if path is None:
        return []
    if path.stat().st_size > _LARGEST_COMPARED:
        return [f"[{path.stat().st_size:,} bytes, too large to compare]"]
    try:
        lines = says(path.name, read_regular(path, path.name)).splitlines()
    except ToolError as error:
        return [f"[{error}]"]
    return lines if len(lines) <= _MOST_LINES_COMPARED else [f"[{len(lines):,} lines, too many to compare]"]
