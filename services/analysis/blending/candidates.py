"""The songs that a blend can choose from, each once, with everybody who has it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.blending.satisfaction import Taste
from services.analysis.comparison.listening import Listening, Sound, chosen
from services.analysis.comparison.overlap import song_names
from services.analysis.titles import lead_artist
from services.domain.report import EnrichedTrack

MOST_CANDIDATES = 2000
"""Songs looked at, shared out among the people."""

LEAST_EACH = 60
"""Songs of a person that are looked at, however many people there are."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Songs with what everybody would say to them."""

    entries: tuple[EnrichedTrack, ...]
    points: NDArray[np.float64]
    """Shape (n, 6)."""
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
    sound = Sound.of(entries)
    owned = np.array([[person in who for person in range(len(listeners))] for who in owners], dtype=np.bool_)
    owned = owned.reshape(len(entries), len(listeners))
    return Candidates(
        entries=tuple(entries),
        points=sound.points,
        owners=owned,
        satisfaction=satisfaction_of(sound.points, owned, listeners),
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
