"""Long texts, shown to agents in pieces."""

from __future__ import annotations

from procmem.errors import ToolError

LONGEST_OBSERVATION = 12_000
"""Characters of one observation."""

_LONGEST_LINE = 4_000


def excerpt(text: str, start_line: int = 1, *, again: bool = True) -> str:
    """The lines of ``text`` from ``start_line`` on that fit, and a note about what is missing and how to go on.

    Args:
        again: The tool can be called again with a later start_line, and the note says so.

    Raises:
        ToolError: ``start_line`` lies behind the last line.
    """
    if start_line == 1 and len(text) <= LONGEST_OBSERVATION:
        return text
    lines = text.split("\n")
    if start_line > len(lines):
        raise ToolError(f"start_line is {start_line}, but there are only {len(lines)} lines.")
    shown = _fitting(lines[start_line - 1 :])
    last = start_line - 1 + len(shown)
    if last == len(lines):
        return "\n".join(shown)
    rest = f"call the tool again with start_line={last + 1} to read on" if again else "the rest can not be shown here"
    return "\n".join([*shown, f"[Lines {start_line} to {last} of {len(lines)}; {rest}.]"])


def _fitting(lines: list[str]) -> list[str]:
    shown: list[str] = []
    size = 0
    for line in lines:
        piece = line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} [line cut: {len(line):,} characters]"
        size += len(piece) + 1
        if shown and size > LONGEST_OBSERVATION:
            break
        shown.append(piece)
    return shown
