"""The Memories page without a browser: the real page over a workbench with a bank of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from procmem.errors import BadInput
from procmem.exchange.bank_file import export
from procmem.memory import curation
from procmem.memory.bank import Bank
from procmem.memory.build import parts_of
from procmem.models.embedders import make_embedder
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.types import FullTaskUnit, Memory, Origin, SubtaskUnit
from procmem.workbench import Workbench
from tests.bench import Bench, note_replies, note_task
from tests.test_store_listing import recorded_run

HOSTILE = "# h1 <script>alert(1)</script> $x$ :material/home: :smile: [a](javascript:alert(1)) **b** www.evil.com"
STEPS = '<think>Look first.</think><action>{"app": "excel", "action": "read_file", "file_path": "a.xlsx"}</action>'


def script(bench: object) -> None:
    """The page as app.py draws it."""
    from pages.memories_page import draw_memories_page

    draw_memories_page(lambda: bench)  # type: ignore[arg-type,return-value]


def whole(identity: str, text: str, builder: str = "demonstration") -> Memory:
    subtask = SubtaskUnit("excel", f"Part of {text}", STEPS, "[1] 3 rows")
    unit = FullTaskUnit(text, f"1. excel: {text}", (subtask,), "All done.", "Mind the header.")
    return Memory(identity, "full-task", "orchestrator", text, text, unit, Origin("", "notes/0", builder))


def part(memory: Memory) -> Memory:
    """Its only subtask memory."""
    (made,) = parts_of(memory)
    return made


BANK = [whole("a", "Add up the hours"), whole("b", "Add up all hours"), whole("c", "Send an invitation", "person")]


def bare(bench: Bench, folder: Path) -> Workbench:
    """A workbench without tasks, so that no demonstration fills its bank meanwhile."""
    (folder / "tasks").mkdir()
    return Workbench(replace(bench.lab, settings=Settings(home=folder / "home", data=folder)))


@pytest.fixture
def workbench(bench: Bench, tmp_path: Path) -> Iterator[Workbench]:
    """A workbench whose bank holds three full-task memories with a subtask memory each, at revision 1."""
    made = bare(bench, tmp_path)
    bench.store.add_many([m for memory in BANK for m in (memory, part(memory))], by="Ann", reason="test")
    made.lab.bank.embed_missing()
    yield made
    made.close()


def page(bench: Workbench, **params: str) -> AppTest:
    """The page after its first run."""
    at = AppTest.from_function(script, args=(bench,), default_timeout=20)
    for name, value in params.items():
        at.query_params[name] = value
    return drawn(at.run())


def drawn(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def titles(at: AppTest) -> list[str]:
    """The titles in the table, in its order."""
    return list(at.dataframe[0].value["Title"])


def choose(at: AppTest, rows: Sequence[int]) -> AppTest:
    """Choose rows of the table."""
    widget = at.dataframe[0].proto.id
    key = widget[widget.index("memories-table-") :]
    at.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return drawn(at.run())


def texts(at: AppTest) -> list[str]:
    """Everything shown as plain text or caption, and our own HTML."""
    return [element.value for element in (*at.text, *at.caption, *at.markdown)]


def test_an_empty_bank_says_what_to_do(bench: Bench, tmp_path: Path) -> None:
    at = page(bare(bench, tmp_path))
    assert "**No memories yet**" in texts(at)
    assert not at.dataframe


def test_the_list_shows_the_newest_first_and_says_how_large_the_bank_is(workbench: Workbench) -> None:
    at = page(workbench)
    assert titles(at)[:2] == ["Part of Send an invitation", "Send an invitation"]
    assert "6 memories in use (3 full-task, 3 subtask) at revision 1." in texts(at)


def test_a_link_restores_search_filters_and_order(workbench: Workbench) -> None:
    at = page(workbench, q="hours", level="full-task", order="title")
    assert titles(at) == ["Add up all hours", "Add up the hours"]
    assert at.text_input(key="memories-q").value == "hours"
    assert at.selectbox(key="memories-order").value == "title"


def test_a_choice_goes_into_the_address_and_leaves_it_again(workbench: Workbench) -> None:
    at = page(workbench)
    at.selectbox(key="memories-builder").set_value("person").run()
    assert at.query_params["builder"] == "person"
    assert titles(at) == ["Part of Send an invitation", "Send an invitation"]
    at.selectbox(key="memories-builder").set_value(None).run()
    assert "builder" not in at.query_params


def test_what_an_old_link_asks_for_and_nobody_knows_is_passed_over(workbench: Workbench) -> None:
    at = page(workbench, level="huge", agent="nobody", page="99", at="77", view="x", memory="")
    assert at.title[0].value == "Memories"


def test_a_search_by_meaning_shows_similarities_best_first(workbench: Workbench) -> None:
    at = page(workbench, q="Send an invitation", how="meaning", level="full-task")
    table = at.dataframe[0].value
    assert table["Title"].iloc[0] == "Send an invitation"
    assert table["Similarity"].iloc[0] == pytest.approx(1.0, abs=1e-3)
    assert list(table["Similarity"]) == sorted(table["Similarity"], reverse=True)


def test_nothing_found_offers_to_clear_search_and_filters(workbench: Workbench) -> None:
    at = page(workbench, q="zebra", status="retired")
    at.button(key="nothing").click().run()
    assert len(titles(at)) == 6
    assert "q" not in at.query_params
    assert "status" not in at.query_params


def test_chosen_rows_are_retired_together_and_one_undo_brings_them_back(workbench: Workbench) -> None:
    at = choose(page(workbench, order="title", level="full-task"), [0, 1])
    at.text_input(key="bulk-reason").set_value("Too narrow")
    at.button(key="bulk-retire-now").click().run()
    assert titles(at) == ["Send an invitation"]
    assert workbench.store.count() == 2
    (newest, *_) = workbench.store.decisions(limit=1)
    assert (newest.reason, newest.by, newest.revision) == ("Too narrow", "person", 2)
    at.button(key="undo-last").click().run()
    assert workbench.store.count() == 6


def test_retired_rows_are_restored_with_their_subtasks(workbench: Workbench) -> None:
    workbench.decide_at_once(curation.retire(workbench.store, ["a"], "Ann", ""), "Ann")
    at = choose(page(workbench, status="retired", level="full-task"), [0])
    at.button(key="bulk-restore").click().run()
    assert workbench.store.count() == 6


def test_several_rows_are_merged_into_the_one_that_is_kept(workbench: Workbench) -> None:
    at = choose(page(workbench, order="title", level="full-task"), [0, 1])
    at.selectbox(key="bulk-keep").set_value("a").run()
    at.button(key="bulk-merge-now").click().run()
    assert [workbench.store.memory(name).status for name in ("a", "b", "b.1")] == ["active", "retired", "retired"]


def test_the_bank_of_the_past_is_shown_and_can_not_be_changed(workbench: Workbench) -> None:
    workbench.decide_at_once(curation.retire(workbench.store, ["a"], "Ann", ""), "Ann")
    at = page(workbench, at="1", order="title", level="full-task")
    assert "Add up the hours" in titles(at)
    choose(at, [0])
    assert "bulk-retire-now" not in [button.key for button in at.button]
    at.button(key="now").click().run()
    assert "Add up the hours" not in titles(at)


def test_a_memory_has_its_page_with_content_origin_and_neighbours(workbench: Workbench) -> None:
    at = page(workbench, memory="a")
    assert at.title[0].value == "Add up the hours"
    shown = texts(at)
    assert "Written by Demonstrations · Proceduralization" in shown
    assert "No finished run has looked it up yet." in shown
    near = [button.label for button in at.button if str(button.key).startswith("near-")]
    assert near[0] == "Add up all hours"
    at.button(key="family-a.1").click().run()
    assert at.title[0].value == "Part of Add up the hours"


def test_an_unknown_memory_leads_back_to_the_list(workbench: Workbench) -> None:
    at = page(workbench, memory="gone", q="hours")
    assert at.title[0].value == "This memory is not here"
    at.button(key="back").click().run()
    assert at.text_input(key="memories-q").value == "hours"


def test_an_edit_makes_the_next_version_and_its_subtask_memory_follows(workbench: Workbench) -> None:
    at = page(workbench, memory="a")
    at.button(key="edit").click().run()
    at.text_area(key="edit-memory-a-subtask.1.description").set_value("Add the column up")
    at.button(key="save-edit").click().run()
    assert workbench.store.memory("a").version == 2
    assert workbench.store.memory("a.1").key == "Add the column up"
    assert workbench.store.revision == 2


def test_an_action_that_is_no_json_is_refused_and_the_text_stays(workbench: Workbench) -> None:
    at = page(workbench, memory="a")
    at.button(key="edit").click().run()
    at.text_area(key="edit-memory-a-subtask.1.steps").set_value("<think>x</think><action>{oops</action>")
    at.button(key="save-edit").click().run()
    assert any("no JSON object" in text for text in texts(at))
    assert at.text_area(key="edit-memory-a-subtask.1.steps").value == "<think>x</think><action>{oops</action>"
    assert workbench.store.revision == 1


def test_who_saves_over_somebody_elses_change_is_told_first_and_loses_nothing(workbench: Workbench) -> None:
    at = page(workbench, memory="a")
    at.button(key="edit").click().run()
    at.text_input(key="edit-memory-a-title").set_value("Mine")
    theirs = replace(workbench.store.memory("a"), title="Theirs")
    workbench.decide_at_once(curation.revise([theirs], "Ben", ""), "Ben")
    at.button(key="save-edit").click().run()
    assert any("Ben changed this memory meanwhile" in text for text in texts(at))
    assert workbench.store.memory("a").title == "Theirs"
    at.button(key="save-edit").click().run()
    assert workbench.store.memory("a").title == "Mine"


def test_versions_are_told_with_who_made_them_and_an_old_one_comes_back(workbench: Workbench) -> None:
    changed = workbench.store.memory("a")
    assert isinstance(changed.unit, FullTaskUnit)
    changed = replace(changed, unit=replace(changed.unit, reflections="Nothing to mind."))
    workbench.decide_at_once(curation.revise([changed], "Ben", "Shorter."), "Ben")
    at = page(workbench, memory="a", tab="versions")
    shown = " ".join(texts(at))
    assert "Accepted by Ben on" in shown
    assert "**Version 2**" in shown
    at = page(workbench, memory="a", version="1")
    at.button(key="back-to-version").click().run()
    standing = workbench.store.memory("a")
    assert isinstance(standing.unit, FullTaskUnit)
    assert (standing.version, standing.unit.reflections) == (3, "Mind the header.")
    assert "version" not in at.query_params


def test_the_runs_that_had_a_memory_and_what_became_of_them_are_shown(bench: Bench, tmp_path: Path) -> None:
    made = bare(bench, tmp_path)
    bench.teach(note_task(), note_replies(), "run-1")
    recorded_run(bench, "run-2", "Erik", note_task("notes/2", "Erik"))
    recorded_run(bench, "run-3", "Bob", note_task("notes/3", "Erik"))
    (memory,) = made.store.memories(level="full-task")
    at = page(made, memory=memory.id, tab="runs")
    assert {metric.label: metric.value for metric in at.metric}["Runs that had it and passed"] == "1 of 2"
    shown = texts(at)
    assert any("50 %, between 9 % and 91 %" in text for text in shown)
    assert len([text for text in shown if "in the prompt · for the orchestrator · rank 1" in text]) == 2


def test_changes_between_two_revisions_and_a_decision_that_shows_its_own(workbench: Workbench) -> None:
    made = workbench.decide_at_once(curation.retire(workbench.store, ["a"], "Ann", ""), "Ann")
    at = page(workbench, view="changes", **{"from": "0", "to": "1"})
    assert "6 added, 0 changed, 0 left the bank." in texts(at)
    at.button(key=f"decision-{made.id}").click().run()
    assert (at.query_params["from"], at.query_params["to"]) == ("1", "2")
    assert "0 added, 2 changed, 0 left the bank." in texts(at)


def test_a_changed_memory_shows_what_changed_and_opens(workbench: Workbench) -> None:
    changed = replace(workbench.store.memory("c"), title="Send two invitations")
    workbench.decide_at_once(curation.revise([changed], "Ben", ""), "Ben")
    at = page(workbench, view="changes", **{"from": "1", "to": "2"})
    at.session_state["changed-c"] = True
    drawn(at.run())
    assert any("<ins" in box.proto.body for box in at.get("html"))
    at.button(key="open-c").click().run()
    assert at.title[0].value == "Send two invitations"


def test_what_a_memory_is_worth_can_be_measured_only_where_a_task_recalls_it(workbench: Workbench) -> None:
    at = page(workbench, memory="a")
    at.session_state["credit"] = True
    drawn(at.run())
    assert any("An experiment runs the same tasks" in text for text in texts(at))
    at.session_state["credit-offer"] = True
    drawn(at.run())
    assert "No bundled task recalls it" in at.warning[0].value


def exported(memories: Sequence[Memory]) -> bytes:
    """A bank's file with these memories."""
    store = DuckStore(None)
    store.add_many(memories, by="Ann", reason="test")
    return "".join(export(Bank(store, make_embedder("hash")))).encode()


