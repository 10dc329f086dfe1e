"""The Review page without a browser: walking along the queue, deciding, undoing, deciding on many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from procmem.memory.curation import revise
from procmem.workbench import Workbench
from tests.bench import Bench
from tests.reviewing import addition, check, page, press, progress, ran, review_bench, shown, states


@pytest.fixture
def workbench(bench: Bench, tmp_path: Path) -> Iterator[Workbench]:
    """A workbench with an empty bank and an empty queue."""
    with review_bench(bench, tmp_path) as made:
        yield made


def test_an_empty_queue_says_where_proposals_come_from(workbench: Workbench) -> None:
    at = page(workbench)
    assert shown(at) == "Nothing to review yet"
    assert progress(at) == "0 of 0 decided, 0 today"


def test_the_first_that_waits_is_shown_and_accepting_it_shows_the_next(workbench: Workbench) -> None:
    workbench.store.propose([addition("a"), addition("b")])
    workbench.store.decide("add-a", "discard", by="Ann", reason="Duplicate")
    workbench.store.propose([addition("c")])
    at = page(workbench)
    assert (shown(at), progress(at)) == ("Sum the hours of b", "1 of 3 decided, 1 today")
    assert at.query_params["proposal"] == "add-b"
    press(at, "accept-")
    assert (shown(at), progress(at)) == ("Sum the hours of c", "2 of 3 decided, 2 today")
    press(at, "accept-")
    assert shown(at) == "All decided"
    assert [found.id for found in workbench.store.memories()] == ["b", "b.1", "b.2", "c", "c.1", "c.2"]
    assert {made.by for made in workbench.store.decisions(limit=2)} == {"person"}


def test_the_arrows_walk_along_the_queue_and_the_address_restores_a_proposal(workbench: Workbench) -> None:
    workbench.store.propose([addition("a"), addition("b")])
    at = press(page(workbench), "next-")
    assert (shown(at), at.query_params["proposal"]) == ("Sum the hours of b", "add-b")
    assert shown(press(at, "previous-")) == "Sum the hours of a"
    assert shown(page(workbench, proposal="add-b")) == "Sum the hours of b"
    at = page(workbench, proposal="add-gone")
    assert shown(at) == "This proposal is not here"
    assert shown(press(at, "to-queue")) == "Sum the hours of a"


def test_discarding_asks_for_a_reason_that_stays_with_the_decision(workbench: Workbench) -> None:
    workbench.store.propose([addition("a"), addition("b")])
    at = press(page(workbench), "discard-")
    assert states(workbench.store) == ["undecided", "undecided"]
    press(at, "reason-add-a-2")
    press(at, "discard-")
    at.text_input(key="reason-add-b-text").set_value("Too long")
    next(button for button in at.button if button.label == "Discard for this reason").click()
    ran(at)
    assert [made.reason for made in workbench.store.decisions()] == ["Too long", "Too specific"]
    assert workbench.store.revision == 0


def test_a_blank_reason_discards_nothing(workbench: Workbench) -> None:
    workbench.store.propose([addition("a")])
    at = press(page(workbench), "discard-")
    next(button for button in at.button if button.label == "Discard for this reason").click()
    ran(at)
    assert at.error[0].value.startswith("Say why it is discarded")
    press(at, "reason-add-a-no")
    assert states(workbench.store) == ["undecided"]


def test_five_undos_take_five_decisions_back_newest_first(workbench: Workbench) -> None:
    workbench.store.propose([addition(name) for name in "abcdef"])
    at = page(workbench)
    for _ in range(5):
        press(at, "accept-")
    assert shown(at) == "Sum the hours of f"
    for name in "edcba":
        assert shown(press(at, "undo-")) == f"Sum the hours of {name}"
    assert workbench.store.count() == 0
    assert press(at, "undo-").error[0].value == "There is no decision of person to undo\\."


def test_an_undo_that_is_undone_stands_again(workbench: Workbench) -> None:
    workbench.store.propose([addition("a")])
    at = press(press(page(workbench), "accept-"), "undo-last")
    assert workbench.store.count() == 0
    press(at, "back-")
    assert workbench.store.count() == 3
    assert at.info[0].value.startswith("Accepted by a person")


def test_an_undo_names_the_later_decisions_in_its_way_and_takes_them_along(workbench: Workbench) -> None:
    store = workbench.store
    store.propose([addition("a")])
    first = store.decide("add-a", "accept", by="person")
    wish = revise([replace(store.memory("a"), title="Better")], "Bob", "clearer")
    store.propose([wish])
    store.decide(wish.id, "accept", by="Bob")
    at = press(page(workbench), "undo-last")
    assert store.decision(first.id).in_force
    assert any("Accepted by Bob" in text.value and "Better" in text.value for text in at.text)
    assert at.button(key="cascade-yes").label == "Take all 2 back"
    press(at, "cascade-yes")
    assert store.count() == 0
    assert states(store) == ["undecided", "undecided"]


def test_the_second_of_two_curators_who_accepts_is_told_who_was_first(workbench: Workbench) -> None:
    workbench.store.propose([addition("a"), addition("b")])
    second = page(workbench)
    workbench.store.decide("add-a", "discard", by="Ann", reason="Too specific")
    press(second, "accept-")
    assert "Ann discarded it" in second.error[0].value
    assert shown(second) == "Sum the hours of a"


def test_a_key_pressed_twice_decides_once_and_never_on_the_next_one(workbench: Workbench) -> None:
    def twice(bench: object) -> None:
        import streamlit as st

        from pages.parts.review_desk import PROBLEM, accept

        accept(bench, "add-a")  # type: ignore[arg-type]
        accept(bench, "add-a")  # type: ignore[arg-type]
        st.text(str(st.session_state.get(PROBLEM)))

    workbench.store.propose([addition("a"), addition("b")])
    at = AppTest.from_function(twice, args=(workbench,)).run()
    assert at.text[0].value == "None"
    assert states(workbench.store) == ["accepted", "undecided"]


def test_many_are_decided_in_the_table_and_taken_back_together(workbench: Workbench) -> None:
    workbench.store.propose([addition(name) for name in "abc"])
    at = page(workbench, view="Table")
    check(at, ("add-a", "add-b", "add-c"), [0, 2])
    press(at, "bulk-accept")
    assert states(workbench.store) == ["accepted", "undecided", "accepted"]
    assert progress(at) == "2 of 3 decided, 2 today"
    press(at, "bulk-undo")
    assert states(workbench.store) == ["undecided"] * 3
    assert workbench.store.count() == 0


def test_checks_do_not_slip_to_other_rows_when_the_queue_changes(workbench: Workbench) -> None:
    workbench.store.propose([addition(name) for name in "abc"])
    at = page(workbench, view="Table")
    check(at, ("add-a", "add-b", "add-c"), [1])
    assert at.button(key="bulk-accept").label == "Accept 1 proposal"
    workbench.store.decide("add-a", "accept", by="Ann")
    ran(at)
    assert not [button for button in at.button if button.key == "bulk-accept"]


def test_a_proposal_opened_from_the_table_leads_back_to_it(workbench: Workbench) -> None:
    workbench.store.propose([addition(name) for name in "ab"])
    at = page(workbench, view="Table", proposal="add-b")
    assert shown(at) == "Sum the hours of b"
    next(button for button in at.button if button.label == "Back to the table").click()
    ran(at)
    assert not at.subheader
    assert list(at.dataframe[0].value["Title"]) == ["Sum the hours of a", "Sum the hours of b"]


def test_many_are_discarded_for_one_reason(workbench: Workbench) -> None:
    workbench.store.propose([addition(name) for name in "ab"])
    at = page(workbench, view="Table")
    check(at, ("add-a", "add-b"), [0, 1])
    assert at.button(key="bulk-discard").disabled
    at.selectbox(key="bulk-reason").set_value("Too specific")
    press(ran(at), "bulk-discard")
    assert [made.reason for made in workbench.store.decisions()] == ["Too specific", "Too specific"]


def test_the_decided_ones_are_shown_newest_first(workbench: Workbench) -> None:
    workbench.store.propose([addition(name) for name in "abc"])
    at = page(workbench, show="Decided")
    assert shown(at) == "Nothing decided yet"
    for name in "ab":
        workbench.store.decide(f"add-{name}", "accept", by="Ann")
    assert shown(ran(at)) == "Sum the hours of b"
    at.segmented_control(key="show").set_value("Waiting")
    assert shown(ran(at)) == "Sum the hours of c"


def test_the_keys_are_shown_on_request(workbench: Workbench) -> None:
    workbench.store.propose([addition("a")])
    at = press(page(workbench), "review-keys-button")
    assert "Accept as it is" in list(at.table[0].value["What it does"])
