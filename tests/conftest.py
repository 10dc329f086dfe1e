"""Fixtures that several test files share."""

from __future__ import annotations

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


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh bench with an empty bank."""
    from tests.bench import Bench

    made = Bench(tmp_path)
    yield made
    made.store.close()
