"""A lock that readers share and a writer has alone: hnswlib aborts the process when a query meets an addition."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ReadWriteLock:
    """Fair: readers let a waiting writer go first, and when it leaves, those who waited meanwhile go before the next.

    Not reentrant.
    """

    def __init__(self) -> None:
        self._door = threading.Condition()
        self._readers = 0
        self._writing = False
        self._waiting_readers = 0
        self._waiting_writers = 0
        self._granted = 0  # readers who go before the next writer

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Be inside with other readers."""
        with self._door:
            self._waiting_readers += 1
            try:
                self._door.wait_for(lambda: not self._writing and (self._granted or not self._waiting_writers))
            finally:
                self._waiting_readers -= 1
                self._granted = min(max(self._granted - 1, 0), self._waiting_readers)
            self._readers += 1
        try:
            yield
        finally:
            with self._door:
                self._readers -= 1
                self._door.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be inside alone."""
        with self._door:
            self._waiting_writers += 1
            try:
                self._door.wait_for(lambda: not self._writing and not self._readers and not self._granted)
            finally:
                self._waiting_writers -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._door:
                self._writing = False
                self._granted = self._waiting_readers
                self._door.notify_all()
