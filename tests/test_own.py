"""Memories from one's own agents' message lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput
from procmem.memory.bank import Bank
from procmem.memory.distil import Distilled
from procmem.memory.rules import full_task_unit
from procmem.models.embedders import HashEmbedder
from procmem.own import accept_once, own_proposal, propose_own, remember, trajectory_of_messages
from procmem.store.duck import DuckStore
from procmem.types import FullTaskUnit, Step
from tests.answering import AnsweringModel, line_to


@pytest.fixture
def bank() -> Iterator[Bank]:
    store = DuckStore(None)
    yield Bank(store, HashEmbedder())
    store.close()


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def says(text: Any, *calls: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **({"tool_calls": list(calls)} if calls else {})}


def call(identity: str | None, name: str, arguments: Any = "{}") -> dict[str, Any]:
    made = {"type": "function", "function": {"name": name, "arguments": arguments}}
    return made if identity is None else {"id": identity, **made}


def result(identity: str | None, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "tool", "content": content, **({} if identity is None else {"tool_call_id": identity}), **more}


BOOKING = [
    {"role": "system", "content": "You are a helpful assistant."},
    user("Book a room for Friday"),
    says("Which rooms are free?", call("a", "search_rooms", '{"day": "Friday"}')),
    result("a", "Oak, Elm"),
    says("Oak is free.", call("b", "book_room", '{"room": "Oak", "day": "Friday"}')),
    result("b", "Booked."),
    says("Oak is booked for Friday."),
]


def steps_of(*messages: Any) -> tuple[Step, ...]:
    return trajectory_of_messages([user("Do it"), *messages]).turns[0].steps


def test_a_message_list_becomes_a_trajectory_of_one_turn() -> None:
    read = trajectory_of_messages(BOOKING, agent="assistant", model="gpt-4o")
    assert (read.task, read.answer) == ("Book a room for Friday", "Oak is booked for Friday.")
    assert read.plan == "1. assistant: Book a room for Friday (search_rooms, book_room)"
    assert (read.success, read.models) == (True, ("gpt-4o",))
    assert [turn.subtask for turn in read.turns] == ["Book a room for Friday"]
    assert read.turns[0].report == "Oak is booked for Friday."
    assert read.turns[0].steps == (
        Step("Which rooms are free?", "search_rooms", {"day": "Friday"}, "Oak, Elm"),
        Step("Oak is free.", "book_room", {"room": "Oak", "day": "Friday"}, "Booked."),
    )


def test_equal_messages_give_equal_ids_and_others_do_not() -> None:
    first, again, other = (trajectory_of_messages(list) for list in (BOOKING, BOOKING[:], BOOKING[:-1]))
    assert first.run_id == again.run_id != other.run_id
    assert first.task_id == other.task_id


def test_each_request_with_its_work_is_a_turn_and_small_talk_is_none() -> None:
    read = trajectory_of_messages(
        [
            *BOOKING,
            user("And cancel Elm"),
            says(None, call("c", "cancel_room", '{"room": "Elm"}')),
            result("c", "Cancelled."),
            says("Elm is cancelled."),
            user("Thanks!"),
            says("You are welcome."),
        ]
    )
    assert [turn.subtask for turn in read.turns] == ["Book a room for Friday", "And cancel Elm"]
    assert [turn.report for turn in read.turns] == ["Oak is booked for Friday.", "Elm is cancelled."]
    assert read.answer == "Elm is cancelled."
    assert read.plan.endswith("2. assistant: And cancel Elm (cancel_room)")


def test_a_question_before_the_work_and_its_answer_belong_to_the_request() -> None:
    read = trajectory_of_messages(
        [user("Book a room"), says("For which day?"), user("Friday"), says("", call("a", "book_room"))]
    )
    assert (read.task, read.answer) == ("Book a room\n\nFriday", "")


def test_the_given_task_stands_for_the_first_user_message() -> None:
    read = trajectory_of_messages([user("# Scaffold\nlong text"), *BOOKING[2:]], task="Book a room", agent="clerk")
    assert (read.task, read.turns[0].subtask, read.turns[0].agent) == ("Book a room", "Book a room", "clerk")
    assert read.models == ("clerk",)


def test_parallel_calls_take_their_results_by_id_in_any_order() -> None:
    made = steps_of(
        says("Both at once.", call("a", "read", '{"n": 1}'), call("b", "read", '{"n": 2}')),
        result("b", "two"),
        result("a", "one"),
    )
    assert [(step.thought, step.arguments["n"], step.observation) for step in made] == [
        ("Both at once.", 1, "one"), ("Both at once.", 2, "two"),
    ]  # fmt: skip


def test_a_result_that_stands_before_its_call_still_finds_it() -> None:
    assert steps_of(result("a", "early"), says("", call("a", "read")))[0].observation == "early"


def test_ids_that_begin_anew_in_every_turn_are_matched_to_the_latest_call() -> None:
    made = steps_of(
        says("", call("0", "read")), result("0", "one"), says("", call("0", "read")), result("0", "two"),
    )  # fmt: skip
    assert [step.observation for step in made] == ["one", "two"]


def test_without_ids_results_go_by_order_and_tool_name() -> None:
    made = steps_of(
        says("", call(None, "read"), call(None, "write"), call(None, "read")),
        result(None, "written", name="write"),
        result(None, "one"),
        result("made-up", "two"),
    )
    assert [step.observation for step in made] == ["one", "written", "two"]


def test_an_unanswered_call_has_no_observation_and_is_no_failure() -> None:
    assert steps_of(says("", call("a", "submit", '{"answer": 4}'))) == (Step("", "submit", {"answer": 4}, ""),)


@pytest.mark.parametrize("broken", ['{"room": "Oak"', "{'room': 'Oak'}", "[1, 2]", "Oak", "[" * 100_000])
def test_broken_arguments_make_a_failed_step_that_keeps_what_was_written(broken: str) -> None:
    (step,) = steps_of(says("", call("a", "book", broken)), result("a", "ok"))
    assert (step.failed, step.arguments) == (True, {"malformed": broken[:2000]})


@pytest.mark.parametrize(("written", "read"), [("", {}), (None, {}), ({"n": 1}, {"n": 1}), (" {} ", {})])
def test_absent_and_ready_made_arguments_are_fine(written: Any, read: dict[str, Any]) -> None:
    (step,) = steps_of(says("", call("a", "book", written)))
    assert (step.failed, step.arguments) == (False, read)


@pytest.mark.parametrize(
    ("content", "more", "failed"),
    [
        ("Error: no such room", {}, True),
        ("Traceback (most recent call last):\n  ...", {}, True),
        ('{"error": "no such room"}', {}, True),
        ("no such room", {"is_error": True}, True),
        ("no such room", {"status": "error"}, True),
        ('{"error": null, "rooms": []}', {}, False),
        ("{broken", {}, False),
        ("No errors found", {}, False),
    ],
)
def test_a_result_fails_its_step_only_where_it_says_so(content: str, more: dict[str, Any], failed: bool) -> None:
    assert steps_of(says("", call("a", "book")), result("a", content, **more))[0].failed is failed


def test_parts_are_read_as_text_and_pictures_leave_their_kind() -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:..."}}]
    read = trajectory_of_messages([user(parts), says([{"type": "text", "text": "A cat"}], call("a", "look"))])
    assert (read.task, read.turns[0].steps[0].thought) == ("What is this?\n[image_url]", "A cat")


@pytest.mark.parametrize(
    ("content", "text"), [({"rooms": ["Oak"]}, '{"rooms": ["Oak"]}'), ([1, 2], "[1, 2]"), (7, "7")]
)
def test_a_result_that_is_no_text_is_kept_as_json(content: Any, text: str) -> None:
    assert steps_of(says("", call("a", "look")), result("a", content))[0].observation == text


def test_reasoning_is_the_thought_of_a_message_without_text() -> None:
    message = {**says(None, call("a", "look")), "reasoning_content": "Look first."}
    assert steps_of(message)[0].thought == "Look first."


def test_the_older_form_with_one_function_call_is_read() -> None:
    asked = {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": '{"n": 1}'}}
    answered = {"role": "function", "name": "look", "content": "a cat"}
    assert steps_of(asked, answered) == (Step("", "look", {"n": 1}, "a cat"),)


def test_records_of_an_sdk_are_read_like_dicts() -> None:
    from openai.types.chat import ChatCompletionMessage

    message = ChatCompletionMessage.model_validate(says("Look.", call("a", "look", '{"n": 1}')))
    assert steps_of(message, result("a", "a cat")) == (Step("Look.", "look", {"n": 1}, "a cat"),)


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([user("x"), "hello"], 'messages[1]: a message is a dict with "role" and "content", not str.'),
        ([{"content": "x"}], "messages[0].role: None is none of system, developer, user, assistant, tool, function."),
        ([user(4)], "messages[0].content: text or a list of parts is wanted, not int."),
        ([user([{"text": "x"}])], 'messages[0].content[0]: a part is text or a dict with a "type".'),
        ([says([{"type": "tool_use"}])], "messages[0].content[0].type: tool_use is not OpenAI's form. "
            "Make it tool_calls and tool messages first."),
        ([says("", {"id": "a"})], "messages[0].tool_calls[0].function.name: the name of the tool is missing."),
        ([{**says(""), "tool_calls": {"id": "a"}}], "messages[0].tool_calls: a list is wanted, not dict."),
        ([says("", call("a", "look")), result("b", "x")],
            "messages[1].tool_call_id: no unanswered call has the id 'b'."),
        ([user("x"), result(None, "y")],
            "messages[1].tool_call_id: missing, and no call before it waits for a result."),
        ([user("x"), says("Hello")], "These messages hold no tool call, so there are no steps to remember."),
        ([says("", call("a", "look"))], "No message of the user says what was asked. Say it yourself: task=..."),
        ([], "These messages hold no tool call, so there are no steps to remember."),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_named(messages: list[Any], sentence: str) -> None:
    with pytest.raises(BadInput) as told:
        trajectory_of_messages(messages)
    assert str(told.value) == sentence


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_CALLS = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from(["a", "b", None])}, optional={"function": _JSON, "name": _JSON})
    | st.builds(call, st.sampled_from(["a", "b", None]), st.sampled_from(["look", "book"]), _JSON),
    max_size=3,
)
_MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "function"])},
    optional={"content": _JSON, "tool_calls": _CALLS | _JSON, "tool_call_id": st.sampled_from(["a", "b", None]),
              "name": st.sampled_from(["look", "book"]), "function_call": _JSON, "reasoning_content": _JSON},
)  # fmt: skip


@given(st.lists(_MESSAGES, max_size=6), st.none() | st.just("Do it"))
def test_any_json_is_read_or_refused_with_a_sentence(messages: list[dict[str, Any]], task: str | None) -> None:
    try:
        read = trajectory_of_messages(messages, task=task)
    except BadInput:
        return
    calls = [message for message in messages if message["role"] == "assistant"]
    assert read.steps <= sum(len(message.get("tool_calls") or [message.get("function_call")]) for message in calls)


def taught(bank: Bank, messages: list[Any], **given: Any) -> str:
    trajectory = trajectory_of_messages(messages, **given)
    proposal = own_proposal(trajectory, Distilled(full_task_unit(trajectory)))
    bank.store.propose([proposal])
    bank.store.decide(proposal.id, "accept", by="Ann")
    return proposal.memories[0].id


def test_the_proposal_says_where_it_comes_from_and_how_the_run_ended() -> None:
    for success, reason in ((True, "reports success"), (False, "failed: read it"), (None, "Nobody said")):
        read = trajectory_of_messages(BOOKING, success=success, run_id="r1", model="gpt-4o")
        proposal = own_proposal(read, Distilled(full_task_unit(read)))
        assert reason in proposal.reason
        assert (proposal.id, proposal.kind, proposal.author) == ("add-r1", "add", "gpt-4o")
        assert [memory.level for memory in proposal.memories] == ["full-task", "subtask"]
        assert proposal.memories[0].origin.builder == "gpt-4o"


def test_what_was_learned_is_remembered_best_first_as_text_for_a_prompt(bank: Bank) -> None:
    room = taught(bank, BOOKING, run_id="rooms")
    taught(bank, [user("Send the invoice to Dana"), says("", call("a", "send_mail")), result("a", "Sent.")])
    best, other = remember(bank, "Book a room for Monday", k=2)
    assert best.memory.id == room
    assert best.score > other.score
    assert best.text.startswith('<memory rank="1">\n{\n "task": "Book a room for Friday",')
    assert "<think>Oak is free.</think>" in best.text
    assert other.text.startswith('<memory rank="2">')
    assert len(remember(bank, "Book a room", k=1)) == 1


def test_a_run_is_proposed_once_and_accepted_once_however_often_a_script_runs(bank: Bank) -> None:
    trajectory, line = trajectory_of_messages(BOOKING), line_to(AnsweringModel({}))
    for _ in range(2):
        proposal = propose_own(trajectory, bank.store, line)
        made = accept_once(bank.store, proposal.id, "Ann")
    assert (bank.store.revision, made.revision, made.by) == (1, 1, "Ann")
    assert bank.store.proposal_counts()["accepted"] == 1
    bank.store.undo(made.id, by="Ann")
    bank.store.decide(proposal.id, "discard", by="Ann", reason="stale")
    with pytest.raises(BadInput, match="discarded"):
        accept_once(bank.store, proposal.id, "Ann")


def test_a_model_distils_and_where_it_fails_nothing_is_lost_and_a_later_try_counts(bank: Bank) -> None:
    unit = {
        "high_level_plan": "1. assistant: look, then book", "final_answer": "Booked.", "reflections": "Look first.",
        "subtasks": [{"agent": "assistant", "description": "book", "steps": "<think>t</think><action>{}</action>",
                      "observations": "[1] Booked."}],
    }  # fmt: skip
    model = AnsweringModel({"script": ["no JSON", "still none", f"<start>{json.dumps(unit)}<end>"]})
    trajectory = trajectory_of_messages(BOOKING, run_id="r1")
    first, second = (propose_own(trajectory, bank.store, line_to(model), "gpt-4o") for _ in range(2))
    assert (first.id, second.id, second.fault) == ("add-r1-not-distilled", "add-r1", "")
    assert first.fault.startswith("gpt-4o gave no usable memory")
    kept, distilled = first.memories[0].unit, second.memories[0].unit
    assert isinstance(kept, FullTaskUnit)
    assert isinstance(distilled, FullTaskUnit)
    assert kept.final_answer == "Oak is booked for Friday."
    assert distilled.reflections == "Look first."


def test_subtasks_are_remembered_per_agent_with_the_task_they_come_from(bank: Bank) -> None:
    taught(bank, [*BOOKING[:2], *BOOKING[2:], user("Cancel Elm"), says("", call("c", "cancel"))], agent="clerk")
    (hit,) = remember(bank, "cancel Elm", k=1, level="subtask", agent="clerk")
    assert (hit.memory.agent, hit.memory.key) == ("clerk", "Cancel Elm")
    assert '"task": "Book a room for Friday"' in hit.text
    assert remember(bank, "cancel Elm", level="subtask", agent="nobody") == []


def test_an_empty_bank_remembers_nothing_and_an_empty_query_is_refused(bank: Bank) -> None:
    assert remember(bank, "anything") == []
    with pytest.raises(BadInput, match="Say what to recall memories for"):
        remember(bank, "  ")


def test_a_run_whose_calls_all_failed_keeps_the_failures_as_reflections() -> None:
    read = trajectory_of_messages([user("Book"), says("", call("a", "book")), result("a", "Error: closed")])
    unit = full_task_unit(read)
    assert isinstance(unit, FullTaskUnit)
    assert (unit.subtasks, unit.reflections) == ((), "The assistant agent's book failed: Error: closed")
