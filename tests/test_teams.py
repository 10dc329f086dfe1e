"""Teams are LEGOMem's."""

from __future__ import annotations

import pytest

from procmem.agents.teams import make_team
from procmem.errors import UnknownName


def test_the_hybrid_team_has_a_large_orchestrator_and_small_agents() -> None:
    team = make_team("Hybrid team", large="gpt-4o", small="gpt-4o-mini")
    assert team.orchestrator == "gpt-4o"
    assert {agent.model for agent in team.agents} == {"gpt-4o-mini"}
    assert team.models == ("gpt-4o", "gpt-4o-mini")
    assert not team.simulated


def test_a_team_with_one_simulated_model_counts_as_simulated() -> None:
    assert make_team("Hybrid team", large="gpt-4o").simulated


def test_the_agents_are_legomems_six() -> None:
    assert [agent.name for agent in make_team("SLM team").agents] == [
        "calendar", "email", "excel", "word", "pdf", "system",
    ]  # fmt: skip


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="Known: Hybrid team, LLM team, SLM team"):
        make_team("Dream team")
