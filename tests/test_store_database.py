"""Opening the file, and what can be wrong with it."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from procmem.errors import BadInput
from procmem.events import Noted
from procmem.store.database import storable
from procmem.store.duck import DuckStore
from tests.records import a_run, abandon, add, full

ROOT = Path(__file__).parent.parent
needs_duckdb_2 = pytest.mark.skipif(
    duckdb.__version__.startswith("1."), reason="DuckDB 1.x itself crashes when the disk or the file fails like this"
)
KILLED = """
import os, sys
from pathlib import Path
from procmem.events import Noted
from procmem.store.duck import DuckStore
from tests.records import a_run
store = DuckStore(Path(sys.argv[1]))
store.begin_run(a_run("r1"), {})
for number in range(200):
    store.append("r1", Noted("x" * 300))
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "procmem.duckdb"


def test_what_was_written_is_there_when_the_file_is_opened_again(file: Path) -> None:
    store = DuckStore(file)
    store.begin_run(a_run("r1"), {"a": 1})
    store.append("r1", Noted("hello"))
    store.propose([add("p1", full("m"))])
    store.decide("p1", "accept", by="Ann")
    store.close()
    store.close()
    with pytest.raises(BadInput, match=r"procmem.duckdb is closed"):
        store.events("r1")
    assert sorted(path.name for path in file.parent.iterdir()) == ["procmem.duckdb"]
    store = DuckStore(file)
    assert (store.events("r1"), store.setup("r1")) == ([(1, Noted("hello"))], {"a": 1})
    assert (store.revision, store.memories()) == (1, [full("m")])
    assert store.append("r1", Noted("again")) == 2
    assert store.notices == ()
    store.close()


def test_a_second_process_is_told_which_one_has_the_file(file: Path) -> None:
    hold = "import sys; from pathlib import Path; from procmem.store.duck import DuckStore\n"
    hold += "store = DuckStore(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(file)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(BadInput, match=rf"is in use by process {holder.pid}. Close the other ProcMem"):
            DuckStore(file)
        assert holder.stdin is not None
        holder.stdin.close()
    DuckStore(file).close()


def test_a_store_of_a_newer_version_is_left_alone(file: Path) -> None:
    store = DuckStore(file)
    store._database.put("insert into schema_version values (99, '2030-01-01')")
    store.close()
    before = file.read_bytes()
    with pytest.raises(BadInput, match=r"written by a newer ProcMem \(schema 99, this one knows \d+\). Update ProcMem"):
        DuckStore(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"hello", b"hello world" * 5000, b"\x00" * 20_000])
def test_a_file_that_is_no_database_is_named_and_left_alone(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"procmem.duckdb is damaged or is no ProcMem store. Move it away"):
        DuckStore(file)
    assert file.read_bytes() == content


def test_a_store_cut_short_is_named(file: Path) -> None:
    store = DuckStore(file)
    store.close()
    file.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(BadInput, match="is damaged or is no ProcMem store"):
        DuckStore(file)


@needs_duckdb_2
def test_whichever_block_is_damaged_a_sentence_says_so(file: Path) -> None:
    store = DuckStore(file)
    store.begin_run(a_run("r1"), {})
    noise = random.Random(7)
    for _ in range(300):
        store.append("r1", Noted(noise.randbytes(600).hex()))
    store.close()
    sound, met = file.read_bytes(), set[str]()
    for start in range(0, len(sound), 64 * 1024):
        file.write_bytes(sound[:start] + b"\xff" * 64 + sound[start + 64 :])
        met.add(opened_and_read(file))
    assert met == {"sound", "cannot be opened", "cannot be read"}


def opened_and_read(file: Path) -> str:
    damage = "is damaged or is no ProcMem store. Move it away"
    try:
        store = DuckStore(file)
    except BadInput as error:
        return "cannot be opened" if damage in str(error) else str(error)
    try:
        store.events("r1")
        return "sound"
    except BadInput as error:
        return "cannot be read" if damage in str(error) else str(error)
    finally:
        store.close()


def test_an_sqlite_file_is_no_store(file: Path) -> None:
    file.parent.mkdir()
    connection = sqlite3.connect(file)
    connection.execute("create table t (a)")
    connection.commit()
    connection.close()
    with pytest.raises(BadInput, match="is damaged or is no ProcMem store"):
        DuckStore(file)


def test_somebody_elses_duckdb_file_gets_no_tables_of_ours(file: Path) -> None:
    file.parent.mkdir()
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table sales (a integer)")
    with pytest.raises(BadInput, match="is a DuckDB file, but not a ProcMem store"):
        DuckStore(file)
    with duckdb.connect(str(file)) as connection:
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == [("sales",)]


def test_a_folder_in_the_files_place_is_named(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(BadInput, match=r"procmem\.duckdb cannot|procmem\.duckdb is damaged"):
        DuckStore(file)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, no folder")
    with pytest.raises(BadInput, match=r"The folder .*home cannot be made: .*Set PROCMEM_HOME"):
        DuckStore(tmp_path / "home" / "procmem.duckdb")


def test_a_damaged_log_is_set_aside_and_said(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(file)], cwd=ROOT, check=False)
    log = file.with_name("procmem.duckdb.wal")
    damaged = bytearray(log.read_bytes())
    damaged[len(damaged) // 2 : len(damaged) // 2 + 64] = b"\xff" * 64
    log.write_bytes(damaged)
    store = DuckStore(file)
    (notice,) = store.notices
    (aside,) = file.parent.glob("*.broken-*")
    assert aside.read_bytes() == bytes(damaged)
    assert f"is damaged and was set aside as {aside.name}" in notice
    assert notice in caplog.text
    store.begin_run(a_run("r2"), {})
    store.close()
    store = DuckStore(file)
    assert (store.run("r2").id, store.notices) == ("r2", ())
    store.close()


def test_a_log_cut_short_gives_all_that_is_whole_and_takes_more(file: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(file)], cwd=ROOT, check=False)
    log = file.with_name("procmem.duckdb.wal")
    os.truncate(log, log.stat().st_size - 100)
    store = DuckStore(file)
    assert [seq for seq, _ in store.events("r1")] == list(range(1, 200))
    assert store.append("r1", Noted("after")) == 200
    abandon(store)
    store = DuckStore(file)
    assert store.events("r1", after=199) == [(200, Noted("after"))]
    store.close()


