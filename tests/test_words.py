"""Names and figures as a person reads them."""

from __future__ import annotations

from datetime import datetime

import pytest

from pages.parts import words


@pytest.mark.parametrize(
    ("task_id", "title"),
    [
        ("budget_mail/3", "Budget mail 3"),
        ("1-14/2", "OfficeBench 1-14/2"),
        ("own-0a1b2c3d4e5f", "Your own task"),
    ],
)
def test_a_task_has_a_name_and_not_an_id(task_id: str, title: str) -> None:
    assert words.task_title(task_id) == title


def test_a_tool_is_named_by_its_app_and_what_it_does() -> None:
    assert words.tool_title("excel_set_cell") == "Excel set cell"
    assert words.tool_title("rocket") == "rocket"


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [(1, "step", "1 step"), (0, "check", "0 checks"), (2, "memory", "2 memories"), (3, "way", "3 ways")],
)
def test_a_number_goes_with_the_right_form_of_its_noun(number: int, noun: str, text: str) -> None:
    assert words.count(number, noun) == text


@pytest.mark.parametrize(
    ("number", "text"), [(None, "–"), (842, "842"), (12_345, "12.3k"), (1_200_000, "1.20M"), (0, "0")]
)
def test_tokens_are_short_and_an_unknown_number_is_a_dash(number: int | None, text: str) -> None:
    assert words.tokens(number) == text


@pytest.mark.parametrize(("dollars", "text"), [(None, "–"), (0.0, "$0"), (0.00042, "$0.0004"), (12.5, "$12.50")])
def test_an_unknown_price_is_a_dash_and_never_zero(dollars: float | None, text: str) -> None:
    assert words.money(dollars) == text


@pytest.mark.parametrize(
    ("number", "text"), [(None, "–"), (0.04, "40 ms"), (3.21, "3.2 s"), (125.0, "2 min 5 s"), (59.94, "59.9 s")]
)
def test_a_duration_is_in_the_unit_of_its_size(number: float | None, text: str) -> None:
    assert words.seconds(number) == text


def test_a_date_is_written_out_without_seconds() -> None:
    assert words.day(datetime(2024, 5, 1, 9, 5, 30)) == "1 May 2024, 09:05"
