"""Designs: their runs, their presets, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.experiment.papers import PAPERS
from procmem.experiment.plan import Arm, Design, cells, check, from_plain, to_plain
from procmem.experiment.presets import PRESETS, Ask, design_of, spread
from procmem.types import Policy, Task
from tests.note_lab import ALL, NONE, design

NOW = datetime(2024, 5, 17, 10, 0)
TASKS = {
    f"note/{number}": Task(f"note/{number}", "Write", "Alice", NOW, 1, ("files",), "note", split)  # type: ignore[arg-type]
    for number, split in enumerate(["train", "train", "test", "test"])
}
ASK = Ask(TASKS, officebench="/somewhere", policies=("LEGOMem",))


def test_every_arm_team_task_and_seed_is_one_run_with_a_lasting_id() -> None:
    plain = design(tasks=["a", "b"], seeds=(0, 1))
    assert [(c.task_id, c.seed, c.arm) for c in cells(plain)][:4] == [
        ("a", 0, "no memory"), ("a", 0, "memory"), ("a", 1, "no memory"), ("a", 1, "memory"),
    ]  # fmt: skip
    assert len(cells(plain)) == 8
    assert cells(plain)[7].run_id("x1") == "x1-00008"


def test_a_streams_tasks_come_in_groups() -> None:
    plain = design(ALL, tasks=["a", "b", "c", "d", "e"], kind="stream", group=2)
    assert [(c.task_id, c.group) for c in cells(plain)] == [("a", 0), ("b", 0), ("c", 1), ("d", 1), ("e", 2)]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_makes_a_design_that_survives_being_kept(name: str) -> None:
    plain = design_of(name, ASK)
    assert from_plain(json.loads(json.dumps(to_plain(plain)))) == plain


@pytest.mark.parametrize("name", sorted(set(PRESETS) & set(PAPERS)))
def test_every_number_of_a_paper_has_its_row_in_the_preset(name: str) -> None:
    plain = design_of(name, ASK)
    rows = {(arm.name, team.name) for arm in plain.arms for team in plain.teams}
    assert set(PAPERS[name].rates) <= rows


def test_the_papers_overall_rates_follow_from_their_levels() -> None:
    """LEGOMem's test split has 48, 45 and 59 tasks (derived); a typing error would show here."""
    for paper in PAPERS.values():
        for (arm, team), (one, two, three, overall) in paper.rates.items():
            assert (48 * one + 45 * two + 59 * three) / 152 == pytest.approx(overall, abs=0.02), (arm, team)


def test_a_preset_is_compared_with_no_memory() -> None:
    assert {design_of(name, ASK).compared_with for name in PRESETS} == {"no memory"}


def test_learning_from_runs_begins_with_an_empty_bank_and_trains_the_llm_team_without_memory() -> None:
    plain = design_of("legomem-figure-4", replace(ASK, bank="runs"))
    (lesson,) = plain.lessons
    assert (plain.start, lesson.team.name, lesson.tasks) == ("empty", "LLM team", ("note/0", "note/1"))
    assert {arm.lesson for arm in plain.arms if arm.reads} == {"training"}
    trained = [(c.team, c.task_id, c.arm) for c in cells(plain) if c.lesson]
    assert trained == [("LLM team", "note/0", ""), ("LLM team", "note/1", "")]


def test_workflows_are_induced_for_the_arm_that_shows_them_only() -> None:
    plain = design_of("legomem-table-1", ASK)
    assert {arm.name: arm.lesson for arm in plain.arms if arm.lesson} == {"AWM": "workflows"}
    assert plain.lessons[0].induce


def test_a_limit_spreads_over_the_tasks_to_run_and_to_learn_from() -> None:
    plain = design_of("legomem-figure-4", replace(ASK, bank="runs", limit=1))
    assert (plain.tasks, plain.lessons[0].tasks) == (("note/2",), ("note/0",))
    assert spread(("a", "b", "c", "d", "e", "f"), 3) == ("a", "c", "e")
    assert spread(("a", "b"), 9) == ("a", "b")
    assert spread(("a", "b"), 0) == ("a", "b")


