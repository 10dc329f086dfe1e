"""What commands print: tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def console() -> Console:
    """A console on standard output; text from files and models is never taken as markup."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)


_CONTROL = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def printable(data: Any) -> Any:
    """Text, or JSON data, without the control characters that would steer a terminal."""
    match data:
        case str():
            return data.translate(_CONTROL)
        case list() | tuple():
            return [printable(item) for item in data]
        case dict():
            return {key: printable(value) for key, value in data.items()}
        case _:
            return data


def print_json(data: Any) -> None:
    """One JSON document on one line."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A plain table with a header."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console().print(table)
