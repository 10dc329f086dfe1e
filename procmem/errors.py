"""Errors by audience.

ProcMemError
├── ToolError      read by the agent: it becomes the observation of a step
├── BadInput       read by the person: what is wrong, where, and what to do
│   └── UnknownName    a name that no registry knows; the message lists the known ones
├── LimitReached   read by the person: a budget of the run is used up
├── ModelFailed    read by the person: a model gave no usable reply after all retries
└── Cancelled      the person stopped the run
"""

from __future__ import annotations

from collections.abc import Iterable


class ProcMemError(Exception):
    """Base of everything this package raises on purpose. ``str(error)`` is one or two plain sentences."""


class ToolError(ProcMemError):
    """A tool could not do what it was asked; the text is shown to the agent as its observation."""


class BadInput(ProcMemError):
    """Something given by the person can not be used; the text says what, where and what to do."""


class UnknownName(BadInput):
    """A name is not in its registry."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"Unknown {what} {name!r}. Known: {', '.join(sorted(known)) or 'none'}.")


class LimitReached(ProcMemError):
    """A limit of the run (turns, steps, tokens, money) is used up."""


class ModelFailed(ProcMemError):
    """A model call failed for good; the text names the model, the cause and what to do."""


class Cancelled(ProcMemError):
    """The person cancelled the run."""

    def __init__(self) -> None:
        super().__init__("The run was cancelled.")
