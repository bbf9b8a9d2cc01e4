"""Everybody's tracks taken together: their groups, who is in which, and the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import fit_clusters
from services.analysis.comparison.listening import Listening
from services.analysis.naming import name_clusters
from services.analysis.projection import project
from services.analysis.reference import REFERENCE_MEDIANS
from services.analysis.traits import describe_traits, group_tempo, levels, major_share
from services.domain.comparison import PeopleDot, SharedGroup, UnionGroup
from services.domain.group_words import name_words
from services.domain.report import MapAxes
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
    modes = np.array([np.nan if entry.features.mode is None else entry.features.mode for entry in entries])
    corrected = [is_corrected(entry) for entry in entries]
    traits = [
        describe_traits(z, raw, partition.labels, index, REFERENCE_MEDIANS, corrected=corrected)
        for index in range(partition.k)
    ]
    # Genres come from somebody's file: they veto a name, and the others do not read them.
    parts = [partition.labels == index for index in range(partition.k)]
    tempi = [group_tempo(raw[own], np.array(corrected)[own]) for own in parts]
    named = name_clusters(z, raw, partition.labels, traits, genres=genres, tempi=tempi)
    projection = project(points, partition.labels, partition.centres, z)
    middles = [None if projection is None else _middle(projection.xy[own]) for own in parts]
    groups = tuple(
        UnionGroup(
            name=name_words(name),
            levels=levels(z, raw, partition.labels, index, corrected=corrected),
            tempo_range_bpm=tempo.range_bpm if tempo else None,
            major_share=major_share(modes[own]),
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
