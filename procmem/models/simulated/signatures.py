"""The tools that a prompt lists with their arguments: ``- excel_set_cell(file_path, row_idx, [sheet_name])``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE = re.compile(r"^- (\w{2,60})\(([^()\n]{0,600})\)$", re.MULTILINE)
_MOST = 400


@dataclass(frozen=True, slots=True)
class Signature:
    """The names of a tool's arguments, and those that can not be left out."""

    names: frozenset[str]
    required: frozenset[str]

    def fits(self, given: Iterable[str]) -> bool:
        """Whether the tool can be called with arguments of these names."""
        own = frozenset(given)
        return own <= self.names and self.required <= own


def signatures(text: str) -> dict[str, Signature]:
    """The tools of a listing by name; lines of any other form are passed over."""
    found: dict[str, Signature] = {}
    for name, arguments in _LINE.findall(text[:60_000])[:_MOST]:
        names = [one.strip() for one in arguments.split(",") if one.strip()]
        required = frozenset(one for one in names if not one.startswith("["))
        found[name] = Signature(frozenset(one.strip("[]") for one in names), required)
    return found
