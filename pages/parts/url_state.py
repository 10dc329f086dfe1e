"""Choices that the URL carries, so that a copied link brings them along; what is as usual is left out of it.

Widgets keep their state in the session. A parameter that was not written here (somebody followed a link) wins over that
state; one that is absent changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")
_WRITTEN = "written-to-url"


def seed(name: str, key: str, read: Callable[[str], T | None]) -> None:
    """Before a widget is drawn: take its value from the URL where a link brought one that makes sense."""
    given = st.query_params.get(name)
    written: dict[str, str] = st.session_state.setdefault(_WRITTEN, {})
    if given is None or given == written.get(name):
        return
    written[name] = given
    value = read(given)
    if value is not None:
        st.session_state[key] = value


def keep(name: str, value: str) -> None:
    """After a widget is drawn: put its value into the URL; "" takes it out."""
    written: dict[str, str] = st.session_state.setdefault(_WRITTEN, {})
    if value:
        written[name] = value
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    else:
        written.pop(name, None)
        st.query_params.pop(name, None)


def one_of(known: Iterable[str]) -> Callable[[str], str | None]:
    """Reads a member of a closed set."""
    members = frozenset(known)
    return lambda text: text if text in members else None


def some_of(known: Iterable[T]) -> Callable[[str], list[T] | None]:
    """Reads a comma-separated choice; what is not there is left out."""
    members = {str(member): member for member in known}
    return lambda text: [members[part] for part in text.split(",") if part in members]


def whole(least: int, most: int | None = None) -> Callable[[str], int | None]:
    """Reads a whole number between bounds."""

    def read(text: str) -> int | None:
        found = int(text) if text.isdecimal() else None
        return found if found is not None and least <= found and (most is None or found <= most) else None

    return read


def number(least: float, most: float | None = None) -> Callable[[str], float | None]:
    """Reads a number between bounds."""

    def read(text: str) -> float | None:
        try:
            found = float(text)
        except ValueError:
            return None
        return found if least <= found and (most is None or found <= most) else None

    return read


def text_of(value: object, usual: object) -> str:
    """How the URL says a value; "" where it is as usual."""
    if value == usual:
        return ""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
