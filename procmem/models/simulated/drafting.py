"""A rough plan for a new task from examples of similar ones, three to five phases (LEGOMem's query rewriting)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from procmem.models.simulated.choosing import aboutness
from procmem.models.simulated.planning import Planned, steps_of, told_for
from procmem.models.simulated.remembered import Episode, task_episode, task_script
from procmem.models.simulated.trajectories import objects

_MOST, _FEWEST = 5, 3
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|;\s+|,? and then\s+")


def drafted(examples: str, task: str, team: Sequence[tuple[str, str]], otherwise: Sequence[Planned]) -> str:
    """Numbered phases between the tags.

    Args:
        examples: The similar tasks: JSON objects, or texts that hold numbered steps.
        task: The new task.
        team: Agents with what they do; steps of others are left out.
        otherwise: What the words of the task alone suggest, where no example has steps.
    """
    known = {name for name, _ in team}
    texts = [json.dumps(record) for record in objects(examples)]
    episodes = [found for text in texts if (found := task_episode(text) or task_script(text)) is not None]
    episodes = episodes or _plain(examples)
    ranked = sorted(episodes, key=lambda one: -aboutness(task, one))
    steps: list[Planned] = []
    for episode in ranked[:3]:
        told = [one for one in told_for(episode, task, "", "") if not known or one[0] in known]
        if told:
            steps = told
            break
    phases = _phases(steps or [one for one in otherwise if one[0]])
    shown = "\n".join(f"{number}. {agent}: {text}" for number, (agent, text) in enumerate(phases, start=1))
    return f"<start>\n{shown}\n<end>"


def _plain(examples: str) -> list[Episode]:
    """Examples that are no JSON: each block of numbered steps with the line before it as its task."""
    found = []
    for block in re.split(r"\n\s*\n(?=\S)", examples[:60_000])[:12]:
        if steps_of(block):
            found.append(Episode((("task", block.split("\n", 1)[0]),), (), plan=block))
    return found


def _phases(steps: Sequence[Planned]) -> list[Planned]:
    """Three to five of them: steps of one agent in a row go together, long ones are told sentence by sentence."""
    phases = list(steps)
    while len(phases) > _MOST:
        pairs = [number for number in range(len(phases) - 1) if phases[number][0] == phases[number + 1][0]]
        place = pairs[-1] if pairs else len(phases) - 2
        (agent, text), (other, more) = phases[place : place + 2]
        told = f"{text.rstrip('.')}; then {more}" if agent == other else f"{text.rstrip('.')}; then ({other}) {more}"
        phases[place : place + 2] = [(agent, told)]
    for place in range(len(phases) - 1, -1, -1):
        agent, text = phases[place]
        sentences = [one for one in _SENTENCE.split(text) if one]
        if len(phases) < _FEWEST and len(sentences) > 1:
            phases[place : place + 1] = [(agent, one) for one in sentences[: _FEWEST - len(phases) + 1]]
    return phases
