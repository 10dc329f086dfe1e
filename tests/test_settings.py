"""Configuration comes from the environment that is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmem.errors import UnknownName
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


def test_the_kind_of_index_comes_from_the_environment_and_an_unknown_one_is_refused() -> None:
    assert Settings.load({}).index == "auto"
    assert Settings.load({"PROCMEM_INDEX": "exact"}).index == "exact"
    with pytest.raises(UnknownName) as caught:
        Settings.load({"PROCMEM_INDEX": "faiss"})
    assert str(caught.value) == "Unknown index in PROCMEM_INDEX 'faiss'. Known: auto, exact, hnsw."
