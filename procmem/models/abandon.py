"""Blocking calls that can be given up: they run in kept daemon threads, and the caller stops waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from procmem.errors import Cancelled

T = TypeVar("T")
_Work = tuple[Callable[[], Any], "Future[Any]"]

TICK = 0.1
"""Seconds between two looks at the stop event; a finished call wakes its caller at once. Dozens of runs wait like this
in one process, so a look must not come often."""

_idle: list[SimpleQueue[_Work]] = []
_lock = threading.Lock()


def abandonable(call: Callable[[], T], *, stop: threading.Event | None = None, seconds: float) -> T:
    """The result of ``call``, or an error as soon as ``stop`` is set or ``seconds`` have passed.

    A call that is given up goes on in its thread until it ends by itself; its thread is then used again.

    Raises:
        Cancelled: ``stop`` was set.
        TimeoutError: the time was up.
    """
    if stop is not None and stop.is_set():
        raise Cancelled
    future: Future[T] = Future()
    _hand_over((call, future))
    deadline = time.monotonic() + seconds
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        try:
            return future.result(left if stop is None else min(left, TICK))
        except TimeoutError:
            if future.done():
                return future.result()  # it ended just now, or the call itself raised TimeoutError
            if stop is not None and stop.is_set():
                raise Cancelled from None
            if not left:
                raise


def _hand_over(work: _Work) -> None:
    with _lock:
        inbox = _idle.pop() if _idle else None
    if inbox is None:
        inbox = SimpleQueue()
        # Daemons, because a server that never answers must not keep the process from ending.
        threading.Thread(target=_serve, args=(inbox,), name="model call", daemon=True).start()
    inbox.put(work)


def _serve(inbox: SimpleQueue[_Work]) -> None:
    while True:
        _work(*inbox.get())
        with _lock:
            _idle.append(inbox)


def _work(call: Callable[[], Any], future: Future[Any]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001  it is raised again where the result is awaited
        future.set_exception(error)
    else:
        future.set_result(result)
