"""The contract every model answers: real, scripted or simulated."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

from procmem.types import Message, Purpose, Reply, ToolSpec


class Model(Protocol):
    """A chat model. Implementations are safe to call from several threads at once."""

    @property
    def name(self) -> str:
        """The model id, as in a team ("simulated/large", "gpt-4o")."""
        ...

    def complete(
        self,
        purpose: Purpose,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        *,
        stop: threading.Event | None = None,
        seconds: float = 60.0,
    ) -> Reply:
        """Answer a conversation.

        Args:
            purpose: What the call is for; it names the row in the cost table and has no effect on the answer.
            messages: The whole conversation in OpenAI's wire form, oldest first.
            tools: The tools that may be called; none asks for text.
            stop: Set by another thread to give the call up at once.
            seconds: Time limit of one attempt.

        Raises:
            Cancelled: ``stop`` was set.
            ModelFailed: no usable reply after all retries; the text says what failed and what to do.
        """
        ...
