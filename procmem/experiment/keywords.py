"""Keywords for AveFact, extracted once before the runs: many runs at once would each extract them anew."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

from procmem.experiment.snapshot import Keywords, Snapshot
from procmem.lab import Lab
from procmem.memory.bank import Bank
from procmem.memory.desk import Desk
from procmem.memory.retrieve import RETRIEVERS
from procmem.models.conversation import Line
from procmem.models.ledger import Ledger
from procmem.types import MemoryLevel, Policy, Task, Team


def with_keywords(
    snapshot: Snapshot, policy: Policy, teams: Iterable[Team], task: Task, lab: Lab, stop: threading.Event
) -> Snapshot:
    """The snapshot with the keywords that these teams need to retrieve by the policy; as it is for other policies.

    Args:
        task: Any task: looking it up makes the teams' models extract what is missing.

    Raises:
        ModelFailed: a model can not extract.
        Cancelled: ``stop`` was set.
    """
    if policy.retrieve != "avefact" or not snapshot.memories:
        return snapshot
    store = snapshot.open()
    found: list[Keywords] = []
    for team in teams:
        limits = replace(team.limits, tokens=None, dollars=None)
        desk = Desk(Bank(store, lab.embedder), policy, task, team, Line(lab.models, Ledger(limits), stop, policy.seed))
        for level, agent in _shelves(policy, team):
            for _ in RETRIEVERS["avefact"](desk, task.text, level, agent, 1):
                pass
            found.append((team.orchestrator, tuple(store.facts(team.orchestrator, level, agent))))
    store.close()
    mark = hashlib.sha256(repr(found).encode("utf-8", "replace")).hexdigest()[:8]
    return replace(snapshot, digest=f"{snapshot.digest}-{mark}", keywords=tuple(found))


def _shelves(policy: Policy, team: Team) -> Iterator[tuple[MemoryLevel, str | None]]:
    """What a run of this policy searches: vanilla agents get the subtasks of what was found, and search nothing."""
    if policy.variant != "workflows":
        yield "full-task", None
    if policy.variant in ("dynamic", "query-rewrite", "workflows"):
        yield from (("subtask", agent.name) for agent in team.agents)
