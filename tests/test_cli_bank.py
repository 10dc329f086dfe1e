"""``procmem bank`` as a curator and a script use it."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from procmem.agents.teams import make_team
from procmem.cli.bank import bank as app
from procmem.errors import BadInput, UnknownName
from procmem.events import Acted, Delegated, Finished, Graded, Reported, Started
from procmem.exchange.memory_json import memory_json
from procmem.lab import setup
from procmem.store.duck import DuckStore
from procmem.types import Policy, Proposal
from tests.bench import note_task
from tests.records import a_run, add, full, part

Words = Callable[..., Result]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose bank holds the family m-one, and a proposal that waits."""
    folder = tmp_path_factory.mktemp("filled")
    store = DuckStore(folder / "procmem.duckdb")
    store.propose(
        [add("add-one", full("m-one"), part("m-one.1", "word", "m-one")), add("add-two", full("m-two", "mail"))]
    )
    store.decide("add-one", "accept", by="Ann", reason="clear")
    store.close()
    return folder


@pytest.fixture
def home(tmp_path: Path, filled: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(filled, tmp_path / "home"))


@pytest.fixture
def bank(home: Path) -> Words:
    """Runs one bank command with the hash embedder."""

    def run(*words: str, **more: str) -> Result:
        environment = {"PROCMEM_HOME": str(home), "PROCMEM_EMBEDDER": "hash", "COLUMNS": "220", "USER": "Ann", **more}
        return CliRunner(env=environment).invoke(app, list(words))

    return run


def data(result: Result) -> Any:
    assert result.exception is None, result.output
    return json.loads(result.stdout)


def told(result: Result) -> str:
    """The sentence of a command that was refused."""
    assert isinstance(result.exception, BadInput), result.output
    return str(result.exception)


def state(home: Path) -> tuple[int, list[tuple[str, int, str]]]:
    """The bank's revision and its memories' ids, versions and states."""
    store = DuckStore(home / "procmem.duckdb")
    found = store.revision, [(m.id, m.version, m.status) for m in store.memories(retired=True)]
    store.close()
    return found


# --- looking ---------------------------------------------------------------------------------------------------------


def test_memories_are_listed_and_filtered(bank: Words) -> None:
    assert [memory["id"] for memory in data(bank("list", "--json"))] == ["m-one", "m-one.1"]
    assert [memory["id"] for memory in data(bank("list", "--level", "subtask", "--json"))] == ["m-one.1"]
    assert data(bank("list", "--words", "no such words", "--json")) == []
    shown = bank("list", "--agent", "word")
    assert "Title of m-one.1" in shown.stdout
    assert shown.stderr == "1 shown; 2 active memories at revision 1.\n"


def test_an_empty_bank_says_how_to_fill_it(tmp_path: Path) -> None:
    ended = CliRunner(env={"PROCMEM_HOME": str(tmp_path / "new")}).invoke(app, ["list"])
    assert ended.stderr.startswith("The bank is empty. `procmem run` fills it")


def test_a_memory_is_shown_whole_by_the_beginning_of_its_id(bank: Words) -> None:
    assert data(bank("show", "m-one.1", "--json"))["unit"]["observations"] == "sorted"
    bank("accept", "add-two")
    shown = bank("show", "m-t").stdout
    assert "id: m-two\nfor: orchestrator (full-task)\nversion: 1, active\n" in shown
    assert "Plan:\n  1. excel: sort\n" in shown
    assert told(bank("show", "m-")) == "3 ids begin with 'm-': 'm-one', 'm-one.1', 'm-two'. Write more of it."
    assert "Unknown memory 'x'" in told(bank("show", "x"))


def test_text_of_memories_can_not_steer_the_terminal(bank: Words, home: Path) -> None:
    store = DuckStore(home / "procmem.duckdb")
    store.propose([add("evil", full("m-evil", "[bold]\x1b[31mred\x1b]0;title\x07"))])
    store.decide("evil", "accept", by="Ann")
    store.close()
    for words in (("list",), ("show", "m-evil"), ("queue", "--all"), ("history", "m-evil"), ("diff", "1", "2")):
        assert "\x1b" not in bank(*words).stdout
    assert "[bold][31mred" in bank("show", "m-evil").stdout


