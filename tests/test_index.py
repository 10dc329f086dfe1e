"""The index of one reader: exact and through a graph, with equal vectors, removals, and many threads."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmem.settings import IndexKind
from procmem.store.exact import Matrix
from procmem.store.graph import Graph
from procmem.store.index import Index

ANGLES = 24


def direction(step: int) -> Matrix:
    """One of 24 unit vectors on a circle, tilted so that three numbers are used."""
    angle = 2 * np.pi * (step % ANGLES) / ANGLES
    return np.array([np.cos(angle), np.sin(angle) * 0.6, np.sin(angle) * 0.8], np.float32)


def filled(kind: IndexKind, steps: list[int], settle: bool = True) -> Index:
    """An index whose number i lies in the i-th direction; equal directions have equal labels."""
    index = Index(3, kind)
    entries = [(number, 100 + step % ANGLES) for number, step in enumerate(steps)]
    index.add(entries, np.array([direction(step) for step in steps], np.float32).reshape(len(steps), 3))
    while settle and index.settle():
        pass
    return index


def plain(held: dict[int, int], query: int) -> list[tuple[float, int]]:
    """All numbers by cosine, computed one by one."""
    cosines = {number: round(float(np.cos(2 * np.pi * (step - query) / ANGLES)), 5) for number, step in held.items()}
    return sorted(((cosine, -number) for number, cosine in cosines.items()), reverse=True)


MOVES = st.one_of(
    st.tuples(st.just("add"), st.integers(0, ANGLES - 1)),
    st.tuples(st.just("remove"), st.integers(0, 30)),
    st.tuples(st.just("settle"), st.just(0)),
    st.tuples(st.just("search"), st.integers(0, ANGLES - 1)),
)


@settings(max_examples=60)
@given(st.sampled_from(["exact", "hnsw", "auto"]), st.lists(MOVES, max_size=40), st.integers(1, 12))
def test_any_sequence_of_additions_removals_and_searches_gives_what_a_plain_sort_gives(
    kind: IndexKind, moves: list[tuple[str, int]], limit: int
) -> None:
    index = Index(3, kind)
    held: dict[int, int] = {}
    for number, (move, value) in enumerate([*moves, ("search", 5)]):
        if move == "add":
            held[number] = value
            index.add([(number, 100 + value)], direction(value).reshape(1, 3))
        elif move == "remove" and value in held:
            index.remove([(value, 100 + held.pop(value))])
        elif move == "settle":
            index.settle()
        elif move == "search":
            found = index.search(direction(value), limit)
            right = {-number: cosine for cosine, number in plain(held, value)}
            assert all(right[number] == pytest.approx(cosine, abs=2e-5) for number, cosine in found)
            best = [cosine for cosine, _ in plain(held, value)[:limit]]
            assert [cosine for _, cosine in found[:limit]] == pytest.approx(best, abs=2e-5)
    assert len(index) == len(held)


def test_all_that_tie_with_the_last_are_given() -> None:
    for kind in ("exact", "hnsw"):
        found = filled(kind, [0, 0, 6, 0, 12]).search(direction(0), 1)
        assert sorted(found) == [(0, 1.0), (1, 1.0), (3, 1.0)]
    symmetric = filled("exact", [2, 22, 6]).search(direction(0), 1)
    assert [number for number, _ in sorted(symmetric)] == [0, 1]


def test_no_more_is_given_than_there_is() -> None:
    assert Index(3).search(direction(0), 5) == []
    for kind in ("exact", "hnsw"):
        assert len(filled(kind, [1, 2]).search(direction(0), 50)) == 2
        assert filled(kind, [1, 2]).search(direction(0), 0) == []


def test_few_vectors_stay_exact_and_many_move_into_a_graph() -> None:
    few = filled("auto", list(range(20)), settle=False)
    assert not few.due
    many = Index(3, "auto")
    turns = np.linspace(0, 2 * np.pi, 5001, endpoint=False, dtype=np.float32)
    circle = np.stack([np.cos(turns), np.sin(turns), 0 * turns], axis=1)
    many.add([(number, number) for number in range(5001)], circle)
    assert many.due
    assert many.search(circle[70], 1) == [(70, 1.0)]
    while many.settle():
        assert many.due
    assert many.grown
    many.tune()
    assert not many.grown
    assert many.search(circle[70], 1) == [(70, 1.0)]
    assert many.search(circle[4999], 1) == [(4999, 1.0)]


def test_a_number_comes_back_without_its_vector_being_given_again() -> None:
    for kind in ("exact", "hnsw"):
        index = filled(kind, [0, 0, 6])
        index.remove([(2, 106)])
        assert index.search(direction(6), 1)[0][1] == 0.0
        assert index.attach([(7, 100), (8, 101)]) == [(8, 101)]
        assert sorted(index.search(direction(0), 1)) == [(0, 1.0), (1, 1.0), (7, 1.0)]
    index = filled("hnsw", [0, 6])
    index.remove([(1, 106)])
    assert index.attach([(9, 106)]) == []
    assert index.search(direction(6), 1) == [(9, 1.0)]


def test_a_graph_of_mostly_removed_vectors_is_built_anew(tmp_path: Path) -> None:
    index = Index(2, "hnsw")
    turns = np.linspace(0, 2 * np.pi, 1100, endpoint=False, dtype=np.float32)
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    index.add([(number, number) for number in range(1100)], circle)
    while index.settle():
        pass
    index.remove([(number, number) for number in range(1050)])
    assert index.due
    while index.settle():
        pass
    assert index.save(tmp_path / "graph") == (50, [], 200)
    assert index.search(circle[1060], 1) == [(1060, 1.0)]
    assert index.search(circle[0], 1) == [(1099, pytest.approx(circle[0] @ circle[1099], abs=1e-6))]


@pytest.mark.parametrize("bad", [[[np.nan, 1.0, 0.0]], [[np.inf, 0.0, 0.0]], [[1.0, 0.0]], [[1.0, 0.0, 0.0]] * 2])
def test_vectors_that_are_no_numbers_or_do_not_fit_are_refused(bad: list[list[float]]) -> None:
    index = Index(3)
    with pytest.raises(ValueError, match="do not fit 1 x 3 finite numbers"):
        index.add([(1, 1)], np.array(bad, np.float32))
    assert len(index) == 0


@pytest.mark.parametrize("bad", [[np.nan, 1.0, 0.0], [1.0, 0.0]])
def test_a_query_that_is_no_number_or_does_not_fit_is_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="no finite vector of 3 numbers"):
        filled("hnsw", [1]).search(np.array(bad, np.float32), 1)


def test_a_saved_graph_loads_with_its_removals_and_drops_what_nobody_attaches(tmp_path: Path) -> None:
    index = filled("hnsw", [0, 6, 12, 18])
    index.remove([(1, 106)])
    assert index.save(tmp_path / "graph") == (4, [106], 200)
    loaded = Index(3, "hnsw", Graph.load(tmp_path / "graph", 3, 4, [106], 400))
    assert loaded.attach([(5, 106), (6, 112), (7, 101)]) == [(7, 101)]
    loaded.drop_strangers()
    assert loaded.search(direction(6), 4) == [(5, 1.0), (6, 0.0)]


def test_the_effort_of_searches_is_what_the_vectors_need(tmp_path: Path) -> None:
    easy, hard = filled("hnsw", list(range(24))), Index(256, "hnsw")
    vectors = np.random.default_rng(0).normal(size=(6000, 256)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    hard.add([(number, number) for number in range(6000)], vectors)
    while hard.settle():
        pass
    assert easy.tune() == 1.0
    assert easy.save(tmp_path / "easy")[2] == 200
    assert hard.tune() >= 0.995
    assert hard.save(tmp_path / "hard")[2] in (400, 800)
    assert Index(3).tune() == 1.0


def test_a_file_with_another_number_of_vectors_is_refused(tmp_path: Path) -> None:
    filled("hnsw", [0, 6]).save(tmp_path / "graph")
    with pytest.raises(RuntimeError, match="2 labels instead of 3"):
        Graph.load(tmp_path / "graph", 3, 3, [], 200)


def test_searches_in_many_threads_meet_additions_and_removals_unharmed() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(6000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = Index(16, "hnsw")
    index.add([(number, number) for number in range(100)], vectors[:100])
    done = threading.Event()
    wrong: list[object] = []

    def search() -> None:
        while not done.is_set():
            found = index.search(vectors[50], 3)
            if found[0] != (50, 1.0):
                wrong.append(found)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for start in range(100, 6000, 100):  # beyond the room for 4096 that a graph begins with
        index.add([(number, number) for number in range(start, start + 100)], vectors[start : start + 100])
        while index.settle():
            pass
        index.remove([(start + 1, start + 1)])
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(index) == 6000 - 59
