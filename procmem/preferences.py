"""What a person chose for good: the team, and that the tour is over. One small file in the data folder, no database."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from procmem.agents.teams import PRESETS, make_team
from procmem.errors import BadInput
from procmem.types import ORCHESTRATOR, Limits, Team

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LARGE, SMALL = "simulated/large", "simulated/small"
"""The models of a team until somebody chooses others; they need no key."""


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """A team as a person chooses it; "" stands for what the preset has.

    Args:
        preset: Name of a team preset.
        large: Model id wherever the preset has a large model.
        small: Model id wherever it has a small one.
        roles: Model ids of single roles ("orchestrator", or an agent's name) that differ from both.
        distiller: Model id that distils memories; "" is the orchestrator's.
        limits: Budgets of a run.
    """

    preset: str = next(iter(PRESETS))
    large: str = ""
    small: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    distiller: str = ""
    limits: Limits = field(default_factory=Limits)

    def team(self) -> Team:
        """The team that this makes.

        Raises:
            UnknownName: there is no such preset.
        """
        made = make_team(self.preset, self.large or LARGE, self.small or SMALL, self.limits)
        agents = tuple(replace(agent, model=self.roles.get(agent.name) or agent.model) for agent in made.agents)
        orchestrator = self.roles.get(ORCHESTRATOR) or made.orchestrator
        return replace(made, orchestrator=orchestrator, agents=agents, distiller=self.distiller)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything that is kept. ``toured`` is true once a person has dismissed the tour."""

    team: TeamChoice = field(default_factory=TeamChoice)
    toured: bool = False


def preferences_file(home: Path) -> Path:
    """Where a data folder keeps its preferences."""
    return home / "preferences.json"


def load_preferences(home: Path) -> Preferences:
    """The preferences of a data folder; the defaults where nothing was kept.

    Raises:
        BadInput: the file is there but can not be read, or says what this version does not know.
    """
    from pydantic import ValidationError

    path = preferences_file(home)
    try:
        found = _adapter().validate_json(path.read_bytes())
    except FileNotFoundError:
        return Preferences()
    except OSError as error:
        raise BadInput(f"The choices in {path} can not be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadInput(f"The choices in {path} can not be used ({where}: {first['msg'].lower()}).") from error
    if found.team.preset not in PRESETS:
        raise BadInput(f"The choices in {path} name the team {found.team.preset!r}, which this version does not have.")
    return found


def save_preferences(home: Path, wanted: Preferences) -> None:
    """Keep the preferences: the file is replaced whole or not at all. One that could not be read is set aside first.

    Raises:
        BadInput: the folder can not be written.
    """
    path = preferences_file(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        _set_aside(home, path)
        handle, name = tempfile.mkstemp(prefix=".preferences-", dir=home)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(wanted), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise BadInput(f"The choices can not be kept in {path}: {error.strerror}.") from error


def _set_aside(home: Path, path: Path) -> None:
    try:
        load_preferences(home)
    except BadInput:
        if path.exists():
            path.rename(path.with_name(f"{path.name}.broken-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"))


@cache
def _adapter() -> TypeAdapter[Preferences]:
    from pydantic import TypeAdapter

    return TypeAdapter(Preferences)