def test_search_goes_by_meaning_or_by_the_very_words(bank: Words) -> None:
    hits = data(bank("search", "sort the sheet", "--json"))
    assert (hits[0]["id"], hits[0]["score"]) == ("m-one", 1.0)
    assert [hit["id"] for hit in data(bank("search", "sort the sheet", "--level", "subtask", "--json"))] == ["m-one.1"]
    assert [hit["id"] for hit in data(bank("search", "sheet", "--words", "--json"))] == ["m-one"]
    assert data(bank("search", "spreadsheet", "--words", "--json")) == []
    assert "1.00" in bank("search", "sort the sheet").stdout


def test_the_bank_is_read_as_of_a_revision_and_compared_with_another(bank: Words) -> None:
    bank("accept", "add-two", "--reason", "fine")
    assert [memory["id"] for memory in data(bank("at", "1", "--json"))] == ["m-one", "m-one.1"]
    assert [memory["id"] for memory in data(bank("list", "--at", "2", "--json"))] == ["m-one", "m-one.1", "m-two"]
    changed = data(bank("diff", "1", "2", "--json"))
    assert [memory["id"] for memory in changed["added"]] == ["m-two"]
    assert bank("diff", "2", "1").stdout == "- m-two  Title of m-two\n"
    assert told(bank("at", "9")) == "There is no revision 9: the bank is at revision 2."
    assert told(bank("diff", "1", "9")) == "There is no revision 9: the bank is at revision 2."


def test_the_history_tells_every_decision_or_one_memorys_versions(bank: Words) -> None:
    bank("retire", "m-one", "--reason", "stale", "--by", "Bob")
    made = data(bank("history", "--json"))
    assert [(one["verdict"], one["by"], one["reason"], one["revision"]) for one in made] == [
        ("accept", "Bob", "stale", 2), ("accept", "Ann", "clear", 1),
    ]  # fmt: skip
    versions = data(bank("history", "m-one", "--json"))
    assert [version["memory"]["status"] for version in versions] == ["active", "retired"]
    assert "2 retired" in bank("history", "m-one").stdout


def test_stats_of_unused_memories_are_zeros_when_asked_for_by_name(bank: Words) -> None:
    assert data(bank("stats", "--json")) == []
    (found,) = data(bank("stats", "m-one.1", "--json"))
    assert (found["memory"], found["recalled"], found["entered"], found["runs"]) == ("m-one.1", 0, 0, 0)
    assert "proposals: 1 undecided" in bank("stats").stderr


# --- deciding --------------------------------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_a_number_is_enough_to_accept_it(bank: Words, home: Path) -> None:
    (waiting,) = data(bank("queue", "--json"))
    assert (waiting["number"], waiting["id"], waiting["state"]) == (2, "add-two", "undecided")
    (made,) = data(bank("accept", "2", "--reason", "good", "--json"))
    assert (made["proposal_id"], made["by"], made["reason"], made["revision"]) == ("add-two", "Ann", "good", 2)
    assert state(home)[1][-1] == ("m-two", 1, "active")
    assert bank("queue").stderr == "Nothing waits.\n"
    assert [one["state"] for one in data(bank("queue", "--all", "--json"))] == ["accepted", "accepted"]


def test_all_that_waits_is_accepted_at_once(bank: Words, home: Path) -> None:
    assert told(bank("accept")).startswith("Say which proposals")
    assert [made["proposal_id"] for made in data(bank("accept", "--all", "--json"))] == ["add-two"]
    assert data(bank("accept", "--all", "--json")) == []


def test_a_second_decision_on_a_proposal_is_refused(bank: Words) -> None:
    assert "Ann accepted it" in told(bank("accept", "add-one"))


def test_of_several_decisions_those_that_fit_are_made_and_the_others_named(bank: Words, home: Path) -> None:
    refused = told(bank("accept", "1", "2"))
    assert refused.startswith("add-one: This proposal was decided before")
    assert state(home)[0] == 2


def test_a_discard_needs_a_reason_and_changes_no_memory(bank: Words, home: Path) -> None:
    assert bank("discard", "2").exit_code == 2
    assert told(bank("discard", "2", "--reason", " ")) == 'Say why: --reason "...".'
    assert bank("discard", "2", "--reason", "too vague").exception is None
    assert state(home)[0] == 1
    assert data(bank("queue", "--all", "--json"))[1]["decision"]["reason"] == "too vague"


