"""One run, from the task to the proposal."""

from __future__ import annotations

from typing import TypeVar

import pytest

from procmem.errors import BadInput
from procmem.events import (
    Acted,
    Called,
    Delegated,
    Event,
    Finished,
    Graded,
    Noted,
    Planned,
    Proposed,
    Recalled,
    Stalled,
    Started,
    kind_of,
)
from procmem.lab import revive_setup
from procmem.types import Check, Limits, Policy, Reply, ToolCall
from tests.bench import Bench, call, note_replies, note_task, say

E = TypeVar("E")


def only(kind: type[E], events: list[Event]) -> E:
    (found,) = [event for event in events if isinstance(event, kind)]
    return found


def test_a_run_tells_its_story_in_order(bench: Bench) -> None:
    events, trajectory = bench.run(note_replies(), policy=Policy(placement="none"))
    assert [kind_of(event) for event in events] == [
        "started", "called", "planned", "called", "delegated", "called", "acted", "called", "reported", "called",
        "graded", "proposed", "finished",
    ]  # fmt: skip
    assert (trajectory.success, trajectory.steps, trajectory.failed_steps) == (True, 1, 0)
    finished = only(Finished, events)
    assert (finished.status, finished.answer, finished.steps) == ("succeeded", "Wrote Dana.", 1)
    assert (bench.home / "offices/run-1/office/data/note.txt").read_text() == "Dana"
    assert (bench.home / "offices/run-1/office/data/answer.txt").read_text().strip() == "Wrote Dana."
    assert not (bench.home / "offices/run-1/pristine/data/note.txt").exists()
    assert [change.path for change in only(Graded, events).changes] == ["data/answer.txt", "data/note.txt"]


def test_a_success_proposes_its_full_task_memory_and_its_subtasks_and_changes_nothing_yet(bench: Bench) -> None:
    events, _ = bench.run(note_replies())
    (proposal,) = only(Proposed, events).proposals
    assert [memory.level for memory in proposal.memories] == ["full-task", "subtask"]
    assert [filed.proposal for filed in bench.store.proposals()] == [proposal]
    assert bench.store.revision == 0


def test_a_failure_proposes_nothing_and_says_which_check_failed(bench: Bench) -> None:
    replies = [say("plan"), call("finish", answer="I did nothing")]
    events, trajectory = bench.run(replies)
    graded = only(Graded, events)
    assert trajectory.success is False
    assert [result.passed for result in graded.results] == [False]
    assert "note.txt" in graded.results[0].reason
    assert bench.store.proposals() == []


def test_a_task_without_checks_ends_ungraded(bench: Bench) -> None:
    events, _ = bench.run(note_replies(), task=note_task(checks=[]))
    assert only(Finished, events).status == "ungraded"
    assert only(Graded, events).success is None


def test_memories_of_other_tasks_reach_orchestrator_and_agent(bench: Bench) -> None:
    bench.teach(note_task("notes/2", "Omar"), note_replies("Omar"), "run-0")
    events, _ = bench.run(note_replies())
    recalls = [event for event in events if isinstance(event, Recalled)]
    assert [(recall.reader, recall.moment) for recall in recalls] == [
        ("orchestrator", "planning"),
        ("system", "subtask"),
    ]
    assert [(c.level, c.entered, c.reason) for recall in recalls for c in recall.candidates] == [
        ("full-task", True, "entered the prompt"),
        ("subtask", True, "entered the prompt"),
    ]
    assert all("Omar" in asked.messages[0]["content"] for asked in bench.model.asked)
    assert only(Started, events).revision == 1


def test_memories_of_the_very_same_task_stay_out_and_say_why(bench: Bench) -> None:
    bench.teach(note_task("notes/1", "Omar"), note_replies("Omar"), "run-0")
    events, _ = bench.run(note_replies())
    recall = next(event for event in events if isinstance(event, Recalled))
    assert [(c.entered, c.reason) for c in recall.candidates] == [(False, "comes from this very task")]
    assert not any("Omar" in message["content"] for message in bench.model.asked[0].messages)


def test_without_memory_nothing_is_looked_up(bench: Bench) -> None:
    bench.teach(note_task("notes/2", "Omar"), note_replies("Omar"), "run-0")
    events, _ = bench.run(note_replies(), policy=Policy(placement="none"))
    assert not any(isinstance(event, Recalled) for event in events)


def test_planning_and_agents_keeps_memories_out_of_the_orchestrators_turns(bench: Bench) -> None:
    bench.teach(note_task("notes/2", "Omar"), note_replies("Omar"), "run-0")
    bench.run(note_replies(), policy=Policy(placement="planning+agents"))
    plan, turn, act = (bench.model.asked[index].messages[0]["content"] for index in (0, 1, 2))
    assert ["Omar" in plan, "Omar" in turn, "Omar" in act] == [True, False, True]


def test_agents_only_shows_the_orchestrator_nothing_and_says_so(bench: Bench) -> None:
    bench.teach(note_task("notes/2", "Omar"), note_replies("Omar"), "run-0")
    events, _ = bench.run(note_replies(), policy=Policy(placement="agents"))
    plan, turn, act = (bench.model.asked[index].messages[0]["content"] for index in (0, 1, 2))
    assert ["Omar" in plan, "Omar" in turn, "Omar" in act] == [False, False, True]
    recall = next(event for event in events if isinstance(event, Recalled))
    assert [c.reason for c in recall.candidates] == ["the policy shows the orchestrator no memory"]


