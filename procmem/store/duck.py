"""The store on DuckDB."""

from __future__ import annotations

from pathlib import Path

from procmem.store.bank import Bank
from procmem.store.database import Database
from procmem.store.runs import Runs
from procmem.store.vectors import Vectors


class DuckStore(Runs, Bank, Vectors):
    """Runs, bank and vectors in one DuckDB file, which this process owns; ``None`` keeps it all in memory (for tests).

    Open a file once per process and share the object: it may be called from any thread.

    Raises:
        BadInput: another process has the file, it is damaged or no store, or a newer ProcMem wrote it.
    """

    def __init__(self, path: Path | None) -> None:
        database = Database(path)
        Runs.__init__(self, database)
        Bank.__init__(self, database)
        Vectors.__init__(self, database)
        self._database = database

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences a person must be told about the opening, such as a damaged log that was set aside."""
        return tuple(self._database.notices)

    def close(self) -> None:
        """Checkpoint and let go of the file. Closing twice is allowed."""
        self._database.close()
