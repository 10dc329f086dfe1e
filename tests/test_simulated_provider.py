"""A function of ours as a LiteLLM provider."""

from __future__ import annotations

from typing import Any

from procmem.models.litellm_door import litellm
from procmem.models.litellm_model import LiteLLMModel
from procmem.models.simulated_provider import register
from procmem.types import ToolSpec, Usage

LIST = ToolSpec("files_list", "List files.", {"type": "object", "properties": {}})
HELLO = [{"role": "user", "content": "hello"}]
Said = tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]]


def test_the_function_sees_the_request_and_its_answer_takes_the_way_of_a_real_one() -> None:
    seen: list[Any] = []

    def answer(model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, seed: int) -> Said:
        seen.append((model, messages, [tool["function"]["name"] for tool in tools or []], seed))
        return "I look.", [("files_list", {"path": "Übersicht"}), ("files_list", {})], (120, 9)

    register(litellm(), answer, provider="pretend")
    reply = LiteLLMModel("pretend/large", seed=3).complete("act", HELLO, [LIST])
    assert seen == [("large", [{"role": "user", "content": "hello"}], ["files_list"], 3)]
    assert (reply.text, reply.usage, reply.cost) == ("I look.", Usage(120, 9), None)
    assert [call.arguments for call in reply.tool_calls] == [{"path": "Übersicht"}, {}]
    assert len({call.id for call in reply.tool_calls}) == 2


def test_a_text_alone_has_no_tool_calls() -> None:
    register(litellm(), lambda model, messages, tools, seed: ("Done.", [], (5, 1)), provider="pretend")
    reply = LiteLLMModel("pretend/small").complete("report", HELLO)
    assert (reply.text, reply.tool_calls) == ("Done.", ())
