"""The URL is the state of the view, so that every view can be copied, reloaded and opened in another tab.

``task``: the chosen task; ``run``: the run on show; ``with``: the run beside it; ``memory`` and ``version``: the open
memory; ``prompt``: the sequence number of the model call whose prompt is open, and ``of`` its run; ``step``: the step
that a link points at.
"""

from __future__ import annotations

import streamlit as st

_DRAWERS = ("memory", "version", "prompt")


def read(name: str) -> str | None:
    """A parameter of the URL, or ``None`` when it is absent or empty."""
    return st.query_params.get(name) or None


def read_number(name: str) -> int | None:
    """A whole number in the URL, or ``None`` when it is absent or no number."""
    text = read(name)
    return int(text) if text is not None and text.isdecimal() else None


def go(**params: str) -> None:
    """Show another view: these parameters and no others."""
    st.query_params.from_dict(params)


def choose_task(task_id: str | None) -> None:
    """Remember the chosen task."""
    go(**({"task": task_id} if task_id else {}))


def open_memory(memory_id: str, version: int) -> None:
    """Open a memory beside the view; for ``on_click`` anywhere, also in a fragment."""
    _open(memory=memory_id, version=str(version))


def open_prompt(run_id: str, seq: int) -> None:
    """Open the exact prompt of a model call; for ``on_click`` anywhere, also in a fragment."""
    _open(prompt=f"{seq}", of=run_id)


def point_at_step(step: int) -> None:
    """Name a step in the URL, so that a copied link opens it; for ``on_click`` anywhere, also in a fragment."""
    st.query_params["step"] = str(step)
    st.rerun()


def close_drawer() -> None:
    """Close the memory or prompt that is open."""
    for name in (*_DRAWERS, "of"):
        st.query_params.pop(name, None)


def _open(**params: str) -> None:
    close_drawer()
    st.query_params.update(params)
    st.rerun()
