"""``procmem bank credit`` and ``bank bisect``: what memories and decisions are worth, by running tasks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from procmem.experiment.bisect import Finding, Probe
    from procmem.experiment.credit import Credit
    from procmem.types import Decision

TaskNames = Annotated[
    list[str] | None, typer.Option("--tasks", help="test, train, all, a task's id, or a pattern such as 'mail_*'.")
]
TeamName = Annotated[str, typer.Option("--team", help="A team preset (see `procmem team`).")]
Large = Annotated[str, typer.Option(help="The large model: any LiteLLM id.")]
Small = Annotated[str, typer.Option(help="The small model: any LiteLLM id.")]
Seeds = Annotated[int, typer.Option(help="Runs of each task.", min=1)]
Limit = Annotated[int, typer.Option(help="Only so many tasks.", min=1)]
PolicyName = Annotated[str, typer.Option("--policy", help="A policy preset, such as LEGOMem.")]
Workers = Annotated[int | None, typer.Option(help="Worker processes for simulated teams (a core each).", min=1)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before spending money.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def credit(
    memory: Annotated[str, typer.Argument(help="A memory's id; the beginning is enough.")],
    tasks: TaskNames = None,
    team: TeamName = "LLM team",
    policy: PolicyName = "LEGOMem",
    large: Large = "simulated/large",
    small: Small = "simulated/small",
    seeds: Seeds = 3,
    limit: Limit = 12,
    workers: Workers = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """What a memory is worth: tasks are run with everything, without it, with only it, and without any memory."""
    from procmem.agents.teams import make_team
    from procmem.cli.bank_desk import memory_named
    from procmem.cli.experiment import chosen_tasks, opened
    from procmem.cli.experiment_text import confirm, follow
    from procmem.experiment.credit import credit_design, credit_of, tasks_that_retrieve
    from procmem.experiment.presets import spread
    from procmem.memory.policy import policy_of

    with opened(workers) as (workbench, experiments):
        found = memory_named(workbench.store, memory)
        chosen_policy = policy_of(policy)
        if tasks:
            ids = spread(chosen_tasks(dict(workbench.tasks), tasks, ()), limit)
        else:
            ids = tasks_that_retrieve(found, workbench.lab.bank, workbench.tasks, chosen_policy.k_full_task, limit)
        design = credit_design(found, make_team(team, large, small), chosen_policy, ids, seeds)
        confirm(experiments.estimate(design), design, yes)
        identity = experiments.start(design)
        follow(experiments, identity)
        _show_credit(credit_of(found, experiments.result(identity)), found.title, identity, as_json)


def _show_credit(found: Credit, title: str, identity: str, as_json: bool) -> None:
    from dataclasses import asdict

    from procmem.cli.output import console, print_json, printable
    from procmem.experiment.tables import headline

    if as_json:
        print_json({"experiment": identity, **asdict(found)})
        return
    console().print(f"\n{printable(title)} ({found.memory_id})", style="bold")
    for name, comparison in (("In the bank", found.missed), ("By itself", found.alone)):
        console().print(f"{name}: {headline(comparison) if comparison else 'nothing was measured.'}", soft_wrap=True)
    console().print(f"The runs: procmem experiment show {identity}")


def bisect(
    first: Annotated[int, typer.Option("--from", help="A revision at which the tasks went well.", min=0)] = 0,
    last: Annotated[int | None, typer.Option("--to", help="A revision at which they do not; the present one.")] = None,
    tasks: TaskNames = None,
    team: TeamName = "LLM team",
    policy: PolicyName = "LEGOMem",
    large: Large = "simulated/large",
    small: Small = "simulated/small",
    seeds: Seeds = 3,
    limit: Limit = 12,
    workers: Workers = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Find the decision after which tasks got worse, by replaying revisions of the bank."""
    from procmem.agents.teams import make_team
    from procmem.cli.experiment import chosen_tasks, opened
    from procmem.cli.experiment_text import confirm
    from procmem.errors import BadInput
    from procmem.experiment.bisect import bisect as search
    from procmem.experiment.bisect import probe_design
    from procmem.experiment.plan import Design
    from procmem.experiment.presets import spread
    from procmem.experiment.results import Result
    from procmem.memory.policy import policy_of

    with opened(workers) as (workbench, experiments):
        ids = spread(chosen_tasks(dict(workbench.tasks), tasks or ["test"], ()), limit)
        crew, chosen_policy = make_team(team, large, small), policy_of(policy)
        design = probe_design(first, crew, chosen_policy, ids, seeds)
        confirm(experiments.estimate(design), design, yes)

        def measure(probe: Design) -> Result:
            identity = experiments.start(probe)
            if (state := experiments.wait(identity)).state != "done":
                raise BadInput(state.error or "The search was stopped.")
            return experiments.result(identity)

        end = workbench.store.revision if last is None else last
        found = search(measure, workbench.store, first, end, crew, chosen_policy, ids, seeds, _say_probe)
        _show_finding(found, first, end, as_json)


def _say_probe(probe: Probe) -> None:
    typer.echo(f"revision {probe.revision}: {probe.passed} of {probe.runs} runs passed", err=True)


def _show_finding(found: Finding, first: int, last: int, as_json: bool) -> None:
    from dataclasses import asdict

    from procmem.cli.output import console, print_json
    from procmem.experiment.tables import headline

    if as_json:
        print_json(asdict(found))
        return
    out = console()
    if found.decision is None:
        out.print(f"The tasks do no worse at revision {last} than at revision {first}.")
        return
    out.print(_decision(found.decision), style="bold", soft_wrap=True)
    if found.change:
        out.print(headline(found.change), soft_wrap=True)
    if not found.monotone:
        out.print(
            "Success went down and up again between these revisions: there are several causes, or much noise. "
            "Look at the probes above, and search again over a smaller span or with more seeds.",
            style="yellow",
        )


def _decision(decision: Decision) -> str:
    from procmem.cli.output import printable

    because = f" ({printable(decision.reason)})" if decision.reason else ""
    return (
        f"It got worse with revision {decision.revision}: {printable(decision.by)} decided “{decision.verdict}” on "
        f"proposal {decision.proposal_id} on {decision.at:%Y-%m-%d at %H:%M} UTC{because}. To take it back: "
        f"procmem bank undo {decision.id}"
    )
