"""Models are tried in the background, and each says what came of it."""

from __future__ import annotations

import threading

from procmem.connections import Connection, Connections
from procmem.errors import BadInput, ModelFailed


def wait(connections: Connections) -> None:
    """Until every answer is there; the threads are the tests' own."""
    for thread in threading.enumerate():
        if thread.name.startswith("test "):
            thread.join(20)
    assert not connections.testing


def test_each_model_says_whether_it_works_or_what_failed() -> None:
    def check(name: str) -> str:
        match name:
            case "good":
                return "good calls tools (0.1 s)."
            case "keyless":
                raise BadInput("keyless needs SOME_KEY in the environment.")
            case _:
                raise ModelFailed("The server of far can not be reached.")

    connections = Connections(check)
    connections.test(["good", "keyless", "far", "good"])
    wait(connections)
    assert connections.known == {
        "good": Connection("works", "good calls tools (0.1 s)."),
        "keyless": Connection("fails", "keyless needs SOME_KEY in the environment."),
        "far": Connection("fails", "The server of far can not be reached."),
    }


def test_a_slow_model_is_asked_once_while_the_others_answer() -> None:
    asked: list[str] = []
    answer = threading.Event()

    def check(name: str) -> str:
        asked.append(name)
        if name == "slow":
            answer.wait(20)
        return f"{name} answers"

    connections = Connections(check)
    connections.test(["slow"])
    connections.test(["slow", "quick"])
    while connections.known["quick"].state == "testing":
        pass
    assert connections.known["slow"].state == "testing"
    assert connections.testing
    answer.set()
    wait(connections)
    assert sorted(asked) == ["quick", "slow"]
