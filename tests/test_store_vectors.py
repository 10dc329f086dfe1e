"""Embeddings and exact search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmem.store.duck import DuckStore
from procmem.store.store import Vector
from procmem.types import Proposal
from tests.records import add, full, part

EAST, NORTH, BETWEEN = ([1.0, 0.0], [0.0, 1.0], [0.6, 0.8])


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    made.propose([add("p1", full("a", "key of a"), part("b"), part("c", "word")), add("p2", full("d"))])
    made.decide("p1", "accept", by="Ann")
    yield made
    made.close()


def unit(values: list[float]) -> Vector:
    return np.array(values, np.float32)


def test_the_nearest_come_best_first_within_level_and_agent(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(BETWEEN)), ("c", 1, unit(NORTH))])
    assert store.nearest("e", unit(EAST), level="full-task") == [("a", 1.0)]
    assert store.nearest("e", unit(NORTH), level="subtask") == [("c", 1.0), ("b", 0.8)]
    assert store.nearest("e", unit(NORTH), level="subtask", agent="excel") == [("b", 0.8)]
    assert store.nearest("e", unit(NORTH), level="subtask", limit=1) == [("c", 1.0)]
    assert store.nearest("e", unit(NORTH), level="subtask", limit=0) == []
    assert store.nearest("another", unit(NORTH), level="subtask") == []


def test_additions_retirements_and_new_vectors_are_seen_by_the_next_query(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST))])
    assert store.nearest("e", unit(EAST), level="full-task") == [("a", 1.0)]
    store.decide("p2", "accept", by="Ann")
    store.embed("e", [("d", 1, unit(BETWEEN))])
    assert store.nearest("e", unit(EAST), level="full-task") == [("a", 1.0), ("d", 0.6)]
    store.embed("e", [("d", 1, unit(NORTH)), ("d", 1, unit(EAST))])
    assert store.nearest("e", unit(EAST), level="full-task") == [("a", 1.0), ("d", 1.0)]
    store.propose([Proposal("p3", "retire", (full("a"),), "x", "y")])
    store.decide("p3", "accept", by="Ann")
    assert store.nearest("e", unit(EAST), level="full-task") == [("d", 1.0)]


def test_a_revised_memory_needs_a_vector_of_its_new_version(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(EAST)), ("c", 1, unit(EAST))])
    store.propose([Proposal("p3", "revise", (full("a", "new key"),), "x", "y")])
    store.decide("p3", "accept", by="Ann")
    assert store.unembedded("e") == [("a", 2, "new key")]
    assert store.nearest("e", unit(EAST), level="full-task") == []


def test_memories_without_a_vector_of_this_model_are_listed_with_their_keys(store: DuckStore) -> None:
    store.embed("e", [("b", 1, unit(EAST)), ("c", 1, unit(EAST))])
    assert store.unembedded("e") == [("a", 1, "key of a")]
    assert [memory_id for memory_id, _, _ in store.unembedded("another")] == ["a", "b", "c"]


def test_a_key_with_nul_and_quotes_is_given_for_embedding_as_it_is(store: DuckStore) -> None:
    store.propose([add("p3", full("z", 'a\x00b "c"'))])
    store.decide("p3", "accept", by="Ann")
    assert store.unembedded("e")[-1] == ("z", 1, 'a\x00b "c"')


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [2.0, 0.0], [float("nan"), 1.0], [float("inf"), 0.0]])
def test_a_vector_that_is_not_of_length_one_is_refused(store: DuckStore, values: list[float]) -> None:
    with pytest.raises(ValueError, match="no unit vector"):
        store.embed("e", [("a", 1, unit(values))])


def test_a_matrix_is_no_vector(store: DuckStore) -> None:
    with pytest.raises(ValueError, match="no unit vector"):
        store.embed("e", [("a", 1, np.array([[1.0, 0.0]], np.float32))])


def test_vectors_of_one_model_have_one_length(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST))])
    with pytest.raises(ValueError, match=r"differ in length: \[2, 3\]"):
        store.embed("e", [("b", 1, unit([1.0, 0.0, 0.0]))])
    assert len(store.unembedded("e")) == 2


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)).filter(any), max_size=12), st.integers(1, 15))
def test_the_search_finds_what_a_plain_sort_finds(points: list[tuple[int, int]], limit: int) -> None:
    store = DuckStore(None)
    memories = [full(f"m{number:02}") for number in range(len(points))]
    if memories:
        store.propose([add("p", *memories)])
        store.decide("p", "accept", by="Ann")
    vectors = [np.array(point, np.float32) / np.float32(np.hypot(*point)) for point in points]
    store.embed("e", [(memory.id, 1, vector) for memory, vector in zip(memories, vectors, strict=True)])
    cosines = [round(x / float(np.hypot(x, y)), 6) for x, y in points]
    plain = sorted(zip(cosines, memories, strict=True), key=lambda pair: (-pair[0], pair[1].id))
    found = store.nearest("e", unit(EAST), level="full-task", limit=limit)
    assert [memory_id for memory_id, _ in found] == [memory.id for _, memory in plain[:limit]]
    assert [cosine for _, cosine in found] == pytest.approx([cosine for cosine, _ in plain[:limit]], abs=2e-6)
    store.close()
