"""What differs between two versions of a memory."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from procmem.memory.difference import Piece, changes, pieces
from procmem.types import SubtaskUnit
from tests.records import part


def test_a_changed_word_is_found_in_its_line() -> None:
    assert pieces("one\nsort column three now\nend", "one\nsort column four now\nend") == [
        Piece("same", "one\nsort column "),
        Piece("gone", "three"),
        Piece("new", "four"),
        Piece("same", " now\nend"),
    ]


def test_an_addition_to_a_short_text_is_seen_as_one() -> None:
    longer = "All went well. Mended later: the path was wrong, and the sheet was never looked at."
    assert pieces("All went well.", longer) == [Piece("same", "All went well."), Piece("new", longer[14:])]


def test_words_that_changed_side_by_side_are_one_change() -> None:
    assert pieces("read the first old sheet now", "read the first big page now") == [
        Piece("same", "read the first "),
        Piece("gone", "old sheet"),
        Piece("new", "big page"),
        Piece("same", " now"),
    ]


def test_two_different_passages_are_shown_whole() -> None:
    assert pieces("alpha beta", "12 34 56") == [Piece("gone", "alpha beta"), Piece("new", "12 34 56")]


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_hold_both_texts_whole(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "new") == before
    assert "".join(piece.text for piece in found if piece.kind != "gone") == after


def test_only_fields_that_differ_are_named_and_a_step_is_two_lines() -> None:
    before = replace(part("m"), unit=SubtaskUnit("excel", "sort", "<think>Look</think><action>{}</action>", "ok"))
    after = replace(
        before,
        status="retired",
        unit=SubtaskUnit(
            "excel", "sort", "<think>Look</think><action>{}</action><think>Go</think><action>{}</action>", "ok"
        ),
    )
    status, steps = changes(before, after)
    assert (status.label, status.pieces) == ("Status", (Piece("gone", "active"), Piece("new", "retired")))
    assert (steps.label, "".join(piece.text for piece in steps.pieces if piece.kind != "gone")) == (
        "Steps",
        "Look\n    {}\nGo\n    {}",
    )
    assert changes(before, before) == []
