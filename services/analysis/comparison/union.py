"""Everybody's tracks taken together: their groups and map, and who stands where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import fit_clusters
from services.analysis.comparison.listening import Listening
from services.analysis.comparison.score import HIGH_PERCENTILE, LOW_PERCENTILE
from services.analysis.genres import commonly_known
from services.analysis.grounding import grounded
from services.analysis.name_rules import faint_words
from services.analysis.naming import name_clusters
from services.analysis.projection import project
from services.analysis.reference import REFERENCE_MEDIANS, audible
from services.analysis.scenes import scene_of
from services.analysis.tally import Listing, groups_and_rests
from services.analysis.titles import lead_artist
from services.analysis.traits import HeardGroup, describe_traits, known_modes, levels, major_share
from services.domain.comparison import (
    PeopleDot,
    PersonKey,
    SharedGroup,
    TopPairs,
    TopPeople,
    UnionGroup,
    is_wide,
)
from services.domain.group_words import name_words
from services.domain.music import Track
from services.domain.report import EnrichedTrack, MapAxes
from services.domain.scoring import OF_ONE_DRAW
from services.domain.tempo import is_corrected

AT_HOME = 0.05
"""Part of their tracks that makes a group one of a person's own."""


@dataclass(frozen=True, slots=True)
class Union:
    """The groups of everybody's measured tracks."""

    groups: tuple[UnionGroup, ...]
    shares: tuple[tuple[float, ...], ...]
    """For each person the part of their tracks in each group."""
    axes: MapAxes | None
    dots: tuple[PeopleDot, ...]


def unite(people: Sequence[Listening]) -> Union:
    """Group everybody's measured tracks once, and place all of them on one map.

    Nobody has more than `MOST_COMPARED` tracks in it, so that one library does not decide for all.
    """
    points = np.concatenate([person.measured.points for person in people])
    z = np.concatenate([person.measured.z for person in people])
    raw = np.concatenate([person.measured.raw for person in people])
    entries = [entry for person in people for entry in person.measured.entries]
    owner = np.repeat(np.arange(len(people)), [len(person.measured.entries) for person in people])
    partition = fit_clusters(points, keys=[entry.track.key for entry in entries])
    genres = [entry.track.genres for entry in entries]
    corrected = [is_corrected(entry) for entry in entries]
    heard = [
        HeardGroup.of(z, raw, partition.labels, index, corrected=corrected) for index in range(partition.k)
    ]
    traits = [describe_traits(own, REFERENCE_MEDIANS) for own in heard]
    parts = [partition.labels == index for index in range(partition.k)]
    modes = [known_modes(entries[row] for row in np.flatnonzero(own)) for own in parts]
    tempi, said = [own.tempo for own in heard], list(map(levels, heard))
    apart = groups_and_rests(Listing.of(_for_all_to_read(entries)), partition.labels, partition.k)
    # The genres of somebody's file say which words may be said of the sound, and nobody reads them.
    named = grounded(
        name_clusters(
            z,
            raw,
            partition.labels,
            traits,
            genres=genres,
            scenes=list(starmap(scene_of, apart)),
            tempi=tempi,
            is_major=[entry.is_major for entry in entries],
            shown=[{level.feature for level in each} for each in said],
        ),
        apart,
        faint=[faint_words(audible(z[own])) for own in parts],
    )
    projection = project(points, partition.labels, partition.centres, z)
    middles = [None if projection is None else _middle(projection.xy[own]) for own in parts]
    groups = tuple(
        UnionGroup(
            name=name_words(name),
            levels=said[index],
            tempo_range_bpm=tempo.range_bpm if tempo else None,
            major_share=major_share(modes[index]),
            modes_known=len(modes[index]),
            size=int(own.sum()),
            x=None if middle is None else middle[0],
            y=None if middle is None else middle[1],
        )
        for index, (name, own, tempo, middle) in enumerate(zip(named, parts, tempi, middles, strict=True))
    )
    dots: list[PeopleDot] = []
    if projection is not None:
        dots += _dots(projection.xy, owner, likely=False)
        for index, person in enumerate(people):
            if len(person.guessed.entries):
                placed = projection.place(person.guessed.points)
                dots += _dots(placed, np.full(len(placed), index), likely=True)
    return Union(
        groups=groups,
        shares=tuple(_shares(partition.labels[owner == index], len(groups)) for index in range(len(people))),
        axes=projection.axes if projection else None,
        dots=tuple(dots),
    )


def _for_all_to_read(entries: Sequence[EnrichedTrack]) -> list[Track]:
    """Return what a name that all may read is made of: what artists are commonly known for.

    Not who is in somebody's list, nor what their file or its titles say, and nothing of tracks that are not
    released.
    """
    leads = [lead_artist(entry.track.artists) for entry in entries]
    known = commonly_known(leads)
    return [
        Track(title="", genres=known.get(lead, ()) if entry.track.id or entry.track.isrc else ())
        for entry, lead in zip(entries, leads, strict=True)
    ]


