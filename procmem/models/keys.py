"""Which environment variables a model id needs. Values are never read out, only whether they are there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EnvironmentKey:
    """An environment variable of a provider: whether it is set, and whether calls fail without it."""

    name: str
    set: bool
    needed: bool


_NEEDED: dict[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "azure": ("AZURE_API_KEY", "AZURE_API_BASE", "AZURE_API_VERSION"),
    "cerebras": ("CEREBRAS_API_KEY",),
    "cohere": ("COHERE_API_KEY",),
    "cohere_chat": ("COHERE_API_KEY",),
    "deepinfra": ("DEEPINFRA_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "fireworks_ai": ("FIREWORKS_AI_API_KEY",),
    "gemini": ("GEMINI_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    "hosted_vllm": ("HOSTED_VLLM_API_BASE",),
    "mistral": ("MISTRAL_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "perplexity": ("PERPLEXITYAI_API_KEY",),
    "together_ai": ("TOGETHERAI_API_KEY",),
    "xai": ("XAI_API_KEY",),
}
_INSTEAD: dict[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
    "anthropic": ("ANTHROPIC_AUTH_TOKEN",),
    "azure": ("AZURE_AD_TOKEN",),
    "deepinfra": ("DEEPINFRA_API_BASE",),
    "fireworks_ai": ("FIREWORKS_API_KEY", "FIREWORKS_API_BASE"),
    "gemini": ("GOOGLE_API_KEY",),
    "perplexity": ("PERPLEXITY_API_KEY",),
    "together_ai": ("TOGETHER_API_KEY", "TOGETHER_AI_TOKEN"),
}
"""Any one of these makes the needed ones optional: another name of the key, or a server of one's own."""
_OPTIONAL: dict[str, tuple[str, ...]] = {
    "simulated": (),
    "bedrock": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION_NAME"),
    "hosted_vllm": ("HOSTED_VLLM_API_KEY",),
    "huggingface": ("HF_TOKEN",),
    "lm_studio": ("LM_STUDIO_API_BASE",),
    "ollama": ("OLLAMA_API_BASE",),
    "ollama_chat": ("OLLAMA_API_BASE",),
    "vertex_ai": ("GOOGLE_APPLICATION_CREDENTIALS", "VERTEXAI_PROJECT", "VERTEXAI_LOCATION"),
}
"""What helps but has a default or another source (a local server, the machine's own role)."""

_OWN_NAMES = (
    (re.compile(r"(gpt-|o\d|chatgpt-|text-embedding-(?:3|ada)|ft:gpt-)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
)
"""Model families that are known without their provider's name in front."""

_SECRETS = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|AIza|AKIA|ghp|r8)[-_]?[A-Za-z0-9_*\-]{8,}|(?<=Bearer )[^\s;,\"']+|(?<=key=)[^&\s\"']+|(?<=://)[^/@\s]+(?=@)"
)


def provider_of(model: str) -> str:
    """The provider of a model id: "openai/gpt-4o" and "gpt-4o" give "openai"; unknown families give ""."""
    prefix, slash, _ = model.partition("/")
    if slash:
        return prefix
    return next((provider for pattern, provider in _OWN_NAMES if pattern.match(model)), "")


def keys_of(model: str, environment: Mapping[str, str] | None = None) -> tuple[EnvironmentKey, ...]:
    """The environment variables that a model id reads, those first without which calls fail."""
    env = os.environ if environment is None else environment
    provider = provider_of(model)
    needed, optional = _NEEDED.get(provider, ()), _OPTIONAL.get(provider, ())
    if provider and provider not in _NEEDED and provider not in _OPTIONAL:
        optional = (f"{provider.upper()}_API_KEY",)  # litellm's rule; whether it is needed is not known
    instead = _INSTEAD.get(provider, ())
    if any(env.get(name) for name in instead):
        needed, optional = (), (*needed, *optional)
    optional = (*optional, *instead)
    listed = [(name, True) for name in needed] + [(name, False) for name in optional]
    return tuple(EnvironmentKey(name, bool(env.get(name)), need) for name, need in listed)


def redact(text: str, environment: Mapping[str, str] | None = None) -> str:
    """``text`` without anything that is, or looks like, a secret."""
    env = os.environ if environment is None else environment
    for name, value in env.items():
        if len(value) >= 8 and re.search(r"KEY|TOKEN|SECRET|PASSWORD", name):
            text = text.replace(value, "***")
    return _SECRETS.sub("***", text)


def missing_keys(model: str, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The names of the variables that are needed and not set."""
    return tuple(key.name for key in keys_of(model, environment) if key.needed and not key.set)


def key_to_send(
    model: str,
    *,
    api_base: str | None = None,
    api_key: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> str | None:
    """The key to pass to litellm, ``None`` for the environment's.

    A server at one's own address often needs no key, but litellm's OpenAI client insists on one.
    """
    keys = keys_of(model, environment)
    own_address = api_base is not None or any("BASE" in key.name and key.set for key in keys)
    has_key = any("KEY" in key.name and key.set for key in keys)
    if api_key is None and provider_of(model) == "openai" and own_address and not has_key:
        return "none"
    return api_key
