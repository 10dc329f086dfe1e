"""The file: opening, migrations, one writer at a time, and DuckDB's errors as sentences.

DuckDB allows one process per file and one thread per connection, so every call takes a cursor of its own and writes
take turns. A write is on disk when it returns; kill -9 loses nothing that was acknowledged.
"""

from __future__ import annotations

import atexit
import logging
import re
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from procmem.errors import BadInput

if TYPE_CHECKING:
    import duckdb

Row: TypeAlias = tuple[Any, ...]

_SCHEMA = Path(__file__).parent / "schema"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",  # nothing here may reach for the network
    "autoload_known_extensions": "false",
    "checkpoint_threshold": "1TB",  # checkpoints are made here, where the room on the disk is looked at first
}
_LONG_LOG = 16 * 2**20
_LONG_LIST = 1000  # beyond it, reading the whole table is as fast as asking the index
_FEW = 3
_log = logging.getLogger(__name__)


class Session:
    """A cursor for one call or one transaction; text that UTF-8 cannot hold is repaired on its way in."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def run(self, sql: str, *values: object) -> list[Row]:
        """Execute one statement and fetch all rows."""
        return self._cursor.execute(sql, [storable(value) for value in values]).fetchall()

    def within(self, sql: str, values: Sequence[object]) -> list[Row]:
        """The rows of a query that ends in a column's name, where the column is one of ``values``."""
        if not values:
            return []
        if len(values) > _LONG_LIST:
            return self.run(f"{sql} in (select unnest(?))", list(values))
        return self.run(f"{sql} in ({', '.join('?' * len(values))})", *values)  # this way DuckDB asks the index

    def insert(self, into: str, names: str, rows: Sequence[Sequence[object]]) -> None:
        """Insert many rows by one statement: ``insert("insert into t", "a, b", [(1, 2)])``."""
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            self.run(f"{into} ({names}) select {', '.join(['unnest(?)'] * len(columns))}", *columns)

    def update(self, table: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Update rows by a key: ``update("t", ("key", "a"), [(1, 2)])`` sets ``a`` to 2 where ``key`` is 1."""
        key, *others = names
        if len(rows) <= _FEW:
            for row in rows:
                self.run(
                    f"update {table} set {', '.join(f'{n} = ?' for n in others)} where {key} = ?", *row[1:], row[0]
                )
            return
        new = ", ".join(f"unnest(?) as {name}" for name in names)
        setting = ", ".join(f"{name} = new.{name}" for name in others)
        self.run(
            f"update {table} set {setting} from (select {new}) as new where new.{key} = {table}.{key}",
            *[list(column) for column in zip(*rows, strict=True)],
        )


class Database:
    """One open DuckDB file, or a private database in memory when ``path`` is ``None``.

    ``notices`` holds what a person must be told about the opening; it is empty on a good day.

    Raises:
        BadInput: another process has the file, it is no store, or a newer ProcMem wrote it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._writer = threading.RLock()
        self._door = threading.Condition()
        self._inside = 0  # sessions that are open
        self._broken = False
        self._closed = False
        self.notices: list[str] = []
        self._connection = self._open()
        atexit.register(self.close)  # a thread that is inside DuckDB when Python ends would abort the process

    # --- reading and writing ---

    @property
    def turn(self) -> AbstractContextManager[object]:
        """Held by whoever writes; hold it around a write for what must happen before the next writer's turn."""
        return self._writer

    def rows(self, sql: str, *values: object) -> list[Row]:
        """The rows of one query."""
        with self._session() as session:
            return session.run(sql, *values)

    def within(self, sql: str, values: Sequence[object]) -> list[Row]:
        """The rows of one query that ends in a column's name, where the column is one of ``values``."""
        with self._session() as session:
            return session.within(sql, values)

    def put(self, sql: str, *values: object) -> list[Row]:
        """One writing statement, durable when this returns; the rows are those of its ``returning``."""
        with self._writer:
            with self._session() as session:
                rows = session.run(sql, *values)
            self._shorten_log()
            return rows

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Several statements that happen together or not at all. Writers take turns; a thread may nest only reads."""
        with self._writer:
            with self._session() as session:
                session.run("begin")
                try:
                    yield session
                    session.run("commit")
                except BaseException:
                    self._roll_back(session)
                    raise
            self._shorten_log()

    def checkpoint(self) -> None:
        """Move the log into the file. Where that fails it is left for later: the log holds everything."""
        try:
            if self._path and not _room_for_checkpoint(self._path):
                raise BadInput("there is too little room on the disk")
            with self._writer, self._session() as session:
                session.run("checkpoint")
        except (BadInput, OSError) as error:
            busy = "other write transactions" in str(error)  # a reader at work is in the way: nothing to warn of
            level = logging.INFO if busy else logging.WARNING
            _log.log(level, "The checkpoint of %s is put off: %s", self._name, error)

    def copy_into(self, path: Path) -> None:
        """Copy everything into a new database file, as it is at one moment.

        Raises:
            BadInput: the file can not be written.
        """
        copy = f"copy_{secrets.token_hex(4)}"
        quoted = str(path).replace("'", "''")
        with self._session() as session:
            ((name,),) = session.run("select current_database()")
            session.run(f"attach '{quoted}' as {copy}")
            try:
                session.run(f'copy from database "{name}" to {copy}')
                session.run(f"checkpoint {copy}")
            finally:
                session.run(f"detach {copy}")

    @property
    def bytes_on_disk(self) -> int:
        """Size of the file and its log; 0 in memory."""
        return _size(self._path) + _size(_log_file(self._path)) if self._path else 0

    def close(self) -> None:
        """Checkpoint and let go of the file, after the calls under way. Closing twice is allowed."""
        with self._writer:
            if self._closed:
                return
            if not self._broken:
                self.checkpoint()
            with self._door:
                self._closed = True
                self._door.wait_for(lambda: self._inside == 0, timeout=5)
                self._connection.close()
                del self._connection  # DuckDB complains at the end of the process about what is still referred to
            atexit.unregister(self.close)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        import duckdb

        try:
            cursor = self._enter()
            try:
                yield Session(cursor)
            finally:
                self._leave(cursor)
        except duckdb.Error as error:
            if isinstance(error, duckdb.FatalException):
                self._broken = True  # DuckDB refuses everything until the file is opened again; the next call does that
            if sentence := _trouble(self._path, error):
                raise BadInput(sentence) from error
            raise

    def _enter(self) -> duckdb.DuckDBPyConnection:
        with self._door:
            if self._closed:
                raise BadInput(f"The store {self._name} is closed.")
            if self._broken:
                self._connection.close()
                self._connection = self._open()
                self._broken = False
            cursor = self._connection.cursor()
            self._inside += 1
            return cursor

    def _leave(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.close()
        with self._door:
            self._inside -= 1
            self._door.notify_all()

    def _roll_back(self, session: Session) -> None:
        import duckdb

        try:
            session.run("rollback")
        except duckdb.Error as error:  # a failed commit has rolled back by itself
            _log.debug("Nothing to roll back: %s", _first_line(error))

    @property
    def _name(self) -> str:
        return str(self._path or "in memory")

    def _shorten_log(self) -> None:
        if self._path and _size(_log_file(self._path)) > _LONG_LOG:
            self.checkpoint()

    # --- opening ---

    def _open(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        connection = self._open_file(self._path) if self._path else _connect(None)
        try:
            _migrate(connection, self._path)
        except duckdb.Error as error:
            connection.close()
            raise BadInput(_trouble(self._path, error) or _damaged(self._path, error)) from error
        except BadInput:
            connection.close()
            raise
        return connection

    def _open_file(self, path: Path) -> duckdb.DuckDBPyConnection:
        import duckdb

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"The folder {path.parent} cannot be made: {error.strerror}. Set PROCMEM_HOME.") from error
        try:
            return _connect(path)
        except duckdb.Error as error:
            if "replaying WAL" not in str(error):
                raise BadInput(_cannot_open(path, error)) from error
            self._set_log_aside(path, _first_line(error))
        try:
            return _connect(path)
        except duckdb.Error as error:
            raise BadInput(_cannot_open(path, error)) from error

    def _set_log_aside(self, path: Path, why: str) -> None:
        log = _log_file(path)
        aside = log.with_name(f"{log.name}.broken-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
        log.rename(aside)
        notice = (
            f"The log of {path} is damaged and was set aside as {aside.name}. The store is as of its last checkpoint; "
            f"what was written after it is missing. Keep that file if you need it. Cause: {why}"
        )
        self.notices.append(notice)
        _log.error(notice)


def storable(value: object) -> object:
    """``value`` with lone surrogates, which no UTF-8 text can hold, replaced by U+FFFD; NUL and emoji are kept."""
    if isinstance(value, str):
        return value if value.isascii() else _repaired(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def _repaired(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(str(path) if path else ":memory:", config=_CONFIG)
    connection.execute("pragma disable_checkpoint_on_shutdown")  # close() makes it, if there is room
    return connection


def _migrate(connection: duckdb.DuckDBPyConnection, path: Path | None) -> None:
    """Apply the .sql files of schema/ that this file has not seen, each in one transaction."""
    steps = {int(file.name[:3]): file for file in sorted(_SCHEMA.glob("*.sql"))}
    done = _schema_versions(connection, path)
    if max(done, default=0) > max(steps):
        raise BadInput(
            f"The store {path} was written by a newer ProcMem (schema {max(done)}, this one knows {max(steps)}). "
            "Update ProcMem, or set PROCMEM_HOME to another folder."
        )
    missing = [version for version in steps if version not in done]
    for version in missing:
        connection.execute("begin")
        connection.execute(steps[version].read_text(encoding="utf-8"))
        connection.execute("insert into schema_version values (?, ?)", [version, utc_now()])
        connection.execute("commit")
    if missing:
        connection.execute("checkpoint")


def _schema_versions(connection: duckdb.DuckDBPyConnection, path: Path | None) -> set[int]:
    tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    if tables and "schema_version" not in tables:
        raise BadInput(f"{path} is a DuckDB file, but not a ProcMem store. Move it away, or set PROCMEM_HOME.")
    connection.execute(
        "create table if not exists schema_version (version integer not null, applied timestamp not null)"
    )
    return {version for (version,) in connection.execute("select version from schema_version").fetchall()}


def utc_now() -> datetime:
    """Now, as the tables keep it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def _trouble(path: Path | None, error: Exception) -> str:
    """The sentence for trouble with the disk or the file, or "" when the mistake is ours."""
    import duckdb

    text = str(error)
    if any(sign in text for sign in ("No space left", "File too large", "Disk quota")):
        saved = "Nothing saved before is lost: free some space and go on."
        return f"The disk is full, so {path} could not be written. {saved}"
    if "Corrupt" in text:
        return _damaged(path, error)
    if isinstance(error, duckdb.OperationalError | duckdb.FatalException | duckdb.OutOfMemoryException):
        return f"The store {path} could not do that: {_first_line(error)}"
    return ""


def _cannot_open(path: Path, error: Exception) -> str:
    line = _first_line(error)
    if "Could not set lock" in line:
        holder = re.search(r"\(PID (\d+)\)", line)
        who = f"process {holder.group(1)}" if holder else "another process"
        return (
            f"The store {path} is in use by {who}. Close the other ProcMem (the app or a command that is still "
            "running), or set PROCMEM_HOME to another folder."
        )
    if "Cannot open file" in line:
        return f"The store {path} cannot be opened. Check that it is a file you may read and write: {line}"
    return _damaged(path, error)


def _damaged(path: Path | None, error: Exception) -> str:
    return (
        f"The store {path} is damaged or is no ProcMem store. Move it away (do not delete it) and put a backup in its "
        f"place, or set PROCMEM_HOME to another folder. DuckDB says: {_first_line(error)}"
    )


def _room_for_checkpoint(path: Path) -> bool:
    """A checkpoint that runs out of disk invalidates the open database (DuckDB 1.4 even empties it), so look first."""
    return shutil.disk_usage(path.parent).free > 2 * _size(_log_file(path)) + _size(path) // 4


def _log_file(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _size(file: Path) -> int:
    """Bytes of a file, 0 when there is none."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
