"""What finished runs propose: successes, corrections, forgetting; and what is dropped, with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from procmem.errors import BadInput, ModelFailed
from procmem.events import Event, Noted
from procmem.memory.bank import Bank
from procmem.memory.build import Pen, addition
from procmem.memory.distil import RULES, Distilled
from procmem.memory.forget import mem_p
from procmem.memory.rules import full_task_unit
from procmem.memory.update import UPDATES, Case, Wish
from procmem.models.embedders import make_embedder
from procmem.store.duck import DuckStore
from procmem.types import Policy, Proposal, Step, Trajectory, Turn
from tests.answering import AnsweringModel, finish, line_to
from tests.bench import Bench, note_replies, note_task
from tests.test_distil import GOOD

READ = Step("Look.", "excel_read_file", {"file_path": "data/a.xlsx"}, "a table")
WRITE = Step("Write.", "excel_set_cell", {"file_path": "data/a.xlsx", "text": "7"}, "Written.")


def run(name: str, text: str, *steps: Step, success: bool | None = True) -> Case:
    turns = (Turn("excel", "Do it", steps, "done"),)
    return Case(Trajectory(name, f"task/{name}", text, "1. excel", turns, "7", success, ("gpt-4o",)))


def update(name: str, *cases: Case, store: DuckStore | None = None) -> tuple[list[Event], list[Wish]]:
    pen = Pen(Bank(store or DuckStore(None), make_embedder("hash")), line_to(AnsweringModel({})), RULES)
    events, wishes = finish(UPDATES[name](cases, Policy(), pen))
    assert isinstance(wishes, list)
    return events, wishes


GOOD_RUN = run("a", "Add up the sheet", READ, WRITE)
BAD_RUN = run("b", "Sort the invoices", READ, success=False)
OPEN_RUN = run("c", "Copy the note", READ, success=None)
IDLE_RUN = run("d", "Do nothing")


def test_vanilla_remembers_failures_too() -> None:
    _, wishes = update("vanilla", GOOD_RUN, BAD_RUN, OPEN_RUN, IDLE_RUN)
    assert [(wish.proposal.id, wish.discard) for wish in wishes] == [("add-a", ""), ("add-b", ""), ("add-c", "")]


def test_validation_learns_from_successes_and_says_why_not_from_others() -> None:
    events, wishes = update("validation", GOOD_RUN, BAD_RUN, OPEN_RUN, IDLE_RUN)
    assert [wish.proposal.id for wish in wishes] == ["add-a"]
    assert [event.text for event in events if isinstance(event, Noted)] == [
        "Nothing is learned from this run: it failed.",
        "Nothing is learned from this run: its task has no checks, so nobody knows whether it succeeded.",
        "Nothing is learned from this run: it took no step.",
    ]


def test_validation_drops_what_the_bank_or_the_batch_says_already() -> None:
    store = DuckStore(None)
    known = addition(GOOD_RUN.trajectory, Distilled(full_task_unit(GOOD_RUN.trajectory)), "proceduralization")
    store.propose([known])
    store.decide("add-a", "accept", by="Ann")
    again = run("e", "Add up the sheet", READ, WRITE)
    other_steps = run("f", "Add up the sheet", WRITE)
    fresh = run("g", "Sort the invoices", READ)
    fresh_again = run("h", "Sort the invoices", READ)
    _, wishes = update("validation", again, other_steps, fresh, fresh_again, store=store)
    assert [(wish.proposal.id, wish.discard) for wish in wishes] == [
        ("add-e", "Redundant: the same task, with the same actions, is in “Add up the sheet”."),
        ("add-f", ""),
        ("add-g", ""),
        ("add-h", "Redundant: the same task, with the same actions, is in “Sort the invoices”."),
    ]


def test_a_memory_that_failed_three_times_is_proposed_for_retirement_and_only_then(bench: Bench) -> None:
    bench.teach(note_task("notes/2", "Omar"), note_replies("Omar"), "taught")
    for number in range(3):
        assert mem_p(bench.store, ["taught", "taught.1"]) == []
        record(bench, f"poor-{number}", ["1. plan", *note_replies("Wrong")[1:]])
    (retirement, part) = mem_p(bench.store, ["taught", "taught.1"])
    assert (retirement.id, retirement.kind, retirement.author) == ("forget-taught-v1", "retire", "mem-p")
    assert [memory.id for memory in retirement.memories] == ["taught", "taught.1"]
    assert retirement.reason == "Of 3 runs that used it, 0 succeeded: fewer than half (Mem^p's rule)."
    assert part.id == "forget-taught.1-v1"


def record(bench: Bench, run_id: str, replies: list[object]) -> None:
    events, _ = bench.run(replies, policy=Policy(every=0), run_id=run_id)
    from procmem.agents.teams import make_team

    team = make_team("LLM team", "scripted", "scripted")
    bench.store.begin_run(bench.lab.summary(run_id, note_task(), team, Policy(every=0)), {})
    for event in events:
        bench.store.append(run_id, event)


def test_a_run_that_could_not_be_distilled_is_proposed_with_its_fault_and_distilled_again(bench: Bench) -> None:
    from procmem.agents.teams import make_team
    from procmem.lab import setup

    task, policy = note_task(), Policy(placement="none")
    team = replace(make_team("LLM team", "scripted", "scripted"), distiller="")
    replies = [*note_replies(), ModelFailed("The host is unreachable.")]
    events, _ = bench.run(replies, policy=policy, distiller="")
    bench.store.begin_run(bench.lab.summary("run-1", task, team, policy), setup(task, team, policy))
    for event in events:
        bench.store.append("run-1", event)
    (filed,) = bench.store.proposals()
    assert filed.proposal.fault == "The host is unreachable."
    assert len(filed.proposal.memories) == 2
    lab = replace(bench.lab, models=lambda name, seed: AnsweringModel({"script": [GOOD]}))
    _, again = finish(lab.distil_again("add-run-1"))
    assert isinstance(again, Proposal)
    assert (again.fault, again.id) == ("", "add-run-1-again")
    assert [entry.proposal.id for entry in bench.store.proposals()] == ["add-run-1-again"]
    with pytest.raises(BadInput, match="whose distillation failed"):
        finish(lab.distil_again("add-run-1"))
