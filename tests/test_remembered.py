"""What was read from bytes is remembered by their content."""

from __future__ import annotations

import pytest

from procmem.office.formats.remembered import by_content


def test_equal_bytes_are_read_once_and_other_arguments_tell_readings_apart() -> None:
    read: list[tuple[bytes, str]] = []

    @by_content(most=8)
    def letters(data: bytes, form: str = "plain") -> str:
        read.append((data, form))
        return data.decode() if form == "plain" else data.decode().upper()

    assert [letters(b"ab"), letters(bytearray(b"ab").copy()), letters(b"ab", form="large")] == ["ab", "ab", "AB"]
    assert read == [(b"ab", "plain"), (b"ab", "large")]


def test_the_reading_that_was_asked_for_longest_ago_is_forgotten() -> None:
    read: list[bytes] = []

    @by_content(most=2)
    def size(data: bytes) -> int:
        read.append(data)
        return len(data)

    for data in (b"a", b"b", b"a", b"c", b"a", b"b"):
        size(data)
    assert read == [b"a", b"b", b"c", b"b"]


def test_what_is_large_is_read_again_each_time() -> None:
    read: list[bytes] = []

    @by_content(most=2, largest=3)
    def size(data: bytes) -> int:
        read.append(data)
        return len(data)

    assert [size(data) for data in (b"abc", b"abc", b"abcd", b"abcd")] == [3, 3, 4, 4]
    assert read == [b"abc", b"abcd", b"abcd"]


def test_a_fault_is_met_again() -> None:
    read: list[bytes] = []

    @by_content(most=2)
    def number(data: bytes) -> int:
        read.append(data)
        return int(data)

    for _ in range(2):
        with pytest.raises(ValueError):
            number(b"x")
    assert read == [b"x", b"x"]
