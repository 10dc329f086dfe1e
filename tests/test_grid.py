"""The whole product of build x retrieve x variant x placement x update: what reached which reader."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import get_args

import pytest

from procmem.agents.teams import make_team
from procmem.events import Decided, Event, Noted, Proposed
from procmem.lab import Lab
from procmem.memory.build import BUILDS as BUILDERS
from procmem.memory.policy import BUILDS, PLACEMENTS, RETRIEVES, UPDATES, VARIANTS
from procmem.memory.retrieve import RETRIEVERS
from procmem.memory.update import UPDATES as UPDATERS
from procmem.memory.variants import VARIANTS as VARIANT_MEMBERS
from procmem.models.embedders import make_embedder
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.types import (
    Build,
    FullTaskUnit,
    Memory,
    Origin,
    Placement,
    Policy,
    Proposal,
    Retrieve,
    SubtaskUnit,
    Update,
    Variant,
)
from tests.answering import AnsweringModel
from tests.bench import call, note_task, say

PLAN, STEP, DESCRIBED, FLOW = "PLAN-OF-OMAR", "STEP-OF-OMAR", "DESCRIPTION-OF-OMAR", "WORKFLOW-STEP"
ORIGIN = Origin("run-0", "notes/0", "gpt-4o")
PART = SubtaskUnit(
    "system", f"{DESCRIBED}: write the name Omar", f"<think>{STEP}</think><action>{{}}</action>", "[1] ok"
)
WHOLE = FullTaskUnit("Write the name Omar into data/omar.txt", PLAN, (PART,), "done", "fine")
FLOW_UNIT = SubtaskUnit("system", "Write {name} into {file}", f"<think>{FLOW}</think><action>{{}}</action>", "")
MEMORIES = (
    Memory("m", "full-task", "orchestrator", "Write Omar", WHOLE.task, WHOLE, ORIGIN),
    Memory("m.1", "subtask", "system", "Write Omar", PART.description, PART, ORIGIN, "m"),
    Memory(
        "w.1", "subtask", "system", "Workflow", FLOW_UNIT.description, FLOW_UNIT, Origin("r", "t", "gpt-4o", "workflow")
    ),
)
UNIT = (
    '<start>{"high_level_plan": "1. system", "subtasks": [{"agent": "system", "description": "d", "steps": "s", '
    '"observations": "o"}], "final_answer": "f", "reflections": "r"}<end>'
)


TEAM = make_team("LLM team", "answering", "answering")


class Place:
    """A lab whose bank holds one full-task memory with its subtask memory, and one workflow."""

    def __init__(self, home: Path) -> None:
        self.store = DuckStore(None)
        self.store.propose([Proposal("p", "add", MEMORIES, "tester", "")])
        self.store.decide("p", "accept", by="tester")
        self.model = AnsweringModel({})
        self.lab = Lab(Settings(home=home), self.store, make_embedder("hash"), lambda name, seed: self.model)
        self.runs = 0

    def solve(self, policy: Policy) -> list[Event]:
        """Run the note task; every model call is answered by its purpose."""
        self.runs += 1
        self.model = AnsweringModel(
            {
                "plan": ["1. system: write"],
                "delegate": [
                    call("delegate", agent="system", subtask="Write the name Dana"),
                    call("finish", answer="x"),
                ],
                "act": [call("files_write_file", file_path="data/note.txt", contents="Dana"), say("Written.")],
                "facts": ["name, note, write"],
                "rewrite": ["<start>\n1. system: write the name Dana\n<end>"],
                "script": [UNIT],
            }
        )
        return list(self.lab.solve(f"run-{self.runs}", note_task(), TEAM, policy, threading.Event()))

    def record(self, policy: Policy) -> list[Event]:
        """As ``solve``, with the run in the store."""
        run_id = f"run-{self.runs + 1}"
        self.store.begin_run(self.lab.summary(run_id, note_task(), TEAM, policy), {})
        events = self.solve(policy)
        for event in events:
            self.store.append(run_id, event)
        return events

    def saw(self, purpose: str) -> set[str]:
        """The markers that one call of a purpose was shown in its system prompt."""
        system = next(str(messages[0]["content"]) for name, messages in self.model.asked if name == purpose)
        return {marker for marker in (PLAN, STEP, DESCRIBED, FLOW) if marker in system}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("grid"))


def full_task_view(build: Build) -> set[str]:
    return {
        "trajectory": {STEP, DESCRIBED},
        "script": {PLAN, DESCRIBED},
        "proceduralization": {PLAN, STEP, DESCRIBED},
        "workflow": {PLAN, STEP, DESCRIBED},
    }[build]


def subtask_view(build: Build) -> set[str]:
    return {DESCRIBED} if build == "script" else {STEP, DESCRIBED}


def orchestrator_sees(variant: Variant, build: Build) -> set[str]:
    return set() if variant == "workflows" else full_task_view(build)  # of a workflow it gets the name, not the steps


def agent_sees(variant: Variant, build: Build) -> set[str]:
    if variant == "workflows":
        return set() if build == "script" else {FLOW}
    return full_task_view(build) if variant == "shared" else subtask_view(build)


PLANNING = {"both", "planning+agents", "orchestrator"}
TURNS = {"both", "orchestrator"}
AGENTS = {"both", "planning+agents", "agents"}


@pytest.mark.parametrize("retrieve", sorted(get_args(Retrieve)))
@pytest.mark.parametrize("variant", sorted(get_args(Variant)))
@pytest.mark.parametrize("build", sorted(get_args(Build)))
def test_each_policy_shows_each_reader_what_the_papers_say(
    place: Place, build: Build, variant: Variant, retrieve: Retrieve
) -> None:
    placements: tuple[Placement, ...] = get_args(Placement)
    updates: tuple[Update, ...] = get_args(Update)
    for placement, update in itertools.product(placements, updates):
        place.solve(Policy(build, retrieve, variant, placement, update))
        where = (placement, update)
        assert place.saw("plan") == (orchestrator_sees(variant, build) if placement in PLANNING else set()), where
        assert place.saw("delegate") == (orchestrator_sees(variant, build) if placement in TURNS else set()), where
        assert place.saw("act") == (agent_sees(variant, build) if placement in AGENTS else set()), where
        drafted = placement != "none" and variant == "query-rewrite"
        assert bool(place.model.prompts("rewrite")) is drafted, where
        distils = build in ("script", "proceduralization")
        assert bool(place.model.prompts("script")) is distils, where


def test_the_axes_a_person_can_choose_are_the_members_that_exist() -> None:
    assert set(BUILDS) == set(BUILDERS) == set(get_args(Build))
    assert set(RETRIEVES) == set(RETRIEVERS) == set(get_args(Retrieve))
    assert set(VARIANTS) == set(VARIANT_MEMBERS) == set(get_args(Variant))
    assert set(UPDATES) == set(UPDATERS) == set(get_args(Update))
    assert set(PLACEMENTS) == set(get_args(Placement))


def test_automatic_review_decides_at_once_and_drops_what_is_redundant(tmp_path: Path) -> None:
    place = Place(tmp_path)
    first = place.solve(Policy(review="auto"))
    (decided,) = [event for event in first if isinstance(event, Decided)]
    assert (decided.verdict, decided.by, decided.revision) == ("accept", "auto", 2)
    second = place.solve(Policy(review="auto"))
    (dropped,) = [event for event in second if isinstance(event, Decided)]
    assert (dropped.verdict, dropped.by) == ("discard", "validation")
    assert dropped.reason == (
        "Redundant: the same task, with the same actions, is in “Write the name Dana into data/note.txt”."
    )


def test_the_bank_is_updated_after_every_t_runs(tmp_path: Path) -> None:
    place = Place(tmp_path)
    policy = Policy(every=3, review="auto")
    for number in (1, 2):
        events = place.record(policy)
        assert [event.text for event in events if isinstance(event, Noted)] == [
            f"The bank is updated every 3 runs; this is number {number}."
        ]
    third = place.record(policy)
    assert [len(event.proposals) for event in third if isinstance(event, Proposed)] == [3]
    assert [event.verdict for event in third if isinstance(event, Decided)] == ["accept", "discard", "discard"]
    assert [event.text[-2:] for event in place.record(policy) if isinstance(event, Noted)] == ["1."]
