"""The values of formulas: what Excel stored, or else what the package ``formulas`` (EUPL) computes."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import Any

from procmem.office.formats.sheets import Place, Scalar, Workbook, filled, formula_text, open_workbook, used_range

_MOST_FORMULAS = 2_000
_LONGEST_FORMULA = 2_000
_LARGE = 5_000  # cells; references to more, as to whole columns, are cut to the used range
_MOST_READ = 1_000_000  # cells, by all formulas of a sheet together
_DEEPEST = 40  # formulas that wait for each other; Python's stack holds a multiple of it
# They depend on the real clock, on chance, or on where a cell is rather than on what it holds: runs would differ, or
# values be wrong.
_UNSAFE = re.compile(
    r"\b(NOW|TODAY|RAND|RANDBETWEEN|RANDARRAY|INDIRECT|OFFSET|ROWS?|COLUMNS?|CELL|INFO|AREAS|ISREF|FORMULATEXT|SUBTOTAL"
    r"|AGGREGATE|DATEDIF|HYPERLINK)\s*\(",
    re.IGNORECASE,
)
_SIZED = re.compile(r"\bCOUNTBLANK\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Computed:
    """One sheet as a person sees it: values by place, the formulas behind them, and those that have no value."""

    values: dict[Place, Scalar]
    formulas: dict[Place, str]
    unknown: tuple[Place, ...]


def computed(workbook: Workbook, title: str, data: bytes, name: str) -> Computed:
    """The values of one sheet. ``data`` are the bytes the workbook was read from, for the values that Excel stored.

    A formula that can not be computed keeps its text as value and is listed as unknown.
    """
    cells = filled(workbook[title])
    formulas = {place: text for place, value in cells.items() if (text := formula_text(value))}
    if not formulas:
        return Computed(cells, {}, ())
    stored = filled(open_workbook(data, name, cached=True)[title])
    missing = [place for place in formulas if stored.get(place) is None]
    found = {**stored, **_evaluated(workbook, title, missing)}
    values = {place: found.get(place, value) for place, value in cells.items()}
    return Computed(
        {place: formulas[place] if value is None else value for place, value in values.items()},
        formulas,
        tuple(place for place in formulas if found.get(place) is None),
    )


def _evaluated(workbook: Workbook, title: str, places: list[Place]) -> dict[Place, Scalar]:
    if len(places) > _MOST_FORMULAS:
        return {}
    evaluator = _Evaluator(workbook)
    values = {place: evaluator.value(title, place) for place in places}
    # a chain of formulas that is too deep from one end is climbed from the other
    again = [place for place in reversed(places) if values[place] is None]
    return values | {place: evaluator.value(title, place) for place in again}


class _Unknown(Exception):
    """A formula, or one that it needs, has no value here."""


class _TooDeep(Exception):
    """The formulas that wait for each other are too many; from another end it may work."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    cells: dict[Place, Any]
    last: Place