def test_every_further_seed_of_a_stream_begins_a_group_later() -> None:
    plain = design(ALL, tasks=["a", "b", "c", "d"], kind="stream", group=2, seeds=(0, 1))
    assert [(c.task_id, c.seed, c.group) for c in cells(plain)] == [
        ("a", 0, 0), ("c", 1, 0), ("b", 0, 0), ("d", 1, 0), ("c", 0, 1), ("a", 1, 1), ("d", 0, 1), ("b", 1, 1),
    ]  # fmt: skip


SEVERAL = {
    name: Task(
        name, "Write", "Alice", NOW, 1, ("files",), name[0], "train" if name < "d" and name[1] in "12" else "test"
    )  # type: ignore[arg-type]
    for name in ("a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4", "c1", "c2", "c3", "d1", "d2", "d3", "d4")
}


def test_the_update_preset_repeats_families_that_the_bank_saw_once() -> None:
    plain = design_of("memp-update", Ask(SEVERAL))
    assert (plain.kind, plain.start, plain.taught) == ("stream", "demonstrations", ("a1", "b1", "c1"))
    assert plain.tasks == ("a2", "b2", "c2", "a3", "b3", "c3", "a4", "b4")


def test_a_limited_stream_takes_as_few_families_as_have_enough_tasks() -> None:
    plain = design_of("memp-update", Ask(SEVERAL, limit=5))
    assert (plain.tasks, plain.taught) == (("a2", "b2", "a3", "b3", "a4"), ("a1", "b1"))
    everything = design_of("memp-update", Ask(SEVERAL, chosen=("c1", "c2", "c3", "d1"), limit=0))
    assert everything.tasks == ("c2", "c3")


def test_a_stream_may_begin_with_nothing() -> None:
    plain = design_of("memp-update", Ask(SEVERAL, bank="empty", limit=3))
    assert (plain.start, plain.taught, plain.tasks) == ("empty", (), ("a1", "a2", "a3"))


def test_officebench_needs_a_checkout() -> None:
    with pytest.raises(BadInput, match="--officebench"):
        design_of("officebench", Ask(TASKS))


def test_own_policies_are_presets_with_changes() -> None:
    plain = design_of("own", Ask(TASKS, policies=("LEGOMem", "LEGOMem dynamic  k_subtask=1")))
    assert [(arm.name, arm.policy.variant, arm.policy.k_subtask) for arm in plain.arms] == [
        ("no memory", "vanilla", 3), ("LEGOMem", "vanilla", 3), ("LEGOMem dynamic k_subtask=1", "dynamic", 1),
    ]  # fmt: skip
    with pytest.raises(BadInput, match="Say what is compared"):
        design_of("own", Ask(TASKS))
    with pytest.raises(UnknownName, match="axis"):
        design_of("own", Ask(TASKS, policies=("LEGOMem size=3",)))


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="legomem-table-1"):
        design_of("legomem-table-9", ASK)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (design(ALL, ALL), "arm memory twice"),
        (design(tasks=["a", "a"]), "task a twice"),
        (design(seeds=()), "no seed"),
        (design(teams=()), "no team"),
        (design(baseline="gone"), "Unknown arm 'gone'"),
        (design(kind="stream", group=0), "at least one task"),
        (design(Arm("x", Policy(), lesson="none")), "Unknown lesson 'none'"),
        (design(Arm("x", Policy(k_full_task=99))), "between 0 and 50"),
    ],
)
def test_a_design_that_makes_no_sense_is_refused_in_a_sentence(wrong: Design, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check(wrong)


def test_a_design_of_another_version_is_refused_in_a_sentence() -> None:
    plain = to_plain(design(NONE))
    plain["arms"][0]["policy"]["variant"] = "quantum"
    with pytest.raises(BadInput, match=r"another version of ProcMem \(arms.0.policy.variant"):
        from_plain(plain)
