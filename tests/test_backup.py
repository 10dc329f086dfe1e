"""A copy of the store while it is in use."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from procmem.errors import BadInput
from procmem.store.duck import DuckStore
from procmem.types import Proposal
from tests.records import add, full


def wish(number: int) -> Proposal:
    return add(f"wish-{number}", full(f"memory-{number}"))


@pytest.fixture
def store(tmp_path: Path) -> DuckStore:
    return DuckStore(tmp_path / "home" / "store.duckdb")


def test_a_backup_opens_as_a_store_with_everything_in_it_and_goes_on(store: DuckStore, tmp_path: Path) -> None:
    store.propose([wish(1), wish(2)])
    store.decide("wish-1", "accept", by="Ann")
    path = store.back_up(tmp_path / "backups" / "copy.duckdb")
    store.decide("wish-2", "accept", by="Ann")
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["copy.duckdb"]

    copy = DuckStore(path)
    assert (copy.revision, copy.count()) == (1, 1)
    assert copy.memory("memory-1") == full("memory-1")
    (waiting,) = copy.proposals()
    assert copy.decide(waiting.proposal.id, "accept", by="Bob").revision == 2
    with pytest.raises(BadInput, match="decided before"):
        copy.decide("wish-1", "accept", by="Bob")
    copy.close()


def test_a_backup_under_way_neither_stops_writers_nor_sees_half_of_a_write(store: DuckStore, tmp_path: Path) -> None:
    """Every batch holds two proposals, so a copy that held an odd number would have cut one in half."""
    written = threading.Event()

    def write() -> None:
        for number in range(0, 80, 2):
            store.propose([wish(number), wish(number + 1)])
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(20)
    paths = [store.back_up(tmp_path / f"{number}.duckdb") for number in range(3)]
    writer.join()
    store.close()
    for path in paths:
        copy = DuckStore(path)
        found = sum(copy.proposal_counts().values())
        assert found > 0
        assert found % 2 == 0
        copy.close()


def test_a_backup_replaces_no_file(store: DuckStore, tmp_path: Path) -> None:
    (tmp_path / "mine.duckdb").write_text("mine")
    with pytest.raises(BadInput, match="replaces nothing"):
        store.back_up(tmp_path / "mine.duckdb")
    assert (tmp_path / "mine.duckdb").read_text() == "mine"


def test_a_name_with_a_quote_is_a_name(store: DuckStore, tmp_path: Path) -> None:
    assert store.back_up(tmp_path / "Ann's copy.duckdb").exists()


def test_a_backup_that_can_not_be_written_says_so_and_leaves_nothing(store: DuckStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="can not be written"):
        store.back_up(tmp_path / "file" / "copy.duckdb")
