"""The README's code runs as it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def block_after(heading: str, language: str) -> str:
    """The first fenced block of a language in the section of a heading."""
    section = README.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return section.split(f"```{language}\n", 1)[1].split("```", 1)[0]


def test_the_example_for_ones_own_agent_learns_and_recalls_and_may_run_again(tmp_path: Path) -> None:
    code = block_after("Use it from your own agent", "python")
    environment = {**os.environ, "PROCMEM_EMBEDDER": "hash", "PYTHONPATH": str(README.parent)}
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.startswith("0.")
        assert "Book a room for Friday" in ended.stdout
