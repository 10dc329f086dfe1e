"""What every page says before anything else."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from procmem.errors import BadInput
from procmem.lab import Lab
from procmem.memory.bank import AT_ONCE, Bank
from procmem.models.embedders import make_embedder
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.workbench import Workbench
from tests.app_page import drawn
from tests.bench import Bench, workbench_of
from tests.records import full


class Missing:
    """An embedding model that can not be loaded."""

    name, dim, ready = "new", 8, False

    def warm(self) -> None:
        raise BadInput("new can not be loaded: it is not here.")

    def embed(self, texts: object) -> npt.NDArray[np.float32]:
        self.warm()
        raise AssertionError


def test_a_page_says_that_memories_can_not_be_used_and_which_model_answers_meanwhile(tmp_path: Path) -> None:
    store = DuckStore(None)
    store.add_many([full(f"m{number}", f"Task {number}") for number in range(AT_ONCE + 1)], by="Ann", reason="")
    Bank(store, make_embedder("hash")).embed_missing()
    (tmp_path / "tasks").mkdir()
    settings = Settings(home=tmp_path / "home", data=tmp_path)
    bench = Workbench(Lab(settings, store, Missing(), lambda name, seed: None))  # type: ignore[arg-type,return-value]
    bench.warm()
    while bench.preparation.state == "working":
        time.sleep(0.01)
    at = drawn("pages.parts.shell:draw_notices", bench)
    assert at.warning[0].value == "new can not be loaded\\: it is not here\\."
    assert [button.label for button in at.button] == ["Prepare again"]
    assert "0 of 257 memories are embedded with new" in at.caption[0].value
    assert "searches use hash" in at.caption[0].value
    bench.close()


def test_progress_is_said_until_the_bank_is_ready_and_then_nothing(bench: Bench, tmp_path: Path) -> None:
    made = workbench_of(bench, tmp_path)
    at = drawn("pages.parts.shell:draw_notices", made)
    assert at.get("progress")[0].proto.text == ":small[Getting ready · you can already choose a task]"
    made.warm()
    while made.preparation.state == "working":
        time.sleep(0.01)
    assert not drawn("pages.parts.shell:draw_notices", made).get("progress")
    made.close()
