"""A run's events as lines on a terminal."""

from __future__ import annotations

from procmem.cli.output import console, printable
from procmem.events import (
    Acted,
    Called,
    Decided,
    Delegated,
    Event,
    Finished,
    Graded,
    Noted,
    Planned,
    Proposed,
    Recalled,
    Reported,
    Stalled,
    Started,
    kind_of,
    payload,
    revive,
)


def tell(event: Event) -> None:
    """Print what an event says to a person."""
    out = console()
    event = revive(kind_of(event), printable(payload(event)))
    match event:
        case Started(team=team, task=task):
            out.print(f"{team.name}{' (simulated)' if team.simulated else ''}: {task}", style="bold")
        case Recalled():
            _tell_recall(event)
        case Planned(plan=plan, replan=replan):
            out.print("New plan" if replan else "Plan", style="bold")
            out.print(plan)
        case Delegated(turn=turn, agent=agent, subtask=subtask):
            out.print(f"\n{turn}. {agent}", style="bold cyan", end=" ")
            out.print(subtask)
        case Acted():
            out.print(f"   {event.step:>2} {event.tool} {_arguments(event)}", style="red" if event.failed else "")
            out.print(f"      {_short(event.observation)}", style="red" if event.failed else "dim")
        case Reported(report=report):
            out.print(f"   reports: {_short(report)}")
        case Stalled(reason=reason) | Noted(text=reason):
            out.print(f"   {reason}", style="yellow")
        case Graded(results=results):
            for result in results:
                out.print(f"{'passed' if result.passed else 'FAILED':>7}  {result.reason}")
        case Proposed(proposals=proposals):
            count = sum(len(proposal.memories) for proposal in proposals)
            out.print(f"{count} memories proposed.")
        case Decided(verdict=verdict, by=by, reason=reason):
            out.print(f"   {by}: {verdict} ({reason})", style="dim")
        case Finished():
            _tell_end(event)
        case Called():
            pass


def _tell_recall(event: Recalled) -> None:
    entered = [candidate for candidate in event.candidates if candidate.entered]
    out = console()
    out.print(f"   {len(entered)} of {len(event.candidates)} memories entered for {event.reader}", style="magenta")
    for candidate in entered:
        out.print(f"      {candidate.score:.2f}  {candidate.title}", style="magenta")


def _tell_end(event: Finished) -> None:
    tokens = "unknown" if event.tokens is None else f"{event.tokens:,}"
    cost = "unknown" if event.cost is None else f"${event.cost:.4f}"
    out = console()
    out.print(
        f"\n{event.status}: {event.steps} steps, {event.failed_steps} failed, {tokens} tokens, cost {cost}, "
        f"{event.seconds:.1f} s",
        style="bold",
    )
    if event.answer:
        out.print(f"Answer: {event.answer}")
    if event.error:
        out.print(event.error, style="red")


def _arguments(event: Acted) -> str:
    return ", ".join(f"{name}={_short(str(value), 60)}" for name, value in event.arguments.items())


def _short(text: str, limit: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
