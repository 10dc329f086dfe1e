"""``procmem run``: one run, followed to its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from procmem.events import Event, Finished
    from procmem.types import Policy, Task, Team
    from procmem.workbench import Workbench


def run(
    task: Annotated[str | None, typer.Argument(help="A task's id (see `procmem tasks`).")] = None,
    text: Annotated[str, typer.Option(help="Your own task, in your own words.")] = "",
    file: Annotated[list[Path] | None, typer.Option(help="A file of your own task; may be repeated.")] = None,
    user: Annotated[str, typer.Option(help="Whose office your own task happens in.")] = "Alice",
    team: Annotated[str, typer.Option(help="A team preset (see `procmem team`).")] = "LLM team",
    large: Annotated[str, typer.Option(help="The large model: any LiteLLM id.")] = "simulated/large",
    small: Annotated[str, typer.Option(help="The small model: any LiteLLM id.")] = "simulated/small",
    policy: Annotated[
        str, typer.Option(help="A policy preset: LEGOMem, Mem^p, Synapse, AWM, No memory, ...")
    ] = "LEGOMem",
    change: Annotated[
        list[str] | None, typer.Option("--set", help="Change the policy: axis=value, such as variant=dynamic.")
    ] = None,
    placement: Annotated[str, typer.Option(help="Who sees memories: both, none, ... (short for --set).")] = "",
    distiller: Annotated[str, typer.Option(help='The model that distils; "rules" for none.')] = "",
    max_steps: Annotated[int, typer.Option(help="Tool calls of the whole run.", min=1)] = 50,
    max_dollars: Annotated[float, typer.Option(help="Money of the whole run.", min=0.0)] = 2.0,
    officebench: Annotated[Path | None, typer.Option(help="Take the task from an OfficeBench checkout.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every event as a line of JSON.")] = False,
) -> None:
    """Run a team on a task and follow it. Exit code 0: passed; 1: failed; 2: bad input; 130: interrupted."""
    from dataclasses import replace

    from procmem.agents.teams import make_team
    from procmem.cli.tasks import find_task
    from procmem.errors import BadInput
    from procmem.memory.policy import policy_of
    from procmem.settings import Settings
    from procmem.types import Limits
    from procmem.workbench import Workbench

    if (task is None) == (not text):
        raise BadInput('Say which task: an id from `procmem tasks`, or --text "..." for your own.')
    if file and not text:
        raise BadInput('--file goes with --text "...": a bundled task brings its own files.')
    crew = make_team(team, large, small, replace(Limits(), steps=max_steps, dollars=max_dollars))
    crew = replace(crew, distiller=distiller)
    chosen_policy = policy_of(policy, [*(change or ()), *([f"placement={placement}"] if placement else ())])
    workbench = Workbench.open(Settings.load())
    try:
        chosen = _own(workbench, text, file or [], user) if text else find_task(str(task), officebench)
        finished = _follow(workbench, chosen, crew, chosen_policy, as_json)
    finally:
        workbench.close()
    raise typer.Exit({"succeeded": 0, "ungraded": 0, "cancelled": 130}.get(finished.status, 1))


def _own(workbench: Workbench, text: str, files: list[Path], user: str) -> Task:
    from procmem.errors import BadInput

    contents = []
    for path in files:
        try:
            contents.append((path.name, path.read_bytes()))
        except OSError as error:
            raise BadInput(f"{path} can not be read: {error.strerror}.") from error
    return workbench.own_task(text, contents, user)


def _follow(workbench: Workbench, task: Task, team: Team, policy: Policy, as_json: bool) -> Finished:
    from procmem.cli.output import print_json
    from procmem.cli.timeline import tell
    from procmem.events import Finished, kind_of, payload
    from procmem.runner import follow

    run_id = workbench.start(task, team, policy)
    last: Event | None = None
    try:
        for seq, event in follow(workbench.store, run_id):
            last = event
            if as_json:
                print_json({"run": run_id, "seq": seq, "kind": kind_of(event), **payload(event)})
            else:
                tell(event)
    except KeyboardInterrupt:
        workbench.cancel(run_id)
        raise typer.Exit(130) from None
    assert isinstance(last, Finished)  # follow ends with it
    return last
