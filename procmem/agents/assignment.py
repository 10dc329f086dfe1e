"""One run's working set: the task with its office, the team's models, the memory desk and the budget."""

from __future__ import annotations

from dataclasses import dataclass

from procmem.memory.desk import Desk
from procmem.memory.variants import Variant
from procmem.models.conversation import Line
from procmem.office.workspace import Office
from procmem.types import AgentRole, Task, Team


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that orchestrator and workers share during a run."""

    task: Task
    team: Team
    office: Office
    desk: Desk
    variant: Variant
    line: Line

    def agent(self, name: str) -> AgentRole | None:
        """The team's agent of that name, in any case, or ``None``."""
        return next((agent for agent in self.team.agents if agent.name == name.strip().lower()), None)

    @property
    def setting(self) -> dict[str, str]:
        """Who asks and when, for the system prompts."""
        now = self.task.now
        return {
            "username": self.task.username,
            "weekday": f"{now:%A}",
            "date": f"{now:%Y-%m-%d}",
            "time": f"{now:%H:%M}",
        }
