"""What went wrong in a model call, as a sentence for the person and a judgement whether to try again."""

from __future__ import annotations

import json
import re
from typing import Any

from procmem.models.keys import keys_of, redact
from procmem.models.retries import AttemptFailed

TRANSIENT = 4
"""Attempts in all where waiting usually helps: 429, 5xx, broken connections."""
DOUBTFUL = 2
"""Attempts in all where it sometimes does: time-outs and unreadable answers."""

_UNREADABLE = (
    "Unable to get json response",
    "no 'choices'",
    "Invalid response object",
    "Expecting value: line",
    "Error converting to valid response",
    "Unexpected string response",
)
_UNREACHABLE = (
    "Connection refused",
    "Connection error",
    "Name or service not known",
    "name resolution",
    "getaddrinfo",
    "unreachable",
)
_BROKEN = ("disconnected", "peer closed", "Connection reset", "Broken pipe", "Connection aborted")
_WRAPPING = re.compile(r"^(?:litellm\.|(?:\w+Exception )?\w+(?:Error|Exception)\s*[:-]\s*)+")
_ADVICE = re.compile(r"\.? Handle with `litellm\..*", re.DOTALL)
_PRINTED = re.compile(r"'message': [\"'](.*?)[\"'], '")
_TOOLS = re.compile(r"\b(?:tools?|tool[_ ](?:choice|use|call\w*)|function.?call\w*|functions)\b", re.IGNORECASE)
_REFUSED = re.compile(
    r"\b(?:(?:un)?support|enable|allow|permit|un(?:known|expected|recogni)|recogni|requires|available)", re.IGNORECASE
)
_REFUSING = (400, 404, 422, 500, 501)
"""Statuses with which servers refuse tools; which one depends on the server."""


def timed_out(model: str, seconds: float) -> AttemptFailed:
    """The server took too long."""
    return AttemptFailed(
        f"{model} gave no answer within {seconds:g} s. Try again, or raise the time limit per call.", attempts=DOUBTFUL
    )


def understood(error: Exception, model: str, seconds: float, *, with_tools: bool = False) -> AttemptFailed:
    """The failure behind an error of litellm. All of them carry a status code, though it may be litellm's guess."""
    status = int(getattr(error, "status_code", None) or 500)
    words = _words(error)
    if status == 408:
        return timed_out(model, seconds)
    if _any(_UNREADABLE, words):
        sentence = f"{model} gave an answer that is no chat completion. Is the address right?"
        return AttemptFailed(sentence, attempts=DOUBTFUL)
    if with_tools and status in _REFUSING and _TOOLS.search(words) and _REFUSED.search(words):
        return AttemptFailed(f"{model} does not take tools. The server says: {_cut(words)}.", refused_tools=True)
    if _any(_UNREACHABLE, words):
        sentence = f"The server of {model} can not be reached ({_cut(words)}). Check the address and the network."
        return AttemptFailed(sentence, attempts=TRANSIENT)
    if _any(_BROKEN, words):
        return AttemptFailed(f"The server of {model} broke the connection ({_cut(words)}).", attempts=TRANSIENT)
    if status == 429 or status >= 500:
        return _busy(error, model, status, words)
    return _refused(type(error).__name__, model, status, words)


def _any(marks: tuple[str, ...], words: str) -> bool:
    return any(mark in words for mark in marks)


def _busy(error: Exception, model: str, status: int, words: str) -> AttemptFailed:
    wait = _retry_after(error)
    what = "refuses more requests for now" if status == 429 else f"failed on the server (status {status})"
    hint = f" It asks to wait {wait:g} s." if wait is not None else ""
    return AttemptFailed(f"{model} {what}: {_cut(words)}.{hint}", attempts=TRANSIENT, wait=wait)


def _refused(kind: str, model: str, status: int, words: str) -> AttemptFailed:
    says = f"The server says: {_cut(words)}."
    match kind, status:
        case _, 401 | 403:
            return AttemptFailed(f"{model}: {_key_advice(model)} {says}")
        case _, 404:
            return AttemptFailed(f"There is no model {model} at that address. {says}")
        case "ContextWindowExceededError", _:
            return AttemptFailed(f"The conversation is too long for {model}. {says}")
        case "ContentPolicyViolationError", _:
            return AttemptFailed(f"The provider's content policy refused the request to {model}. {says}")
        case _:
            return AttemptFailed(f"{model} refused the request (status {status}). {says}")


def _key_advice(model: str) -> str:
    keys = [key for key in keys_of(model) if key.name.endswith(("KEY", "TOKEN"))]
    if present := [key.name for key in keys if key.set]:
        return f"the key in {' or '.join(present)} was not accepted."
    return f"the server wants a key; set {keys[0].name} in the environment." if keys else "the server wants a key."


def _retry_after(error: Exception) -> float | None:
    headers = getattr(error, "litellm_response_headers", None) or {}
    try:
        return max(float(headers.get("retry-after", "")), 0.0)
    except ValueError:
        return None  # absent, or an HTTP date, which no model provider sends


def _words(error: Exception) -> str:
    """What the provider said, without litellm's wrapping, traces, markup and secrets."""
    text = str(getattr(error, "message", error)).partition("Traceback (most recent call last)")[0]
    found = re.search(r"\{.*\}", text, re.DOTALL)
    said = _message_in(found.group()) if found else None
    if said is None and (printed := _PRINTED.search(text)):
        said = printed.group(1)  # the openai package shows a body as Python prints it
    return redact(said or re.sub(r"<[^>]*>", " ", _WRAPPING.sub("", _ADVICE.sub("", text))))


def _message_in(body: str) -> str | None:
    try:
        data: Any = json.loads(body)
    except ValueError:
        return None
    error = data.get("error", data) if isinstance(data, dict) else data
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else None


def _cut(words: str, longest: int = 240) -> str:
    line = " ".join(words.split()).rstrip(".")
    return line if len(line) <= longest else line[:longest] + "…"
