"""A folder in memory, where the machine has room for one: tests that wait for the disk at each write are quick there.

kill -9 takes nothing from a file that was written, whatever it lies on; only a power cut tells disk and memory apart.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_MEMORY = Path("/dev/shm")
_ROOM = 2**30


@contextmanager
def quick_folder() -> Iterator[Path]:
    """An empty folder, gone afterwards; on the disk where there is no file system in memory with 1 GB of room."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    with TemporaryDirectory(dir=_MEMORY if roomy else None, prefix="procmem-test-") as folder:
        yield Path(folder)
