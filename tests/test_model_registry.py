"""From ids to models, and the connection test."""

from __future__ import annotations

import pytest

from procmem.errors import BadInput, ModelFailed
from procmem.models.litellm_model import LiteLLMModel
from procmem.models.registry import check_model, make_model, try_model
from procmem.models.scripted import ScriptedModel, calling
from tests.openai_server import Answer, OpenAIServer


@pytest.mark.parametrize(
    "name",
    ["simulated/large", "simulated/small", "gpt-4o", "openai/anything", "claude-sonnet-4-5", "deepseek/deepseek-chat"],
)
def test_any_litellm_id_makes_a_model_of_that_name(name: str) -> None:
    assert make_model(name).name == name


@pytest.mark.parametrize("name", ["nonsense/model", "my-model", ""])
def test_an_unknown_provider_is_refused_with_examples(name: str) -> None:
    with pytest.raises(
        BadInput, match=r"No provider is known for the model .*simulated/large, simulated/small, gpt-4o"
    ):
        make_model(name)


def test_an_unknown_simulated_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"simulated models are simulated/large and simulated/small"):
        make_model("simulated/medium")


def test_a_working_model_is_reported_in_a_sentence() -> None:
    assert try_model(ScriptedModel([calling("report_ready", {"word": "ready"})])) == "scripted calls tools (0.0 s)."
    assert try_model(ScriptedModel(["ready"])) == "scripted answers, but called no tool when asked to (0.0 s)."


def test_a_model_without_native_tools_is_reported_as_such() -> None:
    said = '{"tool": "report_ready", "arguments": {"word": "ready"}}'
    with OpenAIServer(["no tools", Answer(said)]) as server:
        sentence = try_model(LiteLLMModel("hosted_vllm/x", api_base=server.url))
    assert "it lacks native tool calling, so tools are described in its prompt" in sentence


def test_a_model_that_does_not_exist_is_named() -> None:
    with OpenAIServer(repeat="404") as server, pytest.raises(ModelFailed, match="There is no model hosted_vllm/x"):
        try_model(LiteLLMModel("hosted_vllm/x", api_base=server.url))


def test_a_missing_variable_is_named_before_anything_is_sent() -> None:
    with pytest.raises(BadInput, match="hosted_vllm/x needs HOSTED_VLLM_API_BASE in the environment"):
        check_model("hosted_vllm/x")
    with pytest.raises(ModelFailed, match="hosted_vllm/x needs HOSTED_VLLM_API_BASE in the environment"):
        make_model("hosted_vllm/x").complete("act", [{"role": "user", "content": "hello"}])
