"""From a model id to a model, and whether it works."""

from __future__ import annotations

from procmem.errors import BadInput
from procmem.models.keys import missing_keys, provider_of
from procmem.models.litellm_door import litellm
from procmem.models.litellm_model import LiteLLMModel
from procmem.models.model import Model
from procmem.models.simulated_provider import MODELS, PROVIDER
from procmem.types import ToolSpec

EXAMPLES = (
    *MODELS,
    "gpt-4o",
    "anthropic/claude-sonnet-4-5",
    "ollama_chat/llama3.1",
    "openai/<name> with OPENAI_API_BASE",
)
"""Ids that a person may copy; any LiteLLM id works."""

_COMMON = frozenset(
    {"openai", "anthropic", "azure", "gemini", "groq", "mistral", "ollama", "ollama_chat", "openrouter"}
)
"""Providers that are accepted without the seconds that importing litellm takes."""

_PING = ToolSpec(
    "report_ready",
    "Report that you are ready.",
    {"type": "object", "properties": {"word": {"type": "string", "description": "one word"}}, "required": ["word"]},
)
_QUESTION = {"role": "user", "content": "Call the tool report_ready with the word ready."}


def make_model(name: str, seed: int = 0) -> Model:
    """The model of an id, asked with a seed where the provider takes one; nothing is called yet.

    Raises:
        BadInput: litellm knows no such provider, or no such simulated model.
    """
    provider = provider_of(name)
    if provider == PROVIDER and name not in MODELS:
        raise BadInput(f"There is no model {name!r}. The simulated models are {' and '.join(MODELS)}.")
    if provider != PROVIDER and not _known(name):
        raise BadInput(
            f"No provider is known for the model {name!r}. Write it as provider/model: {', '.join(EXAMPLES)}."
        )
    return LiteLLMModel(name, seed=seed)


def _known(name: str) -> bool:
    module = litellm()
    if "/" in name:
        return (
            provider_of(name) in {str(getattr(p, "value", p)) for p in module.provider_list}
            or name in module.model_cost
        )
    return bool(provider_of(name)) or name in module.model_cost


def check_model(name: str, *, seconds: float = 10.0) -> str:
    """Make one small call with one tool, and say in a sentence that it worked and how tools are called.

    Raises:
        BadInput: the id is unknown, or an environment variable that it needs is missing.
        ModelFailed: what failed (wrong key, no such model, unreachable host, no answer in time).
    """
    model = make_model(name)
    if missing := missing_keys(name):
        raise BadInput(f"{name} needs {', '.join(missing)} in the environment; set it and start again.")
    return try_model(model, seconds=seconds)


def try_model(model: Model, *, seconds: float = 10.0) -> str:
    """The call of ``check_model``, with a model that is already there."""
    reply = model.complete("act", [_QUESTION], [_PING], seconds=seconds)
    how = "calls tools" if reply.tool_calls else "answers, but called no tool when asked to"
    if provider_of(model.name) == PROVIDER:
        how = "answers (it knows tools from the prompts of a team only)"
    if isinstance(model, LiteLLMModel) and model.native_tools is False and reply.tool_calls:
        how = "works; it lacks native tool calling, so tools are described in its prompt"
    return f"{model.name} {how} ({reply.seconds:.1f} s)."
