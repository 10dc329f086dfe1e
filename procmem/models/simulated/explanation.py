"""Program induction from examples: one explanation for what a value was in several remembered situations.

A candidate is tested on every example, so two or three memories pin a rule down that one leaves open; of one memory
alone the least far-fetched is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import key, same, typed
from procmem.models.simulated.evaluation import evaluate
from procmem.models.simulated.expressions import (
    Constant,
    Expression,
    Filled,
    Like,
    best,
)
from procmem.models.simulated.locating import Costed, Locator, numbering
from procmem.models.simulated.patterns import fitted
from procmem.models.simulated.reckoning import distinct, reckoned

TESTED = 10
"""Examples on which a candidate is tested."""
_PLAIN = 1.0
"""A candidate cheaper than this that fits all examples ends the search."""
_PATTERNED = 0.7
"""What an explanation by a pattern with blanks costs: its wording can hardly agree by chance."""
_ENOUGH = 60
"""Candidates of one value that are tested."""


@dataclass(frozen=True, slots=True)
class Example:
    """A value in its situation; ``memory`` tells examples of one memory from those of another."""

    locator: Locator
    value: str
    memory: int = 0

    @property
    def context(self) -> Context:
        """The situation."""
        return self.locator.context


@dataclass(frozen=True, slots=True)
class Explained:
    """An expression, the share of the examples that it accounts for, and how far-fetched it is (0: plain)."""

    expression: Expression
    share: float
    cost: float = 0.0

    @property
    def known(self) -> bool:
        """Whether the value is accounted for in all examples, by more than repeating it."""
        return self.share >= 1.0


def explain(examples: Sequence[Example], hint: str = "", *, partly: bool = False) -> Explained | None:
    """Where a short value comes from; None when nothing but repeating it would do.

    Args:
        examples: The value in each remembered situation, the most alike first.
        hint: The name of the argument.
        partly: Also take what explains only some of the examples, when nothing explains all.
    """
    values = {key(example.value) for example in examples}
    alike = len(values) == 1 and len({example.memory for example in examples}) > 1
    ways = _near(examples[0], alike=alike)
    other = next((example for example in examples if key(example.value) != key(examples[0].value)), None)
    if other is not None:
        ways = distinct([*ways, *_near(other, alike=False)])
    options = _tested(ways, examples, partly=partly)
    if not alike and not any(agreed == 1.0 and cost < _PLAIN for cost, agreed, _ in options):
        far = _far(examples[0], hint)
        if other is not None:
            far = distinct([*far, *_far(other, hint)])
        options += _tested(far, examples, partly=partly)
        options += _tested(_by_pattern(examples), examples)
    if not options:
        return None
    share = max(agreed for _, agreed, _ in options)
    if alike and share < 1.0:
        return None
    model = examples[0].value
    votes: list[tuple[float, Expression]] = [
        (2**-cost, Like(way, model) if typed(model).kind != "text" else way)
        for cost, agreed, way in options
        if agreed == share
    ]
    if alike:
        votes.append((0.45 if typed(model).kind in ("file", "date", "datetime", "address") else 0.9, Constant(model)))
    return Explained(best(votes), share, min(cost for cost, agreed, _ in options if agreed == share))


def _near(example: Example, *, alike: bool) -> list[Costed]:
    """Candidates in plain sight: the row at hand and the words of the texts."""
    return [one for one in example.locator.simple(example.value) if not alike or one[0] < 1.6]


def _far(example: Example, hint: str) -> list[Costed]:
    """Candidates in tables, and values that must be computed."""
    locator, value = example.locator, example.value
    ways = [*locator.in_tables(value), *locator.numbers(value)]
    if not ways or min(cost for cost, _ in ways) > 1.2:
        ways += reckoned(value, locator)
    weighed = [(cost + _by_hint(way, hint), way) for cost, way in ways]
    return distinct(weighed)[:_ENOUGH]


def _by_hint(way: Expression, hint: str) -> float:
    """What a way costs more or less because of the argument's name: a row wants a row's number, a column a column's."""
    number = numbering(way)
    if "row" in hint or "column" in hint:
        return -0.8 if number and number in hint else 1.0
    return 1.5 if number else 0.0


def _by_pattern(examples: Sequence[Example]) -> list[Costed]:
    """The value as a pattern that was observed, with its blanks filled."""
    first = examples[0]
    ways: list[Costed] = []
    for pattern in first.locator.patterns:
        if fitted(pattern, first.value) is None:
            continue
        places = sorted([*first.locator.simple(pattern), *first.locator.in_tables(pattern)], key=lambda one: one[0])[:8]
        if not places:
            continue
        source = best([(2**-cost, way) for cost, way in places])
        filling = _filling(source, examples)
        if filling is not None:
            ways.append((_PATTERNED, Filled(source, filling, pattern)))
        if len(ways) >= 2:
            break
    return ways


def _filling(source: Expression, examples: Sequence[Example]) -> tuple[tuple[str, Expression], ...] | None:
    """What goes into the blanks of a pattern in all examples; a blank that only its name explains is left out."""
    blanks: dict[str, list[Example]] = {}
    for example in examples[:TESTED]:
        pattern = evaluate(source, example.context)
        found = fitted(pattern, example.value) if pattern else None
        if found is None:
            return None
        for name, text in found:
            blanks.setdefault(name, []).append(Example(example.locator, text, example.memory))
    explained = {name: explain(inner) for name, inner in blanks.items()}
    return tuple((name, one.expression) for name, one in explained.items() if one is not None)


def _tested(
    ways: Sequence[Costed], examples: Sequence[Example], *, partly: bool = False
) -> list[tuple[float, float, Expression]]:
    """Each candidate that fits all examples, with its cost; ``partly`` also those that fit some, with their share."""
    tested = examples[:TESTED]
    full = []
    for cost, way in ways:
        exact = True
        for one in tested:
            found = evaluate(way, one.context)
            if not same(found, one.value):
                break
            exact = exact and _spelled(found, one.value)
        else:
            full.append((cost + (0.0 if exact else 1.2), 1.0, way))
    if full or not partly or len(tested) == 1:
        return full
    agreed = [(cost, sum(same(evaluate(way, one.context), one.value) for one in tested), way) for cost, way in ways]
    return [(cost, count / len(tested), way) for cost, count, way in agreed if count]


def _spelled(found: str | None, wanted: str) -> bool:
    """Whether a text is just as wanted; of numbers and moments the spelling is put right afterwards."""
    return found == wanted or typed(wanted).kind not in ("text", "file", "address")
