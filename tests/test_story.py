"""A run's events put where a person looks for them."""

from __future__ import annotations

from pages.parts.story import activity, cost, tell, tokens
from procmem.events import (
    Acted,
    Called,
    Delegated,
    Event,
    Finished,
    Noted,
    Planned,
    Recalled,
    Reported,
    Stalled,
)
from procmem.types import Purpose, Reply, Usage


def called(purpose: Purpose, turn: int, usage: Usage | None = None, price: float | None = None) -> Called:
    return Called(purpose, "excel", "turn", turn, (), (), {}, Reply("", usage=usage, cost=price))


def acted(turn: int, step: int, failed: bool = False) -> Acted:
    return Acted(turn, step, "excel", "", "excel_read_file", {}, "seen", failed, 0.1)


COURSE: list[Event] = [
    Noted("Wait."),
    Recalled("orchestrator", "planning", 0, "query", ()),
    called("plan", 0, Usage(100, 10), 0.25),
    Planned("1. read", 0),
    called("delegate", 1, Usage(50, 5)),
    Delegated(1, "excel", "read it"),
    Recalled("excel", "subtask", 1, "query", ()),
    called("act", 1),
    acted(1, 1),
    acted(1, 2, failed=True),
    called("act", 1),
    acted(1, 3),
    Reported(1, "excel", "read"),
    Stalled(1, 1, "nothing new"),
    called("plan", 1),
    Planned("1. read again", 1),
    called("delegate", 2),
    Finished("cancelled", "", 3, 1, 1, 165, 0.25, 2.0),
]


def test_plans_and_turns_stand_in_the_order_in_which_they_happened() -> None:
    parts = tell(enumerate(COURSE, 1)).parts
    assert [(part.kind, part.number, part.text) for part in parts] == [
        ("plan", 0, "1. read"),
        ("turn", 1, "read it"),
        ("plan", 1, "1. read again"),
    ]


def test_memories_stand_in_the_part_whose_reader_got_them() -> None:
    parts = tell(enumerate(COURSE, 1)).parts
    assert [[recall.reader for recall in part.recalls] for part in parts] == [["orchestrator"], ["excel"], []]


def test_a_step_knows_the_call_that_asked_for_it_and_whether_it_was_asked_for_with_another() -> None:
    moves = tell(enumerate(COURSE, 1)).parts[1].moves
    assert [(move.call.seq if move.call else None, move.shares_call) for move in moves] == [
        (8, False),
        (8, True),
        (11, False),
    ]


def test_the_decision_for_a_turn_belongs_to_the_turn_and_one_without_a_turn_stays_loose() -> None:
    story = tell(enumerate(COURSE, 1))
    assert [call.event.purpose for call in story.parts[1].calls] == ["delegate", "act", "act"]
    assert [(call.seq, call.event.purpose) for call in story.loose] == [(17, "delegate")]


def test_a_remark_stands_in_the_part_it_was_made_in_and_before_any_part_at_the_top() -> None:
    story = tell(enumerate(COURSE, 1))
    assert story.notes == [Noted("Wait.")]
    assert story.parts[1].remarks == [Stalled(1, 1, "nothing new")]


def test_only_parts_that_can_change_are_unsettled() -> None:
    assert tell(enumerate(COURSE[:9], 1)).settled == 1
    assert tell(enumerate(COURSE[:13], 1)).settled == 2
    assert tell(enumerate(COURSE, 1)).settled == 3


def test_steps_tokens_and_cost_add_up_and_unknown_ones_are_left_out() -> None:
    story = tell(enumerate(COURSE, 1))
    assert (story.steps, story.failed_steps) == (3, 1)
    assert tokens(story.calls) == 165
    assert cost(story.calls) == 0.25
    assert tokens(story.parts[2].calls) is None


def test_what_the_team_does_now_is_said_in_words() -> None:
    assert activity(tell([])) == "Getting the office ready"
    assert activity(tell(enumerate(COURSE[:2], 1))) == "Writing the plan"
    assert activity(tell(enumerate(COURSE[:9], 1))) == "The excel agent is working"
    assert activity(tell(enumerate(COURSE[:13], 1))) == "Choosing the next subtask"
