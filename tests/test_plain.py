"""Text from files, mails and models on its way to labels, which are Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.plain import head, label, one_line

JOINER = "\u2060"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Sort by name", "Sort by name"),
        ("**bold** _it_ `code`", "\\*\\*bold\\*\\* \\_it\\_ \\`code\\`"),
        ("# <b>", "\\# \\<b\\>" + JOINER),
        ("$x$", "\\$x\\$"),
        (":smile:", "\\:" + JOINER + "smile\\:"),
        (":material/home:", "\\:" + JOINER + "material\\/home\\:"),
        ("[a](javascript:b)", "\\[a\\]\\(javascript\\:" + JOINER + "b\\)"),
        ("https://x.y", "https\\:" + JOINER + "\\/\\/x\\.y"),
        ("www.x.y a@x.y", "www" + JOINER + "\\.x\\.y a\\@" + JOINER + "x\\.y"),
        ("line one\n\n# two", "line one \\# two"),
    ],
)
def test_a_label_shows_every_mark_as_it_was_written(text: str, escaped: str) -> None:
    assert label(text) == escaped


@given(st.text(max_size=200))
def test_no_mark_of_any_text_reaches_a_label_unescaped(text: str) -> None:
    assert not re.search(r"(?<!\\)(\\\\)*[`*_\[\]()#$<>:@~]", label(text, 300))


@given(st.text(max_size=80))
def test_a_label_reads_like_the_text_on_one_line(text: str) -> None:
    shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", label(text, 300))
    assert shown.replace(JOINER, "") == one_line(text, 300).replace(JOINER, "")


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    assert one_line("abcdef ghij", 8) == "abcdef…"


def test_the_first_lines_come_with_the_number_of_the_others() -> None:
    assert head("a\nb\nc\nd", 3) == ("a\nb\nc", 1)
    assert head("a", 3) == ("a", 0)
