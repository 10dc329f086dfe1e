"""The map: two axes by principal components, the same every time, with room for texts that were not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from procmem.memory.map import axes, even_sample

CROSS = np.array([[3.0, 0.0, 0.0], [-3.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])
MATRICES = arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 6)), elements=st.floats(-1, 1))


def test_the_widest_spread_lies_along_the_first_axis_and_the_next_along_the_second() -> None:
    assert axes(CROSS).place(CROSS).round(6).tolist() == [[3, 0], [-3, 0], [0, 1], [0, -1]]


def test_the_map_says_how_much_of_the_differences_it_shows() -> None:
    assert axes(CROSS).share == pytest.approx(1.0)
    flattened = axes(np.vstack([CROSS, [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]]))
    assert flattened.share == pytest.approx(20 / 22)


def test_a_new_vector_lands_beside_the_one_it_equals() -> None:
    vectors = np.random.default_rng(7).normal(size=(40, 8))
    found = axes(vectors)
    assert np.allclose(found.place(vectors[11]), found.place(vectors)[11])


def test_the_largest_component_of_an_axis_is_positive() -> None:
    for axis in axes(-CROSS).directions:
        assert axis[np.argmax(np.abs(axis))] > 0


def test_a_single_memory_lies_in_the_middle() -> None:
    lonely = axes([[0.6, 0.8]])
    assert lonely.place([[0.6, 0.8]]).tolist() == [[0.0, 0.0]]
    assert lonely.share == 0.0


def test_without_vectors_there_is_no_map() -> None:
    with pytest.raises(ValueError, match="needs vectors"):
        axes(np.zeros((0, 4)))


@given(MATRICES)
def test_distances_on_the_map_are_never_longer_than_in_full(vectors: np.ndarray) -> None:
    placed = axes(vectors).place(vectors)
    flat = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    full = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    assert (flat <= full + 1e-6).all()
    assert np.isfinite(placed).all()


def test_a_sample_is_spread_evenly_and_a_small_bank_is_whole() -> None:
    ids = [f"m{number}" for number in range(10)]
    assert even_sample(ids, 4) == ["m0", "m2", "m5", "m7"]
    assert even_sample(ids, 10) == ids
