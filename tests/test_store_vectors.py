"""Embeddings, and the search that follows every change of the bank."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmem.errors import BadInput
from procmem.settings import IndexKind
from procmem.store.duck import DuckStore
from procmem.store.store import Vector
from procmem.types import Decision, Memory, Proposal
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


def test_a_revised_memory_needs_a_vector_of_its_new_key(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(EAST)), ("c", 1, unit(EAST))])
    store.propose([Proposal("p3", "revise", (full("a", "new key"),), "x", "y")])
    store.decide("p3", "accept", by="Ann")
    assert store.nearest("e", unit(EAST), level="full-task") == []
    assert store.unembedded("e") == [("a", 2, "new key")]
    store.embed("e", [("a", 2, unit(NORTH))])
    assert store.nearest("e", unit(EAST), level="full-task") == [("a", 0.0)]


def test_a_version_with_an_earlier_key_takes_over_its_vector(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(EAST)), ("c", 1, unit(EAST))])
    store.propose([Proposal("p3", "revise", (replace(full("a", "key of a"), title="Another title"),), "x", "y")])
    store.decide("p3", "accept", by="Ann")
    assert store.unembedded("e") == []
    assert store.nearest("e", unit(EAST), level="full-task") == [("a", 1.0)]
    assert store.unembedded("another") != []


def test_an_undone_decision_needs_no_new_vectors(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(EAST)), ("c", 1, unit(EAST))])
    store.propose([Proposal("p3", "revise", (full("a", "new key"),), "x", "y")])
    revised = store.decide("p3", "accept", by="Ann")
    store.embed("e", [("a", 2, unit(NORTH))])
    assert store.nearest("e", unit(NORTH), level="full-task") == [("a", 1.0)]
    (undone,) = store.undo(revised.id, by="Ann")
    assert store.unembedded("e") == []
    assert store.nearest("e", unit(NORTH), level="full-task") == [("a", 0.0)]
    store.undo(undone.id, by="Ann")
    assert store.nearest("e", unit(NORTH), level="full-task") == [("a", 1.0)]


def test_retired_memories_are_found_among_the_retired(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(EAST)), ("c", 1, unit(EAST))])
    store.propose([Proposal("p3", "retire", (replace(full("a", "key of a"), status="retired"),), "x", "y")])
    store.decide("p3", "accept", by="Ann")
    assert store.nearest("e", unit(EAST), level="full-task") == []
    assert store.unembedded("e") == []
    assert store.nearest("e", unit(EAST), level="full-task", status="retired") == [("a", 1.0)]


def test_vectors_are_given_for_memories_as_they_stand(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(BETWEEN))])
    found = store.vectors("e", ["b", "c", "a", "nobody"])
    assert {memory_id: vector.tolist() for memory_id, vector in found.items()} == {
        "a": [1.0, 0.0],
        "b": pytest.approx([0.6, 0.8]),
    }
    assert store.vectors("another", ["a"]) == {}


def test_active_memories_with_a_vector_are_counted_by_model(store: DuckStore) -> None:
    assert store.embedded() == {}
    store.embed("e", [("a", 1, unit(EAST)), ("b", 1, unit(EAST))])
    store.embed("f", [("a", 1, unit(EAST))])
    assert store.embedded() == {"e": 2, "f": 1}
    store.propose([Proposal("p3", "retire", (replace(full("a", "key of a"), status="retired"),), "x", "y")])
    store.decide("p3", "accept", by="Ann")
    assert store.embedded() == {"e": 1}


def test_a_vector_for_a_version_that_never_was_is_refused(store: DuckStore) -> None:
    with pytest.raises(ValueError, match="there is no version 2 of memory 'a'"):
        store.embed("e", [("b", 1, unit(EAST)), ("a", 2, unit(EAST))])
    assert len(store.unembedded("e")) == 3


def test_a_query_that_is_no_vector_of_the_models_length_is_refused(store: DuckStore) -> None:
    store.embed("e", [("a", 1, unit(EAST))])
    for bad in ([1.0, 0.0, 0.0], [float("nan"), 1.0]):
        with pytest.raises(ValueError, match="no finite vector of 2 numbers"):
            store.nearest("e", unit(bad), level="full-task")


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


KEYS = ["east", "north", "between", "south"]
VECTORS = dict(zip(KEYS, [EAST, NORTH, BETWEEN, [0.0, -1.0]], strict=True))
WISHES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 9), st.sampled_from(KEYS)),
        st.tuples(st.just("revise"), st.integers(0, 9), st.sampled_from(KEYS)),
        st.tuples(st.just("retire"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("undo"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("search"), st.integers(1, 12), st.sampled_from(KEYS)),
    ),
    max_size=25,
)


@settings(max_examples=25)
@given(st.sampled_from(["exact", "hnsw"]), WISHES)
def test_after_any_decisions_the_search_finds_what_a_plain_sort_of_the_bank_finds(
    kind: IndexKind, wishes: list[tuple[str, int, str]]
) -> None:
    store = DuckStore(None, kind)
    made: list[Decision] = []
    for number, (wish, which, key) in enumerate([*wishes, ("search", 12, "between")]):
        if wish == "search":
            searched(store, which, key)
        elif wish == "undo" and which < len(made):
            with suppress(BadInput):
                made += store.undo(made[which].id, by="Ann", cascade=True)
        elif wish in ("add", "revise", "retire"):
            made += decided(store, f"p{number}", wish, f"m{which}", key)
    store.close()


def decided(store: DuckStore, name: str, wish: str, memory_id: str, key: str) -> list[Decision]:
    """The decision on a wish, where the bank allows it."""
    standing = store.latest([memory_id]).get(memory_id)
    with suppress(BadInput):
        match wish, standing:
            case "add", _:
                store.propose([add(name, full(memory_id, key))])
            case "revise", Memory():
                store.propose([Proposal(name, "revise", (replace(standing, key=key, status="active"),), "x", "y")])
            case "retire", Memory():
                store.propose([Proposal(name, "retire", (replace(standing, status="retired"),), "x", "y")])
            case _:
                return []
        return [store.decide(name, "accept", by="Ann")]
    return []


def searched(store: DuckStore, limit: int, key: str) -> None:
    """A search after which every memory has a vector finds what a plain sort finds."""
    missing = store.unembedded("e")
    store.embed("e", [(memory_id, version, unit(VECTORS[text])) for memory_id, version, text in missing])
    query = VECTORS[key]
    plain = sorted(
        (-round(float(np.dot(VECTORS[memory.key], query)), 6), memory.id)
        for memory in store.memories(level="full-task")
    )
    found = store.nearest("e", unit(query), level="full-task", limit=limit)
    assert [memory_id for memory_id, _ in found] == [memory_id for _, memory_id in plain[:limit]]
    assert [cosine for _, cosine in found] == pytest.approx([-minus for minus, _ in plain[:limit]], abs=2e-6)


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


def many(path: Path | None, numbers: range) -> DuckStore:
    """A store whose memory i points in the i-th of 4,000 directions, all with vectors."""
    store = DuckStore(path, "hnsw")
    turns = np.array(numbers, np.float32) * 2 * np.pi / 4000
    vectors = {"e": np.stack([np.cos(turns), np.sin(turns)], axis=1)}
    store.add_many([full(f"m{number:04}", f"key {number}") for number in numbers], by="x", reason="y", vectors=vectors)
    return store


def towards(number: int) -> Vector:
    turn = np.float32(number) * 2 * np.pi / 4000
    return unit([np.cos(turn), np.sin(turn)])


def best(store: DuckStore, number: int) -> str:
    ((memory_id, _),) = store.nearest("e", towards(number), level="full-task", limit=1)
    return memory_id


def test_a_saved_graph_is_used_by_the_next_start_and_catches_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = many(tmp_path / "store.duckdb", range(0, 3000, 2))
    assert best(store, 100) == "m0100"
    store.settle()
    (saved,) = (tmp_path / "index").glob("*.hnsw")
    store.propose([Proposal("gone", "retire", (replace(full("m0100", "key 100"), status="retired"),), "x", "y")])
    store.decide("gone", "accept", by="Ann")
    store.close()
    again = many(tmp_path / "store.duckdb", range(101, 102))
    with caplog.at_level(logging.WARNING):
        assert [best(again, number) for number in (98, 100, 101, 2998)] == ["m0098", "m0101", "m0101", "m2998"]
    again.close()
    assert caplog.messages == []
    assert list((tmp_path / "index").glob("*.hnsw")) == [saved]


def test_a_damaged_graph_is_built_anew_from_the_store(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = many(tmp_path / "store.duckdb", range(1500))
    assert best(store, 7) == "m0007"
    store.settle()
    store.close()
    (saved,) = (tmp_path / "index").glob("*.hnsw")
    saved.write_bytes(b"nonsense")
    again = DuckStore(tmp_path / "store.duckdb", "hnsw")
    assert [best(again, number) for number in (0, 7, 1499)] == ["m0000", "m0007", "m1499"]
    again.settle()
    again.close()
    assert "e/active/full-task/orchestrator is built anew" in caplog.text
    assert [file.stat().st_size > 100 for file in (tmp_path / "index").glob("*.hnsw")] == [True]


def test_the_graph_of_another_store_does_no_harm(tmp_path: Path) -> None:
    store = many(tmp_path / "a" / "store.duckdb", range(1500))
    assert best(store, 7) == "m0007"
    store.settle()
    store.close()
    other = many(tmp_path / "b" / "store.duckdb", range(1000, 2500))
    other.close()
    (tmp_path / "a" / "index").rename(tmp_path / "b" / "index")
    other = DuckStore(tmp_path / "b" / "store.duckdb", "hnsw")
    assert [best(other, number) for number in (1000, 1400, 2499, 0)] == ["m1000", "m1400", "m2499", "m1000"]
    other.close()


def test_a_store_in_memory_fills_its_graphs_and_comes_to_rest() -> None:
    store = many(None, range(1500))
    assert best(store, 7) == "m0007"
    store.settle()
    assert best(store, 1499) == "m1499"
    store.close()
