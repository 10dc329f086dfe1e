"""How longer texts are put together, and over which rows a repetition ran, in terms of what can be looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from procmem.models.simulated.covering import captured, covers, loose
from procmem.models.simulated.entities import typed
from procmem.models.simulated.enumerations import listings
from procmem.models.simulated.evaluation import evaluate
from procmem.models.simulated.explanation import TESTED, Example, Explained, explain
from procmem.models.simulated.expressions import (
    Aggregate,
    Constant,
    Else,
    Enumerated,
    Expression,
    Likeliest,
    Rows,
    Written,
    best,
    constant,
)
from procmem.models.simulated.sequences import Rounds, round_examples, row_candidates
from procmem.models.simulated.templates import BULLETS, NOTHING, SEPARATORS, Cut, Segment, bulleted, split_list

_MOST_CONDITIONS = 4
_FAR = 3.0
_PIECED = 0.2
"""What an explanation in pieces costs more than its dearest piece."""


# --- longer texts ----------------------------------------------------------------------------------------------------


def explain_text(examples: Sequence[Example], hint: str = "", *, fine: bool = False) -> Explained:
    """How a text is put together: as a whole, from pieces, or as a list. The last resort is to repeat it."""
    if all(len(example.value) <= 120 for example in examples):
        whole = explain(examples, hint)
        if whole is not None:
            return _with_pieces(whole, examples, hint) if typed(examples[0].value).kind == "datetime" else whole
    if len({example.value for example in examples}) == 1 and len({example.memory for example in examples}) > 1:
        return Explained(Constant(examples[0].value), 1.0)
    covered = _explain_cover(examples, hint) if all(len(example.value) <= 120 for example in examples) else None
    if covered is not None:
        return covered
    within = _explain_listing(examples, hint)
    if within is not None:
        return within
    listed = _explain_list(examples)
    if listed is not None:
        return Explained(listed, 1.0)
    return _explain_bullets(examples, hint) or _explain_pieces(examples, hint, fine=fine)


def _explain_bullets(examples: Sequence[Example], hint: str) -> Explained | None:
    """A text with one list of bulleted lines in it: the list by its rows, what stands around it in pieces."""
    cuts = [bulleted(example.value) for example in examples]
    if None in cuts:
        return None
    places = [
        [Example(one.locator, cut[part], one.memory) for one, cut in zip(examples, cuts, strict=True) if cut]
        for part in range(3)
    ]
    listed = _explain_list(places[1], BULLETS)
    if listed is None:
        return None
    head, tail = (
        _explain_pieces(place, hint, fine=False) if place[0].value else None for place in (places[0], places[2])
    )
    parts = [part.expression for part in (head,) if part] + [Else(listed, places[1][0].value)]
    parts += [tail.expression] if tail else []
    return Explained(Written(tuple(parts)), min(part.share for part in (head, tail) if part) if head or tail else 1.0)


def _explain_listing(examples: Sequence[Example], hint: str) -> Explained | None:
    """A text with a list behind a colon: the list by its rows, what stands around it in pieces."""
    found = [listings(example.value) for example in examples[:TESTED]]
    if len({len(one) for one in found}) > 1:
        return None
    for number in range(len(found[0])):
        if max(len(one[number].pieces) for one in found) < 2:
            continue
        cuts = [(example, one[number]) for example, one in zip(examples, found, strict=False)]
        inside = [Example(one.locator, one.value[cut.start : cut.stop], one.memory) for one, cut in cuts]
        listed = _explain_list(inside)
        if listed is None:
            continue
        head = [Example(one.locator, one.value[: cut.start], one.memory) for one, cut in cuts]
        tail = [Example(one.locator, one.value[cut.stop :], one.memory) for one, cut in cuts]
        before = _explain_pieces(head, hint, fine=False, counts=(listed,))
        behind = _explain_listing(tail, hint) or _explain_pieces(tail, hint, fine=False, counts=(listed,))
        parts = (before.expression, Else(listed, inside[0].value), behind.expression)
        return Explained(Written(parts), min(before.share, behind.share), max(before.cost, behind.cost))
    return None


def _explain_cover(examples: Sequence[Example], hint: str) -> Explained | None:
    """A value as known strings in constant wording, the same wording in all examples."""
    for parts in covers(examples[0].value, examples[0].locator):
        if loose(parts):
            continue
        taken = [captured(parts, example.value) for example in examples[:TESTED]]
        if None in taken:
            continue
        slots: list[Explained | None] = []
        for place in range(sum(slot for _, slot in parts)):
            pairs = zip(examples, taken, strict=False)
            inner = [Example(one.locator, texts[place], one.memory) for one, texts in pairs if texts]
            slots.append(explain(inner, hint))
        if None in slots:
            continue
        found = iter(slots)
        pieces = [
            _kept(one.expression, text) if slot and (one := next(found)) else Constant(text) for text, slot in parts
        ]
        return Explained(Written(tuple(pieces)), 1.0, max(one.cost for one in slots if one))
    return None


def _with_pieces(whole: Explained, examples: Sequence[Example], hint: str) -> Explained:
    """A moment found as a whole, beside it in pieces: elsewhere the day may stand here and the hour there."""
    pieces = _explain_pieces(examples, hint, fine=False)
    if not pieces.known or constant(pieces.expression):
        return whole
    votes = [(2**-whole.cost, whole.expression), (2 ** -(pieces.cost + _PIECED), pieces.expression)]
    return Explained(best(votes), 1.0, min(whole.cost, pieces.cost + _PIECED))


def _explain_pieces(
    examples: Sequence[Example],
    hint: str,
    *,
    fine: bool,
    inner: bool = False,
    counts: Sequence[Enumerated] = (),
) -> Explained:
    """A text in pieces. ``inner`` is the inside of a quotation, ``fine`` the inside of a word.

    ``counts`` are lists beside the text, whose length a number in it may tell.
    """
    first = examples[0]
    others = [example for example in examples[1:TESTED] if example.value != first.value]
    phrases = first.locator.phrases_in(first.value) if not others and not fine else ()
    cut = Cut(first.value, [example.value for example in others], fine=fine, named=first.context.named, phrases=phrases)
    found = cut.segments()
    runs = {} if fine else cut.runs(found)
    lists = _lists(runs, first, others)
    parts: list[Expression] = []
    share, cost, position = 1.0, 0.0, 0
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
        counted = _count_of((*counts, *lists.values()), here) if segment.varies else None
        piece = Explained(counted, 1.0, 1.5) if counted else _piece(here, known, hint, fine=fine, inner=inner)
        parts = _joined(parts, Constant(segment.before), _kept(piece.expression, segment.text))
        share, cost = min(share, piece.share), max(cost, piece.cost)
    return Explained(Written(tuple(parts)), share, cost)


def _kept(piece: Expression, text: str) -> Expression:
    """A piece with what stood in its place, for where it can not be computed."""
    return piece if isinstance(piece, Constant) else Else(piece, text)


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


def _piece(examples: Sequence[Example], segment: Segment, hint: str, *, fine: bool, inner: bool = False) -> Explained:
    """One piece: constant wording stays, what varies or names something is explained."""
    if not segment.slot:
        return Explained(Constant(segment.text), 1.0)
    found = explain(examples, hint) if segment.text else None
    if found is not None:
        whole = fine or inner or segment.stop > segment.start + 1 or " " not in segment.text
        return found if whole else _or_in_pieces(found, examples, hint)
    if not segment.varies:
        return Explained(Constant(segment.text), 1.0)
    listed = _explain_list(examples)
    if listed is not None:
        return Explained(listed, 1.0, 1.0)
    split = segment.split()
    if split and not fine and segment.stop > segment.start + 1:
        return _split_piece(examples, split, hint)
    if not fine and not inner and segment.stop == segment.start + 1 and " " in segment.text:
        return _explain_pieces(examples, hint, fine=False, inner=True)
    if not fine and typed(segment.text).kind in ("file", "text"):
        deeper = _explain_pieces(examples, hint, fine=True)
        if not constant(deeper.expression):
            return deeper
    some = explain(examples, hint, partly=True) if segment.text else None
    return some if some is not None else Explained(Constant(segment.text), 0.0, 3.0)


def _or_in_pieces(found: Explained, examples: Sequence[Example], hint: str) -> Explained:
    """A wording that was found as a whole; where that is not there, it is put together from its pieces."""
    pieces = _explain_pieces(examples, hint, fine=False, inner=True)
    if not pieces.known or constant(pieces.expression) or pieces.cost >= _FAR:
        return found
    votes = [(2**-found.cost, found.expression), (2**-_FAR * 2 ** -(found.cost + pieces.cost), pieces.expression)]
    return replace(found, expression=best(votes))


def _split_piece(examples: Sequence[Example], split: Sequence[Segment], hint: str) -> Explained:
    """A stretch of several pieces, each explained by itself."""
    parts: list[Expression] = []
    share, cost = 1.0, 0.0
    for segment in split:
        inner = [
            Example(example.locator, text, example.memory)
            for example, text in zip(examples, (segment.text, *segment.others), strict=False)
            if text is not None
        ]
        fixed = Explained(Constant(segment.text), 1.0)
        piece = _piece(inner, segment, hint, fine=True) if segment.slot else fixed
        parts = _joined(parts, Constant(segment.before), _kept(piece.expression, segment.text))
        share, cost = min(share, piece.share), max(cost, piece.cost)
    return Explained(Written(tuple(parts)), share, cost)


def _explain_list(examples: Sequence[Example], separators: Sequence[tuple[str, str]] = SEPARATORS) -> Enumerated | None:
    """A text that names one piece per row: the same rows and the same piece everywhere."""
    split = split_list([example.value for example in examples], separators)
    if split is None:
        return None
    separator, last, lists = split
    rounds = [
        Rounds(example.locator, tuple({"": item} for item in items), example.memory)
        for example, items in zip(examples, lists, strict=True)
    ]
    found = explain_sequence(rounds)
    empty = next((example.value for example in examples if example.value.strip().lower() in NOTHING), "")
    return Enumerated(found.rows, found.arguments[""], separator, last, empty) if found is not None else None


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
    candidates = [rows for _, rows, agreed in row_candidates(ordered) if agreed == 1.0]
    for rows in candidates[:3]:
        arguments = _arguments(ordered, rows)
        if arguments is not None:
            return Repetition(_or_else(rows, candidates), arguments)
    return None


def _or_else(rows: Rows, candidates: Sequence[Rows]) -> Rows:
    """Some rows with the other conditions that pick them, for where the first one picks none."""
    alike = [one.condition for one in candidates if replace(one, condition=rows.condition) == rows]
    options = tuple(dict.fromkeys((rows.condition, *alike)))[:_MOST_CONDITIONS]
    return replace(rows, condition=Likeliest(options)) if len(options) > 1 else rows


def _arguments(examples: Sequence[Rounds], rows: Rows) -> dict[str, Expression] | None:
    """The arguments of a repetition over some rows; None when one of them is not accounted for."""
    rounds = round_examples(examples, rows)
    names = dict.fromkeys(name for _, round_, _ in rounds for name in round_)
    arguments: dict[str, Expression] = {}
    for name in names:
        inner = [Example(locator, round_[name], memory) for locator, round_, memory in rounds if name in round_]
        explained = explain_text(_spread(inner), name)
        if not explained.known:
            return None
        arguments[name] = explained.expression
    return arguments if rounds else None


def _spread(examples: list[Example]) -> list[Example]:
    """At most ``TESTED`` examples, from all memories alike."""
    step = max(1, len(examples) // TESTED)
    return examples[::step][:TESTED] if len(examples) > TESTED else examples