def test_an_import_shows_what_would_change_before_it_writes_anything(workbench: Workbench) -> None:
    at = page(workbench, view="files")
    data = exported([whole("a", "Add up every hour"), whole("d", "Book a room")])
    at.file_uploader(key="import-0").upload("bank.jsonl", data).run()
    assert "1 new, 1 changed, 0 in the bank already." in texts(drawn(at))
    assert workbench.store.revision == 1
    at.button(key="import-now").click().run()
    assert workbench.store.memory("d").title == "Book a room"
    assert workbench.store.memory("a").version == 2
    at.button(key="undo-last").click().run()
    assert workbench.store.memory("a").title == "Add up the hours"


def test_an_import_can_wait_for_review_and_a_broken_file_is_explained(workbench: Workbench) -> None:
    at = page(workbench, view="files")
    at.file_uploader(key="import-0").upload("bank.jsonl", exported([whole("d", "Book a room")])).run()
    at.button(key="import-review").click().run()
    assert [filed.proposal.kind for filed in workbench.store.proposals()] == ["add"]
    broken = exported([whole("e", "x")]).decode().splitlines()
    line = json.loads(broken[1])
    line["level"] = "galaxy"
    at.file_uploader(key="import-1").upload("bad.jsonl", f"{broken[0]}\n{json.dumps(line)}\n".encode()).run()
    assert "Line 2 of bad" in at.error[0].value
    assert workbench.store.revision == 1


