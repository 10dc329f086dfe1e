"""ProcMem: a workbench for the procedural memory of multi-agent LLM teams.

``from procmem import Lab`` is the way in for one's own agents. Importing this package reads no file, no network and no
environment; what ``Lab`` needs is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procmem.lab import Lab

__all__ = ["Lab"]


def __getattr__(name: str) -> object:
    if name == "Lab":
        from procmem.lab import Lab

        return Lab
    raise AttributeError(f"module 'procmem' has no attribute {name!r}")
