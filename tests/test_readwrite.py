"""Readers share, a writer is alone, and nobody starves."""

from __future__ import annotations

import threading

from procmem.store.readwrite import ReadWriteLock


def test_two_readers_are_inside_at_once() -> None:
    lock, both = ReadWriteLock(), threading.Barrier(2, timeout=10)

    def read() -> None:
        with lock.reading():
            both.wait()

    other = threading.Thread(target=read)
    other.start()
    read()
    other.join()


def test_a_writer_is_alone_among_readers_and_writers() -> None:
    lock = ReadWriteLock()
    pair = [0, 0]
    torn: list[list[int]] = []

    def write() -> None:
        for _ in range(300):
            with lock.writing():
                pair[0] += 1
                pair[1] += 1

    def read() -> None:
        for _ in range(300):
            with lock.reading():
                if pair[0] != pair[1]:
                    torn.append(list(pair))

    threads = [threading.Thread(target=work) for work in (write, read, write, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pair == [600, 600]
    assert torn == []


def test_a_reader_comes_in_between_the_turns_of_a_busy_writer() -> None:
    lock, came = ReadWriteLock(), threading.Event()

    def read() -> None:
        with lock.reading():
            came.set()

    reader = threading.Thread(target=read)
    turns = 0
    with lock.writing():
        reader.start()
        while not lock._waiting_readers:
            pass
    while not came.is_set():
        with lock.writing():
            turns += 1
    reader.join()
    assert turns <= 1