def test_an_unusable_decision_is_asked_for_again(bench: Bench) -> None:
    replies = note_replies()
    replies[1:1] = [say("I think the system agent should write."), call("delegate", agent="plumber", subtask="x")]
    _, trajectory = bench.run(replies)
    assert trajectory.success is True
    said = [message["content"] for message in bench.model.asked[3].messages]
    assert said[-3] == "That reply could not be used: call `delegate` or `finish`. Answer again."
    assert said[-1] == "Not done: the team's agents are calendar, email, excel, word, pdf, system."


def test_a_model_that_never_decides_ends_the_run_with_a_sentence(bench: Bench) -> None:
    events, _ = bench.run([say("plan"), say("hm"), say("hm"), say("hm")])
    finished = only(Finished, events)
    assert finished.status == "failed"
    assert finished.error == "The orchestrator's model scripted gave 3 unusable replies: call `delegate` or `finish`."
    assert [event.text for event in events if isinstance(event, Noted)] == [
        finished.error,
        "Nothing is learned from this run: it failed.",
    ]


def test_malformed_arguments_become_an_observation(bench: Bench) -> None:
    replies = note_replies()
    replies.insert(2, Reply("", (ToolCall("c", "files_write_file", {}, '{"file_path": "da'),)))
    events, trajectory = bench.run(replies)
    acted = next(event for event in events if isinstance(event, Acted))
    assert acted.failed
    assert acted.observation.startswith("The arguments of files_write_file are not a JSON object")
    assert (trajectory.success, trajectory.failed_steps) == (True, 1)


def test_a_tool_that_does_not_exist_becomes_an_observation(bench: Bench) -> None:
    replies = note_replies()
    replies.insert(2, call("files_write", contents="Dana"))
    events, trajectory = bench.run(replies)
    acted = next(event for event in events if isinstance(event, Acted))
    assert acted.failed
    assert "files_write_file" in acted.observation
    assert trajectory.success is True


def test_several_tool_calls_in_one_reply_are_all_carried_out(bench: Bench) -> None:
    replies = note_replies()
    write = replies[2].tool_calls[0]
    replies[2] = Reply("Both.", (write, ToolCall("second", "files_list", {})))
    events, _ = bench.run(replies)
    assert [event.tool for event in events if isinstance(event, Acted)] == ["files_write_file", "files_list"]


def test_an_agent_that_repeats_itself_is_asked_to_report(bench: Bench) -> None:
    again = [call("files_list")] * 3
    replies = [*note_replies()[:2], *again, say("Nothing there."), call("finish", answer="no")]
    events, _ = bench.run(replies)
    assert [event.purpose for event in events if isinstance(event, Called)] == [
        "plan", "delegate", "act", "act", "act", "report", "delegate",
    ]  # fmt: skip


def test_a_stall_makes_a_new_plan(bench: Bench) -> None:
    lazy = [call("delegate", agent="word", subtask="Write it"), say("I can not.")]
    replies = [say("first plan"), *lazy, *lazy, say("second plan"), *note_replies()[1:]]
    events, trajectory = bench.run(replies, limits=Limits(stalls=2))
    assert [(event.plan, event.replan) for event in events if isinstance(event, Planned)] == [
        ("first plan", 0),
        ("second plan", 1),
    ]
    assert [event.reason for event in events if isinstance(event, Stalled)] == [
        "the word agent completed no step.",
        "the same subtask was handed to the same agent before.",
    ]
    assert trajectory.success is True
    assert only(Finished, events).replans == 1


def test_the_limit_on_turns_ends_the_run_and_still_grades_it(bench: Bench) -> None:
    events, _ = bench.run(note_replies(), limits=Limits(turns=1))
    finished = only(Finished, events)
    assert finished.error == "The run stopped after 1 turns, its limit."
    assert only(Graded, events).success is True
    assert finished.status == "succeeded"


def test_the_limit_on_steps_ends_the_run(bench: Bench) -> None:
    events, _ = bench.run(note_replies(), limits=Limits(steps=0))
    assert only(Finished, events).error == "The run stopped after 0 steps, its limit."


def test_a_cancelled_run_is_neither_graded_nor_learned_from(bench: Bench) -> None:
    bench.stop.set()
    events, _ = bench.run(note_replies())
    assert [kind_of(event) for event in events] == ["started", "recalled", "finished"]
    assert only(Finished, events).status == "cancelled"


def test_the_log_holds_every_message_once(bench: Bench) -> None:
    events, _ = bench.run(note_replies())
    calls = [event for event in events if isinstance(event, Called)]
    roles = {
        name: [message["role"] for call in calls if call.conversation == name for message in call.added]
        for name in ("planning", "turns", "turn 1")
    }
    assert roles == {
        "planning": ["system", "user"],
        "turns": ["system", "user", "assistant", "tool"],
        "turn 1": ["system", "user", "assistant", "tool"],
    }


def test_delegations_count_from_one(bench: Bench) -> None:
    events, _ = bench.run(note_replies())
    assert [(event.turn, event.agent) for event in events if isinstance(event, Delegated)] == [(1, "system")]


def test_a_check_that_names_no_known_function_fails_the_run_with_a_sentence(bench: Bench) -> None:
    events, trajectory = bench.run(note_replies(), task=note_task(checks=[Check("evaluate_mood", {})]))
    assert trajectory.success is False
    assert "evaluate_mood" in only(Graded, events).results[0].reason


def test_a_run_of_another_version_says_so_instead_of_being_repeated() -> None:
    with pytest.raises(BadInput, match="recorded by another version of ProcMem"):
        revive_setup({"task": {"id": "note/1"}, "team": {}, "policy": {}})
