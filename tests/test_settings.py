"""Configuration comes from the environment that is given."""

from __future__ import annotations

from pathlib import Path

from procmem.settings import Settings


def test_the_home_folder_and_embedder_come_from_the_environment(tmp_path: Path) -> None:
    settings = Settings.load({"PROCMEM_HOME": str(tmp_path / "x"), "PROCMEM_EMBEDDER": "hash"})
    assert settings.database == tmp_path / "x" / "procmem.duckdb"
    assert settings.embedder == "hash"
    assert not (tmp_path / "x").exists()


def test_without_an_environment_everything_lies_in_the_projects_data_folder() -> None:
    settings = Settings.load({})
    assert settings.home == settings.data / "home"
    assert settings.embedder == "minilm"
