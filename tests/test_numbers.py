"""Numbers are printed as the sheet shows them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.office.formats.numbers import displayed

DOLLARS = '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)'


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (190000, DOLLARS, "$190,000.00"),
        (-25, DOLLARS, "($25.00)"),
        (-25, '"$"#,##0.00', "-$25.00"),
        (0.1, "0%", "10%"),
        (0.125, "0.0%", "12.5%"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (3.14159, "0.##", "3.14"),
        (3, "0.##", "3"),
        (2.5, '0" kg"', "3 kg"),
        (12, "00000", "00012"),
        (0.5, ".00", "0.50"),
        (-0.001, "0.0", "0.0"),
        (2.675, "0.00", "2.68"),  # by its digits, not by its binary value
    ],
)
def test_formats_are_applied(value: float, code: str, shown: str) -> None:
    assert displayed(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "General"), (5, ""), (5, "@"), (5, "mm-dd-yy"), (5, "0.00E+00"), (0.5, "# ?/?"), (5_000, "0,"),
        (True, "0.0"), ("5", "0.00"), (None, "0.00"), (datetime(2020, 5, 1), "0.00"),
        (float("inf"), "0.00"), (1e300, "0.00"),
    ],
)  # fmt: skip
def test_other_formats_and_values_are_left_alone(value: object, code: str) -> None:
    assert displayed(value, code) is value


@given(st.one_of(st.integers(), st.floats()), st.text(alphabet='#0?.,%;_*[$€-]"\\ ()RedE+/@', max_size=14))
def test_no_format_whatever_breaks_printing(value: float, code: str) -> None:
    assert isinstance(displayed(value, code), str | int | float)
