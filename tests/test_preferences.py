"""What a person chose is kept whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmem.errors import BadInput
from procmem.preferences import Preferences, TeamChoice, load_preferences, preferences_file, save_preferences
from procmem.types import Limits


def test_without_a_file_everything_is_as_usual_and_nothing_is_written(tmp_path: Path) -> None:
    assert load_preferences(tmp_path / "home") == Preferences()
    assert not (tmp_path / "home").exists()
    assert Preferences().team.team().models == ("simulated/large",)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    team = TeamChoice(
        "Hybrid team", "gpt-4o", "", {"excel": "ollama/x"}, "rules", Limits(steps=7, tokens=None, dollars=0.5)
    )
    save_preferences(tmp_path / "home", Preferences(team, toured=True))
    assert load_preferences(tmp_path / "home") == Preferences(team, toured=True)
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["preferences.json"]


def test_a_choice_becomes_a_team_with_its_models_and_limits() -> None:
    choice = TeamChoice("Hybrid team", "big", "little", {"word": "scribe"}, "writer", Limits(turns=3))
    team = choice.team()
    assert (team.orchestrator, team.distiller, team.limits.turns) == ("big", "writer", 3)
    assert {agent.name: agent.model for agent in team.agents} == {
        "calendar": "little",
        "email": "little",
        "excel": "little",
        "word": "scribe",
        "pdf": "little",
        "system": "little",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "invalid json"),
        ('{"team": {"limits": {"turns": "many"}}}', "team.limits.turns"),
        ('{"team": {"preset": "Dream team"}}', "'Dream team'"),
    ],
)
def test_a_file_that_can_not_be_used_is_explained_and_set_aside_by_the_next_choice(
    tmp_path: Path, text: str, said: str
) -> None:
    preferences_file(tmp_path).write_text(text)
    with pytest.raises(BadInput, match=said):
        load_preferences(tmp_path)
    save_preferences(tmp_path, Preferences(toured=True))
    assert load_preferences(tmp_path).toured
    (aside,) = [path for path in tmp_path.iterdir() if "broken" in path.name]
    assert aside.read_text() == text


def test_a_folder_that_can_not_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(BadInput, match="can not be kept"):
        save_preferences(tmp_path / "home", Preferences())
