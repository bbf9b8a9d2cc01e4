"""The songs that a blend can choose from, each once, and how much each meets the taste of everybody."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import Listening, Sound, chosen
from services.analysis.comparison.pairs import song_names
from services.analysis.comparison.score import distances
from services.analysis.titles import lead_artist
from services.domain.report import EnrichedTrack

Float = NDArray[np.float64]

FOREIGN = 0.1
"""Below this, a track lies further from somebody's taste than nine tenths of their own music."""

NEIGHBOURS_POWER = 0.5
"""A track is held against this power of the number of somebody's tracks: the nearest ones, since a taste of
two moods has its middle where nobody listens."""


class Taste:
    """A person's tracks, ready to say how much another track meets them."""

    def __init__(self, points: Float) -> None:
        self._points = points
        self._neighbours = max(1, round(math.pow(max(len(points) - 1, 1), NEIGHBOURS_POWER)))
        self._own = np.sort(self._nearness(points, with_itself=True)) if len(points) > 1 else np.zeros(0)

    def satisfaction(self, points: Float, *, own: bool = False) -> Float:
        """Return for each track which part of the person's own music lies further out, 0..1.

        Parameters
        ----------
        points : array of shape (n, 6)
        own : bool
            Whether these are tracks of the person, which are not to be compared with themselves.
        """
        if not len(self._own):
            return np.full(len(points), 0.5)
        near = self._nearness(points, with_itself=own)
        # ties count half, so that a person's own tracks have a mean of one half
        below = np.searchsorted(self._own, near, side="left")
        upto = np.searchsorted(self._own, near, side="right")
        part: Float = 1.0 - (below + upto) / (2 * len(self._own))
        return part

    def _nearness(self, points: Float, *, with_itself: bool) -> Float:
        apart = np.round(distances(points, self._points), 9)
        first = 1 if with_itself else 0
        count = min(self._neighbours, apart.shape[1] - first)
        nearest = np.partition(apart, first + count - 1, axis=1)[:, : first + count]
        near: Float = (nearest.sum(axis=1) - (nearest.min(axis=1) if first else 0.0)) / count
        return near


MOST_CANDIDATES = 2000
"""Songs looked at, shared out among the people."""

LEAST_EACH = 60
"""Songs of a person that are looked at, however many people there are."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Songs with what everybody would say to them."""

    entries: tuple[EnrichedTrack, ...]
    owners: NDArray[np.bool_]
    """Shape (n, people)."""
    satisfaction: NDArray[np.float64]
    """Shape (n, people), 0..1."""
    artists: tuple[str, ...]
    """Lead artist of each song, "" where none is credited."""


def gather(listeners: Sequence[Listening], size: int) -> Candidates:
    """Collect the songs of all people; measured ones, and estimates only where somebody has too few.

    Parameters
    ----------
    size : int
        Tracks of the blend: nobody needs more of their own than that.
    """
    most = max(LEAST_EACH, -(-MOST_CANDIDATES // len(listeners)))
    entries: list[EnrichedTrack] = []
    owners: list[set[int]] = []
    index: dict[Hashable, int] = {}
    for person, listener in enumerate(listeners):
        for entry in _own_songs(listener, most, -(-size // len(listeners))):
            names = song_names(entry.track) or {("key", entry.track.key)}
            row = next((index[name] for name in sorted(names, key=repr) if name in index), len(entries))
            if row == len(entries):
                entries.append(entry)
                owners.append(set())
            owners[row].add(person)
            for name in names:
                index.setdefault(name, row)
    # a song that somebody has, but that was not among those looked at, is theirs all the same
    for person, listener in enumerate(listeners):
        for entry in listener.entries:
            for name in song_names(entry.track):
                if name in index:
                    owners[index[name]].add(person)
    owned = np.array([[person in who for person in range(len(listeners))] for who in owners], dtype=np.bool_)
    owned = owned.reshape(len(entries), len(listeners))
    return Candidates(
        entries=tuple(entries),
        owners=owned,
        satisfaction=satisfaction_of(Sound.of(entries).points, owned, listeners),
        artists=tuple(lead_artist(entry.track.artists) for entry in entries),
    )


def satisfaction_of(
    points: NDArray[np.float64], owned: NDArray[np.bool_], listeners: Sequence[Listening]
) -> NDArray[np.float64]:
    """Return what each person would say to each song, shape (n, people)."""
    table = np.full((len(points), len(listeners)), 0.5)
    for person, listener in enumerate(listeners):
        heard = listener.measured.points if listener.is_scored else listener.points
        taste = Taste(heard)
        for own in (False, True):
            rows = np.flatnonzero(owned[:, person] == own)
            if len(rows):
                table[rows, person] = taste.satisfaction(points[rows], own=own)
    return table


def _own_songs(listener: Listening, most: int, quota: int) -> tuple[EnrichedTrack, ...]:
    measured = chosen(listener.measured.entries, most)
    missing = max(quota - len(measured), 0)
    return (*measured, *chosen(listener.guessed.entries, missing))
