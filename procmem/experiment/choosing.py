"""An experiment as a person puts it together on a form: what is compared, on which tasks, how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from procmem.errors import BadInput
from procmem.experiment.plan import Design, Kind
from procmem.experiment.presets import PRESETS, Ask, Bank, design_of
from procmem.types import Split, Task

OWN = "own"
"""The preset whose policies a person names."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person chose. Empty fields leave a preset's own choice.

    Args:
        preset: One of the presets.
        policies: Of one's own comparison: policy presets by name, which are compared with no memory.
        split: Whose tasks are run; "all" is both.
        levels: Only tasks of these levels.
        limit: At most so many tasks, spread evenly; 0 is all.
        kind: Of one's own comparison: a grid on one bank, or a stream whose bank grows from nothing.
        group: Tasks after which a stream's bank is updated.
        officebench: The checkout's folder that the tasks come from.
    """

    name: str = ""
    preset: str = OWN
    policies: Sequence[str] = ()
    teams: Sequence[str] = ()
    split: Split | Literal["all"] = "test"
    levels: Sequence[int] = ()
    limit: int = 0
    seeds: int = 0
    bank: Bank | None = None
    kind: Kind = "grid"
    group: int = 10
    large: str = "simulated/large"
    small: str = "simulated/small"
    officebench: str = ""


def design_for(wish: Wish, tasks: Mapping[str, Task], training: Sequence[str] = ()) -> Design:
    """The design of a wish.

    Args:
        wish: What was chosen.
        tasks: All tasks by id: the bundled ones or a checkout's.
        training: Ids to learn from where the tasks do not say it themselves, as in a checkout.

    Raises:
        BadInput: nothing is left to compare or to run.
    """
    known = set(training) or {task.id for task in tasks.values() if task.split == "train"}
    chosen = [
        task.id
        for task in tasks.values()
        if (wish.split == "all" or (task.id in known) == (wish.split == "train"))
        and (not wish.levels or task.level in wish.levels)
    ]
    if not chosen:
        raise BadInput("No task fits this choice. Choose other levels or tasks.")
    if wish.preset == OWN and not wish.policies:
        raise BadInput("Choose at least one way of using memory. It is compared with no memory.")
    ask = Ask(
        tasks=tasks,
        chosen=tuple(chosen),
        limit=wish.limit,
        training=tuple(name for name in tasks if name in known),
        teams=tuple(wish.teams),
        seeds=wish.seeds,
        large=wish.large,
        small=wish.small,
        bank=wish.bank or ("empty" if wish.preset == OWN and wish.kind == "stream" else None),
        officebench=wish.officebench,
        policies=tuple(wish.policies),
    )
    design = design_of(wish.preset, ask)
    if wish.preset == OWN:
        design = replace(design, name=f"{', '.join(wish.policies)} against no memory")
        if wish.kind == "stream":
            design = PRESETS["memp-update"].adapt(design, ask)
    return replace(design, name=wish.name.strip() or design.name, group=wish.group)
