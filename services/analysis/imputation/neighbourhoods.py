"""Which groups of related tracks a track belongs to, and the sums of residuals over each group.

A neighbourhood holds running sums per group, so adding a track costs the same however many are known, and
asking does too. Levels go from the whole playlist down to the versions of one song.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from services.analysis.imputation.shapes import FloatArray
from services.analysis.titles import READ_AT_ONCE, core_title, is_vague, lead_artist
from services.domain.features import SOUND_FEATURES
from services.domain.music import Track

GUEST_WEIGHT = 0.5
"""How much a track says about an artist who is not its lead, and the other way round."""

WIDTH = len(SOUND_FEATURES)


class Neighbourhood(StrEnum):
    """The neighbourhoods a track belongs to, from wide to narrow."""

    GENRE = "genre"
    ARTIST = "artist"
    ALBUM = "album"
    SONG = "song"


NEIGHBOURHOODS = tuple(Neighbourhood)


class Tie(NamedTuple):
    """A track's membership in one group of a neighbourhood."""

    neighbourhood: Neighbourhood
    group: str
    weight: float = 1.0


def song_key(track: Track) -> str | None:
    """Name the song a track is a version of, or None where title or artist do not tell."""
    return _song(track.title, track.artists)


@lru_cache(maxsize=READ_AT_ONCE)
def _song(title: str, artists: tuple[str, ...]) -> str | None:
    core, lead = core_title(title), lead_artist(artists)
    return f"{core}\n{lead}" if lead and not is_vague(core) else None


@lru_cache(maxsize=READ_AT_ONCE)
def _artist_ties(artists: tuple[str, ...]) -> tuple[Tie, ...]:
    names = dict.fromkeys(filter(None, (lead_artist((artist,)) for artist in artists)))
    return tuple(
        Tie(Neighbourhood.ARTIST, name, GUEST_WEIGHT if place else 1.0) for place, name in enumerate(names)
    )


@lru_cache(maxsize=READ_AT_ONCE)
def _genre_ties(genres: tuple[str, ...]) -> tuple[Tie, ...]:
    names = dict.fromkeys(filter(None, (genre.casefold().strip() for genre in genres)))
    return tuple(Tie(Neighbourhood.GENRE, name, len(names) ** -0.5) for name in names)


def _album_key(track: Track) -> str | None:
    if track.album_id:
        return f"id\n{track.album_id}"
    lead = lead_artist(track.artists) if track.album else ""
    return f"name\n{track.album.casefold().strip()}\n{lead}" if track.album and lead else None


def ties_of(track: Track) -> list[Tie]:
    """List the groups a track belongs to; a track without words belongs to none."""
    ties = [*_genre_ties(track.genres), *_artist_ties(track.artists)]
    if album := _album_key(track):
        ties.append(Tie(Neighbourhood.ALBUM, album))
    if song := song_key(track):
        ties.append(Tie(Neighbourhood.SONG, song))
    return ties


def contributions(residuals: FloatArray) -> FloatArray:
    """Put residuals `(n, 9)` with NaN gaps into the form that sums add up: values and counts, `(n, 18)`."""
    known = np.isfinite(residuals)
    return np.concatenate([np.where(known, residuals, 0.0), known], axis=1)


class Neighbourhoods:
    """Weighted sums of residuals and of weights, per group of every neighbourhood."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Neighbourhood, str], int] = {}
        self._table = np.zeros((64, 2 * WIDTH))

    def add(
        self,
        ties: Iterable[Tie],
        contribution: FloatArray,
        only: Container[tuple[Neighbourhood, str]] | None = None,
    ) -> None:
        """Add one track's row `(18,)` to its groups; a negative row takes it out again.

        `only` limits the work to groups that somebody will ask for.
        """
        for neighbourhood, group, weight in ties:
            key = (neighbourhood, group)
            if only is not None and key not in only:
                continue
            row = self._rows.setdefault(key, len(self._rows))
            if row == len(self._table):
                self._table = np.concatenate([self._table, np.zeros_like(self._table)])
            self._table[row] += contribution if weight == 1.0 else contribution * weight

    def gather(self, asking: Sequence[Sequence[Tie]]) -> FloatArray:
        """Sum what the groups of each asking track know, `(n_neighbourhoods, n_asking, 18)`."""
        total = np.zeros((len(NEIGHBOURHOODS), len(asking), 2 * WIDTH))
        found = [
            (_PLACES[tie.neighbourhood], asker, row, tie.weight)
            for asker, ties in enumerate(asking)
            for tie in ties
            if (row := self._rows.get((tie.neighbourhood, tie.group))) is not None
        ]
        if found:
            neighbourhoods, askers, rows, weights = zip(*found, strict=True)
            np.add.at(total, (neighbourhoods, askers), self._table[list(rows)] * np.array(weights)[:, None])
        return total


_PLACES = {neighbourhood: place for place, neighbourhood in enumerate(NEIGHBOURHOODS)}


def own_weights(asking: Sequence[Sequence[Tie]]) -> FloatArray:
    """Return the weight of each track in its own neighbourhoods, `(n_neighbourhoods, n_asking, 1)`."""
    weights = np.zeros((len(NEIGHBOURHOODS), len(asking), 1))
    for asker, ties in enumerate(asking):
        for tie in ties:
            weights[_PLACES[tie.neighbourhood], asker] += tie.weight**2
    return weights


YEAR_REACH = 3.0
"""Years after which a track of the same playlist counts 1/e."""

LEVELS = ("playlist", "playlist year", *(neighbourhood.value for neighbourhood in NEIGHBOURHOODS))
"""Names of the levels, from wide to narrow."""


def _same_years(asking: FloatArray, years: FloatArray, rows: FloatArray) -> FloatArray:
    """Sum the playlist's `rows (n, 18)` for each asking year, weighted by closeness; year 0 is unknown."""
    distinct, where = np.unique(years, return_inverse=True)
    per_year = np.zeros((len(distinct), rows.shape[1]))
    np.add.at(per_year, where, rows)
    nearness = np.exp(-np.abs(asking[:, None] - distinct) / YEAR_REACH)
    nearness *= (asking > 0)[:, None] * (distinct > 0)
    total: FloatArray = nearness @ per_year
    return total


def gather(
    asking: Sequence[int],
    tracks: Sequence[Track],
    ties: Sequence[Sequence[Tie]],
    residuals: FloatArray,
    sources: Sequence[Neighbourhoods],
) -> FloatArray:
    """Sum up the related tracks of some tracks of a playlist, never relating a track to itself.

    Parameters
    ----------
    asking : indices into `tracks`
    ties : per track, what `ties_of` says
    residuals : (n_tracks, 9)
        Evidence of the whole playlist, NaN where nothing is measured.
    sources : neighbourhoods whose sums add up
        Together they must hold each measured track of the playlist exactly once.

    Returns
    -------
    (n_levels, n_asking, 18)
        Per level and feature the weighted sum of residuals, then the sum of weights.
    """
    rows = contributions(residuals)
    own = rows[list(asking)]
    asked = [ties[i] for i in asking]
    years = np.array([float(track.release_year or 0) for track in tracks])
    mine = years[list(asking)]
    playlist = rows.sum(axis=0) - own
    same_years = _same_years(mine, years, rows) - (mine > 0)[:, None] * own
    neighbourhoods = np.sum([source.gather(asked) for source in sources], axis=0) - own_weights(asked) * own
    return np.concatenate([playlist[None], same_years[None], neighbourhoods])