def test_a_decision_is_undone_by_its_id_or_its_proposal_and_done_again(bank: Words, home: Path) -> None:
    before = state(home)[1]
    (made,) = data(bank("accept", "2", "--json"))
    (undone,) = data(bank("undo", made["id"][:8], "--json"))
    assert (undone["verdict"], undone["undoes"]) == ("undo", made["id"])
    assert state(home) == (3, before)
    data(bank("undo", undone["id"], "--json"))
    assert state(home)[1][-1] == ("m-two", 1, "active")
    data(bank("undo", "add-one", "--json"))
    assert told(bank("undo", "add-one")) == "Nobody has decided on add-one yet, so there is nothing to undo."


def test_an_undo_takes_later_decisions_along_only_when_told_to(bank: Words, home: Path) -> None:
    bank("retire", "m-one")
    assert "later" in told(bank("undo", "add-one"))
    assert len(data(bank("undo", "add-one", "--cascade", "--json"))) == 2
    assert state(home)[1] == []


def test_a_memory_is_retired_with_its_parts_and_restored(bank: Words, home: Path) -> None:
    bank("retire", "m-one", "--with-subtasks")
    assert state(home)[1] == [("m-one", 2, "retired"), ("m-one.1", 2, "retired")]
    assert told(bank("retire", "m-one")) == "Memory 'm-one' is retired already."
    bank("restore", "m-one")
    assert state(home)[1] == [("m-one", 3, "active"), ("m-one.1", 2, "retired")]
    assert told(bank("restore", "m-one")) == "Memory 'm-one' is not retired."


def test_a_memory_whose_addition_was_undone_can_be_brought_back(bank: Words, home: Path) -> None:
    bank("undo", "add-one")
    assert state(home)[1] == []
    bank("restore", "m-one")
    assert state(home)[1] == [("m-one", 2, "active")]


def test_two_memories_are_merged_and_the_kept_one_stays_out_of_both_tasks(bank: Words, home: Path) -> None:
    store = DuckStore(home / "procmem.duckdb")
    twin = json.loads(json.dumps(memory_json(full("m-twin"))))
    store.close()
    twin["origin"]["task_id"] = "task/2"
    (home / "twin.json").write_text(json.dumps(twin))
    (wish,) = data(bank("propose", "--file", str(home / "twin.json"), "--json"))
    bank("accept", wish["id"])
    bank("merge", "m-one", "m-twin", "--reason", "the same")
    assert state(home)[1] == [("m-one", 2, "active"), ("m-one.1", 1, "active"), ("m-twin", 2, "retired")]
    assert data(bank("show", "m-one", "--json"))["origin"]["learned_from"] == ["task/2"]
    assert told(bank("merge", "m-one", "m-one.1")) == "Two different active memories of one level can be merged."
    assert told(bank("merge", "m-one", "m-twin")) == "Two different active memories of one level can be merged."


# --- editing ---------------------------------------------------------------------------------------------------------


