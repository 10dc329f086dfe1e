"""Policies are checked and read well."""

from __future__ import annotations

from typing import get_args

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.memory.policy import PLACEMENTS, PLACES, PRESETS, policy_of, summary, validate
from procmem.types import Placement, Policy


def test_the_default_policy_is_legomems() -> None:
    assert summary(validate(Policy())) == (
        "Up to 5 task memories for the orchestrator and up to 3 subtask memories for each agent"
    )
    assert validate(Policy()).variant == "vanilla"


@pytest.mark.parametrize(
    ("placement", "line"),
    [
        ("none", "No memory"),
        ("agents", "Up to 3 subtask memories for each agent"),
        ("orchestrator", "Up to 5 task memories for the orchestrator"),
        (
            "planning+agents",
            "Up to 5 task memories for the orchestrator while planning and up to 3 subtask memories for each agent",
        ),
    ],
)
def test_a_policy_reads_as_one_plain_line(placement: Placement, line: str) -> None:
    assert summary(Policy(placement=placement)) == line


def test_an_unknown_choice_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"Unknown placement .everywhere.\. Known: agents, both, none, orchestrator"):
        validate(Policy(placement="everywhere"))  # type: ignore[arg-type]


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(BadInput, match="between 0 and 50"):
        validate(Policy(k_full_task=51))
    with pytest.raises(BadInput, match="between -1 and 1"):
        validate(Policy(threshold=1.5))


def test_the_placements_are_the_five_rows_of_legomems_table_2() -> None:
    assert set(PLACES) == set(PLACEMENTS) == set(get_args(Placement))
    assert {name for name, places in PLACES.items() if places.agents} == {"both", "planning+agents", "agents"}
    assert {name for name, places in PLACES.items() if places.turns} == {"both", "orchestrator"}


def test_a_preset_is_changed_axis_by_axis() -> None:
    policy = policy_of("Mem^p", ["variant=dynamic", "k_subtask = 1", "reasoning=false", "builders=gpt-4o,llama"])
    assert (policy.update, policy.variant, policy.k_subtask) == ("adjustment", "dynamic", 1)
    assert (policy.reasoning, policy.builders) == (False, ("gpt-4o", "llama"))


@pytest.mark.parametrize(
    ("preset", "change", "sentence"),
    [
        ("Lego", "", "Unknown policy 'Lego'"),
        ("LEGOMem", "dynamic", "'dynamic' is no change of a policy: write it as axis=value"),
        ("LEGOMem", "color=red", "Unknown axis of a policy 'color'"),
        ("LEGOMem", "variant=fast", "Unknown variant 'fast'"),
        ("LEGOMem", "k_subtask=many", "The policy's k_subtask does not fit"),
        ("LEGOMem", "every=-1", "updated every so many tasks"),
    ],
)
def test_a_change_that_does_not_fit_is_a_sentence(preset: str, change: str, sentence: str) -> None:
    with pytest.raises((BadInput, UnknownName)) as caught:
        policy_of(preset, [change] if change else [])
    assert sentence in str(caught.value)


def test_every_preset_is_a_policy_that_can_be_used() -> None:
    assert {name for name in PRESETS if validate(PRESETS[name].policy)} == set(PRESETS)
    assert {"LEGOMem", "Mem^p", "Synapse", "AWM", "No memory"} <= set(PRESETS)
