"""Forgetting: rules that propose to retire memories which do not help (Mem^p's released code, "dynamic discarding").

Contract on top, members below, the registry at the foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from procmem.memory.curation import retire
from procmem.store.store import BankStore
from procmem.types import Proposal

LEAST_USES = 3
LEAST_SUCCESS = 0.5


class Forgetting(Protocol):
    """Looks at memories that were just used."""

    def __call__(self, store: BankStore, used: Sequence[str]) -> list[Proposal]:
        """The retirements it wishes for."""
        ...


def never(store: BankStore, used: Sequence[str]) -> list[Proposal]:
    """Nothing is forgotten."""
    del store, used
    return []


def mem_p(store: BankStore, used: Sequence[str]) -> list[Proposal]:
    """Memories that entered the prompts of at least 3 graded runs, under half of them successful (Mem^p's code)."""
    outcomes = store.outcomes(used)
    poor = [
        name
        for name, outcome in outcomes.items()
        if outcome.runs >= LEAST_USES and outcome.successes / outcome.runs < LEAST_SUCCESS
    ]
    retirements = []
    for name, memory in store.latest(poor).items():
        if memory.status == "active":
            found = outcomes[name]
            reason = f"Of {found.runs} runs that used it, {found.successes} succeeded: fewer than half (Mem^p's rule)."
            identity = f"forget-{name}-v{memory.version}"
            retirements.append(retire(store, [name], "mem-p", reason, identity))
    return retirements


FORGETS: dict[str, Forgetting] = {"never": never, "mem-p": mem_p}
