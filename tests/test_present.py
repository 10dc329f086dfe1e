"""The memories that stand, kept at hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from procmem.store.duck import DuckStore
from procmem.store.present import Present
from procmem.types import Proposal
from tests.records import add, full


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    made.propose([add("p1", *[full(f"m{number}") for number in range(30)])])
    made.decide("p1", "accept", by="Ann")
    yield made
    made.close()


@pytest.mark.parametrize("room", [0, 2000, 10**6])
def test_memories_are_found_whether_there_is_room_for_them_or_not(store: DuckStore, room: int) -> None:
    present = Present(store._database, room)
    for first in (0, 20, 10):
        ids = [f"m{number}" for number in range(first, first + 10)]
        assert present.find([*ids, "nobody"]) == {memory_id: full(memory_id) for memory_id in ids}


def test_versions_come_in_the_order_asked_for_and_once(store: DuckStore) -> None:
    present = Present(store._database)
    assert [memory.id for memory in present.versions([3, 1, 3, 2]).values()] == ["m2", "m0", "m1"]


def test_a_change_is_followed_and_a_forgotten_bank_is_read_again(store: DuckStore) -> None:
    present = Present(store._database)
    assert present.stands("m0", 1)
    present.follow({"m0": None, "m1": 1})
    assert present.find(["m0", "m1"]) == {"m1": full("m0")}
    present.forget()
    assert present.find(["m0", "m1"]) == {"m0": full("m0"), "m1": full("m1")}


def test_who_reads_while_others_decide_sees_the_bank_before_or_after_each_decision(store: DuckStore) -> None:
    store.propose([Proposal("p2", "revise", tuple(replace(full(id_), title="New") for id_ in ("m0", "m1")), "a", "b")])
    seen, over = set[tuple[str, ...]](), threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.add(tuple(memory.title for memory in store.latest(["m0", "m1"]).values()))

    reader = threading.Thread(target=read)
    reader.start()
    last = store.decide("p2", "accept", by="Ann")
    for _ in range(8):
        (last,) = store.undo(last.id, by="Ann")
    over.set()
    reader.join()
    assert seen == {("Title of m0", "Title of m1"), ("New", "New")}
