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
_MOST_CELLS = 200_000
# They depend on the real clock, on chance, or on texts that name cells: runs would differ, or values be wrong.
_UNSAFE = re.compile(
    r"\b(NOW|TODAY|RAND|RANDBETWEEN|RANDARRAY|INDIRECT|OFFSET|CELL|INFO|HYPERLINK)\s*\(", re.IGNORECASE
)


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
    evaluator = _Evaluator(workbook)
    unknown: list[Place] = []
    for place, text in formulas.items():
        value = stored.get(place)
        if value is None and len(formulas) <= _MOST_FORMULAS:
            value = evaluator.value(title, place)
        if value is None:
            unknown.append(place)
            value = text
        cells[place] = value
    return Computed(cells, formulas, tuple(unknown))


class _Unknown(Exception):
    """A formula, or one that it needs, has no value here."""


@dataclass
class _Evaluator:
    """Computes formulas one by one, so that one that fails spoils only those that need it."""

    workbook: Workbook
    sheets: dict[str, dict[Place, Any]] = field(default_factory=dict)
    known: dict[tuple[str, Place], Any] = field(default_factory=dict)
    open: set[tuple[str, Place]] = field(default_factory=set)

    def value(self, title: str, place: Place) -> Scalar:
        """The value of one cell, or ``None`` when it can not be computed."""
        try:
            return _plain(self._value(title.casefold(), place), self.workbook[title].cell(*place).number_format)
        except (_Unknown, RecursionError):
            return None

    def _value(self, sheet: str, place: Place) -> Any:
        key = (sheet, place)
        if key in self.known:
            return self.known[key]
        if key in self.open:
            raise _Unknown("the formula needs itself")
        value = self._cells(sheet).get(place)
        text = formula_text(value)
        self.open.add(key)
        try:
            self.known[key] = self._evaluated(sheet, text) if text else _excel(value)
        finally:
            self.open.discard(key)
        return self.known[key]

    def _cells(self, sheet: str) -> dict[Place, Any]:
        if sheet not in self.sheets:
            found = next((each for each in self.workbook.worksheets if each.title.casefold() == sheet), None)
            if found is None:
                raise _Unknown("no such sheet")
            self.sheets[sheet] = filled(found)
        return self.sheets[sheet]

    def _evaluated(self, sheet: str, text: str) -> Any:
        import numpy as np

        function = _compiled(text)
        values = [self._range(sheet, wanted) for wanted in function.inputs.values()]
        try:
            result = np.asarray(function(*values), dtype=object)
        except _faults() as error:
            raise _Unknown(text) from error
        if result.size == 0:
            raise _Unknown(text)
        return result.flat[0]

    def _range(self, sheet: str, wanted: Any) -> Any:
        import numpy as np

        ranges = getattr(wanted, "ranges", None)
        if not ranges or len(ranges) != 1 or ranges[0].get("filename"):
            raise _Unknown("a name, a table or another file")
        area = ranges[0]
        sheet = (area.get("sheet") or sheet).casefold()
        last_row, last_column = used_range(self._cells(sheet))
        top, left = max(int(area["r1"]), 1), max(area["n1"], 1)
        bottom = min(int(area["r2"]), max(last_row, top))
        right = min(area["n2"], max(last_column, left))
        if (bottom - top + 1) * (right - left + 1) > _MOST_CELLS:
            raise _Unknown("too many cells")
        rows = [
            [self._value(sheet, (row, column)) for column in range(left, right + 1)] for row in range(top, bottom + 1)
        ]
        block = np.empty((len(rows), right - left + 1), dtype=object)
        block[:] = rows
        return block


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
        RecursionError,
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
