"""Trying the models of a team in the background: one small call each, and a sentence that says what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from procmem.errors import BadInput, ModelFailed

Check: TypeAlias = Callable[[str], str]
"""Calls a model by its id and says that it worked; raises BadInput or ModelFailed where it did not."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known about one model."""

    state: Literal["testing", "works", "fails"]
    text: str


class Connections:
    """The models that were tried, by id. All methods may be called from any thread."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._lock = threading.Lock()
        self._known: dict[str, Connection] = {}

    @property
    def known(self) -> Mapping[str, Connection]:
        """What is known by now."""
        with self._lock:
            return dict(self._known)

    @property
    def testing(self) -> bool:
        """Whether an answer is still awaited."""
        return any(one.state == "testing" for one in self.known.values())

    def test(self, models: Sequence[str]) -> None:
        """Try these models at once, each in a thread of its own; one that is being tried is left to it."""
        with self._lock:
            due = [name for name in dict.fromkeys(models) if not self._tried(name)]
            self._known.update({name: Connection("testing", "Asking …") for name in due})
        for name in due:
            threading.Thread(target=self._try, args=(name,), name=f"test {name}", daemon=True).start()

    def _tried(self, name: str) -> bool:
        return name in self._known and self._known[name].state == "testing"

    def _try(self, name: str) -> None:
        found = Connection("fails", "The test ended without an answer.")
        try:
            found = Connection("works", self._check(name))
        except (BadInput, ModelFailed) as error:
            found = Connection("fails", str(error))
        finally:
            with self._lock:
                self._known[name] = found
