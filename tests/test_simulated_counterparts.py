"""Two requests side by side, worded differently: what in the one plays the part of something in the other."""

from __future__ import annotations

import pytest

from procmem.models.simulated.counterparts import counterpart, part_of


def plays(value: str, then: str, now: str, served_then: str = "", served_now: str = "") -> str | None:
    place = part_of(value, then)
    assert place is not None
    return counterpart(then, place, now, served_then, served_now)


THEN = "Put 'Choir' into Ana's calendar on 2024-05-17 from 10:30 to 11:00."


@pytest.mark.parametrize(
    ("value", "part"), [("Choir", "Yoga"), ("2024-05-17", "2025-02-03"), ("10:30", "18:15"), ("11:00", "19:45")]
)
def test_a_moment_counts_as_its_day_and_its_hour(value: str, part: str) -> None:
    now = "Ben needs an event on 2025-02-03, 18:15 to 19:45, which is called 'Yoga'."
    assert plays(value, THEN, now) == part


def test_whoever_is_served_plays_the_part_of_whoever_was_served() -> None:
    then, now = "Mail Ida, as Omar, about the tree.", "As Kim, let Sue know about the house."
    assert plays("Ida", then, now, "Omar", "Kim") == "Sue"
    assert plays("Omar", then, now, "Omar", "Kim") == "Kim"


def test_the_words_beside_two_things_count_more_than_their_order() -> None:
    then, now = "Move it from data/in to data/out.", "To data/new it is moved, from data/old."
    assert plays("data/in", then, now) == "data/old"
    assert plays("data/out", then, now) == "data/new"


def test_the_file_to_be_made_is_the_counterpart_of_one_to_be_made() -> None:
    then, now = "Copy data/a.txt and save it as data/b.txt.", "Save as data/new.txt what stands in data/old.txt."
    assert plays("data/b.txt", then, now) == "data/new.txt"
    assert plays("data/a.txt", then, now) == "data/old.txt"


def test_a_title_is_no_counterpart_of_a_sentence() -> None:
    then = 'Send the text "Come at nine, please." under the subject "Choir".'
    now = 'The subject is "Garden", the mail says "The hose is broken again."'
    assert plays("Choir", then, now) == "Garden"
    assert plays("Come at nine, please.", then, now) == "The hose is broken again."


def test_what_only_one_of_the_two_names_has_no_counterpart() -> None:
    assert plays("2024-05-17", THEN, "Put 'Yoga' into Ben's calendar.") is None
    assert part_of("Zoe", THEN) is None
