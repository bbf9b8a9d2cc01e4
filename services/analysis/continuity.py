"""Let groups keep letter, colour and name from one analysis of a list to the next.

People know a group by them. Groups of two analyses are one where most of their common tracks are the same;
a new group takes a free letter, and a colour by its mood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, permutations

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import Partition
from services.analysis.scenes import still_of
from services.analysis.tally import Listing, Tally, groups_and_rests
from services.domain.analysis import EarlierGroup
from services.domain.features import Feature
from services.domain.grouping import GroupName
from services.domain.music import Track
from services.domain.report import Cluster

ONE_AND_THE_SAME = 0.5
"""Jaccard similarity on the common tracks from which a group is the one of before."""

MUCH_THE_SAME = 0.8
"""Share of the longer of two lists that is in both, from which the groups of one begin those of the other.
Otherwise a list of two kinds kept its two groups when four more came: they come back well enough.
"""

_MOODS = np.array(
    [
        (-0.5, -0.5, 0.0),  # lavender: calm and dark
        (0.5, 0.8, -0.3),  # orange: lively and sunny
        (-1.2, 0.2, 0.3),  # pale cyan: quiet and airy
        (1.2, -0.6, -0.2),  # red: loud and dark
        (-0.3, 0.6, 0.2),  # green: gentle and bright
        (0.8, 0.0, 1.0),  # purple: driving, without singing
        (0.2, 1.4, -0.2),  # yellow: as cheerful as can be
        (-1.0, -0.8, 1.2),  # teal: dark and still, without singing
    ]
)
"""Liveliness, cheerfulness and instrumentalness, in spreads, that each colour of the palette stands for."""


@dataclass(frozen=True, slots=True)
class Continuity:
    """Groups in the order of their letters, and what they were."""

    partition: Partition
    rank: NDArray[np.intp]
    """Place of each group of the partition as it was fitted."""
    was: tuple[EarlierGroup | None, ...]
    letters: tuple[int, ...]
    called: tuple[GroupName | None, ...]
    """The name of before, where what it says beside the sound still holds."""

    def moved(self, labels: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return labels of the partition as it was fitted as labels of this one; -1 stays."""
        if not len(self.rank):
            return labels
        return np.where(labels >= 0, self.rank[labels], -1).astype(np.intp)

    def dressed(self, clusters: Sequence[Cluster], called: Sequence[GroupName]) -> tuple[Cluster, ...]:
        """Give groups their letters and colours, and say what a group was that lost its name."""
        colours = colours_of([cluster.profile for cluster in clusters], self.was)
        return tuple(
            replace(
                cluster,
                called=name,
                letter=letter,
                colour=colour,
                was=before.name if before is not None and before.name != cluster.name else "",
            )
            for cluster, name, letter, colour, before in zip(
                clusters, called, self.letters, colours, self.was, strict=True
            )
        )


def keep_groups(
    partition: Partition,
    earlier: Sequence[EarlierGroup],
    tracks: Sequence[Track],
    listing: Listing | None = None,
) -> Continuity:
    """Find the groups of an earlier report again, in those of the same tracks now.

    Parameters
    ----------
    partition
        Groups of `tracks`, row by row.
    earlier
        Groups of the last report of this list, if any.
    listing
        What came with the tracks, where that is read already.
    """
    names = [track.words_key for track in tracks] if earlier else []
    matches = match_groups(earlier, partition.labels, names, partition.k)
    was = [None if place is None else earlier[place] for place in matches]
    letters = _kept_or_free([None if before is None else before.letter for before in was])
    order = np.argsort(letters)
    rank = np.argsort(order)
    labels = np.where(partition.labels >= 0, rank[partition.labels], -1) if partition.k else partition.labels
    was = [was[place] for place in order]
    apart = groups_and_rests(listing or Listing.of(tracks), labels, partition.k) if earlier else []
    return Continuity(
        partition=replace(partition, labels=labels.astype(np.intp), centres=partition.centres[order]),
        rank=rank.astype(np.intp),
        was=tuple(was),
        letters=tuple(letters[place] for place in order),
        called=tuple(
            _name_that_holds(before, *apart[group]) if before else None for group, before in enumerate(was)
        ),
    )


def _name_that_holds(before: EarlierGroup, group: Tally, rest: Tally) -> GroupName | None:
    called = before.called
    return called if called is not None and still_of(called, group, rest) else None


