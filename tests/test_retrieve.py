"""How memories are ranked, and why a memory stays out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.agents.teams import make_team
from procmem.memory.bank import Bank
from procmem.memory.curation import retire
from procmem.memory.desk import Desk, Recall, View
from procmem.memory.retrieve import MOST_KEYWORDS, average_match, read_keywords
from procmem.memory.select import look_up
from procmem.models.embedders import make_embedder
from procmem.store.duck import DuckStore
from procmem.types import Memory, Origin, Policy
from tests.answering import AnsweringModel, finish, line_to
from tests.bench import note_task
from tests.records import add, full


def memory(
    name: str, key: str, task: str = "other/1", builder: str = "gpt-4o", build: str = "proceduralization"
) -> Memory:
    return replace(full(name, key), origin=Origin("run-1", task, builder, build))  # type: ignore[arg-type]


def desk_of(policy: Policy, *memories: Memory, model: AnsweringModel | None = None, view: View | None = None) -> Desk:
    store = DuckStore(None)
    store.propose([add("p", *memories)])
    store.decide("p", "accept", by="Ann")
    bank = Bank(store, make_embedder("hash"))
    team = make_team("LLM team", "answering", "answering")
    return Desk(bank, policy, note_task(), team, line_to(model or AnsweringModel({})), view or View())


def recall(desk: Desk, query: str = "Write the name Dana", k: int = 5) -> Recall:
    found = finish(look_up(desk, query, "full-task", None, k))[1]
    assert isinstance(found, Recall)
    return found


def reasons(recall: Recall) -> dict[str, str]:
    return {candidate.memory_id: candidate.reason for candidate in recall.candidates}


def test_each_memory_that_stays_out_says_why() -> None:
    desk = desk_of(
        Policy(threshold=0.3, builders=("gpt-4o", "old-model"), not_builders=("old-model",)),
        memory("same", "Write the name Dana", task="notes/1"),
        memory("good", "Write the name Omar"),
        memory("far", "Sort invoices by amount"),
        memory("foreign", "Write the name Carl", builder="llama"),
        memory("old", "Write the name Eve", builder="gpt-4o, old-model"),
        memory("flow", "Write the name Fay", build="workflow"),
        memory("adjusted", "Write the name Gil", task="other/2"),
    )
    assert reasons(recall(desk)) == {
        "same": "comes from this very task",
        "good": "entered the prompt",
        "far": "score below 0.3",
        "foreign": "built by llama, which the policy does not admit",
        "old": "built by gpt-4o, old-model, which the policy excludes",
        "flow": "a workflow, which this policy does not show",
        "adjusted": "entered the prompt",
    }


def test_a_memory_that_was_adjusted_after_this_very_task_stays_out() -> None:
    learned = memory("m", "Write the name Omar")
    desk = desk_of(Policy(), replace(learned, origin=replace(learned.origin, learned_from=("notes/1",))))
    assert reasons(recall(desk)) == {"m": "comes from this very task"}


def test_what_a_build_lacks_is_not_shown() -> None:
    both = (memory("s", "Write a", build="script"), memory("t", "Write b", build="trajectory"))
    assert reasons(recall(desk_of(Policy(build="trajectory"), *both)))["s"] == (
        "holds no steps, and the policy shows trajectories"
    )
    assert reasons(recall(desk_of(Policy(build="script"), *both)))["t"] == (
        "holds no plan, and the policy shows scripts"
    )


def test_a_retired_memory_is_reported_as_retired() -> None:
    desk = desk_of(Policy(), memory("a", "Write the name Omar"), memory("b", "Write the name Eve"))
    desk.bank.store.propose([retire(desk.bank.store, ["a"], "Ann", "stale", "r")])
    desk.bank.store.decide("r", "accept", by="Ann")
    assert reasons(recall(desk)) == {"b": "entered the prompt", "a": "retired"}


def test_a_replay_sees_all_but_one_or_only_one() -> None:
    pair = (memory("a", "Write the name Omar"), memory("b", "Write the name Eve"))
    without = recall(desk_of(Policy(), *pair, view=View(without=frozenset({"a"}))))
    assert reasons(without) == {"a": "left out of this replay", "b": "entered the prompt"}
    only = recall(desk_of(Policy(), *pair, view=View(only=frozenset({"a"}))))
    assert reasons(only) == {"a": "entered the prompt", "b": "left out of this replay"}


def test_when_the_nearest_may_not_enter_farther_ones_are_looked_at() -> None:
    near = [memory(f"n{i:03}", "Write the name Dana", builder="llama") for i in range(90)]
    desk = desk_of(Policy(builders=("gpt-4o",)), *near, memory("far", "Sort the sheet by name"))
    assert [hit.memory.id for hit in recall(desk, k=1).entered] == ["far"]


def test_random_draws_by_the_seed_and_the_query_and_ignores_the_threshold() -> None:
    many = [memory(f"m{i}", f"Sort sheet {i}") for i in range(30)]
    drawn = [
        [hit.memory.id for hit in recall(desk_of(Policy(retrieve="random", threshold=0.9, seed=seed), *many)).entered]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 5


def test_avefact_averages_the_best_match_of_each_cue_keyword() -> None:
    x, y = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    half = np.array([0.6, 0.8], np.float32)
    vectors = {"sum": x, "mail": y, "total": half}
    assert average_match(["sum", "mail"], ["sum", "total"], vectors) == pytest.approx((1.0 + 0.8) / 2)
    assert average_match([], ["sum"], vectors) == 0.0
    assert average_match(["sum"], [], vectors) == 0.0


def test_avefact_extracts_each_memorys_keywords_once_and_ranks_by_them(tmp_path: Path) -> None:
    model = AnsweringModel({"facts": ["invoice, total", "note, name", "name, note"]})
    desk = desk_of(Policy(retrieve="avefact"), memory("a", "Add invoices"), memory("b", "Write a note"), model=model)
    first = recall(desk)
    assert [(c.memory_id, c.score) for c in first.candidates] == [("b", 1.0), ("a", 0.0)]
    assert len(model.asked) == 3
    recall(desk)
    assert len(model.asked) == 4


@given(st.text(max_size=200))
def test_whatever_a_model_names_becomes_a_few_short_keywords(text: str) -> None:
    found = read_keywords(text)
    assert len(found) <= MOST_KEYWORDS
    assert all(word and len(word) <= 100 and word == word.lower() for word in found)
    assert len(set(found)) == len(found)


def test_keywords_come_as_a_line_or_as_bullets() -> None:
    assert read_keywords("Sum, Mail,  sum") == ("sum", "mail")
    assert read_keywords("- Sum\n- Mail.") == ("sum", "mail")