@dataclass
class _Evaluator:
    """Computes formulas one by one, so that one that fails spoils only those that need it."""

    workbook: Workbook
    sheets: dict[str, _Sheet] = field(default_factory=dict)
    known: dict[tuple[str, Place], Any] = field(default_factory=dict)
    waiting: set[tuple[str, Place]] = field(default_factory=set)
    failed: set[tuple[str, Place]] = field(default_factory=set)
    compiled: dict[str, Any] = field(default_factory=dict)
    left: int = _MOST_READ

    def value(self, title: str, place: Place) -> Scalar:
        """The value of one cell, or ``None`` when it can not be computed."""
        try:
            value = self._value(title.casefold(), place)
        except (_Unknown, _TooDeep):
            return None
        return _plain(value, self.workbook[title].cell(*place).number_format)

    def _value(self, sheet: str, place: Place) -> Any:
        key = (sheet, place)
        if key in self.known:
            return self.known[key]
        if key in self.waiting or key in self.failed:
            raise _Unknown("needs itself, or failed before")
        value = self._sheet(sheet).cells.get(place)
        text = formula_text(value)
        if text is None:
            self.known[key] = _excel(value)
        else:
            self.known[key] = self._of_formula(key, text)
        return self.known[key]

    def _of_formula(self, key: tuple[str, Place], text: str) -> Any:
        if len(self.waiting) >= _DEEPEST:
            raise _TooDeep(text)
        self.waiting.add(key)
        try:
            return self._computed(key[0], text)
        except _Unknown:
            self.failed.add(key)
            raise
        finally:
            self.waiting.discard(key)

    def _sheet(self, name: str) -> _Sheet:
        if name not in self.sheets:
            found = next((each for each in self.workbook.worksheets if each.title.casefold() == name), None)
            if found is None:
                raise _Unknown("no such sheet")
            cells = filled(found)
            self.sheets[name] = _Sheet(cells, used_range(cells))
        return self.sheets[name]

    def _computed(self, sheet: str, text: str) -> Any:
        import numpy as np

        if text not in self.compiled:
            self.compiled[text] = _compiled(text)
        function = self.compiled[text]
        values = [self._range(sheet, wanted, text) for wanted in function.inputs.values()]
        try:
            result = np.asarray(function(*values), dtype=object)
        except _faults() as error:
            raise _Unknown(text) from error
        if result.size == 0:
            raise _Unknown(text)
        return result.flat[0]

    def _range(self, sheet: str, wanted: Any, text: str) -> Any:
        """The cells of a reference as a numpy array of shape (rows, columns)."""
        import numpy as np

        ranges = getattr(wanted, "ranges", None)
        if not ranges or len(ranges) != 1 or ranges[0].get("filename"):
            raise _Unknown("a name, a table or another file")
        sheet = (ranges[0].get("sheet") or sheet).casefold()
        top, left, bottom, right = self._area(sheet, ranges[0], text)
        self.left -= (bottom - top + 1) * (right - left + 1)
        if self.left < 0:
            raise _Unknown("too many cells")
        block = np.empty((bottom - top + 1, right - left + 1), dtype=object)
        for row, column in np.ndindex(block.shape):
            block[row, column] = self._value(sheet, (top + row, left + column))
        return block

    def _area(self, sheet: str, area: Any, text: str) -> tuple[int, int, int, int]:
        """Top, left, bottom and right of a reference; whole columns and rows end where the sheet does."""
        top, left, bottom, right = max(int(area["r1"]), 1), max(area["n1"], 1), int(area["r2"]), area["n2"]
        if (bottom - top + 1) * (right - left + 1) <= _LARGE:
            return top, left, bottom, right
        if _SIZED.search(text):
            raise _Unknown("it counts cells that are not looked at")
        last_row, last_column = self._sheet(sheet).last
        return top, left, min(bottom, max(last_row, top)), min(right, max(last_column, left))


@cache
def _faults() -> tuple[type[Exception], ...]:
    """What computing a formula raises: the package's own errors, and those of numpy code given unfit values."""
    from formulas.errors import BaseError
    from schedula.utils.exc import DispatcherError

    return (
        BaseError,
        DispatcherError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        ArithmeticError,
        NotImplementedError,
    )


@cache
def _parser() -> Any:
    import formulas

    logging.getLogger("schedula").setLevel(logging.CRITICAL)  # it prints a traceback for each function it lacks
    return formulas.Parser()


def _compiled(text: str) -> Any:
    if len(text) > _LONGEST_FORMULA or _UNSAFE.search(text):
        raise _Unknown(text)
    try:
        return _parser().ast(text)[1].compile()
    except _faults() as error:
        raise _Unknown(text) from error


def _excel(value: Any) -> Any:
    """A cell's value as formulas see it: dates are day numbers, nothing is schedula's EMPTY."""
    import schedula
    from openpyxl.utils.datetime import to_excel

    if isinstance(value, datetime | date | time):
        return to_excel(value)
    return schedula.EMPTY if value is None else value


def _plain(value: Any, number_format: str) -> Scalar:
    """A computed value as a spreadsheet shows it: 15 digits, no point in whole numbers, dates where so formatted."""
    import schedula
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import from_excel

    if value is schedula.EMPTY:
        return 0
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if is_date_format(number_format):
        moment: datetime | date | time = from_excel(value)
        return moment
    rounded = float(f"{value:.15g}")
    return int(rounded) if rounded.is_integer() else rounded
