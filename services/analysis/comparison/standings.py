"""Who stands where in a group: the pairs and people at the ends of the scores, ties said as ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TypeVar

from services.domain.comparison import Pair, PersonKey, TopPairs, TopPeople

_Key = TypeVar("_Key")

TIE_POINTS = 1.0
"""Scores closer than this are a tie: they are shown as whole numbers, and their bands are far wider."""

FEWEST_FOR_STANDINGS = 3


def scored(pairs: Sequence[Pair]) -> list[tuple[Pair, float]]:
    """List the pairs that have a score, with it."""
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
