"""Which groups a track belongs to, and what each group sounds like so far.

A circle holds running sums per group, so adding a track costs the same however many are known, and
asking does too.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from services.analysis.imputation.shapes import FloatArray
from services.analysis.titles import core_title, is_vague, lead_artist
from services.domain.features import SOUND_FEATURES
from services.domain.music import Track

GUEST_WEIGHT = 0.5
"""How much a track says about an artist who is not its lead, and the other way round."""

WIDTH = len(SOUND_FEATURES)
_REMEMBERED = 4096
"""Words already read that are kept: a playlist is walked through several times."""


class Circle(StrEnum):
    """The circles a track belongs to, from wide to narrow."""

    GENRE = "genre"
    ARTIST = "artist"
    ALBUM = "album"
    SONG = "song"


CIRCLES = tuple(Circle)


class Tie(NamedTuple):
    """A track's membership in one group of a circle."""

    circle: Circle
    group: str
    weight: float = 1.0


def song_key(track: Track) -> str | None:
    """Name the song a track is a version of, or None where title or artist do not tell."""
    return _song(track.title, track.artists)


@lru_cache(maxsize=_REMEMBERED)
def _song(title: str, artists: tuple[str, ...]) -> str | None:
    core, lead = core_title(title), lead_artist(artists)
    return f"{core}\n{lead}" if lead and not is_vague(core) else None


@lru_cache(maxsize=_REMEMBERED)
def _artist(name: str) -> str:
    return lead_artist((name,))


@lru_cache(maxsize=_REMEMBERED)
def _genre(name: str) -> str:
    return name.casefold().strip()


def _album_key(track: Track) -> str | None:
    if track.album_id:
        return f"id\n{track.album_id}"
    lead = lead_artist(track.artists) if track.album else ""
    return f"name\n{track.album.casefold().strip()}\n{lead}" if track.album and lead else None


def ties_of(track: Track) -> list[Tie]:
    """List the groups a track belongs to; a track without words belongs to none."""
    genres = {folded: None for genre in track.genres if (folded := _genre(genre))}
    ties = [Tie(Circle.GENRE, genre, len(genres) ** -0.5) for genre in genres]
    artists = {name: None for artist in track.artists if (name := _artist(artist))}
    ties += [Tie(Circle.ARTIST, name, GUEST_WEIGHT if place else 1.0) for place, name in enumerate(artists)]
    if album := _album_key(track):
        ties.append(Tie(Circle.ALBUM, album))
    if song := song_key(track):
        ties.append(Tie(Circle.SONG, song))
    return ties


def contributions(residuals: FloatArray) -> FloatArray:
    """Put residuals `(n, 9)` with NaN gaps into the form that sums add up: values and counts, `(n, 18)`."""
    known = np.isfinite(residuals)
    return np.concatenate([np.where(known, residuals, 0.0), known], axis=1)


class Circles:
    """Weighted sums of residuals and of weights, per group of every circle."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Circle, str], int] = {}
        self._table = np.zeros((64, 2 * WIDTH))

    def add(
        self, ties: Iterable[Tie], contribution: FloatArray, only: Container[tuple[Circle, str]] | None = None
    ) -> None:
        """Add one track's row `(18,)` to its groups; a negative row takes it out again.

        `only` limits the work to groups that somebody will ask for.
        """
        for circle, group, weight in ties:
            key = (circle, group)
            if only is not None and key not in only:
                continue
            row = self._rows.setdefault(key, len(self._rows))
            if row == len(self._table):
                self._table = np.concatenate([self._table, np.zeros_like(self._table)])
            self._table[row] += contribution if weight == 1.0 else contribution * weight

    def gather(self, asking: Sequence[Sequence[Tie]]) -> FloatArray:
        """Sum what the groups of each asking track know, `(n_circles, n_asking, 18)`."""
        total = np.zeros((len(CIRCLES), len(asking), 2 * WIDTH))
        found = [
            (_PLACES[tie.circle], asker, row, tie.weight)
            for asker, ties in enumerate(asking)
            for tie in ties
            if (row := self._rows.get((tie.circle, tie.group))) is not None
        ]
        if found:
            circles, askers, rows, weights = zip(*found, strict=True)
            np.add.at(total, (circles, askers), self._table[list(rows)] * np.array(weights)[:, None])
        return total


_PLACES = {circle: place for place, circle in enumerate(CIRCLES)}


def own_weights(asking: Sequence[Sequence[Tie]]) -> FloatArray:
    """Say how much of its own sound each track meets in its circles, `(n_circles, n_asking, 1)`."""
    weights = np.zeros((len(CIRCLES), len(asking), 1))
    for asker, ties in enumerate(asking):
        for tie in ties:
            weights[_PLACES[tie.circle], asker] += tie.weight**2
    return weights
