"""The budget of one run: what has been spent, and the limit that stops it."""

from __future__ import annotations

from procmem.errors import LimitReached
from procmem.types import Limits, Reply


class Ledger:
    """Counts turns, steps, tokens and money against a team's limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.turns = 0
        self.steps = 0
        self.failed_steps = 0
        self.replans = 0
        self.tokens: int | None = None
        self.cost: float | None = None

    def spend(self, reply: Reply) -> None:
        """Add a reply's tokens and cost; what the provider did not report stays unknown."""
        if reply.usage is not None:
            self.tokens = (self.tokens or 0) + reply.usage.prompt + reply.usage.completion
        if reply.cost is not None:
            self.cost = (self.cost or 0.0) + reply.cost

    def begin_turn(self) -> int:
        """Count a turn and return its number.

        Raises:
            LimitReached: all turns are used.
        """
        if self.turns >= self.limits.turns:
            raise LimitReached(f"The run stopped after {self.turns} turns, its limit.")
        self.turns += 1
        return self.turns

    def begin_step(self) -> int:
        """Count a step and return its number.

        Raises:
            LimitReached: all steps are used.
        """
        if self.steps >= self.limits.steps:
            raise LimitReached(f"The run stopped after {self.steps} steps, its limit.")
        self.steps += 1
        return self.steps

    def check(self) -> None:
        """Make sure that another model call may be paid.

        Raises:
            LimitReached: the token or money limit is used up.
        """
        limits = self.limits
        if limits.tokens is not None and (self.tokens or 0) >= limits.tokens:
            raise LimitReached(f"The run stopped at {self.tokens:,} tokens; its limit is {limits.tokens:,}.")
        if limits.dollars is not None and (self.cost or 0.0) >= limits.dollars > 0:
            raise LimitReached(f"The run stopped at ${self.cost:.2f}; its limit is ${limits.dollars:.2f}.")
