"""Update policies: what a finished run proposes (Mem^p 3). They only propose; a decision changes the bank."""

from __future__ import annotations

from collections.abc import Callable

from procmem.memory.bank import addition
from procmem.types import Proposal, Trajectory


def validation(trajectory: Trajectory) -> tuple[Proposal, ...]:
    """Only a run that passed all its checks proposes its memories (Mem^p, Validation; LEGOMem curates successes)."""
    if trajectory.success is not True or not trajectory.steps:
        return ()
    builder = ", ".join(trajectory.models)
    return (addition(trajectory, builder, author=builder, reason="The run passed all its checks."),)


UPDATES: dict[str, Callable[[Trajectory], tuple[Proposal, ...]]] = {"validation": validation}
