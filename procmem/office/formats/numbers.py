"""Numbers as a spreadsheet shows them: ``$#,##0.00`` and its like, for printing."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from math import isfinite

_INVISIBLE = re.compile(r"\[(?!\$)[^\]]*\]|[*_].")  # colours and conditions, fillers, blanks of a character's width
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([#0?]*))?|\.([#0?]+)")
_OTHER = re.compile(r"[eE][+-]|/|[dmyhsg@]|general", re.IGNORECASE)


def displayed(value: object, code: str) -> object:
    """A cell's value as the number format ``code`` shows it, as LibreOffice prints it.

    Values that are no numbers, and formats for dates, fractions, exponents or scaling, are left as they are.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return value
    sections = [_CURRENCY.sub(r"\1", _INVISIBLE.sub("", section)) for section in code.split(";")]
    negative = value < 0 and len(sections) > 1 and bool(sections[1])
    shown = _filled(abs(value) if negative else value, sections[1] if negative else sections[0])
    return value if shown is None else shown


def _filled(value: int | float, section: str) -> str | None:
    bare = _LITERAL.sub("", section)
    place = _DIGITS.search(_LITERAL.sub(lambda match: " " * len(match[0]), section))
    if place is None or _OTHER.search(bare) or place[0].endswith(","):
        return None
    before, after = (_LITERAL.sub(r"\1\2", part) for part in (section[: place.start()], section[place.end() :]))
    number = _rounded(value * 100 if "%" in bare else value, place[1] or place[2] or "", grouped="," in place[0])
    if number is None:
        return None
    least = place[0].partition(".")[0].count("0")
    sign, number = ("-", number[1:]) if number.startswith("-") else ("", number)
    whole, point, fraction = number.partition(".")
    return f"{sign}{before}{whole.zfill(least)}{point}{fraction}{after}".strip()


def _rounded(value: int | float, decimals: str, *, grouped: bool) -> str | None:
    try:
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    exact = abs(exact) if exact == 0 else exact  # no minus before a rounded nothing
    text = f"{exact:,f}" if grouped else f"{exact:f}"
    optional = len(decimals) - len(decimals.rstrip("#"))
    whole, point, fraction = text.partition(".")
    kept = fraction[: len(fraction) - optional] + fraction[len(fraction) - optional :].rstrip("0")
    return f"{whole}{point}{kept}".rstrip(".") if point else whole
