"""A desk in a fresh office, for tests of the apps: call a tool, and get what it says or how it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from procmem.office.apps import APPS, toolbox, use
from procmem.office.workspace import Office
from procmem.types import Task

NOW = datetime(2024, 5, 17, 10, 0)


def task(username: str = "Dana") -> Task:
    """A task without files or checks."""
    return Task(id="desk/1", text="", username=username, now=NOW, level=1, apps=tuple(APPS))


@dataclass(frozen=True, slots=True)
class Desk:
    """An office and all tools."""

    office: Office

    @classmethod
    def open(cls, folder: Path) -> Desk:
        """A desk in an empty office of Dana's on Friday, 17 May 2024, 10:00."""
        return cls(Office.open(task(), folder / "desk"))

    def says(self, tool: str, **arguments: object) -> str:
        """The observation of a call that must succeed."""
        observation = use(self.office, toolbox(APPS), tool, arguments)
        assert not observation.failed, observation.text
        return observation.text

    def refuses(self, tool: str, **arguments: object) -> str:
        """The observation of a call that must fail."""
        observation = use(self.office, toolbox(APPS), tool, arguments)
        assert observation.failed, observation.text
        return observation.text

    def put(self, name: str, data: bytes | str) -> Path:
        """Place a file without any tool."""
        path = self.office.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path