LIMITED = """
import resource, sys
from pathlib import Path
from procmem.errors import BadInput
from procmem.events import Finished, Noted
from procmem.store.duck import DuckStore
from tests.records import a_run

store = DuckStore(Path(sys.argv[1]))
store.begin_run(a_run("r1"), {})
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, most))
written = 0
try:
    while written < 5000:
        written = store.append("r1", Noted("x" * 1000))
except BadInput as error:
    print(error)
for _ in range(2):
    try:
        written = store.append("r1", Noted("x" * 3000))
    except BadInput:
        pass
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
written = store.append("r1", Noted("y"))
print(written, len(store.events("r1")))
store.append("r1", Finished("succeeded", "", 0, 0, 0, None, None, 1.0))
store.close()
"""


@needs_duckdb_2
def test_a_file_that_may_not_grow_loses_nothing_and_goes_on_later(file: Path) -> None:
    pytest.importorskip("resource", reason="limits on file sizes are a Unix thing")
    child = subprocess.run(
        [sys.executable, "-c", LIMITED, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    sentence, counted = child.stdout.splitlines()
    saved = "Nothing saved before is lost: free some space and go on."
    assert sentence == f"The disk is full, so {file} could not be written. {saved}"
    written, read = map(int, counted.split())
    assert written == read
    assert 100 < written < 5000
    store = DuckStore(file)
    assert len(store.events("r1")) == written + 1
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    root = sys.platform == "linux" and os.geteuid() == 0
    if not root or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root on Linux only")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_said_and_everything_goes_on_when_there_is_room_again(small_disk: Path) -> None:
    store = DuckStore(small_disk / "procmem.duckdb")
    store.begin_run(a_run("r1"), {})
    filler = small_disk / "filler"
    fill(filler)
    written = append_until_full(store)
    with pytest.raises(BadInput, match=r"The disk is full, so .* could not be written"):
        store.begin_run(a_run("r2" * 4096), {})
    assert len(store.events("r1")) == written
    store._database.checkpoint()  # is put off
    with pytest.raises(BadInput, match="The disk is full"):
        store._database.put("checkpoint")  # as DuckDB may do by itself; it then refuses everything until reopened
    assert len(store.events("r1")) == written
    filler.unlink()
    assert store.append("r1", Noted("y")) == written + 1
    store.close()
    store = DuckStore(small_disk / "procmem.duckdb")
    assert len(store.events("r1")) == written + 1
    store.close()


@needs_duckdb_2
def test_an_import_on_a_full_disk_is_not_there_at_all_and_is_done_when_there_is_room_again(small_disk: Path) -> None:
    memories = [full(f"m{number}", f"{number} " * 200) for number in range(3000)]
    store = DuckStore(small_disk / "procmem.duckdb")
    store.propose([add("p1", full("before"))])
    decision = store.decide("p1", "accept", by="Ann")
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises(BadInput, match=r"The disk is full, so .* could not be written"):
        store.add_many(memories, by="Ann", reason="a file", batch="file")
    assert (store.revision, store.count(), store.memories()) == (1, 1, [full("before")])
    assert [filed.proposal.id for filed in store.proposals(state="all")] == ["p1"]
    filler.unlink()
    store.undo(decision.id, by="Bob")
    imported = store.add_many(memories[:1500], by="Ann", reason="a file", batch="file")
    assert imported is not None
    assert (imported.revision, store.latest(["m1499"])) == (3, {"m1499": memories[1499]})
    store.close()
    store = DuckStore(small_disk / "procmem.duckdb")
    assert (store.revision, store.count(), store.memories(limit=1)) == (3, 1500, memories[:1])
    store.close()


def append_until_full(store: DuckStore) -> int:
    """Write events until the store says that the disk is full; how many were written."""
    for written in range(1000):
        try:
            store.append("r1", Noted("x" * 1000))
        except BadInput:
            return written
    raise AssertionError("the disk is not full")


def fill(file: Path) -> None:
    with suppress(OSError), file.open("wb", buffering=0) as target:
        while True:
            target.write(b"\x00" * 4096)


ENDING = """
import sys, threading, time
from pathlib import Path
from procmem.errors import BadInput
from procmem.store.duck import DuckStore

store = DuckStore(Path(sys.argv[1]))
reading = threading.Event()

def read():
    try:
        while True:
            store.runs()
            reading.set()
    except BadInput:
        pass  # the store is closed

threading.Thread(target=read, daemon=True).start()
reading.wait()
"""


def test_a_process_that_ends_while_a_thread_reads_ends_well(file: Path) -> None:
    command = [sys.executable, "-c", ENDING, str(file)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (child.returncode, child.stderr) == (0, "")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("plain", "plain"),
        ("NUL \x00 and 😀", "NUL \x00 and 😀"),
        ("\ud83d\ude00", "😀"),
        ("a\udc80", "a\ufffd"),
        (["\ud800", 3], ["\ufffd", 3]),
        (None, None),
    ],
)
def test_text_that_utf_8_cannot_hold_is_repaired(given: object, stored: object) -> None:
    assert storable(given) == stored
