"""What an experiment will take, before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procmem.experiment.plan import Design, cells
from procmem.models.prices import price
from procmem.store.experiments import ExperimentLog, RunFigures
from procmem.types import Team

STAND_IN = ("simulated/large", "simulated/small")
TYPICAL = RunFigures(0, "", "succeeded", None, 7, 0, 0, 14, 56_000, 1_000, None, 0.0)
"""A run of the simulated LLM team with LEGOMem's policy on the bundled test split, as measured, where none is known."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Totals over the runs that are still to be done; ``basis`` says from what.

    ``dollars`` is ``None`` where a price is not known, ``seconds`` where such teams have not run yet; it is the time of
    one run after another, and several run at once.
    """

    runs: int
    calls: int
    tokens: int
    dollars: float | None
    seconds: float | None
    basis: str


def estimate(design: Design, log: ExperimentLog, done: int = 0) -> Estimate:
    """Estimate from earlier runs of the same team and models, else from those of the simulated team of this name.

    Where there is neither, from a typical run on the bundled tasks.
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
    totals = {
        name: (figures.calls, (figures.prompt_tokens or 0) + (figures.completion_tokens or 0), figures.seconds)
        for name, (figures, _) in usual.items()
    }
    calls, tokens, seconds = (
        sum(totals[name][place] * count * share for name, count in counts.items()) for place in range(3)
    )
    dollars = [_dollars(teams[name], usual[name][0]) for name in counts]
    money = None
    if all(amount is not None for amount in dollars):
        money = sum((amount or 0.0) * counts[name] * share for name, amount in zip(counts, dollars, strict=True))
    own = all(exact for _, exact in usual.values())
    return Estimate(runs, round(calls), round(tokens), money, seconds if own else None, _basis(usual))


def _usual(team: Team, log: ExperimentLog) -> tuple[RunFigures, bool]:
    """Mean figures of a run of this team, and whether they are its own."""
    for models in (team.models, STAND_IN, STAND_IN[:1], STAND_IN[1:]):
        _, figures = log.usual_figures(team.name, models)
        if figures:
            return figures, models == team.models
    return TYPICAL, False


def _dollars(team: Team, figures: RunFigures) -> float | None:
    """Money of one run: what such runs cost, else its tokens at the orchestrator's listed prices, the dearest."""
    if figures.cost:
        return figures.cost
    prices = [price(model, figures.prompt_tokens or 0, figures.completion_tokens or 0) for model in team.models]
    return None if any(amount is None for amount in prices) else max(amount or 0.0 for amount in prices)


def _basis(usual: Mapping[str, tuple[RunFigures, bool]]) -> str:
    if any(figures is TYPICAL for figures, _ in usual.values()):
        tokens = (TYPICAL.prompt_tokens or 0) + (TYPICAL.completion_tokens or 0)
        return (
            "rough, for there is no run here to judge by: a simulated team's run on a bundled task makes "
            f"{TYPICAL.calls} calls with {tokens:,} tokens; at listed prices, all of them at the dearest model's"
        )
    if all(exact for _, exact in usual.values()):
        return "from earlier runs of the same teams and models"
    return "from runs of the simulated team of the same name; at listed prices, all tokens at the dearest model's"