def test_the_map_draws_every_memory_and_a_query_lands_among_its_neighbours(workbench: Workbench) -> None:
    at = page(workbench, view="map", q="Send an invitation")
    chart = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert sum(len(trace["customdata"]) for trace in chart["data"] if "customdata" in trace) == 6
    assert chart["data"][-1]["name"] == "Your query"
    near = [button.label for button in at.button if str(button.key).startswith("near-query-")]
    assert near[0] == "Send an invitation"


def test_a_wish_that_comes_too_late_is_discarded_and_changes_nothing(workbench: Workbench) -> None:
    first = curation.retire(workbench.store, ["a"], "Ann", "")
    second = curation.retire(workbench.store, ["a"], "Ben", "")
    workbench.decide_at_once(first, "Ann")
    with pytest.raises(BadInput):
        workbench.decide_at_once(second, "Ben")
    assert workbench.store.proposal_counts()["undecided"] == 0
    assert workbench.store.revision == 2


@pytest.mark.parametrize("view", ["list", "map", "changes", "files"])
def test_text_from_memories_reaches_every_view_only_as_text_or_escaped(workbench: Workbench, view: str) -> None:
    hostile = whole("x", HOSTILE)
    workbench.store.add_many([hostile, part(hostile)], by=HOSTILE, reason=HOSTILE)
    workbench.lab.bank.embed_missing()
    assert_harmless(page(workbench, view=view, q="h1" if view == "map" else ""))


