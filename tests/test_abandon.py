"""Calls that can be given up."""

from __future__ import annotations

import threading
import time

import pytest

from procmem.errors import Cancelled
from procmem.models.abandon import abandonable


def test_the_result_comes_back() -> None:
    assert abandonable(lambda: 7, seconds=5) == 7


def test_an_error_of_the_call_is_raised_to_its_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        abandonable(lambda: 1 // 0, seconds=5)


def test_a_time_out_of_the_call_itself_is_not_waited_for_again() -> None:
    def call() -> None:
        raise TimeoutError("the call's own")

    with pytest.raises(TimeoutError, match="the call's own"):
        abandonable(call, stop=threading.Event(), seconds=60)


def test_a_call_that_takes_too_long_is_given_up() -> None:
    release = threading.Event()
    with pytest.raises(TimeoutError):
        abandonable(release.wait, seconds=0.05)
    release.set()


def test_a_set_stop_gives_the_call_up() -> None:
    release, stop = threading.Event(), threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(Cancelled):
        abandonable(release.wait, stop=stop, seconds=60)
    release.set()


def test_a_stop_that_was_set_before_starts_nothing() -> None:
    stop, ran = threading.Event(), threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        abandonable(ran.set, stop=stop, seconds=60)
    assert not ran.is_set()


def test_calls_one_after_the_other_share_a_thread_and_a_given_up_call_keeps_its_own() -> None:
    threads = {abandonable(threading.get_ident, seconds=5)}
    for _ in range(20):
        time.sleep(0.002)  # a thread reports back idle a moment after its result is out
        threads.add(abandonable(threading.get_ident, seconds=5))
    assert len(threads) <= 2
    release, holder = threading.Event(), []

    def call() -> None:
        holder.append(threading.get_ident())
        release.wait()

    with pytest.raises(TimeoutError):
        abandonable(call, seconds=0.05)
    assert abandonable(threading.get_ident, seconds=5) not in holder
    release.set()
