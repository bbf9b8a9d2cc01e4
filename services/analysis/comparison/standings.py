"""Who stands where in a group: the order in which people are shown, and the ends of the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TypeVar

from services.domain.comparison import Pair, PersonKey, TopPairs, TopPeople

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


_Key = TypeVar("_Key")

TIE_POINTS = 1.0
"""Scores closer than this are a tie: they are shown as whole numbers, and their bands are far wider."""

FEWEST_FOR_STANDINGS = 3


def scored(pairs: Sequence[Pair]) -> list[tuple[Pair, float]]:
    """List the pairs that have a score, with the score."""
    return [(pair, pair.score) for pair in pairs if pair.score is not None]


def scores_of(pairs: Sequence[Pair]) -> dict[PersonKey, list[float]]:
    """Collect each person's scores with the others."""
    found: dict[PersonKey, list[float]] = {}
    for pair, score in scored(pairs):
        found.setdefault(pair.a, []).append(score)
        found.setdefault(pair.b, []).append(score)
    return found


def top_pairs(pairs: Sequence[Pair], *, highest: bool) -> TopPairs | None:
    """Find the most alike or the most different pair; None for a group of two or less."""
    known = scored(pairs)
    if len(scores_of(pairs)) < FEWEST_FOR_STANDINGS:
        return None
    values = {(pair.a, pair.b): score for pair, score in known}
    ends, value, gap = _end(values, highest=highest)
    return TopPairs(ends, value, gap)


def top_people(values: Mapping[PersonKey, float], *, highest: bool) -> TopPeople | None:
    """Find who is at one end of a figure; None for a group of two or less."""
    if len(values) < FEWEST_FOR_STANDINGS:
        return None
    return TopPeople(*_end(values, highest=highest))


def mean_scores(pairs: Sequence[Pair]) -> dict[PersonKey, float]:
    """Return each person's mean score with the others."""
    return {key: fmean(scores) for key, scores in scores_of(pairs).items()}


def lowest_scores(pairs: Sequence[Pair]) -> dict[PersonKey, float]:
    """Return each person's score with whom they fit least."""
    return {key: min(scores) for key, scores in scores_of(pairs).items()}


def _end(values: Mapping[_Key, float], *, highest: bool) -> tuple[tuple[_Key, ...], float, float | None]:
    """Return who is within a tie of the best, the best value, and how far the next one is behind."""
    best = max(values.values()) if highest else min(values.values())
    tied = tuple(key for key, value in values.items() if abs(value - best) < TIE_POINTS)
    rest = [abs(value - best) for key, value in values.items() if key not in tied]
    return tied, best, min(rest) if rest else None
