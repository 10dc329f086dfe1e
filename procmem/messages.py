"""Chat messages in OpenAI's form, as agents leave them, read into requests, texts and steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from procmem.errors import BadInput
from procmem.models.json_tools import read_arguments
from procmem.types import JsonObject, Step, ToolCall

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_RESULTS = ("tool", "function")
_TEXT_PARTS = ("text", "input_text", "output_text", "refusal")
_BLOCKS = ("tool_use", "tool_result")
_FAILURES = ("error", "exception", "traceback (most recent call last)")


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the user (``asked``) or of the agent, with the steps that its tool calls made."""

    asked: bool
    text: str
    steps: tuple[Step, ...] = ()


@dataclass(slots=True)
class _Call:
    """A tool call on its way to a step; ``place`` is the index of its message."""

    place: int
    call: ToolCall
    thought: str
    result: str | None = None
    failed: bool = False

    @property
    def step(self) -> Step:
        malformed = self.call.malformed
        arguments = self.call.arguments if malformed is None else {"malformed": malformed}
        failed = self.failed or malformed is not None
        return Step(self.thought, self.call.name, arguments, self.result or "", failed)


def read_messages(messages: Sequence[Any]) -> list[Said]:
    """What the user asked and the agent said and did, oldest first. System messages are left out.

    Parallel calls are steps of their own and share one thought. Results are matched by call id, wherever they stand,
    and where ids are missing by order and tool name. Arguments that are no JSON object make a failed step. So do
    results that say so: ``is_error``, ``status: "error"``, a JSON object with an "error", or text that begins with
    "error", "exception" or "traceback".

    Args:
        messages: Dicts, or objects with ``model_dump`` as the SDKs give them.

    Raises:
        BadInput: a message that is none; the text names its index and field.
    """
    plain = [_message(message, f"messages[{place}]") for place, message in enumerate(messages)]
    calls = [call for place, message in enumerate(plain) for call in _calls(message, place)]
    for place, message in enumerate(plain):
        if message["role"] in _RESULTS:
            _answer(calls, message, place)
    steps: dict[int, list[Step]] = {}
    for call in calls:
        steps.setdefault(call.place, []).append(call.step)
    return [
        Said(message["role"] == "user", _text(message, place), tuple(steps.get(place, ())))
        for place, message in enumerate(plain)
        if message["role"] in ("user", "assistant")
    ]


# --- one message -----------------------------------------------------------------------------------------------------


def _message(value: Any, where: str) -> JsonObject:
    plain = _dumped(value)
    if not isinstance(plain, Mapping):
        raise BadInput(f'{where}: a message is a dict with "role" and "content", not {type(value).__name__}.')
    if plain.get("role") not in ROLES:
        raise BadInput(f"{where}.role: {plain.get('role')!r} is none of {', '.join(ROLES)}.")
    return dict(plain)


def _dumped(value: Any) -> Any:
    """A record of an SDK as plain data."""
    dump = getattr(value, "model_dump", None)
    return dump() if callable(dump) else value


def _text(message: JsonObject, place: int) -> str:
    content, where = message.get("content"), f"messages[{place}].content"
    if content is None or isinstance(content, str):
        return (content or "").strip()
    is_list = isinstance(content, list | tuple)
    if message["role"] in _RESULTS and not (is_list and all(_is_part(part) for part in content)):
        return json.dumps(content, ensure_ascii=False, default=str)  # a result that was not turned into text
    if not is_list:
        raise BadInput(f"{where}: text or a list of parts is wanted, not {type(content).__name__}.")
    said = [_part(part, f"{where}[{number}]") for number, part in enumerate(content)]
    return "\n".join(filter(None, said)).strip()


def _is_part(part: Any) -> bool:
    return isinstance(part, Mapping) and "type" in part


def _part(part: Any, where: str) -> str:
    """The text of one part; a picture, sound or file leaves its kind in brackets."""
    match part:
        case str():
            return part
        case {"type": kind} if kind in _BLOCKS:
            raise BadInput(f"{where}.type: {kind} is not OpenAI's form. Make it tool_calls and tool messages first.")
        case {"type": kind, **rest} if kind in _TEXT_PARTS:
            return str(rest.get("text") or rest.get("refusal") or "")
        case {"type": str() as kind}:
            return f"[{kind}]"
        case _:
            raise BadInput(f'{where}: a part is text or a dict with a "type".')


def _calls(message: JsonObject, place: int) -> Iterator[_Call]:
    """The tool calls of a message, also in the older form with one ``function_call``."""
    if message["role"] != "assistant":
        return
    single = message.get("function_call")
    given = message.get("tool_calls") or ([{"function": single}] if single else [])
    if not isinstance(given, list | tuple):
        raise BadInput(f"messages[{place}].tool_calls: a list is wanted, not {type(given).__name__}.")
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    thought = _text(message, place) or (reasoning if isinstance(reasoning, str) else "").strip()
    for number, call in enumerate(given):
        yield _Call(place, _tool_call(_dumped(call), f"messages[{place}].tool_calls[{number}]"), thought)


def _tool_call(call: Any, where: str) -> ToolCall:
    if not isinstance(call, Mapping):
        raise BadInput(f"{where}: a tool call is a dict, not {type(call).__name__}.")
    function = call.get("function") or call
    name = function.get("name") if isinstance(function, Mapping) else None
    if not isinstance(name, str) or not name.strip():
        raise BadInput(f"{where}.function.name: the name of the tool is missing.")
    identity = str(call.get("id") or "")
    written = function.get("arguments", function.get("args"))
    if isinstance(written, Mapping):
        return ToolCall(identity, name, dict(written))
    text = written if isinstance(written, str) else "" if written is None else json.dumps(written, default=str)
    return read_arguments(identity, name, text.strip())


# --- results to their calls ------------------------------------------------------------------------------------------


def _answer(calls: Sequence[_Call], message: JsonObject, place: int) -> None:
    """Give a tool message to the call that it answers."""
    identity, name = message.get("tool_call_id"), message.get("name")
    unanswered = [call for call in calls if call.result is None]
    before = [call for call in unanswered if call.place < place]
    if identity:
        same = [call for call in unanswered if call.call.id == identity]
        earlier = [call for call in same if call.place < place]  # some agents number their calls anew in every turn
        found = _next(earlier) or same[:1] or _next(before, name, lambda call: not call.call.id)
        problem = f"no unanswered call has the id {str(identity)!r}."
    else:
        found = _next(before, name)
        problem = "missing, and no call before it waits for a result."
    if not found:
        raise BadInput(f"messages[{place}].tool_call_id: {problem}")
    found[0].result = _text(message, place)
    found[0].failed = _says_failed(message, found[0].result)


def _next(
    waiting: Sequence[_Call], name: object = None, fits: Callable[[_Call], bool] = lambda call: True
) -> list[_Call]:
    """The first fitting call of the latest message that has one; of this tool, if the result names it."""
    fitting = [call for call in waiting if fits(call) and (not name or name == call.call.name)]
    return [call for call in fitting if call.place == fitting[-1].place][:1]


def _says_failed(message: JsonObject, text: str) -> bool:
    if message.get("is_error") or message.get("isError") or message.get("status") == "error":
        return True
    if not text.startswith("{"):
        return text.lower().startswith(_FAILURES)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and bool(found.get("error") or found.get("isError") or found.get("is_error"))
