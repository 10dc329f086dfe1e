"""What was read from bytes, remembered by their content: the runs of an experiment open equal files again and again."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def by_content(
    most: int, largest: int = 1_000_000
) -> Callable[[Callable[Concatenate[bytes, P], T]], Callable[Concatenate[bytes, P], T]]:
    """Remember a function's results by the bytes that it reads and its other arguments, the last ``most`` of them.

    For functions that depend on nothing else, and whose results nobody changes. What raises is not remembered, nor what
    was read from more than ``largest`` bytes. The bytes themselves are not kept.
    """

    def decorate(function: Callable[Concatenate[bytes, P], T]) -> Callable[Concatenate[bytes, P], T]:
        known: OrderedDict[Hashable, T] = OrderedDict()
        lock = threading.Lock()

        @wraps(function)
        def remembering(data: bytes, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if len(data) > largest:
                return function(data, *args, **kwargs)
            key = (hashlib.sha256(data).digest(), args, tuple(sorted(kwargs.items())))
            with lock:
                if key in known:
                    known.move_to_end(key)
                    return known[key]
            result = function(data, *args, **kwargs)  # two threads may both do it, which is better than waiting
            with lock:
                known[key] = result
                if len(known) > most:
                    known.popitem(last=False)
            return result

        return remembering

    return decorate
