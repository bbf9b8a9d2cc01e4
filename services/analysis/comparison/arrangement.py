"""Put people in a row so that alike ones stand next to each other: average linkage, leaves turned to fit."""

from __future__ import annotations

from collections.abc import Sequence

STRANGERS = 100.0
"""Distance to somebody without a score."""


def arrange(matrix: Sequence[Sequence[float | None]]) -> tuple[int, ...]:
    """Return an order of the people.

    The two nearest clusters are joined, distances averaged over their members, until one is left (UPGMA);
    at each joint the two rows are turned so that the most alike ends meet. People without any score
    stand at the end. Ties go by the given order.

    Parameters
    ----------
    matrix
        Symmetric scores, 0..100; None where there is none.
    """
    scored = [row for row in range(len(matrix)) if matrix[row][row] is not None]
    rows = [[row] for row in scored]
    while len(rows) > 1:
        _, first, second = min(
            (_mean_distance(matrix, rows[one], rows[other]), one, other)
            for one in range(len(rows))
            for other in range(one + 1, len(rows))
        )
        joined = _joined(matrix, rows[first], rows[second])
        rows = [joined if place == first else row for place, row in enumerate(rows) if place != second]
    rest = [row for row in range(len(matrix)) if matrix[row][row] is None]
    return (*(rows[0] if rows else ()), *rest)


def _distance(matrix: Sequence[Sequence[float | None]], one: int, other: int) -> float:
    score = matrix[one][other]
    return STRANGERS if score is None else STRANGERS - score


def _mean_distance(
    matrix: Sequence[Sequence[float | None]], one: Sequence[int], other: Sequence[int]
) -> float:
    total = sum(_distance(matrix, first, second) for first in one for second in other)
    return round(total / (len(one) * len(other)), 9)


def _joined(matrix: Sequence[Sequence[float | None]], left: list[int], right: list[int]) -> list[int]:
    options = [(first, second) for first in (left, left[::-1]) for second in (right, right[::-1])]
    first, second = min(options, key=lambda ends: round(_distance(matrix, ends[0][-1], ends[1][0]), 9))
    return [*first, *second]
