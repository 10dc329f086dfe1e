"""Teams: LEGOMem's agents over our apps, and its three presets (LEGOMem 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from procmem.errors import UnknownName
from procmem.types import AgentRole, Limits, Team

Size = Literal["large", "small"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Which size of model sits where, as a person reads it."""

    name: str
    orchestrator: Size
    agents: Size
    help: str
    source: str


PRESETS: Mapping[str, Preset] = {
    "LLM team": Preset(
        "LLM team", "large", "large", "A large model in every role: the strongest and dearest team.", "LEGOMem, Table 1"
    ),
    "Hybrid team": Preset(
        "Hybrid team", "large", "small", "A large model orchestrates, small models do the steps.", "LEGOMem, Table 1"
    ),
    "SLM team": Preset("SLM team", "small", "small", "Small models everywhere: the cheapest team.", "LEGOMem, Table 1"),
}

ROSTER: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "calendar": ("You read and change people's calendars.", ("calendar",)),
    "email": ("You read, search, send, answer and forward mail.", ("email",)),
    "excel": ("You read and change Excel workbooks (.xlsx).", ("excel",)),
    "word": ("You read and write Word documents (.docx).", ("word",)),
    "pdf": ("You read, make and convert PDF files, and recognise the text of images.", ("pdf", "ocr")),
    "system": ("You list, read, write, copy, move and delete files and folders; you read text files.", ("files",)),
}
"""LEGOMem's six task agents (Word, Excel, Calendar, Email, System, OCR-PDF): description and apps of each."""


def make_team(
    preset: str,
    large: str = "simulated/large",
    small: str = "simulated/small",
    limits: Limits | None = None,
) -> Team:
    """The preset's team with these model ids.

    Raises:
        UnknownName: there is no such preset.
    """
    if preset not in PRESETS:
        raise UnknownName("team", preset, PRESETS)
    chosen = PRESETS[preset]
    models: dict[Size, str] = {"large": large, "small": small}
    agents = tuple(AgentRole(name, text, apps, models[chosen.agents]) for name, (text, apps) in ROSTER.items())
    return Team(preset, models[chosen.orchestrator], agents, limits or Limits())
