"""Program induction from examples: one explanation for what a value was in several remembered situations.

``explain`` finds where a value comes from, ``explain_text`` how a longer text is put together, ``explain_sequence``
over which rows a repetition ran. All test what they find on every example, so two or three memories pin a rule down
that one leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import key, same, typed
from procmem.models.simulated.evaluation import evaluate
from procmem.models.simulated.expressions import (
    Aggregate,
    Constant,
    Enumerated,
    Expression,
    Like,
    Rows,
    Written,
    best,
    constant,
)
from procmem.models.simulated.locating import Costed, Locator, row_number
from procmem.models.simulated.reckoning import distinct, reckoned
from procmem.models.simulated.sequences import Rounds, round_examples, row_candidates
from procmem.models.simulated.templates import Cut, Segment, split_list

_TESTED = 10
"""Examples on which a candidate is tested."""
_PLAIN = 1.0
"""A candidate cheaper than this that fits all examples ends the search."""
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
    """An expression and the share of the examples that it accounts for."""

    expression: Expression
    share: float

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
    return Explained(best(votes), share)


def _near(example: Example, *, alike: bool) -> list[Costed]:
    """Candidates in plain sight: the row at hand and the words of the texts."""
    return [one for one in example.locator.simple(example.value) if not alike or one[0] < 1.6]


def _far(example: Example, hint: str) -> list[Costed]:
    """Candidates in tables, and values that must be computed."""
    locator, value = example.locator, example.value
    ways = [*locator.in_tables(value), *locator.numbers(value)]
    if not ways or min(cost for cost, _ in ways) > 1.2:
        ways += reckoned(value, locator)
    numbered = "row" in hint or "column" in hint
    weighed = [
        (cost + ((-0.8 if numbered else 1.5) if row_number(way) else (1.0 if numbered else 0.0)), way)
        for cost, way in ways
    ]
    return distinct(weighed)[:_ENOUGH]


def _tested(
    ways: Sequence[Costed], examples: Sequence[Example], *, partly: bool = False
) -> list[tuple[float, float, Expression]]:
    """Each candidate that fits all examples, with its cost; ``partly`` also those that fit some, with their share."""
    tested = examples[:_TESTED]
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


# --- longer texts ----------------------------------------------------------------------------------------------------


def explain_text(examples: Sequence[Example], hint: str = "", *, fine: bool = False) -> Explained:
    """How a text is put together: as a whole, from pieces, or as a list. The last resort is to repeat it."""
    if all(len(example.value) <= 120 for example in examples):
        whole = explain(examples, hint)
        if whole is not None:
            return whole
    if len({example.value for example in examples}) == 1 and len({example.memory for example in examples}) > 1:
        return Explained(Constant(examples[0].value), 1.0)
    listed = _explain_list(examples)
    if listed is not None:
        return Explained(listed, 1.0)
    return _explain_pieces(examples, hint, fine=fine)


def _explain_pieces(examples: Sequence[Example], hint: str, *, fine: bool, inner: bool = False) -> Explained:
    """A text in pieces. ``inner`` is the inside of a quotation, ``fine`` the inside of a word."""
    first = examples[0]
    others = [example for example in examples[1:_TESTED] if example.value != first.value]
    cut = Cut(first.value, [example.value for example in others], fine=fine)
    found = cut.segments()
    runs = {} if fine else cut.runs(found)
    lists = _lists(runs, first, others)
    parts: list[Expression] = []
    share, position = 1.0, 0
    for segment in found:
        if segment.start < position:
            continue
        run, listed = runs.get(segment.start), lists.get(segment.start)
        if run is not None and listed is not None:
            parts = _joined(parts, Constant(run.before), listed)
            position = run.stop
            continue
        known = replace(segment, others=tuple(text for text in segment.others if text is not None))
        here = _there(first, others, segment)
        counted = _count_of(lists.values(), here) if segment.varies else None
        part, explained = (counted, 1.0) if counted else _piece(here, known, hint, fine=fine, inner=inner)
        parts = _joined(parts, Constant(segment.before), part)
        share = min(share, explained)
    return Explained(Written(tuple(parts)), share)


def _lists(runs: dict[int, Segment], first: Example, others: Sequence[Example]) -> dict[int, Enumerated]:
    """The stretches that are lists, by where they start; what lies inside one is not looked at again."""
    found: dict[int, Enumerated] = {}
    position = 0
    for start, run in runs.items():
        listed = _explain_list(_there(first, others, run)) if start >= position else None
        if listed is not None:
            found[start] = listed
            position = run.stop
    return found


def _count_of(lists: Iterable[Enumerated], examples: Sequence[Example]) -> Expression | None:
    """How many pieces a list of the same text has, where a number says just that."""
    for listed in lists:
        count = Aggregate("count", listed.rows)
        if all(evaluate(count, example.context) == example.value for example in examples):
            return count
    return None


def _there(first: Example, others: Sequence[Example], segment: Segment) -> list[Example]:
    """The examples of one stretch; without those in which it is unknown."""
    return [Example(first.locator, segment.text, first.memory)] + [
        Example(example.locator, text, example.memory)
        for example, text in zip(others, segment.others, strict=True)
        if text is not None
    ]


def _joined(parts: list[Expression], *more: Expression) -> list[Expression]:
    """Parts with more behind them; constants that meet become one."""
    for part in more:
        if isinstance(part, Constant) and parts and isinstance(parts[-1], Constant):
            parts[-1] = Constant(parts[-1].text + part.text)
        elif part != Constant(""):
            parts.append(part)
    return parts


def _piece(
    examples: Sequence[Example], segment: Segment, hint: str, *, fine: bool, inner: bool = False
) -> tuple[Expression, float]:
    """One piece: constant wording stays, what varies or names something is explained."""
    if not segment.slot:
        return Constant(segment.text), 1.0
    found = explain(examples, hint) if segment.text else None
    if found is not None:
        return found.expression, 1.0
    if not segment.varies:
        return Constant(segment.text), 1.0
    listed = _explain_list(examples)
    if listed is not None:
        return listed, 1.0
    split = segment.split()
    if split and not fine and segment.stop > segment.start + 1:
        return _split_piece(examples, split, hint)
    if not fine and not inner and segment.stop == segment.start + 1 and " " in segment.text:
        quoted = _explain_pieces(examples, hint, fine=False, inner=True)
        return quoted.expression, quoted.share
    if not fine and typed(segment.text).kind in ("file", "text"):
        deeper = _explain_pieces(examples, hint, fine=True)
        if not constant(deeper.expression):
            return deeper.expression, deeper.share
    some = explain(examples, hint, partly=True) if segment.text else None
    return (some.expression, some.share) if some is not None else (Constant(segment.text), 0.0)


def _split_piece(examples: Sequence[Example], split: Sequence[Segment], hint: str) -> tuple[Expression, float]:
    """A stretch of several pieces, each explained by itself."""
    parts: list[Expression] = []
    share = 1.0
    for segment in split:
        inner = [
            Example(example.locator, text, example.memory)
            for example, text in zip(examples, (segment.text, *segment.others), strict=False)
            if text is not None
        ]
        part, known = _piece(inner, segment, hint, fine=True) if segment.slot else (Constant(segment.text), 1.0)
        parts = _joined(parts, Constant(segment.before), part)
        share = min(share, known)
    return Written(tuple(parts)), share


def _explain_list(examples: Sequence[Example]) -> Enumerated | None:
    """A text that names one piece per row: the same rows and the same piece everywhere."""
    split = split_list([example.value for example in examples])
    if split is None:
        return None
    separator, last, lists = split
    rounds = [
        Rounds(example.locator, tuple({"": item} for item in items), example.memory)
        for example, items in zip(examples, lists, strict=True)
    ]
    found = explain_sequence(rounds)
    return Enumerated(found.rows, found.arguments[""], separator, last) if found is not None else None


# --- repetitions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repetition:
    """Over which rows a repetition runs, and its arguments in terms of the row."""

    rows: Rows
    arguments: dict[str, Expression]


def explain_sequence(examples: Sequence[Rounds]) -> Repetition | None:
    """The rows that a repetition ran over and what its arguments take from them; None when no table explains it."""
    primary = max(examples, key=lambda example: len(example.arguments))
    if not primary.arguments:
        return None
    ordered = [primary, *(example for example in examples if example is not primary)]
    for _, rows, agreed in row_candidates(ordered)[:3]:
        arguments = _arguments(ordered, rows) if agreed == 1.0 else None
        if arguments is not None:
            return Repetition(rows, arguments)
    return None


def _arguments(examples: Sequence[Rounds], rows: Rows) -> dict[str, Expression] | None:
    """The arguments of a repetition over some rows; None when one of them is not accounted for."""
    rounds = round_examples(examples, rows)
    names = dict.fromkeys(name for _, round_, _ in rounds for name in round_)
    arguments: dict[str, Expression] = {}
    for name in names:
        inner = [
            Example(locator, round_[name], memory * 1000 + index)
            for index, (locator, round_, memory) in enumerate(rounds)
            if name in round_
        ]
        explained = explain_text(_spread(inner), name)
        if not explained.known:
            return None
        arguments[name] = explained.expression
    return arguments if rounds else None


def _spread(examples: list[Example]) -> list[Example]:
    """At most ``_TESTED`` examples, from all memories alike."""
    step = max(1, len(examples) // _TESTED)
    return examples[::step][:_TESTED] if len(examples) > _TESTED else examples