def shared_groups(
    groups: Sequence[UnionGroup], a_shares: Sequence[float], b_shares: Sequence[float]
) -> tuple[SharedGroup, ...]:
    """List the groups in which both have a noticeable part of their tracks, the most common ground first."""
    both = [
        SharedGroup(index, group.name, a, b)
        for index, (group, a, b) in enumerate(zip(groups, a_shares, b_shares, strict=True))
        if min(a, b) >= AT_HOME
    ]
    return tuple(sorted(both, key=lambda shared: (-min(shared.a_share, shared.b_share), shared.group)))


def _shares(labels: NDArray[np.intp], groups: int) -> tuple[float, ...]:
    if not len(labels) or not groups:
        return (0.0,) * groups
    counts = np.bincount(labels, minlength=groups)
    return tuple(float(count) for count in counts / len(labels))


def _middle(places: NDArray[np.float64]) -> tuple[float, float]:
    x, y = np.median(places, axis=0)
    return float(x), float(y)


def _dots(places: NDArray[np.float64], owner: NDArray[np.intp], *, likely: bool) -> list[PeopleDot]:
    return [
        PeopleDot(float(x), float(y), int(person), likely)
        for (x, y), person in zip(places, owner, strict=True)
    ]


Float = NDArray[np.float64]

Couple = tuple[PersonKey, PersonKey]

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

CERTAIN = 0.9
"""Share of the draws in which one of the named is at the end. Of such sentences 96 % are true of groups of
three to eight listeners with 20 to 150 tracks; where a lead of one point was enough, 77 % were.
"""

MOST_NAMED = 3
"""Of whom it is said that one of them is at the end, as long as others are not."""

FEWEST_FOR_STANDINGS = 3


def top_pairs(scores: Mapping[Couple, Float], *, highest: bool) -> TopPairs | None:
    """Find the most alike or the most different pair.

    None for a group of two or less, and where too many pairs may be it. So below.

    Parameters
    ----------
    scores
        The score of each pair, then draws of it with its error, shape (1 + draws,).
    """
    if len(people_in(scores)) < FEWEST_FOR_STANDINGS:
        return None
    end = _end(scores, highest=highest)
    return None if end is None else TopPairs(*end, is_sure=True)


def top_people(values: Mapping[PersonKey, Float], *, highest: bool) -> TopPeople | None:
    """Find who is at one end of a figure, given as the scores of pairs are."""
    if len(values) < FEWEST_FOR_STANDINGS:
        return None
    end = _end(values, highest=highest)
    return None if end is None else TopPeople(*end, is_sure=True)


def people_in(scores: Mapping[Couple, Float]) -> dict[PersonKey, list[Float]]:
    """Collect each person's scores with the others."""
    found: dict[PersonKey, list[Float]] = {}
    for couple, values in scores.items():
        for key in couple:
            found.setdefault(key, []).append(values)
    return found


def mean_scores(scores: Mapping[Couple, Float]) -> dict[PersonKey, Float]:
    """Return each person's mean score with the others."""
    return {key: np.mean(values, axis=0) for key, values in people_in(scores).items()}


def lowest_scores(scores: Mapping[Couple, Float]) -> dict[PersonKey, Float]:
    """Return each person's score with whom they fit least."""
    return {key: np.min(values, axis=0) for key, values in people_in(scores).items()}


def _end(
    values: Mapping[_Key, Float], *, highest: bool
) -> tuple[tuple[_Key, ...], float, float | None] | None:
    """Return who may be at the end, the best value, and how far the next one is behind.

    None where that may be too many, or where the value of one of them is hardly known.
    """
    keys = list(values)
    table = np.stack([values[key] for key in keys]) * (1 if highest else -1)
    best = table == table.max(axis=0)
    shares = (best / best.sum(axis=0))[:, 1:].mean(axis=1)
    order = np.lexsort((-table[:, 0], -shares))
    count = 1 + int(np.searchsorted(np.cumsum(shares[order]), CERTAIN - 1e-9))
    if count > MOST_NAMED or count >= len(keys):
        return None
    named = sorted(order[:count].tolist(), key=lambda row: (-table[row, 0], row))
    if any(is_wide(*_range_of(table[row])) for row in named):
        return None
    value = float(table[named, 0].max())
    behind = value - float(table[order[count:], 0].max())
    return tuple(keys[row] for row in named), abs(value), max(behind, 0.0)


def _range_of(draws: Float) -> tuple[float, float]:
    """Return the range that holds nine of ten values of other tracks; the draws have half of its variance."""
    low, high = np.percentile((draws - draws[0]) / OF_ONE_DRAW, (LOW_PERCENTILE, HIGH_PERCENTILE))
    return float(low), float(high)
