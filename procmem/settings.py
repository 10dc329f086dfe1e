"""Configuration: where things live and what the environment says. Nothing is read before ``Settings.load()``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from procmem.errors import BadInput, UnknownName

PROJECT = Path(__file__).resolve().parent.parent
IndexKind = Literal["auto", "exact", "hnsw"]
INDEXES: dict[str, IndexKind] = {"auto": "auto", "exact": "exact", "hnsw": "hnsw"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders and choices of one installation.

    ``home`` holds the store, the index and the offices; ``data`` holds the bundled tasks. ``embedder`` is
    "minilm" (bundled), "hash" (for tests), a sentence-transformers name or path, or "litellm:<model id>". ``index``
    is how nearest memories are found: exactly, through a graph (hnsw), or whichever suits their number. ``demo`` is
    whether the app fills an untouched data folder with a few simulated runs to look at.
    """

    home: Path
    data: Path = PROJECT / "data"
    embedder: str = "minilm"
    index: IndexKind = "auto"
    parallel_runs: int = 4
    demo: bool = True

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read PROCMEM_HOME (default: data/home), PROCMEM_EMBEDDER (minilm), PROCMEM_INDEX (auto), PROCMEM_DEMO (on).

        Raises:
            UnknownName: there is no such kind of index.
        """
        env = os.environ if environment is None else environment
        home = Path(env.get("PROCMEM_HOME", PROJECT / "data" / "home")).expanduser()
        index = env.get("PROCMEM_INDEX", "auto")
        if index not in INDEXES:
            raise UnknownName("index in PROCMEM_INDEX", index, INDEXES)
        embedder, demo = env.get("PROCMEM_EMBEDDER", "minilm"), env.get("PROCMEM_DEMO", "on") != "off"
        return cls(home=home.resolve(), embedder=embedder, index=INDEXES[index], demo=demo)

    def make_home(self) -> None:
        """Make the data folder where it is missing.

        Raises:
            BadInput: it can not be made.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"The data folder {self.home} can not be made: {error.strerror}. Set PROCMEM_HOME to another folder."
            ) from error

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
