"""Answers without memory: figures, cells and rows of what was read, whatever the table is about."""

from __future__ import annotations

import pytest

from procmem.models.simulated.answering import replied
from procmem.models.simulated.context import Seen
from procmem.models.simulated.findings import Findings
from procmem.models.simulated.moments import points, span
from tests.simulated_prompts import events, grid

BOATS = Findings(
    (
        Seen(
            grid(
                [
                    ("Boat", "Port", "Length", "Price"),
                    ("Swan", "Kiel", 9, 120),
                    ("Gull", "Bonn", 7, 80),
                    ("Tern", "Kiel", 12, 310),
                ]
            ),
            (("file_path", "data/boats.xlsx"),),
            "excel_read_file",
        ),
    )
)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is the total price of the boats?", "510"),
        ("What do the boats in Kiel cost altogether, what is their total price?", "430"),
        ("How many boats lie in Kiel?", "2"),
        ("How many boats have a length of more than 8?", "2"),
        ("What is the average length?", "9.33"),
        ("Which boat has the highest price?", "Tern, 310"),
        ("What is the port of Gull?", "Bonn"),
        ("What is the difference between the highest and the lowest price?", "230"),
    ],
)
def test_a_question_about_a_table_is_answered_from_its_rows(question: str, wanted: str) -> None:
    assert replied(question, BOATS) == wanted


def test_who_has_more_entries_is_counted() -> None:
    seen = [
        Seen(
            events(who, [(f"{who} {n}", f"2024-05-2{n} 08:00:00", f"2024-05-2{n} 09:00:00") for n in range(count)]),
            (("username", who),),
        )
        for who, count in (("Mia", 2), ("Leo", 3))
    ]
    assert replied("Who has more entries, Mia or Leo?", Findings(tuple(seen))) == "Leo"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("on 2024-05-17 from 10:30 to 11:00", ("2024-05-17 10:30", "2024-05-17 11:00")),
        ("at 5/17/2024 10:30 a.m to 11:00 a.m", ("2024-05-17 10:30", "2024-05-17 11:00")),
        ("next Friday at 9:00 for half an hour", ("2024-05-17 09:00", "2024-05-17 09:30")),
        ("tomorrow, 15:00, 90 minutes", ("2024-05-14 15:00", "2024-05-14 16:30")),
        ("from 6/19/2024 to 6/23/2024", ("2024-06-19 00:00", "2024-06-23 23:59")),
        ("10:30 to 11:00 on 17 May 2024", ("2024-05-17 10:30", "2024-05-17 11:00")),
    ],
)
def test_when_something_is_can_be_told_in_many_ways(text: str, wanted: tuple[str, str]) -> None:
    found = span(text, "2024-05-13")
    assert found is not None
    assert (f"{found.start:%Y-%m-%d %H:%M}", f"{found.end:%Y-%m-%d %H:%M}") == wanted


def test_words_in_quotes_tell_no_time() -> None:
    assert points('Write "See you on 2024-05-17 at 10:00"', "2024-05-13") == ()
