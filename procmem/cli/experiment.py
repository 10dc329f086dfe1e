"""``procmem experiment``: repeat the papers' comparisons, or your own, and look at what came out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from procmem.experiment.plan import Design
    from procmem.experiment.presets import Bank
    from procmem.experiment.results import Result
    from procmem.experiment.running import Experiments
    from procmem.types import Task
    from procmem.workbench import Workbench

experiment = typer.Typer(name="experiment", help="Compare ways of using memory, with intervals.", no_args_is_help=True)

Identity = Annotated[str, typer.Argument(help="An experiment's id, or its beginning (see `procmem experiment list`).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Workers = Annotated[int | None, typer.Option(help="Worker processes for simulated teams (a core each).", min=1)]
Teams = Annotated[
    list[str] | None, typer.Option(help="A team preset, or `simulated` for all of the preset's; may be repeated.")
]
TaskNames = Annotated[
    list[str] | None, typer.Option(help="test, train, all, a task's id, or a pattern such as 'mail_*'; repeatable.")
]
Policies = Annotated[
    list[str] | None,
    typer.Option(help="For the preset own; repeatable: LEGOMem, 'LEGOMem k_subtask=1 variant=dynamic', ..."),
]
Limit = Annotated[int | None, typer.Option(help="Only so many tasks (to learn from, too), spread evenly.", min=1)]
BankName = Annotated[
    str, typer.Option(help="What it begins with: demonstrations, runs (of the training tasks), bank (yours), or empty.")
]
Checkout = Annotated[Path | None, typer.Option(help="An OfficeBench checkout, not the bundled tasks.")]
Grading = Annotated[
    Literal["upstream", "repaired"], typer.Option(help="OfficeBench's own grading, or its known defects mended.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before spending money.")]
AtOnce = Annotated[int, typer.Option(help="Runs at once for each provider of real models.", min=1)]


@experiment.command("list")
def list_experiments(as_json: AsJson = False) -> None:
    """The presets, and the experiments that were run."""
    from dataclasses import asdict

    from procmem.cli.output import console, print_json, print_table
    from procmem.experiment.presets import PRESETS

    with opened() as (_, experiments):
        records = experiments.records()
    if as_json:
        presets = [{"name": p.name, "help": p.help, "source": p.source, "teams": p.teams} for p in PRESETS.values()]
        print_json({"presets": presets, "experiments": [asdict(record) for record in records]})
        return
    print_table(("preset", "compares", "source"), [(p.name, p.help, p.source) for p in PRESETS.values()])
    if not records:
        console().print("\nNone was run yet: procmem experiment run NAME")
        return
    console().print()
    rows = [
        (r.id, r.name, f"{r.created:%Y-%m-%d %H:%M}", r.status, f"{r.done}/{r.total}", "yes" if r.simulated else "no")
        for r in records
    ]
    print_table(("experiment", "name", "begun (UTC)", "status", "runs", "simulated"), rows)


@experiment.command()
def run(
    name: Annotated[str, typer.Argument(help="A preset (see `procmem experiment list`).")],
    team: Teams = None,
    tasks: TaskNames = None,
    policy: Policies = None,
    limit: Limit = None,
    seeds: Annotated[int, typer.Option(help="Runs of each task; 0: as the preset says.", min=0)] = 0,
    model: Annotated[str, typer.Option(help="One model for every role: any LiteLLM id.")] = "",
    large: Annotated[str, typer.Option(help="The large model: any LiteLLM id.")] = "simulated/large",
    small: Annotated[str, typer.Option(help="The small model: any LiteLLM id.")] = "simulated/small",
    bank: BankName = "",
    officebench: Checkout = None,
    grading: Grading = "repaired",
    train: Annotated[Path | None, typer.Option(help="A file with the ids to learn from, one on each line.")] = None,
    test: Annotated[Path | None, typer.Option(help="A file with the ids to test on, one on each line.")] = None,
    group: Annotated[int | None, typer.Option(help="Tasks of a group of a stream.", min=1)] = None,
    workers: Workers = None,
    at_once: AtOnce = 8,
    max_steps: Annotated[int, typer.Option(help="Tool calls of one run.", min=1)] = 50,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run a preset, follow it, and print its tables. Ctrl-C stops it; `resume` goes on."""
    from dataclasses import replace

    from procmem.cli.experiment_text import confirm, follow, show_result
    from procmem.experiment.presets import Ask, design_of
    from procmem.types import Limits

    source = str(officebench.expanduser().resolve()) if officebench else ""
    with opened(workers, at_once) as (workbench, experiments):
        known, training, testing = _tasks(workbench, source, grading, train, test)
        ask = Ask(
            tasks=known,
            chosen=chosen_tasks(known, tasks, testing) if tasks else testing,
            training=training,
            teams=tuple(one for one in team or () if one != "simulated"),
            seeds=seeds,
            large=model or large,
            small=model or small,
            bank=_bank(bank),
            officebench=source,
            grading=grading,
            policies=tuple(policy or ()),
            limit=limit,
            limits=replace(Limits(), steps=max_steps),
        )
        design = design_of(name, ask)
        design = replace(design, group=group or design.group)
        _prepare(workbench, design)
        confirm(experiments.estimate(design), design, yes)
        identity = experiments.start(design)
        follow(experiments, identity)
        show_result(experiments.result(identity), as_json)


