"""The kinds of changes to the bank: what a wish is called, what it has done once it was accepted, and how both look."""

from __future__ import annotations

from dataclasses import dataclass

from pages.parts.words import Color
from procmem.types import ProposalKind


@dataclass(frozen=True, slots=True)
class Kind:
    """``symbol``: its mark along the foot of a chart."""

    wish: str
    done: str
    icon: str
    color: Color
    symbol: str


KINDS: dict[ProposalKind, Kind] = {
    "add": Kind("New memory", "Added", ":material/add_circle:", "green", "triangle-up"),
    "revise": Kind("Revision", "Revised", ":material/edit_note:", "blue", "diamond"),
    "retire": Kind("Retirement", "Retired", ":material/archive:", "orange", "triangle-down"),
    "restore": Kind("Restoration", "Restored", ":material/unarchive:", "green", "triangle-up-open"),
    "merge": Kind("Merge", "Merged", ":material/merge:", "violet", "star-triangle-up"),
    "supersede": Kind("Replacement", "Replaced", ":material/swap_horiz:", "violet", "diamond-open"),
    "import": Kind("Import", "Imported", ":material/upload:", "gray", "square"),
}
