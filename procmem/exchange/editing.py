"""Memories in a person's editor: as JSON out, and strictly checked back in."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from procmem.errors import BadInput
from procmem.exchange.memory_json import memory_json, read_memories
from procmem.types import Memory


def edited_in_file(path: Path, old: Sequence[Memory]) -> list[Memory]:
    """The memories of a JSON file in place of ``old``.

    Raises:
        BadInput: the file can not be read, is not in order, or holds other memories.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can not be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from error
    return _matched(read_memories(text, path.name), old)


def edited_in_editor(old: Sequence[Memory]) -> list[Memory]:
    """What a person makes of the memories in $VISUAL or $EDITOR. A mistake loses nothing: the file is kept and named.

    Raises:
        BadInput: no editor is set, it failed, or what it left is not in order.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise BadInput("No editor is set. Set EDITOR (for example to nano), or give the new contents with --file.")
    path = keep(old)
    try:
        done = subprocess.run([*shlex.split(editor), str(path)], check=False)
    except (OSError, ValueError) as error:
        path.unlink()
        raise BadInput(f"The editor {editor!r} can not be started: {error}.") from error
    if done.returncode != 0:
        raise BadInput(f"The editor {editor!r} ended with code {done.returncode}. Your text is kept in {path}.")
    try:
        new = edited_in_file(path, old)
    except BadInput as error:
        raise BadInput(f"{error} Your text is kept in {path}; mend it and give it with --file.") from error
    path.unlink()
    return new


def keep(memories: Sequence[Memory]) -> Path:
    """A new file of these memories in the folder for temporary files, in the form that ``edited_in_file`` reads."""
    data = [memory_json(memory) for memory in memories]
    with tempfile.NamedTemporaryFile("w", suffix=".json", prefix="procmem-", delete=False, encoding="utf-8") as stream:
        json.dump(data[0] if len(data) == 1 else data, stream, ensure_ascii=False, indent=1)
    return Path(stream.name)


def _matched(new: Sequence[Memory], old: Sequence[Memory]) -> list[Memory]:
    """The new contents with the old ones' versions and status, which nobody edits by hand."""
    known = {memory.id: memory for memory in old}
    for memory in new:
        if memory.id not in known:
            raise BadInput(f"The id {memory.id!r} is none of those to be edited: {', '.join(known)}.")
        if memory.level != known[memory.id].level:
            raise BadInput(f"Memory {memory.id!r} can not become a memory of another level.")
    if not new:
        raise BadInput(
            "One memory at least has to stay. To drop them all, discard the proposal or retire the memories."
        )
    return [replace(memory, version=known[memory.id].version, status=known[memory.id].status) for memory in new]
