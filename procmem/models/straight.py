"""Chat completions of servers of one's own (vLLM, llama.cpp, ...), asked straight by litellm's HTTP handler.

litellm's whole way through a call takes several times the processor time that such a call needs, and many runs share
few cores. What litellm would send unchanged goes out by its HTTP handler; litellm reads the answers and the errors.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from procmem.models.litellm_door import litellm
from procmem.types import JsonObject

_PROBE = {"type": "function", "function": {"name": "probe", "description": "", "parameters": {"type": "object"}}}


class ServerFailed(Exception):
    """A call that brought no answer, with the attributes that litellm's errors have."""

    def __init__(self, message: str, status_code: int = 500) -> None:
        super().__init__(message)
        self.message, self.status_code = message, status_code


@lru_cache(maxsize=64)
def completions_url(base: str) -> str | None:
    """Where a base like "http://localhost:8000/v1" is asked; ``None`` for what is litellm's: passwords and queries."""
    try:
        parts = urlsplit(base)
        parts.port  # noqa: B018 - it is read here, so that no number fails here
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        return None
    plain = base.rstrip("/")
    return plain if plain.endswith("/chat/completions") else f"{plain}/chat/completions"


def sent_unchanged(model: str, options: JsonObject) -> bool:
    """Whether litellm would send these options, and tools, to this model of the provider "openai" as they are.

    Not so for names that it knows something about: those have prices, or parameters of their own.
    """
    if model in litellm().model_cost or model.startswith("responses/"):
        return False
    given = {**options, "tools": [_PROBE]}
    mapped = litellm().get_optional_params(model=model, custom_llm_provider="openai", **given)
    return {key: value for key, value in mapped.items() if key in given or value} == given


def ask(url: str, request: JsonObject, key: str | None, seconds: float) -> Any:
    """The answer to a request as litellm's ``ModelResponse``; ``seconds`` limit each wait for the server.

    Raises:
        ServerFailed: no answer came, or none that is a chat completion.
        openai.OpenAIError: the server's error, as litellm names it.
    """
    import httpx

    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    try:
        answer = _handler().post(url, content=json.dumps(request).encode(), headers=headers, timeout=seconds)
    except httpx.HTTPStatusError as error:
        response = error.response
        raise _named(response.status_code, response.headers, response.text, request["model"]) from None
    except httpx.HTTPError as error:
        broken = isinstance(error, httpx.ProtocolError)
        raise ServerFailed(f"{error}" if broken else f"Connection error: {error}") from None
    return _understood(answer, request["model"])


@cache
def _handler() -> Any:
    from litellm.llms.custom_httpx.http_handler import HTTPHandler

    return HTTPHandler()


def _understood(answer: Any, model: str) -> Any:
    """The answer in litellm's form, which knows the servers' dialects (thoughts in the text, broken tool calls)."""
    from openai import OpenAIError

    try:
        found = answer.json()
        if isinstance(found, dict) and found.get("error") and not found.get("choices"):
            raise _named(answer.status_code, answer.headers, answer.text, model)
        for choice in found["choices"]:
            choice["message"].setdefault("role", "assistant")
        return litellm().convert_to_model_response_object(found, litellm().ModelResponse())
    except (OpenAIError, ServerFailed):
        raise
    except Exception as error:  # noqa: BLE001 - whatever litellm stumbles over, the answer is no chat completion
        raise ServerFailed(f"Invalid response object: {error}") from None


def _named(status: int, headers: Any, said: str, model: str) -> Exception:
    """The server's error as litellm names it, which knows what servers say when a prompt is too long."""
    from litellm.llms.openai.common_utils import OpenAIError
    from openai import OpenAIError as Named

    error = OpenAIError(status_code=status, message=said, headers=dict(headers))
    try:
        litellm().exception_type(model=model, original_exception=error, custom_llm_provider="openai")
    except Named as named:
        return named
    return ServerFailed(error.message, status)
