"""``procmem tasks``: what there is to solve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from procmem.types import Task


def tasks(
    task: Annotated[str | None, typer.Argument(help="Show this task whole.")] = None,
    level: Annotated[int | None, typer.Option(help="Number of apps.", min=1, max=3)] = None,
    app: Annotated[str | None, typer.Option(help="Only tasks that need this app.")] = None,
    split: Annotated[Literal["train", "test"] | None, typer.Option(help="Only this split.")] = None,
    search: Annotated[str, typer.Option(help="Words that the task's text or id holds.")] = "",
    officebench: Annotated[Path | None, typer.Option(help="List an OfficeBench checkout instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """List the tasks, or show one."""
    from procmem.cli.output import print_json, print_table

    if task is not None:
        _show(find_task(task, officebench), as_json)
        return
    found = [
        entry
        for entry in all_tasks(officebench).values()
        if level in (None, entry.level)
        and (app is None or app in entry.apps)
        and split in (None, entry.split)
        and all(word in f"{entry.id} {entry.text}".lower() for word in search.lower().split())
    ]
    if as_json:
        print_json([_plain(entry) for entry in found])
    else:
        rows = [(t.id, str(t.level), ", ".join(t.apps), t.split, t.text.splitlines()[0]) for t in found]
        print_table(("task", "level", "apps", "split", "text"), rows)


def find_task(name: str, officebench: Path | None) -> Task:
    """The task of this id.

    Raises:
        BadInput: there is none; the message has the nearest ids.
    """
    from difflib import get_close_matches

    from procmem.errors import BadInput

    known = all_tasks(officebench)
    if name not in known:
        near = ", ".join(get_close_matches(name, known, cutoff=0.4)) or "none"
        raise BadInput(f"There is no task {name!r}. Nearest: {near}. `procmem tasks` lists them all.")
    return known[name]


def all_tasks(officebench: Path | None) -> dict[str, Task]:
    """The bundled tasks, or those of an OfficeBench checkout."""
    from procmem.exchange.officebench import load
    from procmem.office.tasks import load_tasks
    from procmem.settings import Settings

    if officebench is None:
        return dict(load_tasks(Settings.load().data / "tasks"))
    checkout = load(officebench)
    if checkout.note:
        typer.echo(checkout.note, err=True)
    return dict(checkout.tasks)


def _plain(task: Task) -> dict[str, object]:
    return {
        "id": task.id,
        "text": task.text,
        "user": task.username,
        "now": task.now.isoformat(),
        "level": task.level,
        "apps": list(task.apps),
        "family": task.family,
        "split": task.split,
        "files": [file.path for file in task.files],
        "checks": [check.function for check in task.checks],
    }


def _show(task: Task, as_json: bool) -> None:
    from procmem.cli.output import print_json, print_table

    plain = _plain(task)
    if as_json:
        print_json(plain)
    else:
        print_table(("field", "value"), [(key, _cell(value)) for key, value in plain.items()])


def _cell(value: object) -> str:
    return "\n".join(str(item) for item in value) if isinstance(value, list) else str(value)
