"""What an experiment will take, before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procmem.experiment.plan import Design, cells
from procmem.models.prices import price
from procmem.store.experiments import ExperimentLog, RunFigures
from procmem.types import Team

STAND_IN = ("simulated/large", "simulated/small")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Totals over the runs that are still to be done; ``None`` where nothing is known. ``basis`` says from what.

    ``seconds`` is the time of one run after another; so many run at once.
    """

    runs: int
    calls: int | None
    tokens: int | None
    dollars: float | None
    seconds: float | None
    basis: str


def estimate(design: Design, log: ExperimentLog, done: int = 0) -> Estimate:
    """Estimate from earlier runs of the same team and models, else from those of the simulated team of this name.

    Distilling and extracting keywords are not counted: they are a few calls a memory.
    """
    everything = cells(design)
    counts: dict[str, int] = {}
    for cell in everything:
        counts[cell.team] = counts.get(cell.team, 0) + 1
    share = (len(everything) - done) / len(everything)
    teams = {team.name: team for team in design.everybody}
    usual = {name: _usual(team, log) for name, team in teams.items()}
    runs = len(everything) - done
    if any(figures is None for figures, _ in usual.values()):
        return Estimate(runs, None, None, None, None, "no earlier run of such a team to judge by")
    known = {name: figures for name, (figures, _) in usual.items() if figures}
    totals = {
        name: (figures.calls, (figures.prompt_tokens or 0) + (figures.completion_tokens or 0), figures.seconds)
        for name, figures in known.items()
    }
    calls, tokens, seconds = (
        sum(totals[name][place] * count * share for name, count in counts.items()) for place in range(3)
    )
    dollars = [_dollars(teams[name], known[name]) for name in counts]
    money = None
    if all(amount is not None for amount in dollars):
        money = sum((amount or 0.0) * counts[name] * share for name, amount in zip(counts, dollars, strict=True))
    own = all(exact for _, exact in usual.values())
    return Estimate(runs, round(calls), round(tokens), money, seconds if own else None, _basis(usual))


def _usual(team: Team, log: ExperimentLog) -> tuple[RunFigures | None, bool]:
    """Mean figures of a run of this team, and whether they are its own."""
    runs, figures = log.usual_figures(team.name, team.models)
    if runs or team.simulated:
        return figures, True
    for models in (STAND_IN, STAND_IN[:1], STAND_IN[1:]):
        runs, figures = log.usual_figures(team.name, models)
        if runs:
            return figures, False
    return None, False


def _dollars(team: Team, figures: RunFigures) -> float | None:
    """Money of one run: what such runs cost, else its tokens at the orchestrator's listed prices, the dearest."""
    if figures.cost:
        return figures.cost
    prices = [price(model, figures.prompt_tokens or 0, figures.completion_tokens or 0) for model in team.models]
    return None if any(amount is None for amount in prices) else max(amount or 0.0 for amount in prices)


def _basis(usual: Mapping[str, tuple[RunFigures | None, bool]]) -> str:
    if all(exact for _, exact in usual.values()):
        return "from earlier runs of the same teams and models"
    return "from runs of the simulated team of the same name; at listed prices, all tokens at the dearest model's"
