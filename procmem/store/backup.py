"""A copy of the store while it is in use (``Backup``): one consistent moment, in a file that opens by itself."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from procmem.errors import BadInput
from procmem.store.database import Database


class Backup:
    """Copies of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def back_up(self, to: Path) -> Path:
        """Copy everything that is written by now into a new database file; reading and writing go on meanwhile.

        The file appears under its name only when it is whole, so a copy that failed is never taken for a backup.

        Raises:
            BadInput: there is such a file already, or it can not be written.
        """
        if to.exists():
            raise BadInput(f"{to} is there already. Choose another name; a backup replaces nothing.")
        unfinished = to.with_name(f"{to.name}.{secrets.token_hex(4)}.part")
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            self._db.copy_into(unfinished)
            unfinished.rename(to)
        except OSError as error:
            raise BadInput(f"The backup {to} can not be written: {error.strerror}.") from error
        finally:
            for rest in (unfinished, unfinished.with_name(unfinished.name + ".wal")):
                with suppress(OSError):
                    rest.unlink(missing_ok=True)
        return to

    @property
    def bytes_on_disk(self) -> int:
        """Size of the database and its log, as it lies on the disk."""
        return self._db.bytes_on_disk
