"""A run's budget."""

from __future__ import annotations

import pytest

from procmem.errors import LimitReached
from procmem.models.ledger import Ledger
from procmem.types import Limits, Reply, Usage


def test_unknown_usage_and_cost_stay_unknown() -> None:
    ledger = Ledger(Limits())
    ledger.spend(Reply("hello"))
    assert (ledger.tokens, ledger.cost) == (None, None)
    ledger.spend(Reply("hello", usage=Usage(10, 5), cost=0.25))
    assert (ledger.tokens, ledger.cost) == (15, 0.25)


def test_each_limit_says_what_was_used_up() -> None:
    ledger = Ledger(Limits(turns=1, steps=1, tokens=10, dollars=0.5))
    assert (ledger.begin_turn(), ledger.begin_step()) == (1, 1)
    with pytest.raises(LimitReached, match="after 1 turns, its limit"):
        ledger.begin_turn()
    with pytest.raises(LimitReached, match="after 1 steps, its limit"):
        ledger.begin_step()
    ledger.spend(Reply("", usage=Usage(9, 1)))
    with pytest.raises(LimitReached, match="at 10 tokens; its limit is 10"):
        ledger.check()
    ledger = Ledger(Limits(dollars=0.5))
    ledger.spend(Reply("", cost=0.5))
    with pytest.raises(LimitReached, match=r"at \$0.50; its limit is \$0.50"):
        ledger.check()


def test_no_limit_never_stops() -> None:
    ledger = Ledger(Limits(tokens=None, dollars=None))
    ledger.spend(Reply("", usage=Usage(10**9, 0), cost=10**6))
    ledger.check()
