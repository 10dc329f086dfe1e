"""The command ``procmem``. Nothing heavy is imported before a command needs it, so that --help answers at once."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from procmem.cli.bank import bank
from procmem.cli.bank_replay import bisect, credit
from procmem.cli.doctor import doctor
from procmem.cli.experiment import experiment
from procmem.cli.output import printable
from procmem.cli.run import run
from procmem.cli.tasks import tasks
from procmem.cli.team import team
from procmem.errors import ProcMemError

app = typer.Typer(
    name="procmem",
    help="A workbench for the procedural memory of multi-agent LLM teams.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(tasks)
app.command()(team)
app.command()(doctor)
app.add_typer(experiment)
bank.command()(credit)
bank.command()(bisect)
app.add_typer(bank)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"procmem {installed_version('procmem')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 the run or a check failed, 2 bad input, 130 interrupted."""
    try:
        app()
    except ProcMemError as error:
        typer.echo(f"procmem: {printable(str(error))}", err=True)
        sys.exit(2)
