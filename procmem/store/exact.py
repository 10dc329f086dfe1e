"""Exact nearest neighbours: a growing matrix in pieces, read from end to end by every query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

PIECE = 8192
"""Rows of one piece: it grows without being copied, and shrinks a piece at a time."""
ROUNDING = 1e-6


class Rows:
    """Unit vectors by number, in no order. Not safe for several threads by itself."""

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._numbers: list[int] = []
        self._row: dict[int, int] = {}
        self._pieces: list[Matrix] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: int) -> bool:
        return number in self._row

    def add(self, numbers: Sequence[int], vectors: Matrix) -> None:
        """Append numbers that are not there yet; ``vectors`` has shape (len(numbers), dim)."""
        done = 0
        while done < len(numbers):
            piece, row = divmod(len(self._numbers), PIECE)
            if piece == len(self._pieces):
                self._pieces.append(np.empty((PIECE, self._dim), np.float32))
            some = min(PIECE - row, len(numbers) - done)
            self._pieces[piece][row : row + some] = vectors[done : done + some]
            self._row.update(zip(numbers[done : done + some], range(len(self), len(self) + some), strict=True))
            self._numbers.extend(numbers[done : done + some])
            done += some

    def remove(self, number: int) -> None:
        """Take one out; the last row takes its place."""
        row, last = self._row.pop(number), len(self) - 1
        if row != last:
            moved = self._numbers[last]
            self._vector(row)[:] = self._vector(last)
            self._numbers[row] = moved
            self._row[moved] = row
        self._shorten(last)

    def pop(self, most: int) -> tuple[list[int], Matrix]:
        """Take the last rows out, up to ``most`` of them and of one piece."""
        piece, end = divmod(len(self) - 1, PIECE)
        some = min(most, end + 1)
        vectors = self._pieces[piece][end + 1 - some : end + 1].copy()
        numbers = self._numbers[len(self) - some :]
        for number in numbers:
            del self._row[number]
        self._shorten(len(self) - some)
        return numbers, vectors

    def search(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """(number, cosine) of the ``limit`` nearest and of all that tie with the last of them, in no order."""
        if not self._numbers or limit < 1:
            return []
        cosines = np.empty(len(self), np.float32)
        for start, piece in zip(range(0, len(self), PIECE), self._pieces, strict=True):
            some = cosines[start : start + PIECE]
            # vecdot keeps to this thread; a BLAS product's threads would make the next torch query three times slower
            np.vecdot(piece[: len(some)], vector, out=some)
        rows = np.arange(len(cosines))
        if limit < len(cosines):
            cut = np.partition(cosines, -limit)[-limit]
            rows = np.flatnonzero(cosines >= cut - ROUNDING)
        return [(self._numbers[row], float(cosines[row])) for row in rows.tolist()]

    def _vector(self, row: int) -> Matrix:
        vector: Matrix = self._pieces[row // PIECE][row % PIECE]
        return vector

    def _shorten(self, length: int) -> None:
        del self._numbers[length:]
        del self._pieces[-(-length // PIECE) :]
