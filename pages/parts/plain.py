"""Text that came from files, mails and models: it is shown, never interpreted.

``st.text`` and ``st.code`` show text as it is. Labels of buttons and expanders are Markdown, so data passes through
``label`` on its way there.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER = "\u2060"
_REPLACED = re.compile(r"(?<=:)(?=[\w\\])|(?<=[@>])|(?<=www)|(?<=[<>~-])(?=\\[=-])")
"""Where Streamlit would go on to replace: names between colons, addresses, and arrows drawn with punctuation."""


def one_line(text: str, limit: int = 90) -> str:
    """The text on one line, cut at ``limit`` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def label(text: str, limit: int = 90) -> str:
    """The text on one line for a place that renders Markdown, with every mark escaped.

    Streamlit replaces ``:name:``, ``->`` and bare addresses after it has read the escapes; an invisible joiner keeps
    those as they were written.
    """
    escaped = _MARKS.sub(r"\\\1", one_line(text, limit))
    return _REPLACED.sub(_JOINER, escaped)


def head(text: str, lines: int) -> tuple[str, int]:
    """The first lines of a text and how many more there are."""
    every = text.splitlines()
    return "\n".join(every[:lines]), max(0, len(every) - lines)
