"""Any LiteLLM model id, or OpenAI-compatible server, behind the Model protocol."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from procmem.models.abandon import abandonable
from procmem.models.failures import DOUBTFUL, timed_out, understood
from procmem.models.json_tools import as_prompt, read_arguments, read_call
from procmem.models.keys import key_to_send, missing_keys, provider_of
from procmem.models.litellm_door import litellm, loaded
from procmem.models.retries import AttemptFailed, with_retries
from procmem.models.straight import ServerFailed, ask, completions_url, sent_unchanged
from procmem.types import JsonObject, Message, Purpose, Reply, ToolCall, ToolSpec, Usage


class LiteLLMModel:
    """A chat model by its LiteLLM id. Safe to call from several threads.

    Keys and addresses come from the environment as LiteLLM knows them (OPENAI_API_KEY, OPENAI_API_BASE, ...);
    ``api_base`` and ``api_key`` override them. ``pause`` is the first wait between attempts, in seconds.
    Tools are called natively; a model that lacks that, or whose server refuses it, gets them in its prompt.
    """

    def __init__(
        self,
        name: str,
        *,
        api_base: str | None = None,
        api_key: str | None = None,
        temperature: float = 0.0,
        seed: int = 0,
        max_tokens: int | None = None,
        pause: float = 0.5,
    ) -> None:
        self._name = name
        self._pause = pause
        self._native: bool | None = None
        self._plain: bool | None = None
        options = {"temperature": temperature, "seed": seed, "max_tokens": max_tokens}
        self._options = {key: value for key, value in options.items() if value is not None}
        self._api_base = api_base
        self._api_key = api_key

    @property
    def name(self) -> str:
        """The model id."""
        return self._name

    @property
    def native_tools(self) -> bool | None:
        """Whether tools are called natively; ``None`` until the first call with tools has shown it."""
        return self._native

    def complete(
        self,
        purpose: Purpose,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        *,
        stop: threading.Event | None = None,
        seconds: float = 60.0,
    ) -> Reply:
        """See ``Model.complete``. ``Reply.seconds`` is the time of the attempt that succeeded."""

        def attempt() -> Reply:
            try:
                return abandonable(lambda: self._call(messages, tools, seconds), stop=stop, seconds=seconds)
            except TimeoutError:
                raise timed_out(self._name, seconds) from None

        # The first import takes longer than some time limits, and is not the model's fault.
        if not loaded():
            abandonable(litellm, stop=stop, seconds=threading.TIMEOUT_MAX)
        reply, retries = with_retries(attempt, stop=stop, pause=self._pause)
        return replace(reply, retries=retries)

    def _call(self, messages: Sequence[Message], tools: Sequence[ToolSpec], seconds: float) -> Reply:
        if self._api_base is None and self._api_key is None and (missing := missing_keys(self._name)):
            raise AttemptFailed(f"{self._name} needs {', '.join(missing)} in the environment; set it and start again.")
        if tools and self._native is None:
            self._native = _calls_tools(self._name)
        if not tools and provider_of(self._name) == "bedrock":
            return self._send(as_prompt(messages, ()), (), seconds)  # it refuses old tool calls without any tools
        if not tools or self._native:
            try:
                return self._send(messages, tools, seconds)
            except AttemptFailed as failure:
                if not failure.refused_tools:
                    raise
                self._native = False
        return self._send_as_prompt(messages, tools, seconds)

    def _send_as_prompt(self, messages: Sequence[Message], tools: Sequence[ToolSpec], seconds: float) -> Reply:
        reply = self._send(as_prompt(messages, tools), (), seconds)
        text, call = read_call(reply.text, _new_id())
        return replace(reply, text=text, tool_calls=(call,) if call else ())

    def _send(self, messages: Sequence[Message], tools: Sequence[ToolSpec], seconds: float) -> Reply:
        from openai import OpenAIError

        options: JsonObject = dict(self._options)
        if tools:
            options["tools"] = [_wire(tool) for tool in tools]
        started = time.perf_counter()
        try:
            response = self._answer(messages, options, seconds)
        except (OpenAIError, ServerFailed) as error:
            raise understood(error, self._name, seconds, with_tools=bool(tools)) from None
        return _reply(response, self._name, time.perf_counter() - started)

    def _answer(self, messages: Sequence[Message], options: JsonObject, seconds: float) -> Any:
        """litellm's ``ModelResponse``, whoever sent the request."""
        key = key_to_send(self._name, api_base=self._api_base, api_key=self._api_key)
        if url := self._straight():
            written = [{name: value for name, value in message.items() if value is not None} for message in messages]
            request = {"model": self._name.partition("/")[2], "messages": written, **options}
            return ask(url, request, key or os.environ.get("OPENAI_API_KEY"), seconds)
        return litellm().completion(
            model=self._name,
            messages=list(messages),
            api_base=self._api_base,
            api_key=key,
            timeout=seconds,
            num_retries=0,
            max_retries=0,
            **options,
        )

    def _straight(self) -> str | None:
        """Where the server is asked straight; ``None`` where litellm is needed for more than its words."""
        base = self._api_base or os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE")
        if not base or not self._name.startswith("openai/") or (url := completions_url(base)) is None:
            return None
        if self._plain is None:
            self._plain = sent_unchanged(self._name.partition("/")[2], self._options)
        return url if self._plain else None


def _calls_tools(name: str) -> bool:
    """What litellm's table says; a model it does not know is asked natively first."""
    module = litellm()
    known = module.model_cost.get(name) or module.model_cost.get(name.partition("/")[2])
    if known is not None and not known.get("supports_function_calling"):
        return False
    if any(entry["provider"] == provider_of(name) for entry in module.custom_provider_map):
        return True
    return "tools" in (module.get_supported_openai_params(name) or ())


def _wire(tool: ToolSpec) -> JsonObject:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:12]}"


def _reply(response: Any, model: str, seconds: float) -> Reply:
    choice = response.choices[0] if response.choices else None
    text = _text(choice.message) if choice else ""
    calls = tuple(_tool_call(call) for call in choice.message.tool_calls or ()) if choice else ()
    if not text.strip() and not calls:
        raise _silence(model, choice.finish_reason if choice else None)
    usage = _usage(response)
    cost = response._hidden_params.get("response_cost") if usage else None
    return Reply(text, calls, usage, cost, seconds, model)


def _text(message: Any) -> str:
    if isinstance(message.content, str) and message.content:
        return message.content
    refusal = (message.provider_specific_fields or {}).get("refusal")
    return refusal if isinstance(refusal, str) else ""


def _tool_call(call: Any) -> ToolCall:
    return read_arguments(call.id or _new_id(), call.function.name or "", call.function.arguments or "")


def _usage(response: Any) -> Usage | None:
    """The provider's count. litellm writes zeros where a server counted nothing; no real call has an empty prompt."""
    usage = getattr(response, "usage", None)
    if usage is None or not usage.prompt_tokens:
        return None
    return Usage(usage.prompt_tokens, usage.completion_tokens or 0)


def _silence(model: str, finish: str | None) -> AttemptFailed:
    match finish:
        case "content_filter":
            return AttemptFailed(f"The provider's content filter withheld the answer of {model}.")
        case "length":
            return AttemptFailed(f"{model} used up its tokens before it said anything. Raise max_tokens.")
        case _:
            return AttemptFailed(f"{model} gave an empty answer.", attempts=DOUBTFUL)
