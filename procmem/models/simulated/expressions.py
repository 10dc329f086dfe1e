"""Where a value comes from, said so that it can be looked up again in another context.

An expression is plain data; ``evaluate`` computes it in a ``Context`` and gives None where it does not apply. Values
are text; ``entities.typed`` knows what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class TableRef:
    """The nth table of a kind in a source."""

    source: str
    kind: str
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column by name, or by its place where no column of a table has that name.

    A name of the form ``?source`` is the one column whose header stands in that source.
    """

    name: str
    index: int


# --- which rows ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Everything:
    """All rows."""


@dataclass(frozen=True, slots=True)
class Equals:
    """Rows whose cell equals a value."""

    column: Column
    value: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Compares:
    """Rows whose number, date or time lies on one side of a value."""

    column: Column
    operator: Literal["<", "<=", ">", ">="]
    value: Expression


@dataclass(frozen=True, slots=True)
class Blank:
    """Rows whose cell is empty, or is not."""

    column: Column
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """Rows whose cell is a sentence, as a note among short cells is."""

    column: Column


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Rows whose cell stands in a text, or does not."""

    column: Column
    source: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Contains:
    """Rows whose cell holds a value among other words."""

    column: Column
    value: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows whose cell is among another table's cells, or is not."""

    column: Column
    table: TableRef
    other: Column
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """Rows that fulfil two conditions."""

    left: Condition
    right: Condition


@dataclass(frozen=True, slots=True)
class Likeliest:
    """The first of several conditions that any row fulfils."""

    options: tuple[Condition, ...]


Condition: TypeAlias = (
    Everything | Equals | Compares | Blank | Sentence | Mentioned | Contains | Listed | Both | Likeliest
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table that fulfil a condition, in an order: as they stand, reversed, or by a column."""

    table: TableRef
    condition: Condition = field(default_factory=Everything)
    order: Literal["", "reversed", "rising", "falling"] = ""
    by: Column | None = None
    at_most: int | None = None


# --- values ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """The same in every context."""

    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A mention of a kind in a source: the nth (from the end when negative), the one after or before a word, the nth
    that is not the user, the longest or shortest, or the one that is to be made or that is given.
    """

    source: str
    kind: str
    rule: Literal["nth", "after", "before", "other", "longest", "shortest", "made", "given"]
    place: int = 0
    word: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch that stands in a source where ``model[start:end]`` stood in the remembered one."""

    source: str
    model: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The thing in an instruction that plays the part of the ``place``-th thing of the remembered one, ``model``.

    ``served`` is on whose behalf the remembered one was.
    """

    source: str
    model: str
    place: int
    served: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the nth of some rows."""

    rows: Rows
    column: Column
    place: int = 0


@dataclass(frozen=True, slots=True)
class Nearest:
    """A cell of the row that shares most words with a text."""

    table: TableRef
    by: Column
    source: str
    column: Column


@dataclass(frozen=True, slots=True)
class ColumnNumber:
    """The number of a grid's column, or of the one ``beyond`` the last."""

    table: TableRef
    column: Column
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One figure about some rows."""

    operator: Literal["sum", "count", "mean", "lowest", "highest"]
    rows: Rows
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Calculated:
    """Two numbers combined; ``percent`` is left as a share of right times 100."""

    operator: Literal["+", "-", "*", "/", "percent"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Shifted:
    """A date or time moved by an amount times a factor; ``sign`` is -1 for backwards."""

    base: Expression
    amount: Expression
    unit: Literal["days", "minutes"]
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The whole days or minutes between two moments."""

    start: Expression
    end: Expression
    unit: Literal["days", "minutes"]


@dataclass(frozen=True, slots=True)
class View:
    """A value seen another way: lower case, a file's stem, a date's month and so on (see ``views.VIEWS``)."""

    name: str
    base: Expression


@dataclass(frozen=True, slots=True)
class Item:
    """A column of the row that a repetition is at."""

    column: Column


@dataclass(frozen=True, slots=True)
class Given:
    """What the setting says: the user, or today's date."""

    what: Literal["user", "today"]


@dataclass(frozen=True, slots=True)
class Like:
    """A value in the spelling of a remembered one."""

    base: Expression
    model: str


@dataclass(frozen=True, slots=True)
class Written:
    """Pieces of text set one behind the other."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Else:
    """A piece of a text, and what is written where it can not be computed."""

    base: Expression
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A pattern with blanks that was observed, and what belongs into each blank by its name.

    ``model`` is the pattern as it was worded then: where the place does not tell, the most alike one is taken.
    """

    pattern: Expression
    blanks: tuple[tuple[str, Expression], ...]
    model: str = ""


@dataclass(frozen=True, slots=True)
class Enumerated:
    """One piece of text per row, joined; ``empty`` is what is written where there is no row."""

    rows: Rows
    piece: Expression
    separator: str
    last: str
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Voted:
    """Several explanations with their weights; the value with the greatest sum wins."""

    options: tuple[tuple[float, Expression], ...]


Expression: TypeAlias = (
    Constant | Pick | Span | Counterpart | Cell | Nearest | ColumnNumber | Aggregate | Calculated | Shifted | Elapsed
    | View | Item | Given | Like | Written | Else | Filled | Enumerated | Voted
)  # fmt: skip


def constant(expression: Expression) -> bool:
    """Whether an expression is the same in every context."""
    match expression:
        case Constant():
            return True
        case Voted(options):
            return all(constant(option) for _, option in options)
        case Written(parts):
            return all(map(constant, parts))
        case Like(base, _) | View(_, base) | Else(base, _):
            return constant(base)
        case _:
            return False


def best(options: Sequence[tuple[float, Expression]]) -> Voted:
    """The options as a vote, heaviest first."""
    return Voted(tuple(sorted(options, key=lambda option: -option[0])[:12]))
