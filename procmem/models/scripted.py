"""A model that says what it was told to say, for tests and for replays of known conversations."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from procmem.errors import Cancelled, ModelFailed
from procmem.models.abandon import abandonable
from procmem.types import Message, Purpose, Reply, ToolCall, ToolSpec

Line: TypeAlias = str | Reply | Exception | Callable[[Sequence[Message], Sequence[ToolSpec]], Reply]
"""What to do at one call: say a text, give a reply, raise an error, or work the reply out from the request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as the model saw it; the messages as they were then."""

    purpose: Purpose
    messages: tuple[Message, ...]
    tools: tuple[str, ...]


class ScriptedModel:
    """Gives the lines of its script one after the other and records in ``asked`` what it was asked."""

    def __init__(self, lines: Sequence[Line], *, name: str = "scripted") -> None:
        self.asked: list[Asked] = []
        self._lines = tuple(lines)
        self._name = name
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    def complete(
        self,
        purpose: Purpose,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        *,
        stop: threading.Event | None = None,
        seconds: float = 60.0,
    ) -> Reply:
        """See ``Model.complete``.

        Raises:
            Cancelled: ``stop`` was set, also while a function of the script was at work.
            ModelFailed: the script is at its end, the text says for which call; or a function took too long.
        """
        if stop is not None and stop.is_set():
            raise Cancelled
        with self._lock:
            self.asked.append(
                Asked(purpose, tuple(dict(message) for message in messages), tuple(t.name for t in tools))
            )
            line = self._line(len(self.asked))
        match line:
            case str():
                return Reply(line, model=self._name)
            case Reply():
                return line
            case Exception():
                raise line
            case _:
                return self._worked_out(lambda: line(messages, tools), stop, seconds)

    def _worked_out(self, line: Callable[[], Reply], stop: threading.Event | None, seconds: float) -> Reply:
        try:
            return abandonable(line, stop=stop, seconds=seconds)
        except TimeoutError:
            raise ModelFailed(f"{self._name} gave no answer within {seconds:g} s.") from None

    def _line(self, number: int) -> Line:
        if number <= len(self._lines):
            return self._lines[number - 1]
        last = self.asked[-1]
        says = str(last.messages[-1].get("content"))[:200] if last.messages else ""
        raise ModelFailed(
            f"The script of {self._name} has {len(self._lines)} lines, but call {number} came "
            f"({last.purpose}; last message: {says!r})."
        )


def calling(tool: str, arguments: dict[str, object] | None = None, *, thought: str = "") -> Reply:
    """A reply with one tool call."""
    return Reply(thought, (ToolCall(f"call_{tool}", tool, dict(arguments or {})),), model="scripted")
