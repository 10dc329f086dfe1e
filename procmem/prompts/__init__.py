"""Prompts are files: one ``.md`` each, with strict ``{{name}}`` placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PLACEHOLDER = re.compile(r"\{\{([a-z_0-9]+)\}\}")


@cache
def template(name: str) -> str:
    """The text of ``prompts/<name>.md`` without its final newline.

    Raises:
        FileNotFoundError: there is no such prompt.
    """
    return (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8").rstrip("\n")


def fill(text: str, fields: Mapping[str, object]) -> str:
    """Replace every ``{{name}}`` once; inserted values are not scanned again.

    Raises:
        KeyError: a placeholder has no value.
    """
    return _PLACEHOLDER.sub(lambda match: str(fields[match.group(1)]), text)


def render(name: str, **fields: object) -> str:
    """Fill the prompt ``name``; its placeholders and ``fields`` must be the same set.

    Raises:
        ValueError: a placeholder without a value, or a value without a placeholder.
    """
    text = template(name)
    wanted = set(_PLACEHOLDER.findall(text))
    if wanted != set(fields):
        raise ValueError(f"prompt {name!r} wants {sorted(wanted)}, got {sorted(fields)}")
    return fill(text, fields)
