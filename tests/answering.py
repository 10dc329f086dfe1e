"""A model for tests that answers by what it is asked for, and a line to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from procmem.errors import ModelFailed
from procmem.events import Event
from procmem.models.conversation import Line
from procmem.models.ledger import Ledger
from procmem.types import Limits, Message, Purpose, Reply, ToolSpec

Answer = str | Reply | Exception | Callable[[Sequence[Message]], Reply]


class AnsweringModel:
    """Gives for each purpose its answers in turn, the last one for ever; ``asked`` holds (purpose, messages)."""

    def __init__(self, answers: Mapping[str, Sequence[Answer]]) -> None:
        self._answers = {purpose: list(given) for purpose, given in answers.items()}
        self.asked: list[tuple[str, list[Message]]] = []

    @property
    def name(self) -> str:
        """Its id."""
        return "answering"

    def complete(
        self,
        purpose: Purpose,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        *,
        stop: threading.Event | None = None,
        seconds: float = 60.0,
    ) -> Reply:
        """See ``Model.complete``."""
        self.asked.append((purpose, list(messages)))
        given = self._answers.get(purpose, [])
        if not given:
            raise ModelFailed(f"nobody said what to answer for {purpose}")
        answer = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(messages)
        return answer if isinstance(answer, Reply) else Reply(answer)

    def prompts(self, purpose: str) -> list[str]:
        """What it was shown for a purpose, each call's messages joined."""
        return ["\n".join(str(m.get("content")) for m in messages) for name, messages in self.asked if name == purpose]


def line_to(model: AnsweringModel) -> Line:
    """A line on which every id is this model."""
    return Line(lambda name, seed: model, Ledger(Limits()), threading.Event())


def finish(generator: object) -> tuple[list[Event], object]:
    """Run a generator to its end: its events and what it returned."""
    events: list[Event] = []
    while True:
        try:
            events.append(next(generator))  # type: ignore[call-overload]
        except StopIteration as end:
            return events, end.value
