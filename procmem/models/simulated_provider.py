"""The simulated model as a LiteLLM provider, so that it takes the very path of a real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

Answerer: TypeAlias = Callable[
    [str, list[dict[str, Any]], list[dict[str, Any]] | None, int],
    tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]],
]
"""(model, messages, tools, seed) -> (text, tool calls as (name, arguments), (prompt tokens, completion tokens)).

``model`` comes without the provider: "large", not "simulated/large".
"""

PROVIDER = "simulated"
MODELS = ("simulated/large", "simulated/small")


def reasoner(
    model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, seed: int
) -> tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]]:
    """The reasoner of ``procmem.models.simulated``, imported at its first answer."""
    from procmem.models.simulated.reasoner import answer

    return answer(model, messages, tools, seed)


def register(litellm: Any, answer: Answerer = reasoner, provider: str = PROVIDER) -> None:
    """Make litellm know ``provider``; registering it again replaces who answers."""
    others = [entry for entry in litellm.custom_provider_map if entry["provider"] != provider]
    handler = _handler(litellm, answer, provider)
    litellm.custom_provider_map = [*others, {"provider": provider, "custom_handler": handler}]
    litellm.utils.custom_llm_setup()


def _handler(litellm: Any, answer: Answerer, provider: str) -> Any:
    class Simulated(litellm.CustomLLM):  # type: ignore[misc]  # the base is known only once litellm is imported
        def completion(self, model: str, messages: list[dict[str, Any]], **given: Any) -> Any:
            options = given["optional_params"]
            said = answer(model, messages, options.get("tools"), options.get("seed") or 0)
            return _response(litellm, given["model_response"], f"{provider}/{model}", len(messages), *said)

    return Simulated()


def _response(
    litellm: Any,
    response: Any,
    model: str,
    position: int,
    text: str,
    calls: list[tuple[str, dict[str, Any]]],
    tokens: tuple[int, int],
) -> Any:
    response.model = model
    response.usage = litellm.Usage(prompt_tokens=tokens[0], completion_tokens=tokens[1], total_tokens=sum(tokens))
    choice = response.choices[0]
    choice.finish_reason = "tool_calls" if calls else "stop"
    choice.message = litellm.Message(content=text or None, role="assistant", tool_calls=_wire(calls, position) or None)
    return response


def _wire(calls: list[tuple[str, dict[str, Any]]], position: int) -> list[dict[str, Any]]:
    """The calls with ids that count within the conversation: random ones would make equal runs differ."""
    return [
        {
            "id": f"call_{position}_{number}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
        }
        for number, (name, arguments) in enumerate(calls)
    ]
