"""``procmem doctor``: what is installed, set and reachable, in which version, and what to do about the rest."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import typer

PACKAGES = (
    "streamlit", "duckdb", "sentence-transformers", "torch", "hnswlib", "litellm", "plotly", "openpyxl", "python-docx",
    "pypdf", "rapidocr", "onnxruntime",
)  # fmt: skip
ROOM = 1024**3
"""Bytes of free disk below which the doctor warns."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its state, what was seen, and what to do when it is not well."""

    what: str
    state: Literal["ok", "warning", "missing"]
    seen: str
    advice: str = ""


def doctor(
    model: Annotated[list[str] | None, typer.Option(help="Also call this model once; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Look at the installation. Exit code 1 when something is missing."""
    from procmem.cli.output import print_json, print_table

    findings = list(_look(model or []))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(("", "what", "seen", "what to do"), [(f.state, f.what, f.seen, f.advice) for f in findings])
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


def _look(models: list[str]) -> Iterator[Finding]:
    yield Finding("Python", "ok", platform.python_version())
    yield from map(_package, PACKAGES)
    yield from _home()
    yield _tasks()
    yield _embedder()
    yield from map(_model, ["simulated/large", *models])
    yield from _keys()


def _package(name: str) -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Finding(name, "ok", version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", "not installed", "Run `make run` or `make test`: both install everything.")


def _home() -> Iterator[Finding]:
    from procmem.errors import BadInput
    from procmem.settings import Settings
    from procmem.store.duck import DuckStore

    settings = Settings.load()
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.home).free
        state: Literal["ok", "warning"] = "ok" if free > ROOM else "warning"
        yield Finding(
            "data folder", state, f"{settings.home}, {free / ROOM:.1f} GB free", "" if free > ROOM else "Free some."
        )
        store = DuckStore(settings.database)
    except OSError as error:
        advice = "Set PROCMEM_HOME to a folder that can be written."
        yield Finding("data folder", "missing", f"{settings.home}: {error.strerror}", advice)
    except BadInput as error:
        yield Finding("database", "warning", str(error))
    else:
        yield Finding("database", "ok", f"{settings.database.name}, bank revision {store.revision}")
        yield from (Finding("database", "warning", notice) for notice in store.notices)
        store.close()


def _tasks() -> Finding:
    from procmem.errors import BadInput
    from procmem.office.tasks import load_tasks
    from procmem.settings import Settings

    try:
        found = load_tasks(Settings.load().data / "tasks")
    except BadInput as error:
        return Finding("bundled tasks", "missing", str(error))
    return Finding(
        "bundled tasks", "ok", f"{len(found)} tasks in {len({task.family for task in found.values()})} families"
    )


def _embedder() -> Finding:
    from procmem.errors import ProcMemError
    from procmem.models.embedders import make_embedder
    from procmem.settings import Settings

    name = Settings.load().embedder
    try:
        vectors = make_embedder(name).embed(["a meeting with Dana"])
    except ProcMemError as error:
        return Finding("embedding model", "missing", str(error))
    return Finding("embedding model", "ok", f"{name}, {vectors.shape[1]} dimensions")


def _model(name: str) -> Finding:
    from procmem.cli.team import model_state

    state = model_state(name, check=True)
    return Finding(f"model {name}", "ok" if state["ok"] else "missing", state["connection"])


def _keys() -> Iterator[Finding]:
    """The keys of the usual providers: set or missing, never their values."""
    from procmem.models.keys import keys_of

    for provider in ("openai", "anthropic", "gemini", "azure", "ollama_chat"):
        keys = keys_of(f"{provider}/any")
        seen = ", ".join(f"{key.name} {'set' if key.set else 'not set'}" for key in keys)
        yield Finding(f"keys of {provider}", "ok", seen, "" if any(key.set for key in keys) else "Only needed for it.")