@experiment.command()
def resume(
    identity: Identity, workers: Workers = None, at_once: AtOnce = 8, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Go on with an experiment that was stopped or killed; runs that are done are not repeated."""
    from procmem.cli.experiment_text import confirm, follow, show_result

    with opened(workers, at_once) as (workbench, experiments):
        found = experiments.find(identity)
        design = experiments.design(found.id)
        _prepare(workbench, design)
        confirm(experiments.estimate(design, found.done), design, yes)
        experiments.resume(found.id)
        follow(experiments, found.id)
        show_result(experiments.result(found.id), as_json)


@experiment.command()
def show(
    identity: Identity,
    every_slice: Annotated[bool, typer.Option("--all", help="Gains and effort by level, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """The tables of an experiment, as far as it is."""
    from procmem.cli.experiment_text import show_result

    with opened() as (_, experiments):
        show_result(experiments.result(experiments.find(identity).id), as_json, every_slice)


@experiment.command()
def compare(
    identity: Identity,
    other: Annotated[str | None, typer.Argument(help="Another experiment; its arms are compared name by name.")] = None,
    baseline: Annotated[str, typer.Option(help="The arm that the others are compared with.")] = "",
    as_json: AsJson = False,
) -> None:
    """Paired differences: within an experiment against any arm, or between two experiments on what both have run."""
    from procmem.cli.experiment_text import show_comparisons

    with opened() as (_, experiments):
        first = experiments.result(experiments.find(identity).id)
        second = experiments.result(experiments.find(other).id) if other else None
    show_comparisons(first, second, baseline, as_json)


@experiment.command()
def export(
    identity: Identity,
    to: Annotated[Path, typer.Argument(help="The file to write: its ending says how (.csv, .json or .html).")],
) -> None:
    """Write the runs as CSV, everything as JSON, or a report with charts that opens offline as HTML."""
    from procmem.cli.output import console

    with opened() as (_, experiments):
        found = experiments.result(experiments.find(identity).id)
    text = _exported(found, to)
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        from procmem.errors import BadInput

        raise BadInput(f"{to} can not be written: {error.strerror}.") from error
    console().print(f"Wrote {to}: {len(text.encode()):,} bytes.")


@experiment.command()
def remove(identity: Identity) -> None:
    """Delete an experiment with its runs and banks."""
    from procmem.cli.output import console

    with opened() as (_, experiments):
        found = experiments.find(identity)
        experiments.remove(found.id)
    console().print(f"Removed {found.id} ({found.name}) with {found.done} runs.")


def _exported(result: Result, to: Path) -> str:
    import json

    from procmem.errors import BadInput
    from procmem.experiment.exporting import to_csv, to_json
    from procmem.experiment.report import html

    match to.suffix.lower():
        case ".csv":
            return to_csv(result)
        case ".json":
            return json.dumps(to_json(result), ensure_ascii=False, indent=1)
        case ".html" | ".htm":
            return html(result)
        case ending:
            raise BadInput(f"A file ending in {ending or 'nothing'} can not be written; use .csv, .json or .html.")


# --- what the commands share -----------------------------------------------------------------------------------------


@contextmanager
def opened(workers: int | None = None, at_once: int = 8) -> Iterator[tuple[Workbench, Experiments]]:
    """The workbench of this installation and its experiments."""
    from procmem.experiment.running import open_experiments
    from procmem.settings import Settings
    from procmem.workbench import Workbench

    workbench = Workbench.open(Settings.load())
    try:
        experiments = open_experiments(workbench.lab, workbench.tasks, workers, {"": at_once})
        try:
            yield workbench, experiments
        finally:
            experiments.close()
    finally:
        workbench.close()


def _tasks(
    workbench: Workbench, source: str, grading: Literal["upstream", "repaired"], train: Path | None, test: Path | None
) -> tuple[dict[str, Task], tuple[str, ...], tuple[str, ...]]:
    """All tasks, those to learn from, and those to test on."""
    from procmem.exchange.officebench_splits import read_split, split

    if not source:
        known = dict(workbench.tasks)
        if train is None and test is None:
            return known, (), ()
        chosen = read_split(known, train, test)
        return known, chosen.train, chosen.test
    from procmem.exchange.officebench import load

    checkout = load(Path(source), mode=grading)
    for skipped in checkout.skipped:
        typer.echo(f"Skipped {skipped.path}: {skipped.reason}", err=True)
    known = dict(checkout.tasks)
    chosen = read_split(known, train, test) if train or test else split(known)
    return known, chosen.train, chosen.test


def chosen_tasks(known: dict[str, Task], wanted: list[str], testing: tuple[str, ...]) -> tuple[str, ...]:
    """The tasks that are asked for, in their order; ``testing`` are those that "test" means, if not the test split's.

    Raises:
        BadInput: nothing is called so.
    """
    from fnmatch import fnmatchcase

    from procmem.errors import BadInput

    test = set(testing) or {task.id for task in known.values() if task.split == "test"}
    found: set[str] = set()
    for name in wanted:
        match name:
            case "all":
                mine = set(known)
            case "test":
                mine = test
            case "train":
                mine = set(known) - test
            case _:
                mine = {task for task in known if fnmatchcase(task, name)}
        if not mine:
            raise BadInput(f"No task is called {name!r}; `procmem tasks` lists them. Or say test, train or all.")
        found |= mine
    return tuple(name for name in known if name in found)


def _bank(name: str) -> Bank | None:
    from procmem.errors import UnknownName

    match name:
        case "":
            return None
        case "demonstrations" | "runs" | "bank" | "empty":
            return name
        case _:
            raise UnknownName("bank", name, ("demonstrations", "runs", "bank", "empty"))


def _prepare(workbench: Workbench, design: Design) -> None:
    """Fill the bank at the first start, where the design reads it."""
    if design.start == "empty" and design.kind == "grid" and not any(arm.reads for arm in design.arms):
        return
    for state in workbench.prepare() if design.start != "empty" else ():
        if sys.stderr.isatty() or state.state == "ready":
            typer.echo(f"\r{state.text:<70}", err=True, nl=state.state == "ready")
