"""Fixtures that several test files share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.bench import Bench

# Time limits inside a normal test would make it fail on a busy machine; benchmarks measure speed.
settings.register_profile("procmem", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("procmem")


@pytest.fixture(autouse=True)
def _same_main() -> Iterator[None]:
    """AppTest leaves its script as the main module, which a process that starts later would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh bench with an empty bank."""
    from tests.bench import Bench

    made = Bench(tmp_path)
    yield made
    made.store.close()