def editor(folder: Path, code: str) -> str:
    """A program that edits the file it is given, as a person would."""
    script = folder / "editor.py"
    script.write_text(f"#!{sys.executable}\nimport pathlib, sys\npath = pathlib.Path(sys.argv[-1])\n{code}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


def test_a_proposal_is_edited_in_the_editor_and_accepted_so(bank: Words, home: Path, tmp_path: Path) -> None:
    program = editor(tmp_path, "path.write_text(path.read_text().replace('Title of m-two', 'Better'))")
    bank("edit", "add-two", EDITOR=program, VISUAL="")
    assert data(bank("show", "m-two", "--json"))["title"] == "Better"
    assert data(bank("queue", "--all", "--json"))[1]["state"] == "edited"
    assert state(home)[0] == 2


def test_a_memory_is_edited_into_a_new_version_that_can_be_compared(bank: Words, tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps({**memory_json(full("m-one")), "title": "Better", "version": 8}))
    bank("edit", "m-one", "--file", str(file), "--reason", "clearer")
    assert data(bank("show", "m-one", "--json"))["version"] == 2
    assert data(bank("show", "m-one", "--version", "1", "--json"))["title"] == "Title of m-one"
    changed = bank("diff", "1", "2", "--memory", "m-one").stdout.splitlines()
    assert [line for line in changed if "itle" in line or "Better" in line] == ["-Title of m-one", "+Better"]


def test_a_memory_is_edited_together_with_its_parts_and_only_what_changed_gets_a_version(
    bank: Words, home: Path, tmp_path: Path
) -> None:
    program = editor(tmp_path, "path.write_text(path.read_text().replace('sort column 3', 'sort column 4'))")
    bank("edit", "m-one", EDITOR=program, VISUAL="")
    assert state(home)[1] == [("m-one", 1, "active"), ("m-one.1", 2, "active")]


def test_a_mistake_in_the_editor_loses_nothing(bank: Words, home: Path, tmp_path: Path) -> None:
    sentence = told(bank("edit", "add-two", EDITOR=editor(tmp_path, "path.write_text('{broken')"), VISUAL=""))
    assert sentence.startswith("procmem-")
    kept = Path(sentence.split("Your text is kept in ")[1].split(";")[0])
    assert kept.read_text() == "{broken"
    kept.unlink()
    assert state(home)[0] == 1
    assert "Nothing was changed" in told(bank("edit", "add-two", EDITOR=editor(tmp_path, "pass"), VISUAL=""))
    assert "ended with code 3" in told(bank("edit", "add-two", EDITOR=editor(tmp_path, "sys.exit(3)"), VISUAL=""))
    assert "can not be started" in told(bank("edit", "add-two", EDITOR="/no/such/editor", VISUAL=""))
    assert told(bank("edit", "add-two", EDITOR="", VISUAL="")).startswith("No editor is set.")


def test_what_was_written_is_kept_when_it_can_not_be_accepted(bank: Words, home: Path, tmp_path: Path) -> None:
    store = DuckStore(home / "procmem.duckdb")
    store.propose([Proposal("late", "revise", (full("m-one"),), "gpt", "it misled")])
    store.close()
    bank("retire", "m-one")
    program = editor(tmp_path, "path.write_text(path.read_text().replace('Title of', 'Better'))")
    sentence = told(bank("edit", "late", EDITOR=program, VISUAL=""))
    kept = Path(sentence.split("What you wrote is kept in ")[1].removesuffix("."))
    assert json.loads(kept.read_text())["title"] == "Better m-one"
    kept.unlink()
    assert told(bank("edit", "add-one")).startswith("add-one is accepted already.")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"id": "other"}, "The id 'other' is none of those to be edited: m-one, m-one.1."),
        ({"key": 4}, "new.json, field [0].key: input should be a valid string."),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(bank: Words, tmp_path: Path, changed: Any, sentence: str) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps({**memory_json(full("m-one")), **changed}))
    assert told(bank("edit", "m-one", "--file", str(file))) == sentence


# --- files and runs --------------------------------------------------------------------------------------------------


def test_a_bank_goes_through_a_file_into_another_home(bank: Words, tmp_path: Path) -> None:
    file = tmp_path / "bank.jsonl"
    bank("export", str(file), "--vectors")
    assert bank("export").stdout.splitlines()[1] == bank("export").stdout.splitlines()[1]
    elsewhere = {"PROCMEM_HOME": str(tmp_path / "second")}
    assert data(bank("import", str(file), "--dry-run", "--json", **elsewhere))["decision"] is None
    assert bank("import", str(file), "--dry-run", **elsewhere).stdout.splitlines() == [
        "2 new, 0 changed, 0 in the bank already.", "+ m-one  Title of m-one", "+ m-one.1  Title of m-one.1",
        "A dry run: nothing was written.",
    ]  # fmt: skip
    assert "The bank is empty" in bank("list", **elsewhere).stderr
    done = data(bank("import", str(file), "--json", **elsewhere))
    assert (done["added"], done["revised"], done["unchanged"]) == (["m-one", "m-one.1"], [], 0)
    assert done["decision"]["revision"] == 1
    assert data(bank("list", "--json", **elsewhere)) == data(bank("list", "--json"))
    again = bank("import", str(file), **elsewhere)
    assert again.stdout == "0 new, 0 changed, 2 in the bank already.\n"
    assert data(bank("embed", "--json", **elsewhere)) == {"model": "hash", "embedded": 0}


def test_an_import_for_review_only_queues(bank: Words, tmp_path: Path) -> None:
    file = tmp_path / "bank.jsonl"
    bank("export", str(file))
    elsewhere = {"PROCMEM_HOME": str(tmp_path / "second")}
    assert data(bank("import", str(file), "--review", "--json", **elsewhere))["proposals"] == 1
    assert data(bank("list", "--json", **elsewhere)) == []
    assert [one["kind"] for one in data(bank("queue", "--json", **elsewhere))] == ["add"]


