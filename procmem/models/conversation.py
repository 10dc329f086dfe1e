"""A conversation with one model: it grows by appending, and every call is reported with just what is new."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from procmem.errors import Cancelled, ModelFailed
from procmem.events import Called, Event
from procmem.models.ledger import Ledger
from procmem.models.model import Model
from procmem.types import Message, Purpose, Reply, ToolCall, ToolSpec

Models: TypeAlias = Callable[[str, int], Model]
"""Gives the model of an id and a seed, the same object each time."""


@dataclass(frozen=True, slots=True)
class Line:
    """What every call of one run shares: the models, the seed, the budget and the way to stop."""

    models: Models
    ledger: Ledger
    stop: threading.Event
    seed: int = 0

    def model(self, name: str) -> Model:
        """The model of an id."""
        return self.models(name, self.seed)


class Conversation:
    """Messages with one model.

    Args:
        line: What the run's calls share.
        name: Identifies the conversation in the log ("planning", "turns", "turn 3").
        reader: Who talks: "orchestrator" or an agent's name.
        model: The model id.
        system: The system prompt, without memories; "" for none.
        memories: The memory block, put at the end of the system prompt.
        tools: The tools offered in every call that allows any.
    """

    def __init__(
        self,
        line: Line,
        name: str,
        reader: str,
        model: str,
        system: str,
        memories: str = "",
        tools: Sequence[ToolSpec] = (),
    ) -> None:
        self._line = line
        self.name = name
        self.reader = reader
        self.model = line.model(model)
        self.tools = tuple(tools)
        self.messages: list[Message] = [{"role": "system", "content": system + memories}] if system else []
        self._reported = 0
        self._names = tuple(tool.name for tool in tools)
        self._sizes = {
            "system": len(system),
            "tools": sum(len(json.dumps([tool.name, tool.description, tool.parameters])) for tool in tools),
            "memories": len(memories),
            "history": 0,
        }

    def say(self, text: str) -> None:
        """Add a user message."""
        self._add({"role": "user", "content": text})

    def answer(self, call: ToolCall, text: str) -> None:
        """Add the result of a tool call."""
        self._add({"role": "tool", "tool_call_id": call.id, "content": text})

    def ask(self, purpose: Purpose, turn: int, *, with_tools: bool = True) -> Generator[Event, None, Reply]:
        """Call the model with the whole conversation and remember its reply.

        Raises:
            LimitReached: the budget does not allow another call.
            Cancelled: the person stopped the run.
            ModelFailed: the model gave no usable reply.
        """
        ledger, stop = self._line.ledger, self._line.stop
        if stop.is_set():
            raise Cancelled
        ledger.check()
        tools = self.tools if with_tools else ()
        parts = dict(self._sizes) if tools else {**self._sizes, "tools": 0}
        added, names = tuple(self.messages[self._reported :]), self._names if tools else ()
        start = time.perf_counter()
        try:
            reply = self.model.complete(
                purpose, self.messages, tools, stop=stop, seconds=ledger.limits.seconds_per_call
            )
        except ModelFailed as failure:
            nothing = Reply("", seconds=time.perf_counter() - start, model=self.model.name)
            self._reported = len(self.messages)
            yield Called(purpose, self.reader, self.name, turn, added, names, parts, nothing, str(failure))
            raise
        ledger.spend(reply)
        self._add(_assistant(reply))
        self._reported = len(self.messages) - 1
        yield Called(purpose, self.reader, self.name, turn, added, names, parts, reply)
        return reply

    def _add(self, message: Message) -> None:
        self.messages.append(message)
        self._sizes["history"] += len(message["content"] or "") + sum(
            len(call["function"]["arguments"]) for call in message.get("tool_calls", ())
        )


def _assistant(reply: Reply) -> Message:
    """The reply as the wire message that the next call carries."""
    message: Message = {"role": "assistant", "content": reply.text or None}
    if reply.tool_calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                # Providers refuse a history whose arguments are not JSON; the refusal text says what was wrong.
                "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
            }
            for call in reply.tool_calls
        ]
    elif not reply.text:
        message["content"] = ""
    return message
