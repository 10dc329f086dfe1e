"""The store on DuckDB."""

from __future__ import annotations

from pathlib import Path

from procmem.errors import BadInput
from procmem.settings import IndexKind
from procmem.store.backup import Backup
from procmem.store.bank import Bank
from procmem.store.changes import Changes
from procmem.store.database import Database
from procmem.store.experiments import Experiments
from procmem.store.facts import Facts
from procmem.store.runs import Runs
from procmem.store.trends import Trends
from procmem.store.vectors import Vectors


class DuckStore(Runs, Bank, Vectors, Facts, Experiments, Trends, Backup):
    """Runs, bank and vectors in one DuckDB file, which this process owns; ``None`` keeps it all in memory (for tests).

    Open a file once per process and share the object: it may be called from any thread. The index lies beside the file.

    Raises:
        BadInput: another process has the file, it is damaged or no store, or a newer ProcMem wrote it.
    """

    def __init__(self, path: Path | None, index: IndexKind = "auto") -> None:
        database = Database(path)
        Runs.__init__(self, database)
        changes = Changes()
        Experiments.__init__(self, database)
        Trends.__init__(self, database)
        try:
            Bank.__init__(self, database, changes)
        except BadInput:  # the file opens, but cannot be read
            database.close()
            raise
        Vectors.__init__(self, database, changes, path and path.parent / "index", index)
        Facts.__init__(self, database)
        Backup.__init__(self, database)
        self._database = database

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences a person must be told about the opening, such as a damaged log that was set aside."""
        return tuple(self._database.notices)

    def close(self) -> None:
        """Checkpoint and let go of the file. Closing twice is allowed."""
        self.stop_indexing()
        self._database.close()
