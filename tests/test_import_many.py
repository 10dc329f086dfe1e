"""Many memories at once: one proposal, one decision, one revision, one undo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from procmem.errors import BadInput
from procmem.store.duck import DuckStore
from procmem.types import Memory
from tests.records import add, full, part

FAMILY = [full("m"), part("m.2", "word", "m"), part("m.1", "excel", "m")]


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


def circle(count: int) -> np.ndarray:  # type: ignore[type-arg]
    angles = np.linspace(0, 3, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_an_import_is_one_decision_and_one_undo(store: DuckStore) -> None:
    decision = store.add_many(FAMILY, by="Ann", reason="bank.jsonl", batch="file-1")
    assert decision is not None
    assert (decision.proposal_id, decision.verdict, decision.by, decision.revision) == ("file-1", "accept", "Ann", 1)
    assert store.memories() == FAMILY
    assert [memory.id for memory in store.children(["m"])["m"]] == ["m.2", "m.1"]
    filed = store.proposal("file-1")
    assert (filed.proposal.kind, filed.proposal.memories, filed.state) == ("import", (), "accepted")
    (undone,) = store.undo(decision.id, by="Bob")
    assert (store.memories(), store.count(), store.sizes()) == ([], 0, [(1, 1, 2), (2, 0, 0)])
    with pytest.raises(BadInput, match=r"This import was taken back. Take that back in turn"):
        store.decide("file-1", "accept", by="Ann")
    store.undo(undone.id, by="Bob")
    assert store.memories() == FAMILY


def test_what_the_bank_holds_is_skipped_and_what_differs_is_its_next_version(store: DuckStore) -> None:
    store.add_many(FAMILY, by="Ann", reason="a file")
    assert store.add_many(FAMILY, by="Ann", reason="a file") is None
    assert (store.revision, len(store.proposals(state="all"))) == (1, 1)
    changed = replace(FAMILY[1], title="Changed", version=7)
    odd = replace(full("odd"), title="half an emoji \ud83d")
    store.add_many([FAMILY[0], changed, odd], by="Ann", reason="another")
    assert store.add_many([changed, odd], by="Ann", reason="again") is None
    assert store.memory("m.2") == replace(changed, version=2)
    assert (store.memory("m").version, store.revision) == (1, 2)
    assert [memory.id for memory in store.children(["m"])["m"]] == ["m.2", "m.1"]


def test_a_memory_that_left_the_bank_comes_back_in_a_new_version(store: DuckStore) -> None:
    first = store.add_many(FAMILY, by="Ann", reason="a file")
    store.undo(first.id if first else "", by="Ann")
    store.add_many(FAMILY[:1], by="Ann", reason="a file")
    assert store.memory("m") == replace(FAMILY[0], version=2)


def test_vectors_come_along_row_by_row(store: DuckStore) -> None:
    store.add_many(FAMILY[:1], by="Ann", reason="before")
    store.add_many(FAMILY, by="Ann", reason="a file", vectors={"e": circle(3)})
    assert [memory_id for memory_id, *_ in store.unembedded("e")] == ["m"]
    assert store.nearest("e", circle(3)[1], level="subtask") == [("m.2", 1.0), ("m.1", 0.070737)]


@pytest.mark.parametrize(
    ("memories", "vectors", "sentence"),
    [
        ([FAMILY[0], FAMILY[0]], None, "1 memories are given more than once: 'm'"),
        (
            [FAMILY[1]],
            None,
            "Memory 'm.2' belongs to the full-task memory 'm', which is neither in the bank nor in this",
        ),
        (FAMILY, circle(2), r"3 memories need 3 vectors of 'e', not an array of shape \(2, 2\)"),
        (FAMILY, 2 * circle(3), "Vector 1 of 'e' is not of length 1 but 2"),
        (FAMILY, circle(3) * np.float32(np.nan), "Vector 1 of 'e' is not of length 1 but nan"),
        (FAMILY, np.eye(3, dtype=np.float32), "The vectors of 'e' in the bank have 2 numbers, these 3"),
    ],
)
def test_an_import_that_does_not_fit_changes_nothing(
    store: DuckStore,
    memories: list[Memory],
    vectors: np.ndarray | None,  # type: ignore[type-arg]
    sentence: str,
) -> None:
    store.add_many([full("old")], by="Ann", reason="before", vectors={"e": circle(1)})
    with pytest.raises(BadInput, match=sentence):
        store.add_many(memories, by="Ann", reason="a file", vectors=None if vectors is None else {"e": vectors})
    assert (store.revision, [memory.id for memory in store.memories()]) == (1, ["old"])
    assert len(store.proposals(state="all")) == 1


def test_a_batch_is_imported_once(store: DuckStore) -> None:
    store.add_many(FAMILY, by="Ann", reason="a file", batch="file-1")
    with pytest.raises(BadInput, match="The batch 'file-1' was imported before"):
        store.add_many([full("n")], by="Ann", reason="a file", batch="file-1")


def test_a_parent_may_be_in_the_bank_but_not_out_of_it_again(store: DuckStore) -> None:
    store.propose([add("p1", full("m"))])
    decision = store.decide("p1", "accept", by="Ann")
    store.add_many(FAMILY[1:2], by="Ann", reason="a file")
    store.undo(decision.id, by="Ann")
    with pytest.raises(BadInput, match="which is neither in the bank nor in this import"):
        store.add_many(FAMILY[2:], by="Ann", reason="a file")


def test_an_import_of_many_chunks_is_whole(store: DuckStore) -> None:
    memories = [full(f"m{number:05d}") for number in range(12_001)]
    store.add_many(memories, by="Ann", reason="a file", vectors={"e": circle(12_001)})
    assert (store.count(), store.revision) == (12_001, 1)
    assert store.memories(limit=2, offset=9_999) == memories[9_999:10_001]
    assert store.unembedded("e") == []
    np.testing.assert_array_equal(store.vectors("e", ["m09999"])["m09999"], circle(12_001)[9_999])
