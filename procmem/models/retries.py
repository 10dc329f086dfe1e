"""Attempts: what a failed one means, whether another is worth it, and how long to wait before it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from procmem.errors import Cancelled, ModelFailed

T = TypeVar("T")

LONGEST_WAIT = 30.0
"""Seconds. A server that asks to wait longer than this is not asked again."""


class AttemptFailed(Exception):
    """One attempt failed. ``attempts`` is how many in all are worth it; ``wait`` is what the server asked for."""

    def __init__(
        self, sentence: str, *, attempts: int = 1, wait: float | None = None, refused_tools: bool = False
    ) -> None:
        super().__init__(sentence)
        self.attempts = 1 if wait is not None and wait > LONGEST_WAIT else attempts
        self.wait = wait
        self.refused_tools = refused_tools


def with_retries(attempt: Callable[[], T], *, stop: threading.Event | None, pause: float = 0.5) -> tuple[T, int]:
    """The attempt's result and the number of retries. Waits double from ``pause`` seconds, unless the server says.

    Raises:
        Cancelled: ``stop`` was set, before an attempt, in it or in a wait.
        ModelFailed: the last attempt's sentence.
    """
    from tenacity import RetryCallState, Retrying, retry_if_exception_type

    def enough(state: RetryCallState) -> bool:
        return state.attempt_number >= _failure(state).attempts

    def wait(state: RetryCallState) -> float:
        asked = _failure(state).wait
        return min(pause * 2 ** (state.attempt_number - 1), LONGEST_WAIT) if asked is None else asked

    def _failure(state: RetryCallState) -> AttemptFailed:
        error = state.outcome.exception() if state.outcome else None
        assert isinstance(error, AttemptFailed)
        return error

    retrying = Retrying(
        retry=retry_if_exception_type(AttemptFailed),
        stop=enough,
        wait=wait,
        sleep=lambda seconds: _sleep(seconds, stop),
        reraise=True,
    )
    try:
        result = retrying(attempt)
    except AttemptFailed as failure:
        tries = retrying.statistics["attempt_number"]
        raise ModelFailed(f"{failure}" if tries == 1 else f"{failure} ({tries} attempts)") from None
    return result, retrying.statistics["attempt_number"] - 1


def _sleep(seconds: float, stop: threading.Event | None) -> None:
    if stop is None:
        time.sleep(seconds)
    elif stop.wait(seconds):
        raise Cancelled
