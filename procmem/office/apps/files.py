"""The files app: folders and plain text files; what a shell is used for in OfficeBench, without one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from procmem.errors import ToolError
from procmem.office.formats.texts import decoded, extended
from procmem.office.jail import choices, folders, is_regular, walk
from procmem.office.tool import App, tool
from procmem.office.workspace import FOLDERS, Office

_MAKERS = {
    ".xlsx": "excel_create_new_file",
    ".xlsm": "excel_create_new_file",
    ".docx": "word_create_new_file",
    ".pdf": "pdf_create",
    ".png": "pdf_convert_to_image",
    ".jpg": "pdf_convert_to_image",
    ".jpeg": "pdf_convert_to_image",
}


@tool("files", long=True)
def list_(office: Office, folder: str = "") -> str:
    """List all files and folders below a folder, by the names that other tools take.

    Args:
        folder: Folder, like data; everything when empty.
    """
    path = _folder(office, folder)
    names = [office.show(each) for each in walk(path)] + [f"{office.show(each)}/" for each in folders(path)]
    if not names:
        return f"The folder {_name(office, path)} is empty."
    return "\n".join([f"The folder {_name(office, path)} holds:", *sorted(names)])


@tool("files", long=True)
def read_file(office: Office, file_path: str) -> str:
    """Read a text file, like .txt, .csv, .md or .eml.

    Args:
        file_path: File, like data/notes.txt.
    """
    path = office.existing(file_path)
    text = decoded(office.read(path), file_path)
    return text if text.strip() else f"The file {file_path} is empty."


@tool("files")
def write_file(office: Office, file_path: str, contents: str) -> str:
    """Write a text file; an existing one is replaced.

    Args:
        file_path: File, like data/notes.txt.
        contents: The whole text.
    """
    path = _text_target(office, file_path)
    replaced = path.exists()
    office.write(path, contents.encode("utf-8", errors="replace"))
    return f"Successfully {'replaced' if replaced else 'wrote'} {file_path}"


@tool("files")
def append_to_file(office: Office, file_path: str, contents: str) -> str:
    """Add text at the end of an existing text file, on a new line.

    Args:
        file_path: File, like data/notes.txt.
        contents: Text to add.
    """
    _text_target(office, file_path)
    path = office.existing(file_path, "Failed to append; files_write_file makes a new file.")
    office.write(path, extended(office.read(path), contents, file_path))
    return f"Successfully appended to {file_path}"


@tool("files")
def move(office: Office, source: str, destination: str) -> str:
    """Move or rename a file or folder. Nothing is replaced.

    Args:
        source: What to move, like data/a.txt.
        destination: New name like data/b.txt, or an existing folder to move it into.
    """
    old, new = _from_to(office, source, destination, "Failed to move.")
    _doing(f"Failed to move {source}.", lambda: new.parent.mkdir(parents=True, exist_ok=True))
    _doing(f"Failed to move {source}.", lambda: old.rename(new))
    return f"Successfully moved {source} to {office.show(new)}"


@tool("files")
def copy(office: Office, source: str, destination: str) -> str:
    """Copy a file or a folder with all its files. Nothing is replaced.

    Args:
        source: What to copy, like data/a.txt.
        destination: Name of the copy like data/b.txt, or an existing folder to copy it into.
    """
    old, new = _from_to(office, source, destination, "Failed to copy.")
    pairs = [(old, new)] if is_regular(old) else [(each, new / each.relative_to(old)) for each in walk(old)]
    if not is_regular(old):
        new.mkdir(parents=True)
    for each, target in pairs:
        office.write(target, office.read(each))
    return f"Successfully copied {source} to {office.show(new)}"


@tool("files")
def delete(office: Office, path: str) -> str:
    """Delete a file or an empty folder.

    Args:
        path: What to delete, like data/old.txt.
    """
    target = _existing(office, path, "Failed to delete.")
    if is_regular(target):
        _doing(f"Failed to delete {path}.", target.unlink)
        return f"Successfully deleted {path}"
    _require_own(office, target, "Failed to delete.")
    inside = [office.show(each) for each in walk(target)]
    if inside:
        shown = ", ".join(inside[:10])
        raise ToolError(f"The folder {path} is not empty: {len(inside)} files, {shown}. Delete these first.")
    _doing(f"Failed to delete {path}.", lambda: shutil.rmtree(target))
    return f"Successfully deleted {path}"


@tool("files")
def make_folder(office: Office, folder_path: str) -> str:
    """Make a folder, with the folders above it.

    Args:
        folder_path: New folder, like data/reports.
    """
    path = office.path(folder_path)
    if path.is_dir():
        return f"The folder {folder_path} is already there."
    if path.exists():
        raise ToolError(f"{folder_path} is a file; choose another name.")
    _doing(f"Failed to make {folder_path}.", lambda: path.mkdir(parents=True))
    return f"Successfully made the folder {folder_path}"


# --- names -----------------------------------------------------------------------------------------------------------


def _name(office: Office, path: Path) -> str:
    return "." if path == office.root else office.show(path)


def _folder(office: Office, name: str) -> Path:
    path = office.path(name)
    if path.is_dir():
        return path
    if path.exists():
        raise ToolError(f"{name} is a file, not a folder.")
    known = [office.show(each) for each in folders(office.root)]
    raise ToolError(f"The folder {name} does not exist. {choices(name, known, 'folders')}")


def _existing(office: Office, name: str, failed: str) -> Path:
    """A file or folder that must be there."""
    path = office.path(name)
    return path if path.is_dir() else office.existing(name, failed)


def _require_own(office: Office, path: Path, failed: str) -> None:
    """Refuse the office itself and the three folders that make it one."""
    if path == office.root or (path.parent == office.root and path.name in FOLDERS):
        raise ToolError(f"{failed} The folder {_name(office, path)} belongs to the office itself.")


def _from_to(office: Office, source: str, destination: str, failed: str) -> tuple[Path, Path]:
    old, new = _existing(office, source, failed), office.path(destination)
    _require_own(office, old, failed)
    if new.is_dir():
        new = office.path(f"{office.show(new)}/{old.name}" if new != office.root else old.name)
    if new.exists():
        raise ToolError(f"{failed} {office.show(new)} already exists; choose another name or delete it first.")
    if old in new.parents:
        raise ToolError(f"{failed} {destination} lies inside {source}.")
    return old, new


def _text_target(office: Office, name: str) -> Path:
    path = office.path(name)
    maker = _MAKERS.get(path.suffix.lower())
    if maker:
        raise ToolError(f"{name} would not be a text file; make it with {maker}.")
    return path


def _doing(failed: str, work: Callable[[], object]) -> None:
    try:
        work()
    except OSError as error:
        raise ToolError(f"{failed} {error.strerror or type(error).__name__}.") from error


FILES = App(
    "files",
    "Folders and text files: list, read, write, append, move, copy, delete, make folders.",
    (list_, read_file, write_file, append_to_file, move, copy, delete, make_folder),
)