def match_groups(
    earlier: Sequence[EarlierGroup], labels: NDArray[np.intp], names: Sequence[str], groups: int
) -> tuple[int | None, ...]:
    """Return for each group which of the earlier ones it is, the most alike first; None for a new one.

    Parameters
    ----------
    earlier
        Groups of the last analysis, with the names of their tracks.
    labels : array of n ints
        Group of each track now.
    names : sequence of n str
        `EarlierGroup.tracks` has such names.
    groups
        How many there are now.
    """
    if not earlier or not groups:
        return (None,) * groups
    now: list[set[str]] = [set() for _ in range(groups)]
    for name, label in zip(names, labels.tolist(), strict=True):
        now[label].add(name)
    before = [set(group.tracks) for group in earlier]
    common = set().union(*now) & set().union(*before)
    here, there = [tracks & common for tracks in now], [tracks & common for tracks in before]
    overlap = np.array([[len(one & other) / max(len(one | other), 1) for other in there] for one in here])
    found: list[int | None] = [None] * groups
    alike = [(group, place) for group, place in np.argwhere(overlap >= ONE_AND_THE_SAME).tolist()]
    for group, place in sorted(alike, key=lambda pair: -overlap[pair]):
        if found[group] is None and place not in found:
            found[group] = place
    return tuple(found)


def earlier_centres(
    earlier: Sequence[EarlierGroup], tracks: Sequence[Track], points: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return where the tracks of each earlier group lie now, shape (k, d).

    None where a group has none left, or much of the list is another. Means of what is left and not the stored
    centres, because in the space of style and era the company of a track decides where it lies.

    Parameters
    ----------
    points : array of shape (n, d)
        Of `tracks`, row by row.
    """
    if not earlier:
        return None
    group_of = {name: place for place, group in enumerate(earlier) for name in group.tracks}
    names = [track.words_key for track in tracks]
    if len(group_of.keys() & set(names)) < MUCH_THE_SAME * max(len(group_of), len(set(names))):
        return None
    groups = np.array([group_of.get(name, -1) for name in names], dtype=np.intp)
    counts = np.bincount(groups[groups >= 0], minlength=len(earlier))
    if not counts.all():
        return None
    sums = np.zeros((len(earlier), points.shape[1]))
    np.add.at(sums, groups[groups >= 0], points[groups >= 0])
    return sums / counts[:, None]


def _kept_or_free(kept: Sequence[int | None]) -> tuple[int, ...]:
    """Return the kept letters, and for new groups the first free ones."""
    taken = set(kept)
    free = (letter for letter in count() if letter not in taken)
    return tuple(next(free) if letter is None else letter for letter in kept)


def colours_of(
    profiles: Sequence[Mapping[Feature, float]], was: Sequence[EarlierGroup | None]
) -> tuple[int, ...]:
    """Return the colour of each group, as a place in the palette: its own of before, else by its mood.

    So a list that grows keeps its colours, and calm groups look alike from list to list.
    """
    if len(profiles) > len(_MOODS):
        return tuple(range(len(profiles)))
    moods = np.array([_mood(profile) for profile in profiles]).reshape(-1, _MOODS.shape[1])
    cost = ((moods[:, None, :] - _MOODS[None, :, :]) ** 2).sum(axis=2)
    for group, before in enumerate(was):
        if before is not None and before.colour is not None:
            cost[group, before.colour % len(_MOODS)] = -1e6
    ways = _ways(len(profiles))
    least = cost[np.arange(len(profiles)), ways].sum(axis=1).argmin()
    return tuple(ways[least].tolist())


@cache
def _ways(groups: int) -> NDArray[np.int8]:
    """List all ways to give groups different colours, at most 40,320, shape (ways, groups).

    So few are tried faster than SciPy's module for assignments is imported, which takes 27 MB.
    """
    return np.array(list(permutations(range(len(_MOODS)), groups)), dtype=np.int8)


def _mood(profile: Mapping[Feature, float]) -> tuple[float, float, float]:
    lively = profile[Feature.ENERGY] + profile[Feature.LOUDNESS] - profile[Feature.ACOUSTICNESS]
    return lively / 3, profile[Feature.VALENCE], profile[Feature.INSTRUMENTALNESS]
