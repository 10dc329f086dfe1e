"""Beside a proposal: what to look at twice, memories that say nearly the same, its origin, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address, words
from pages.parts import review_desk as desk
from pages.parts.links import draw_link
from pages.parts.plain import label
from procmem.agents.demonstrator import DEMONSTRATION
from procmem.errors import ProcMemError, UnknownName
from procmem.memory.review import Neighbour, neighbours
from procmem.memory.warnings import SENTENCES, Kind, Warning, warnings
from procmem.types import Decision, FiledProposal, Memory, Outcomes, Proposal, ProposalKind, RunSummary

if TYPE_CHECKING:
    from procmem.workbench import Workbench

_ICON: dict[Kind, str] = {
    "secret": ":material/key:",
    "instruction": ":material/gpp_maybe:",
    "address": ":material/alternate_email:",
}
_NAME: dict[Kind, str] = {
    "secret": "Password or key",
    "instruction": "Instruction to a model",
    "address": "E-mail address",
}
_COLOR: dict[Kind, words.Color] = {"secret": "red", "instruction": "orange", "address": "gray"}
_UNSEEN: tuple[ProposalKind, ...] = ("retire", "import")
"""Kinds that bring no text into the bank, or far too much to look at here."""
_SHOWN = 4
"""Findings of one kind that are shown at once."""
_KEPT = 20
"""Proposals whose neighbours a session remembers."""


def draw_context(bench: Workbench, filed: FiledProposal) -> None:
    """The right column of one proposal. What takes longest is filled in last, so that the rest is there at once."""
    _draw_warnings(filed.proposal)
    near, outcomes = st.container(), st.container()
    _draw_origin(bench, filed)
    _draw_history(bench, filed)
    with outcomes:
        _draw_outcomes(bench, filed.proposal)
    with near:
        _draw_neighbours(bench, filed)


def preload(bench: Workbench, filed: FiledProposal) -> None:
    """Look up what takes longest for a proposal that will be shown next."""
    if bench.preparation.state == "ready" and filed.proposal.kind != "retire":
        _near(bench, filed.proposal, bench.store.revision)


# --- warnings --------------------------------------------------------------------------------------------------------


def findings(proposal: Proposal) -> list[Warning]:
    """What a curator should look at twice; subtask memories only repeat their full-task memory."""
    whole = {memory.id for memory in proposal.memories if memory.level == "full-task"}
    alone = [memory for memory in proposal.memories if memory.parent not in whole]
    return [warning for memory in alone for warning in warnings(memory)]


def _draw_warnings(proposal: Proposal) -> None:
    if proposal.kind in _UNSEEN:
        return
    found = findings(proposal)
    for kind in SENTENCES:
        mine = [warning for warning in found if warning.kind == kind]
        if mine:
            _draw_kind(kind, mine)


def draw_alarms(proposal: Proposal) -> None:
    """A badge for each kind of finding that no one should overlook; where they stand is said beside the proposal."""
    if proposal.kind in _UNSEEN:
        return
    for kind in dict.fromkeys(warning.kind for warning in findings(proposal)):
        if kind != "address":
            st.badge(_NAME[kind], icon=_ICON[kind], color=_COLOR[kind])


def _draw_kind(kind: Kind, found: list[Warning]) -> None:
    title = f"{_NAME[kind]}: {words.count(len(found), 'place')}"
    if kind == "address":  # office work is full of addresses: worth a look, not an alarm
        with st.expander(title, icon=_ICON[kind]):
            _draw_places(kind, found)
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":{_COLOR[kind]}[{_ICON[kind]} **{title}**]")
        _draw_places(kind, found)


def _draw_places(kind: Kind, found: list[Warning]) -> None:
    st.caption(SENTENCES[kind])
    for warning in found[:_SHOWN]:
        st.caption(f"In {label(warning.field)}:")
        st.code(warning.excerpt, language=None, wrap_lines=True)
    if len(found) > _SHOWN:
        st.caption(f"And {len(found) - _SHOWN} more.")


# --- neighbours ------------------------------------------------------------------------------------------------------


def _near(bench: Workbench, proposal: Proposal, revision: int) -> list[Neighbour]:
    """The nearest memories at this revision; a session remembers those of the last proposals."""
    kept: dict[tuple[str, int], list[Neighbour]] = st.session_state.setdefault("review-near", {})
    found = kept.get((proposal.id, revision))
    if found is None:
        found = kept[proposal.id, revision] = neighbours(bench.lab.bank, proposal)
        for stale in list(kept)[:-_KEPT]:
            kept.pop(stale, None)
    return found


def _draw_neighbours(bench: Workbench, filed: FiledProposal) -> None:
    proposal = filed.proposal
    if proposal.kind in ("retire", "import"):
        return
    with st.container(gap="xsmall"):
        st.markdown("**Nearest memories in the bank**")
        body = st.empty()
        if bench.preparation.state != "ready":
            body.caption("They appear as soon as the embedding model is loaded.")
            return
        body.caption("Looking …")  # in place of those of the proposal before
        try:
            found = _near(bench, proposal, bench.store.revision)
        except ProcMemError as error:
            body.caption(label(str(error), 300))
            return
    with body.container(gap="xsmall"):
        if not found:
            st.caption("The bank holds no other memory of this kind.")
        if any(near.twin for near in found):
            st.warning("The bank says nearly the same already.", icon=":material/content_copy:")
        for near in found:
            with st.container(gap=None):
                _draw_neighbour(bench, filed, near)


def _draw_neighbour(bench: Workbench, filed: FiledProposal, near: Neighbour) -> None:
    memory = near.memory
    twin = " · near-duplicate: same actions in the same order" if near.twin else ""
    draw_title(memory, f"near-{filed.proposal.id}")
    st.caption(f"Similarity {near.score:.2f} · {label(_task(bench, memory.origin.task_id), 60)}{twin}")
    if near.twin and filed.proposal.kind == "add" and filed.decision is None:
        _draw_merge(bench, filed.proposal, memory)


def draw_title(memory: Memory, place: str) -> None:
    """A memory by its title; a click opens it beside the view."""
    st.button(
        label(memory.title, 100),
        help=label(memory.title, 300),
        key=f"{place}-{memory.id}",
        type="tertiary",
        icon=":material/description:" if memory.level == "full-task" else ":material/segment:",
        on_click=address.open_memory,
        args=(memory.id, memory.version),
        wrap=False,
    )


def _task(bench: Workbench, task_id: str) -> str:
    return words.task_name(task_id, bench.family_titles)


def _draw_merge(bench: Workbench, proposal: Proposal, memory: Memory) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Merge into it",
            key=f"merge-{proposal.id}-{memory.id}",
            icon=":material/merge:",
            help="Keeps the bank's memory, which remembers this task as well, and discards the proposal.",
            on_click=desk.merge,
            args=(bench, proposal.id, memory.id),
        )
        st.button(
            "Replace it",
            key=f"replace-{proposal.id}-{memory.id}",
            icon=":material/swap_horiz:",
            help="Puts the proposal into the bank and retires the other one.",
            on_click=desk.replace,
            args=(bench, proposal.id, memory.id),
        )


# --- what became of it -----------------------------------------------------------------------------------------------


def _draw_outcomes(bench: Workbench, proposal: Proposal) -> None:
    if proposal.kind in ("add", "import"):
        return
    first = proposal.memories[0]
    found = bench.store.outcomes([first.id])[first.id]
    with st.container(gap="xsmall"):
        st.markdown("**What became of it so far**")
        for line in outcome_lines(found):
            st.text(line)


def outcome_lines(found: Outcomes) -> list[str]:
    """What runs made of a memory, as sentences; counts, never a bare percentage."""
    if not found.recalled:
        return ["No run has looked it up yet."]
    lines = [f"Looked up in {words.count(found.recalled, 'run')}, shown to the team in {found.entered}."]
    if found.runs:
        steps = "" if found.steps is None else f", {found.steps:.1f} steps on average"
        lines.append(f"Of {words.count(found.runs, 'graded run')} with it, {found.successes} succeeded{steps}.")
    runs = sum(task.runs_with for task in found.paired)
    others = sum(task.runs_without for task in found.paired)
    if others:
        wins = sum(task.successes_with for task in found.paired)
        other_wins = sum(task.successes_without for task in found.paired)
        lines.append(
            f"On {words.count(len(found.paired), 'task')} that ran both ways: {wins} of {runs} succeeded with it, "
            f"{other_wins} of {others} without."
        )
    return lines


# --- where it comes from ---------------------------------------------------------------------------------------------


def _draw_origin(bench: Workbench, filed: FiledProposal) -> None:
    proposal = filed.proposal
    with st.container(gap="xsmall"):
        st.markdown("**Where it comes from**")
        run = _run(bench, proposal.run_id)
        if run is not None:
            _draw_run(bench, run, proposal)
        for line in _origin_lines(bench, proposal):
            st.caption(label(line, 300))


def _origin_lines(bench: Workbench, proposal: Proposal) -> list[str]:
    lines = [f"Proposed by {desk.by_title(proposal.author)}."] if proposal.author else []
    if not proposal.memories:
        return lines
    origin = proposal.memories[0].origin
    if origin.task_id:
        lines.append(f"First learned from the task “{_task(bench, origin.task_id)}”, built as {origin.build}.")
    if origin.learned_from:
        named = "”, “".join(_task(bench, task) for task in origin.learned_from[:8])
        lines.append(f"Also learned from “{named}”.")
    return lines


def _run(bench: Workbench, run_id: str | None) -> RunSummary | None:
    try:
        return bench.store.run(run_id) if run_id else None
    except UnknownName:
        return None


def _draw_run(bench: Workbench, run: RunSummary, proposal: Proposal) -> None:
    look = words.STATUS[run.status]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(look.label, icon=look.icon, color=look.color)
        steps = "" if run.steps is None else f" · {words.count(run.steps, 'step')}"
        failed = f", {run.failed_steps} failed" if run.failed_steps else ""
        st.caption(label(f"{run.team}{steps}{failed}{' · simulated' if run.simulated else ''}", 120), width="content")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        draw_link(words.run_title(run, bench.family_titles), "run", icon=":material/play_circle:", run=run.id)
        if proposal.author != DEMONSTRATION:  # no model was asked
            st.button(
                "Prompt",
                key=f"prompt-{proposal.id}",
                type="tertiary",
                icon=":material/notes:",
                help="The exact prompt that this was distilled by.",
                on_click=_open_prompt,
                args=(bench, run.id),
            )


def _open_prompt(bench: Workbench, run_id: str) -> None:
    seq = bench.distilling_call(run_id)
    if seq is None:
        desk.complain("The log of this run holds no prompt for it: it was transcribed by rules, or distilled later.")
    else:
        address.open_prompt(run_id, seq)


# --- decisions so far ------------------------------------------------------------------------------------------------


def _draw_history(bench: Workbench, filed: FiledProposal) -> None:
    made = bench.store.decisions(proposal_id=filed.proposal.id, limit=20)
    if not made:
        return
    with st.container(gap="xsmall"):
        st.markdown("**Decisions so far**")
        for decision in made:
            _draw_decision(bench, decision)


def _draw_decision(bench: Workbench, made: Decision) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(label(told(made), 220), width="stretch")
        if made.in_force:
            again = made.verdict == "undo"
            st.button(
                "Do it again" if again else "Take back",
                key=f"back-{made.id}",
                type="tertiary",
                icon=":material/redo:" if again else ":material/undo:",
                on_click=desk.undo,
                args=(bench, made.id),
            )


def told(made: Decision) -> str:
    """A decision in words: what, by whom, when and why."""
    why = f" · {made.reason}" if made.reason else ""
    stale = "" if made.in_force or made.verdict == "undo" else " (taken back)"
    return f"{desk.PAST[made.verdict]} by {desk.by_title(made.by)}, {words.day(made.at.astimezone())}{stale}{why}"
