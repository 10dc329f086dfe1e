"""Which environment variables a model needs, and that secrets stay secret."""

from __future__ import annotations

import pytest

from procmem.models.keys import EnvironmentKey, key_to_send, keys_of, missing_keys, provider_of, redact


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("simulated/large", "simulated"),
        ("openai/gpt-4o", "openai"),
        ("gpt-4o", "openai"),
        ("o3-mini", "openai"),
        ("claude-sonnet-4-5", "anthropic"),
        ("openrouter/anthropic/claude-sonnet-4", "openrouter"),
        ("my-model", ""),
    ],
)
def test_the_provider_is_read_from_the_id(model: str, provider: str) -> None:
    assert provider_of(model) == provider


def test_a_key_is_listed_with_whether_it_is_set_and_never_with_its_value() -> None:
    assert keys_of("gpt-4o", {"OPENAI_API_KEY": "sk-1"}) == (
        EnvironmentKey("OPENAI_API_KEY", set=True, needed=True),
        EnvironmentKey("OPENAI_API_BASE", set=False, needed=False),
        EnvironmentKey("OPENAI_BASE_URL", set=False, needed=False),
    )


def test_a_server_of_ones_own_needs_no_key() -> None:
    assert keys_of("openai/mine", {"OPENAI_API_BASE": "http://127.0.0.1:1/v1"})[0] == EnvironmentKey(
        "OPENAI_API_KEY", set=False, needed=False
    )
    assert key_to_send("openai/mine", api_base="http://127.0.0.1:1/v1", environment={}) == "none"
    assert key_to_send("openai/mine", environment={}) is None


def test_a_key_that_is_set_goes_to_a_server_of_ones_own() -> None:
    assert key_to_send("openai/mine", api_base="http://127.0.0.1:1/v1", environment={"OPENAI_API_KEY": "k"}) is None
    assert key_to_send("openai/mine", api_base="http://127.0.0.1:1/v1", api_key="given", environment={}) == "given"


def test_other_providers_have_their_own_names() -> None:
    assert missing_keys("azure/x", {}) == ("AZURE_API_KEY", "AZURE_API_BASE", "AZURE_API_VERSION")
    assert missing_keys("gemini/x", {"GOOGLE_API_KEY": "k"}) == ()
    assert keys_of("bedrock/x", {})[0] == EnvironmentKey("AWS_ACCESS_KEY_ID", set=False, needed=False)
    assert keys_of("simulated/small", {}) == ()
    assert keys_of("my-model", {}) == ()


def test_a_provider_we_do_not_know_may_need_the_key_that_litellm_would_read() -> None:
    assert keys_of("novita/x", {}) == (EnvironmentKey("NOVITA_API_KEY", set=False, needed=False),)


def test_an_empty_variable_counts_as_missing() -> None:
    assert not keys_of("groq/llama", {"GROQ_API_KEY": ""})[0].set


def test_values_of_secret_variables_and_things_that_look_like_keys_are_removed() -> None:
    environment = {"MY_API_KEY": "correct-horse-battery", "HOME": "/home/somebody"}
    text = (
        "Key correct-horse-battery of /home/somebody; sk-proj-abcdefghijkl; Bearer abc.def; "
        "https://user:pw@host/x?key=AIzaSyD-123456789&b=1"
    )
    assert redact(text, environment) == ("Key *** of /home/somebody; ***; Bearer ***; https://***@host/x?key=***&b=1")