@pytest.mark.parametrize("tab", ["content", "versions", "runs"])
def test_text_from_memories_reaches_their_page_only_as_text_or_escaped(workbench: Workbench, tab: str) -> None:
    hostile = whole("x", HOSTILE)
    workbench.store.add_many([hostile, part(hostile)], by=HOSTILE, reason=HOSTILE)
    workbench.decide_at_once(curation.revise([replace(hostile, title=f"{HOSTILE}!")], HOSTILE, HOSTILE), HOSTILE)
    assert_harmless(page(workbench, memory="x", tab=tab))


def assert_harmless(at: AppTest) -> None:
    """Nothing that is rendered as Markdown or HTML holds the marks of HOSTILE."""
    assert all("<script>" not in box.proto.body for box in at.get("html"))
    rendered = [element.value for element in (*at.markdown, *at.caption, *at.title, *at.subheader)]
    rendered += [element.label for element in (*at.expander, *at.button)]
    rendered += [str(button.help) for button in at.button]
    for text in rendered:
        assert "<script>" not in text
        assert "](javascript" not in text
        assert "**b**" not in text
        assert ":material/home:" not in text


def test_a_database_that_can_not_be_opened_is_explained_with_a_way_on() -> None:
    def closed() -> None:
        from pages.memories_page import draw_memories_page
        from procmem.errors import BadInput

        def locked() -> object:
            raise BadInput("The data is open in another process (12).")

        draw_memories_page(locked)  # type: ignore[arg-type]

    at = AppTest.from_function(closed).run()
    assert at.error[0].value == "The data is open in another process \\(12\\)\\."
    assert [button.label for button in at.button] == ["Try again"]
