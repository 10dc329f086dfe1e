"""Keywords of memories, kept per extracting model and version, and their vectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from procmem.store.duck import DuckStore
from procmem.types import Proposal
from tests.records import add, full, part


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    made.propose([add("p", full("a", "key of a"), part("b"), part("c", "word"))])
    made.decide("p", "accept", by="Ann")
    yield made
    made.close()


def test_memories_without_keywords_are_listed_by_level_and_agent(store: DuckStore) -> None:
    assert store.without_facts("gpt", "full-task", None) == [("a", 1, "key of a")]
    assert [memory_id for memory_id, _, _ in store.without_facts("gpt", "subtask", None)] == ["b", "c"]
    assert [memory_id for memory_id, _, _ in store.without_facts("gpt", "subtask", "word")] == ["c"]


def test_keywords_are_kept_per_model_in_their_order(store: DuckStore) -> None:
    store.put_facts("gpt", [("a", 1, ["sheet", 'it\'s, a "list"']), ("b", 1, [])])
    assert store.facts("gpt", "full-task", None) == [("a", ("sheet", 'it\'s, a "list"'))]
    assert store.facts("gpt", "subtask", "excel") == [("b", ())]
    assert store.facts("gpt", "subtask", "word") == []
    assert store.facts("another", "full-task", None) == []
    assert store.without_facts("gpt", "full-task", None) == []
    assert len(store.without_facts("another", "full-task", None)) == 1


def test_a_second_extraction_replaces_the_first(store: DuckStore) -> None:
    store.put_facts("gpt", [("a", 1, ["one"])])
    store.put_facts("gpt", [("a", 1, ["two", "three"])])
    assert store.facts("gpt", "full-task", None) == [("a", ("two", "three"))]
    store.put_facts("gpt", [])


def test_a_revised_memory_needs_its_keywords_anew_and_a_retired_one_none(store: DuckStore) -> None:
    store.put_facts("gpt", [("a", 1, ["one"])])
    store.propose([Proposal("q", "revise", (full("a", "new key"),), "x", "y")])
    revised = store.decide("q", "accept", by="Ann")
    assert store.facts("gpt", "full-task", None) == []
    assert store.without_facts("gpt", "full-task", None) == [("a", 2, "new key")]
    store.undo(revised.id, by="Ann")
    assert store.facts("gpt", "full-task", None) == [("a", ("one",))]
    store.propose([Proposal("r", "retire", (replace(full("a"), status="retired"),), "x", "y")])
    store.decide("r", "accept", by="Ann")
    assert store.facts("gpt", "full-task", None) == []
    assert store.without_facts("gpt", "full-task", None) == []


def test_a_version_with_an_earlier_key_takes_over_its_keywords(store: DuckStore) -> None:
    store.put_facts("gpt", [("a", 1, ["one"])])
    store.propose([Proposal("q", "revise", (replace(full("a", "key of a"), title="Another"),), "x", "y")])
    store.decide("q", "accept", by="Ann")
    assert store.without_facts("gpt", "full-task", None) == []
    assert store.facts("gpt", "full-task", None) == [("a", ("one",))]
    assert len(store.without_facts("another", "full-task", None)) == 1


def test_keywords_of_a_version_that_never_was_are_refused(store: DuckStore) -> None:
    with pytest.raises(ValueError, match="there is no version 1 of memory 'nobody'"):
        store.put_facts("gpt", [("nobody", 1, ["one"])])


def test_the_vector_of_a_keyword_is_kept_per_model(store: DuckStore) -> None:
    store.put_fact_vectors("e", {"sheet": np.array([1, 0], np.float32), 'odd "word"': np.array([0, 1], np.float32)})
    store.put_fact_vectors("e", {"sheet": np.array([0.6, 0.8], np.float32)})
    found = store.fact_vectors("e", ["sheet", 'odd "word"', "unknown"])
    assert {fact: vector.tolist() for fact, vector in found.items()} == {
        "sheet": pytest.approx([0.6, 0.8]),
        'odd "word"': [0.0, 1.0],
    }
    assert store.fact_vectors("another", ["sheet"]) == {}


def test_a_keywords_vector_that_is_no_unit_vector_is_refused(store: DuckStore) -> None:
    with pytest.raises(ValueError, match="the vector of keyword 'sheet' is no unit vector"):
        store.put_fact_vectors("e", {"sheet": np.array([2, 0], np.float32)})
