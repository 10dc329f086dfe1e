"""Which memories have changed since when, so that the index catches up instead of reading everything again."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from itertools import islice

KEPT = 100_000
"""How many changes are kept; who is further behind compares everything."""


class Changes:
    """The numbers of memory versions that entered the bank, left it, or got a vector, in the order of the commits.

    Record after the commit: who looks a number up then finds it as it is now, or newer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[int] = deque(maxlen=KEPT)
        self._stamp = 0

    @property
    def stamp(self) -> int:
        """How many changes there were; equal stamps mean that nothing happened in between."""
        return self._stamp

    def record(self, numbers: Iterable[int]) -> None:
        """These versions (memory_version.number) have entered the bank, left it, or got a vector."""
        fresh = list(numbers)
        with self._lock:
            self._kept.extend(fresh)
            self._stamp += len(fresh)

    def since(self, stamp: int) -> tuple[int, set[int] | None]:
        """The stamp of now, and the numbers that changed after ``stamp``; ``None`` where that is too long ago."""
        with self._lock:
            behind = self._stamp - stamp
            if behind > len(self._kept):
                return self._stamp, None
            return self._stamp, set(islice(reversed(self._kept), behind))