def test_a_damaged_file_is_refused_by_line_and_nothing_is_imported(bank: Words, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "bank.jsonl"
    bank("export", str(file))
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], lines[1].replace("m-one", "m-new"), lines[2][:-20]]))
    assert told(bank("import", str(file))).startswith("Line 3 of bank.jsonl is no JSON")
    assert state(home)[0] == 1


def test_memories_written_by_hand_are_proposed_against_the_bank_as_it_stands(bank: Words, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps([{**memory_json(full("m-one")), "title": "Better"}, memory_json(full("m-new"))]))
    wishes = data(bank("propose", "--file", str(file), "--reason", "clearer", "--json"))
    assert [(wish["kind"], wish["memories"][0]["id"], wish["reason"]) for wish in wishes] == [
        ("add", "m-new", "clearer"), ("revise", "m-one", "clearer"),
    ]  # fmt: skip
    file.write_text(json.dumps(memory_json(part("m-x.1", parent="m-x"))))
    assert told(bank("propose", "--file", str(file))).startswith(
        "mine.json, memory 'm-x.1', field parent: no full-task"
    )
    file.write_text(json.dumps([memory_json(full("m-x"))] * 2))
    assert told(bank("propose", "--file", str(file))) == "mine.json holds two memories of one id."
    file.write_text(json.dumps(memory_json(full("m-one"))))
    assert bank("propose", "--file", str(file)).stderr == "Nothing is proposed: the bank holds it all already.\n"


def test_an_own_agents_messages_are_proposed_from_a_file(bank: Words, tmp_path: Path) -> None:
    file = tmp_path / "messages.json"
    call = {"id": "a", "type": "function", "function": {"name": "book_room", "arguments": '{"room": "Oak"}'}}
    messages = [{"role": "user", "content": "Book Oak"}, {"role": "assistant", "content": "", "tool_calls": [call]}]
    file.write_text(json.dumps({"messages": messages}))
    (wish,) = data(bank("propose", "--messages", str(file), "--agent", "clerk", "--json"))
    assert [memory["agent"] for memory in wish["memories"]] == ["orchestrator", "clerk"]
    file.write_text(json.dumps([{"role": "user", "content": "Book Oak"}, {"role": "robot"}]))
    assert told(bank("propose", "--messages", str(file))).startswith("messages[1].role: 'robot' is none of")
    assert told(bank("propose")) == "Say what to propose: --file, --run or --messages."


def test_what_a_run_teaches_is_proposed_whether_it_succeeded_or_not(bank: Words, home: Path) -> None:
    task, team = note_task(), make_team("LLM team", "simulated/large", "simulated/small")
    policy = Policy(build="trajectory", placement="none")
    store = DuckStore(home / "procmem.duckdb")
    store.begin_run(a_run("run-7"), setup(task, team, policy))
    for event in (
        Started("run-7", task.id, task.text, team, policy, 0, ()),
        Delegated(1, "system", "Write Dana"),
        Acted(1, 1, "system", "Write it.", "files_write_file", {"contents": "Dana"}, "Written.", False, 0.1),
        Reported(1, "system", "Done."),
        Graded(False, (), ()),
        Finished("failed", "Done.", 1, 0, 0, None, None, 0.1, ""),
    ):
        store.append("run-7", event)
    store.close()
    (wish,) = data(bank("propose", "--run", "run-7", "--json"))
    assert (wish["id"], wish["state"], len(wish["memories"])) == ("add-run-7", "undecided", 2)
    assert len(data(bank("propose", "--run", "run-7", "--json"))) == 1
    assert "Unknown run 'run-8'" in told(bank("propose", "--run", "run-8"))


def test_every_memory_is_embedded_with_progress(bank: Words) -> None:
    done = bank("embed")
    assert done.stderr == "2 of 2 memories embedded\n"
    assert done.stdout == "All memories have a vector of hash; 2 were missing.\n"


def test_a_proposal_that_was_not_distilled_can_not_be_distilled_again_without_its_run(bank: Words, home: Path) -> None:
    store = DuckStore(home / "procmem.duckdb")
    store.propose([Proposal("faulty", "add", (full("m-f"),), "gpt", "It passed.", None, "no JSON")])
    store.close()
    assert "Not distilled: no JSON" in bank("queue").stdout
    assert told(bank("distil", "faulty")).startswith("This proposal comes from no run")
    assert isinstance(bank("distil", "nothing").exception, UnknownName)
