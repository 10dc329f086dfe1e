"""What the ``procmem experiment`` commands say on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from procmem.experiment.estimate import Estimate
    from procmem.experiment.plan import Design
    from procmem.experiment.results import Result
    from procmem.experiment.running import Experiments
    from procmem.experiment.tables import Table


def confirm(expected: Estimate, design: Design, yes: bool) -> None:
    """Say what it will take, and ask before real models are called."""
    from procmem.experiment.results import label

    typer.echo(f"{design.name}: {len(design.tasks)} tasks, {expected.runs} runs ({label(design)}).", err=True)
    typer.echo(f"Estimate: {in_words(expected)}", err=True)
    if not all(team.simulated for team in design.everybody) and not yes:
        typer.confirm("Real models are called. Go on?", abort=True, err=True)


def in_words(expected: Estimate) -> str:
    """An estimate in a sentence."""
    money = "an unknown sum" if expected.dollars is None else f"${expected.dollars:.2f}"
    hours = "" if expected.seconds is None else f", {_duration(expected.seconds)} of one run after another"
    return f"{expected.calls:,} calls, {expected.tokens:,} tokens, {money}{hours} ({expected.basis})."


def follow(experiments: Experiments, identity: str) -> None:
    """Show the progress until the end. Ctrl-C cancels; what is done is kept.

    Raises:
        BadInput: the experiment failed.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from procmem.errors import BadInput

    typer.echo(f"Experiment {identity}", err=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rest]}"))
    try:
        with Progress(*columns, console=Console(stderr=True, markup=False)) as bar:
            line = bar.add_task("", total=None, rest="")
            while (state := experiments.wait(identity, 0.5)).state == "running":
                rest = "" if state.left is None else f"{_duration(state.left)} left"
                money = "" if not state.dollars else f", ${state.dollars:.2f}"
                bar.update(line, completed=state.done, total=state.total, description=state.text, rest=rest + money)
            bar.update(line, completed=state.done, total=state.total, description=state.state, rest="")
    except KeyboardInterrupt:
        experiments.cancel(identity)
        experiments.wait(identity)
        typer.echo(f"Stopped. Go on with: procmem experiment resume {identity}", err=True)
        raise typer.Exit(130) from None
    if state.state != "done":
        raise BadInput(f"{state.error} Go on with: procmem experiment resume {identity}")


def show_result(result: Result, as_json: bool, every_slice: bool = False) -> None:
    """Print the tables of a result; gains and effort on all tasks and on unseen families, or on every slice."""
    from procmem.cli.output import console, print_json, printable
    from procmem.experiment.exporting import to_json
    from procmem.experiment.tables import tables

    if as_json:
        print_json(to_json(result))
        return
    record = result.record
    part = "" if result.complete else f"; {record.done} of {record.total} runs are done"
    console().print(f"\n{record.name} ({record.id}), {result.label}{part}", style="bold")
    _say_paper(result)
    if record.made_with.get("resumed"):
        console().print("It was resumed with other versions than it began with; see its JSON.", style="yellow")
    for name, taught in record.made_with.get("lessons", {}).items():
        nothing = "" if taught["memories"] else " Nothing was learned, so its arms ran without memory."
        console().print(f"Lesson “{name}”: the bank holds {taught['memories']} memories after it.{nothing}")
        for note in taught["notes"]:
            console().print(f"   {printable(note)}", style="yellow")
    for table in tables(result, every_slice=every_slice):
        _print(table)


def _say_paper(result: Result) -> None:
    from procmem.cli.output import console

    if result.paper is None:
        return
    console().print(f"The paper's figures: {result.paper.source}, {result.paper.benchmark}.", soft_wrap=True)
    for note in result.paper.notes:
        console().print(f"   {note}", soft_wrap=True)
    if not result.design.officebench:
        console().print(
            "Ours are on the bundled tasks: only the order and the direction can be compared.", soft_wrap=True
        )


def show_comparisons(first: Result, second: Result | None, baseline: str, as_json: bool) -> None:
    """Print paired differences within a result, or between two."""
    from dataclasses import asdict

    from procmem.cli.output import print_json
    from procmem.experiment.comparing import against, between

    table, found = against(first, baseline) if second is None else between(first, second)
    if as_json:
        print_json([asdict(comparison) for comparison in found])
    else:
        _print(table)


def _print(table: Table) -> None:
    """Plain columns that are never folded: figures stay readable, and a narrow terminal wraps them itself."""
    from procmem.cli.output import console, printable

    console().print(f"\n{table.heading}", style="bold", soft_wrap=True)
    rows = [[str(printable(cell)) for cell in row] for row in (table.columns, *table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
