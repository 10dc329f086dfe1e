"""What each variant's readers are shown, word for word: the system prompts and the prompts that retrieval itself asks.

After a wanted change: delete the file in tests/golden/, run this test twice (the first writes it and fails), and read
the difference before committing it.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from procmem.types import Policy, Retrieve, Variant
from tests.test_grid import Place

GOLDEN = Path(__file__).parent / "golden"
SHOWN = ("facts", "rewrite", "plan", "delegate", "act")


def prompts(place: Place) -> str:
    """The first prompt of each purpose, in the order in which a run asks."""
    parts = []
    for purpose in SHOWN:
        shown = place.model.prompts(purpose)
        if shown:
            parts.append(f"=== {purpose}\n{shown[0]}\n")
    return "\n".join(parts)


@pytest.mark.parametrize("variant", get_args(Variant))
def test_the_prompts_of_a_variant_are_as_written_down(variant: Variant, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.solve(Policy(variant=variant, build="workflow" if variant == "workflows" else "proceduralization"))
    check(GOLDEN / f"variant_{variant}.txt", prompts(place))


@pytest.mark.parametrize("retrieve", get_args(Retrieve))
def test_the_prompts_of_a_retrieval_are_as_written_down(retrieve: Retrieve, tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.solve(Policy(retrieve=retrieve, reasoning=False))
    check(GOLDEN / f"retrieve_{retrieve}.txt", prompts(place))


def test_the_prompt_that_distils_is_as_written_down(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.solve(Policy(placement="none"))
    check(GOLDEN / "distil.txt", place.model.prompts("script")[0] + "\n")


def check(golden: Path, seen: str) -> None:
    """Compare with the file, or write it where it is missing."""
    if not golden.exists():
        golden.write_text(seen, encoding="utf-8")
        raise AssertionError(f"{golden} was missing and has been written; read it and run again.")
    assert seen == golden.read_text(encoding="utf-8")
