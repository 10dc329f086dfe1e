"""Lists inside sentences."""

from __future__ import annotations

import pytest

from procmem.models.simulated.enumerations import listings


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("Move these: A (May 3, at noon), B (May 4). Then stop.", [(",", ("A (May 3, at noon)", "B (May 4)"))]),
        ("Tell each of them: Ida: 5 for tea; Kim: 7 for rice", [(";", ("Ida: 5 for tea", "Kim: 7 for rice"))]),
        ('Write "Dear: a, b; c" to all of these: Ida and Kim.', [(",", ("Ida", "Kim"))]),
        ("Keep these: data/a.txt. Drop these: none.", [("", ("data/a.txt",)), ("", ("none",))]),
        ("Nothing is listed here, at all; really.", []),
    ],
)
def test_a_sentence_lists_what_stands_behind_its_colon(text: str, lists: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(one.sign, one.pieces) for one in listings(text)] == lists


def test_the_place_of_a_list_is_that_of_its_first_and_last_piece() -> None:
    (found,) = listings("Feed: cat, dog. Go.")
    assert "Feed: cat, dog. Go."[found.start : found.stop] == "cat, dog"
