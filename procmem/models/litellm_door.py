"""The one place that imports litellm, once, tamed: no network, no .env, no telemetry, no prints."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from procmem.models import simulated_provider

_lock = threading.Lock()


def litellm() -> Any:
    """The litellm module; the first call imports it (2-3 s), so warm it in the background."""
    with _lock:
        return _imported()


def loaded() -> bool:
    """Whether ``litellm()`` answers at once."""
    return _imported.cache_info().currsize > 0


@cache
def _imported() -> Any:
    # All three are read while litellm is imported or at every call, and have no other switch: the price table comes
    # from the package instead of the network, .env stays unread, and the openai package (10 ms a call) is bypassed.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    os.environ["EXPERIMENTAL_OPENAI_BASE_LLM_HTTP_HANDLER"] = "True"
    with _nobody_logs():
        import litellm

    litellm.drop_params = True
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    _end_quietly()
    litellm.utils.executor = _Nobody()
    simulated_provider.register(litellm)
    return litellm


class _Nobody:
    """In place of the threads that write litellm's log, which has no reader here: it is a quarter of a call's work."""

    def submit(self, *_: object) -> None:
        """Drop what was to be logged."""


@contextmanager
def _nobody_logs() -> Iterator[None]:
    """Drop the log records of all threads for a moment.

    Half imported, litellm's log filter imports it again for a record of any other thread: the two imports deadlock.
    """
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _end_quietly() -> None:
    """Take the finalizer from litellm's async clients, which are made at import and which we never use.

    It imports a module while the interpreter ends, and waits for ever if a given-up call held the import lock then.
    """
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    with suppress(AttributeError):
        del AsyncHTTPHandler.__del__
