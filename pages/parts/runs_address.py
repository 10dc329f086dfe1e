"""Which runs the Runs and Trends pages look at, in their URL.

The filter: ``q`` words of the task, ``status``, ``level``, ``team``, ``memory``, ``placement``, ``variant``, ``split``,
``simulated``, ``source``, ``experiment``, and ``revisions`` and ``sizes`` as "3-9". Of Runs: ``page``; ``run`` with
``step`` for a replay, ``run`` with ``with`` for two side by side. Of Trends: ``view``, ``axis`` and ``by``;
``experiment`` for an open experiment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args

import streamlit as st

from pages.parts import address
from procmem.store.trends import RunFacets, RunFilter, Source
from procmem.types import Placement, RunStatus, Split, Variant

Memory = Literal["with", "without"]
FILTERS = (
    "status", "level", "team", "memory", "placement", "variant", "split", "simulated", "source", "experiment",
    "revisions", "sizes",
)  # fmt: skip
_HELD = "runs-"

T = TypeVar("T", bound=str)


def chosen(name: str, options: tuple[T, ...]) -> T | None:
    """A parameter that is one of these, else ``None``: links may be old or mistyped."""
    found = address.read(name)
    return next((option for option in options if option == found), None)


def wanted(facets: RunFacets) -> RunFilter:
    """The filter that the URL asks for."""
    statuses: tuple[RunStatus, ...] = get_args(RunStatus)
    memories: tuple[Memory, ...] = get_args(Memory)
    placements: tuple[Placement, ...] = get_args(Placement)
    variants: tuple[Variant, ...] = get_args(Variant)
    splits: tuple[Split, ...] = get_args(Split)
    sources: tuple[Source, ...] = get_args(Source)
    level, simulated = address.read_number("level"), chosen("simulated", ("yes", "no"))
    return RunFilter(
        words=address.read("q") or "",
        status=chosen("status", statuses),
        level=level if level in facets.levels else None,
        team=chosen("team", facets.teams),
        memory=chosen("memory", memories),
        placement=chosen("placement", placements),
        variant=chosen("variant", variants),
        split=chosen("split", splits),
        simulated=None if simulated is None else simulated == "yes",
        source=chosen("source", sources) or "own",
        experiment=address.read("experiment"),
        revisions=span("revisions"),
        sizes=span("sizes"),
    )


def span(name: str) -> tuple[int, int] | None:
    """Two whole numbers as "3-9"; ``None`` for anything else."""
    low, dash, high = (address.read(name) or "").partition("-")
    if not dash or not low.isdecimal() or not high.isdecimal() or max(len(low), len(high)) > 9:
        return None
    return int(low), int(high)


def params(wanted: RunFilter) -> dict[str, str]:
    """A filter as the URL says it."""
    spans = {"revisions": wanted.revisions, "sizes": wanted.sizes}
    found = {
        "q": wanted.words,
        "status": wanted.status,
        "level": wanted.level,
        "team": wanted.team,
        "memory": wanted.memory,
        "placement": wanted.placement,
        "variant": wanted.variant,
        "split": wanted.split,
        "simulated": None if wanted.simulated is None else "yes" if wanted.simulated else "no",
        "source": None if wanted.source == "own" else wanted.source,
        "experiment": wanted.experiment,
        **{name: f"{ends[0]}-{ends[1]}" for name, ends in spans.items() if ends},
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


# --- widgets that live in the URL ------------------------------------------------------------------------------------


def field(name: str, value: object) -> str:
    """The key of a widget whose value is this one of the URL, set before it is drawn."""
    key = f"{_HELD}{name}"
    st.session_state[key] = value
    return key


def keep(name: str, usual: str = "") -> None:
    """Write what a person chose in a ``field`` into the URL; for ``on_change``. A list begins at its first page."""
    value = st.session_state.get(f"{_HELD}{name}")
    put({name: "" if value is None or value == usual else str(value)})


def put(changes: Mapping[str, str]) -> None:
    """Set parameters, drop those that are "", and begin at the first page."""
    for name, value in {"page": "", **changes}.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def clear_filters() -> None:
    """No filter and no search."""
    put(dict.fromkeys((*FILTERS, "q"), ""))


def open_replay(run_id: str, step: int | None = None) -> None:
    """Replay a run; the filter stays in the URL, so that the way back leads to where one came from."""
    put({"run": run_id, "step": "" if step is None else str(step), "with": ""} | _page())


def open_pair(first: str, second: str) -> None:
    """Two runs side by side."""
    put({"run": first, "with": second, "step": ""} | _page())


def close_run() -> None:
    """Back to the list, as it was."""
    address.close_drawer()
    put({"run": "", "step": "", "with": ""} | _page())


def _page() -> dict[str, str]:
    return {"page": address.read("page") or ""}
