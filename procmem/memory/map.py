"""A map of the bank: vectors on two axes, found by principal component analysis (Pearson 1901).

A text that was not among them lands by the same axes, so it comes to lie among what means the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axes:
    """The two directions in which vectors differ most.

    Args:
        middle: Their mean, of shape (dim,).
        directions: Unit vectors at a right angle, of shape (2, dim); zero where the vectors do not differ.
        share: How much of all their variance both axes together show, from 0 to 1.
    """

    middle: Floats
    directions: Floats
    share: float

    def place(self, vectors: npt.ArrayLike) -> Floats:
        """Where vectors of shape (n, dim) lie: (n, 2)."""
        rows = np.asarray(vectors, dtype=np.float64).reshape(-1, len(self.middle))
        return np.asarray((rows - self.middle) @ self.directions.T)


def axes(vectors: npt.ArrayLike) -> Axes:
    """The axes of vectors of shape (n, dim). Equal vectors in equal order give equal axes on every machine's run.

    The sign of an axis is arbitrary, so its largest component is made positive.

    Raises:
        ValueError: there is no vector.
    """
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"a map needs vectors of shape (n, dim), not {rows.shape}")
    middle = rows.mean(axis=0)
    spread = rows - middle
    values, found = np.linalg.eigh(spread.T @ spread)  # ascending
    directions, strengths = np.zeros((2, rows.shape[1])), np.clip(values, 0.0, None)
    for place in range(min(2, rows.shape[1])):
        if strengths[-1 - place] > 1e-9:
            axis = found[:, -1 - place]
            directions[place] = axis * np.sign(axis[np.argmax(np.abs(axis))])
    total = float(strengths.sum())
    return Axes(middle, directions, float(strengths[-2:].sum()) / total if total > 1e-9 else 0.0)


def even_sample(ids: Sequence[str], limit: int) -> list[str]:
    """At most ``limit`` of the ids, evenly over their order: the same ones every time."""
    if len(ids) <= limit:
        return list(ids)
    return [ids[place * len(ids) // limit] for place in range(limit)]
