"""``procmem team``: who works, with which models, and whether their keys are set."""

from __future__ import annotations

from typing import Annotated

import typer


def team(
    preset: Annotated[str | None, typer.Argument(help="Show this team whole.")] = None,
    large: Annotated[str, typer.Option(help="The large model: any LiteLLM id.")] = "simulated/large",
    small: Annotated[str, typer.Option(help="The small model: any LiteLLM id.")] = "simulated/small",
    check: Annotated[bool, typer.Option("--check", help="Call each model once to see whether it answers.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """List the team presets, or show one; with --check, test the connection to its models."""
    from procmem.agents.teams import PRESETS, make_team
    from procmem.cli.output import print_json, print_table

    if preset is None and not check:
        rows = [(p.name, p.orchestrator, p.agents, p.help, p.source) for p in PRESETS.values()]
        if as_json:
            keys = ("name", "orchestrator", "agents", "help", "source")
            print_json([dict(zip(keys, row, strict=True)) for row in rows])
        else:
            print_table(("team", "orchestrator", "agents", "about", "source"), rows)
        return
    chosen = make_team(preset or "LLM team", large, small)
    roles = [("orchestrator", chosen.orchestrator, "Plans, delegates and finishes.")]
    roles += [(agent.name, agent.model, agent.description) for agent in chosen.agents]
    models = [model_state(model, check) for model in chosen.models]
    if as_json:
        print_json({"team": chosen.name, "roles": [list(role) for role in roles], "models": models})
    else:
        print_table(("role", "model", "does"), roles)
        print_table(("model", "keys", "connection"), [(m["model"], m["keys"], m["connection"]) for m in models])
    if any(not m["ok"] for m in models):
        raise typer.Exit(1)


def model_state(model: str, check: bool) -> dict[str, str]:
    """Whether a model's keys are set (never their values) and, if asked, whether it answers; "ok" is "" if not."""
    from procmem.errors import ProcMemError
    from procmem.models.keys import keys_of
    from procmem.models.registry import check_model, make_model

    keys = keys_of(model)
    shown = ", ".join(f"{key.name} {_state(key.set, key.needed)}" for key in keys) or "none needed"
    try:
        make_model(model)
        said = check_model(model) if check else "not tested"
    except ProcMemError as error:
        return {"model": model, "keys": shown, "connection": str(error), "ok": ""}
    return {"model": model, "keys": shown, "connection": said, "ok": "yes"}


def _state(is_set: bool, needed: bool) -> str:
    return "set" if is_set else "missing" if needed else "not set"
