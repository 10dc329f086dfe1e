"""The memories that stand, kept at hand: DuckDB takes over a millisecond to find twenty by primary key."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence

from procmem.store.database import Database
from procmem.store.rows import memory
from procmem.types import Memory

ROOM = 256 * 2**20
"""How many characters of memories are kept at hand: some 150,000 memories; of a larger bank, the last used."""
_LOAD = 20_000
_FETCH = 5000


class Present:
    """The number of every memory that stands, and the texts of as many versions as there is room for."""

    def __init__(self, database: Database, room: int = ROOM) -> None:
        self._db = database
        self._room = room
        self._lock = threading.Lock()
        self._numbers: dict[str, int] | None = None
        self._changes = 0
        self._texts: dict[int, str] = {}  # the least recently used first
        self._taken = 0

    def find(self, ids: Sequence[str]) -> dict[str, Memory]:
        """These memories as they stand; ids that are not in the bank are left out."""
        numbers = self._load()
        with self._lock:  # all as of the same moment
            found = {memory_id: numbers[memory_id] for memory_id in ids if memory_id in numbers}
        versions = self.versions(found.values())
        return {memory_id: versions[number] for memory_id, number in found.items()}

    def stands(self, memory_id: str, number: int) -> bool:
        """Whether this version of a memory is the one that stands."""
        return self._load().get(memory_id) == number

    def versions(self, numbers: Iterable[int]) -> dict[int, Memory]:
        """Memory versions by number, in the order asked for. They never change."""
        wanted = list(dict.fromkeys(numbers))
        with self._lock:
            known = {number: self._texts[number] for number in wanted if self._touch(number)}
        unknown = [number for number in wanted if number not in known]
        for start in range(0, len(unknown), _FETCH):
            rows = self._db.within(
                "select number, payload from memory_version where number", unknown[start : start + _FETCH]
            )
            known |= dict(rows)
            self._keep(rows)
        return {number: memory(known[number]) for number in wanted}

    def follow(self, now: Mapping[str, int | None]) -> None:
        """What stands has changed like this, just now."""
        with self._lock:
            self._changes += 1
            if self._numbers is None:
                return
            for memory_id, number in now.items():
                if number is None:
                    self._numbers.pop(memory_id, None)
                else:
                    self._numbers[memory_id] = number

    def forget(self) -> None:
        """Read again what stands at the next question."""
        with self._lock:
            self._changes += 1
            self._numbers = None

    def _touch(self, number: int) -> bool:
        text = self._texts.pop(number, None)
        if text is None:
            return False
        self._texts[number] = text
        return True

    def _keep(self, rows: Iterable[tuple[int, str]]) -> None:
        with self._lock:
            for number, text in rows:
                if number not in self._texts:
                    self._texts[number] = text
                    self._taken += len(text)
            while self._taken > self._room:
                self._taken -= len(self._texts.pop(next(iter(self._texts))))

    def _load(self) -> dict[str, int]:
        numbers = self._numbers
        if numbers is not None:
            return numbers
        while True:
            changes = self._changes
            rows = self._db.rows("select memory_id, number from memory_now where number is not null")
            with self._lock:
                if changes == self._changes:  # else what was read may be older than what was followed
                    self._numbers = dict(rows)
                    break
        self._fill()
        return self._load()

    def _fill(self) -> None:
        """Take the newest texts to hand, as many as there is room for."""
        standing = "select number, payload from memory_version where number between ? and ? "
        standing += "and number in (select number from memory_now)"
        ((last,),) = self._db.rows("select coalesce(max(number), 0) from memory_now")
        for top in range(last, 0, -_LOAD):
            if self._taken > self._room * 3 // 4:
                return
            self._keep(self._db.rows(standing, top - _LOAD + 1, top))
