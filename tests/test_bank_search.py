"""The bank's search: vectors made as needed, and a change of the embedding model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from procmem.errors import BadInput
from procmem.memory.bank import AT_ONCE, Bank
from procmem.models.embedders import Embedder, HashEmbedder, Vectors
from procmem.store.duck import DuckStore
from tests.records import add, full

TASKS = {"a": "Sort the budget by amount", "b": "Send Bob the invoice", "c": "Book a room for Friday"}


class Counting(HashEmbedder):
    """A hash embedder under a name of its own, which counts the texts that it was given, or fails."""

    def __init__(self, name: str, broken: bool = False) -> None:
        self.name = name  # type: ignore[misc]
        self.broken = broken
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.embed``."""
        if self.broken:
            raise BadInput(f"{self.name} can not be loaded")
        self.texts += texts
        return super().embed(texts)


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    made.propose([add("p", *[full(memory_id, key) for memory_id, key in TASKS.items()])])
    made.decide("p", "accept", by="Ann")
    yield made
    made.close()


def fill(store: DuckStore, more: int) -> None:
    """Import memories without vectors."""
    store.add_many([full(f"m{number}", f"task {number}") for number in range(more)], by="x", reason="y")


def bank_of(store: DuckStore, *embedders: Embedder) -> Bank:
    """A bank that uses the first embedder and can make the others."""
    return Bank(store, embedders[0], {embedder.name: embedder for embedder in embedders}.__getitem__)


def found(bank: Bank, text: str) -> str:
    """The id of the nearest."""
    return bank.search(text, "full-task", limit=1)[0].memory.id


def test_a_search_gives_whole_memories_with_their_similarity_best_first(store: DuckStore) -> None:
    hits = bank_of(store, Counting("one")).search("Send Bob the invoice", "full-task")
    assert hits[0].memory.key == "Send Bob the invoice"
    assert hits[0].score == 1.0
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(hits) == 3


def test_each_memory_is_embedded_once_and_each_query_once(store: DuckStore) -> None:
    embedder = Counting("one")
    bank = bank_of(store, embedder)
    assert found(bank, "Book a room") == "c"
    assert found(bank, "Book a room") == "c"
    assert embedder.texts == [*TASKS.values(), "Book a room", "Book a room"]


def test_a_key_that_several_memories_share_is_embedded_once(store: DuckStore) -> None:
    store.propose([add("q", full("d", TASKS["a"]), full("e", TASKS["a"]))])
    store.decide("q", "accept", by="Ann")
    embedder = Counting("one")
    said: list[tuple[int, int]] = []
    assert bank_of(store, embedder).embed_missing(lambda done, total: said.append((done, total))) == 5
    assert embedder.texts == list(TASKS.values())
    assert said == [(5, 5)]


def test_progress_counts_memories_up_to_all(store: DuckStore) -> None:
    fill(store, 130)
    said: list[tuple[int, int]] = []
    bank_of(store, Counting("one")).embed_missing(lambda done, total: said.append((done, total)))
    assert said == [(64, 133), (128, 133), (133, 133)]


def test_a_new_memory_is_found_by_the_next_search(store: DuckStore) -> None:
    bank = bank_of(store, Counting("one"))
    assert found(bank, "Water the plants") != "d"
    store.propose([add("q", full("d", "Water the plants"))])
    store.decide("q", "accept", by="Ann")
    assert found(bank, "Water the plants") == "d"


def test_after_a_change_of_the_model_few_memories_are_embedded_at_once(store: DuckStore) -> None:
    bank_of(store, Counting("old")).embed_missing()
    new = bank_of(store, Counting("new"), Counting("old"))
    assert found(new, "Send Bob the invoice") == "b"
    assert store.embedded() == {"old": 3, "new": 3}
    assert new.state().notice == ""


def test_while_a_new_model_embeds_a_large_bank_the_old_one_answers(store: DuckStore) -> None:
    fill(store, AT_ONCE + 100)
    old, new = Counting("old"), Counting("new")
    bank_of(store, old).embed_missing()
    old.texts.clear()
    bank = bank_of(store, new, old)
    seen: list[str] = []
    bank.embed_missing(
        lambda done, total: seen.append(f"{found(bank, 'Send Bob the invoice')} {bank.state().searched}")
    )
    assert seen == ["b old", "b new", "b new", "b new", "b new", "b new"]
    assert old.texts == ["Send Bob the invoice"]
    assert store.embedded() == {"old": 359, "new": 359}


def test_a_person_is_told_which_model_answers_meanwhile(store: DuckStore) -> None:
    fill(store, AT_ONCE)
    bank_of(store, Counting("old")).embed_missing()
    bank = bank_of(store, Counting("new"), Counting("old"))
    assert bank.state().notice == ("0 of 259 memories are embedded with new; until all are, searches use old.")
    bank.embed_missing()
    assert bank.state().notice == ""


def test_a_memory_that_is_added_meanwhile_is_found_by_the_old_model_too(store: DuckStore) -> None:
    fill(store, AT_ONCE)
    bank_of(store, Counting("old")).embed_missing()
    store.propose([add("q", full("d", "Water the plants"))])
    store.decide("q", "accept", by="Ann")
    bank = bank_of(store, Counting("new"), Counting("old"))
    assert found(bank, "Water the plants") == "d"
    assert store.embedded() == {"old": 260}


def test_where_the_old_model_can_not_be_loaded_any_more_the_new_one_embeds_all_first(store: DuckStore) -> None:
    fill(store, AT_ONCE)
    bank_of(store, Counting("old")).embed_missing()
    bank = bank_of(store, Counting("new"), Counting("old", broken=True))
    assert found(bank, "Send Bob the invoice") == "b"
    assert store.embedded() == {"old": 259, "new": 259}


def test_a_model_that_can_not_be_loaded_says_so(store: DuckStore) -> None:
    with pytest.raises(BadInput, match="new can not be loaded"):
        found(bank_of(store, Counting("new", broken=True)), "x")


def test_an_embedding_that_breaks_off_keeps_what_it_has_done(store: DuckStore) -> None:
    fill(store, 130)
    embedder = Counting("one")

    def give_up(done: int, total: int) -> None:
        if done == 128:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bank_of(store, embedder).embed_missing(give_up)
    assert store.embedded() == {"one": 128}
    assert bank_of(store, embedder).embed_missing() == 5
