"""What a form's choices make of an experiment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from procmem.errors import BadInput
from procmem.experiment.choosing import Wish, design_for
from procmem.types import Split
from tests.bench import note_task

SPLITS: tuple[Split, ...] = ("train", "test", "test", "test", "test")
TASKS = {
    f"notes/{number}": replace(note_task(f"notes/{number}"), split=split, level=1 + number % 2)
    for number, split in enumerate(SPLITS)
}


def test_ones_own_choice_is_compared_with_no_memory_and_named_after_it() -> None:
    design = design_for(Wish(policies=("LEGOMem", "Mem^p"), teams=("SLM team",), seeds=2), TASKS)
    assert [arm.name for arm in design.arms] == ["no memory", "LEGOMem", "Mem^p"]
    assert (design.compared_with, design.name) == ("no memory", "LEGOMem, Mem^p against no memory")
    assert ([team.name for team in design.teams], design.seeds) == (["SLM team"], (0, 1))


def test_only_tasks_of_the_chosen_split_and_levels_are_run_spread_evenly() -> None:
    wish = Wish(policies=("LEGOMem",), teams=("LLM team",))
    assert design_for(wish, TASKS).tasks == ("notes/1", "notes/2", "notes/3", "notes/4")
    assert design_for(replace(wish, limit=2), TASKS).tasks == ("notes/1", "notes/3")
    assert design_for(replace(wish, levels=(2,)), TASKS).tasks == ("notes/1", "notes/3")
    assert design_for(replace(wish, split="train"), TASKS).tasks == ("notes/0",)
    assert len(design_for(replace(wish, split="all"), TASKS).tasks) == 5


def test_what_a_checkout_trains_on_is_not_among_its_test_tasks() -> None:
    wish = Wish(policies=("LEGOMem",), teams=("LLM team",))
    assert design_for(wish, TASKS, training=("notes/2", "notes/3")).tasks == ("notes/0", "notes/1", "notes/4")


def test_a_bank_that_grows_begins_empty_and_learns_in_groups() -> None:
    design = design_for(Wish(policies=("LEGOMem",), teams=("LLM team",), kind="stream", group=2), TASKS)
    assert (design.kind, design.start, design.group, len(design.tasks)) == ("stream", "empty", 2, 4)


def test_a_preset_keeps_its_arms_and_takes_the_chosen_models_and_name() -> None:
    design = design_for(Wish(name=" Mine ", preset="placebo", teams=("LLM team",), large="some/model"), TASKS)
    assert [arm.name for arm in design.arms] == ["no memory", "placebo", "LEGOMem"]
    assert (design.name, design.preset, design.teams[0].orchestrator) == ("Mine", "placebo", "some/model")


@pytest.mark.parametrize(
    ("wish", "problem"),
    [(Wish(teams=("LLM team",)), "at least one way"), (Wish(policies=("LEGOMem",), levels=(3,)), "No task fits")],
)
def test_a_choice_that_leaves_nothing_says_what_to_choose(wish: Wish, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        design_for(wish, TASKS)
