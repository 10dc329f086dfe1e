"""Configuration: where things live and what the environment says. Nothing is read before ``Settings.load()``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders and choices of one installation.

    ``home`` holds the store, the index and the offices; ``data`` holds the bundled tasks. ``embedder`` is
    "minilm" (bundled), "hash" (for tests), a sentence-transformers name or path, or "litellm:<model id>".
    """

    home: Path
    data: Path = PROJECT / "data"
    embedder: str = "minilm"
    index: Literal["auto", "exact", "hnsw"] = "auto"
    parallel_runs: int = 4

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read PROCMEM_HOME and PROCMEM_EMBEDDER from the environment (default: data/home, minilm)."""
        env = os.environ if environment is None else environment
        home = Path(env.get("PROCMEM_HOME", PROJECT / "data" / "home")).expanduser()
        return cls(home=home.resolve(), embedder=env.get("PROCMEM_EMBEDDER", "minilm"))

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.home / "procmem.duckdb"

    @property
    def offices(self) -> Path:
        """The folder of the runs' private offices, one folder a run."""
        return self.home / "offices"

    @property
    def uploads(self) -> Path:
        """The folder of files that people brought to their own tasks."""
        return self.home / "uploads"
