"""Tracks as numbers: the table of their features, which of them decide, and which are placed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import Partition
from services.analysis.facts import Facts, albums_of, years_of_their_time
from services.analysis.genres import dressed
from services.analysis.membership import assignment_probability
from services.analysis.reference import REFERENCE
from services.analysis.tally import Listing
from services.domain.features import MOST_ESTIMATED, SOUND_FEATURES, Feature
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from services.domain.tempo import is_corrected

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """The sound features of some tracks, read once and handed down; one row per track in their order.

    Columns as in `SOUND_FEATURES`, each in its own unit (loudness dB, tempo BPM, the rest 0..1).
    """

    raw: NDArray[np.float64]
    """Shape (n_tracks, 9); NaN where nobody knows. Imputed values are included."""
    errors: NDArray[np.float64]
    """Standard errors of the imputed values, 0 for all others; shape (n_tracks, 9)."""
    is_known: NDArray[np.bool_]
    """Which tracks have some value, measured or imputed, for all nine; shape (n_tracks,)."""
    is_measured: NDArray[np.bool_]
    """Which tracks have all nine and none of them imputed; shape (n_tracks,)."""
    is_evidence: NDArray[np.bool_]
    """Which tracks may decide groups: all nine known, `MOST_ESTIMATED` imputed at most; shape (n_tracks,)."""
    is_estimated: NDArray[np.bool_]
    """Which values are imputed; shape (n_tracks, 9)."""

    @staticmethod
    def of(tracks: Sequence[EnrichedTrack]) -> FeatureTable:
        """Read the features of `tracks`."""
        raw = feature_matrix(tracks)
        errors = np.zeros_like(raw)
        for row, track in enumerate(tracks):
            if track.standard_errors is not None:
                errors[row] = np.nan_to_num(np.array(track.standard_errors.sound, dtype=np.float64))
        is_known = np.asarray(~np.isnan(raw).any(axis=1), dtype=np.bool_)
        is_estimated = _is_estimated(tracks)
        estimates = is_estimated.sum(axis=1)
        return FeatureTable(
            raw,
            errors,
            is_known,
            is_known & (estimates == 0),
            is_known & (estimates <= MOST_ESTIMATED),
            is_estimated,
        )


def feature_matrix(tracks: Sequence[EnrichedTrack]) -> NDArray[np.float64]:
    """Return the raw sound features alone, as in `FeatureTable.raw`."""
    rows = [track.features.sound for track in tracks]
    return np.array(rows, dtype=np.float64).reshape(len(tracks), len(SOUND_FEATURES))


def real_matrix(tracks: Sequence[EnrichedTrack]) -> NDArray[np.float64]:
    """Return the raw sound features that are no estimates, shape (n_tracks, 9); NaN for all others."""
    raw = feature_matrix(tracks)
    raw[_is_estimated(tracks)] = np.nan
    return raw


def once_for_each_provenance(
    tracks: Sequence[EnrichedTrack], read: Callable[[EnrichedTrack], Read]
) -> list[Read]:
    """Read something that depends on nothing but the provenance of a track: most tracks share theirs."""
    which = [id(track.provenance) for track in tracks]
    found = {each: read(track) for each, track in dict(zip(which, tracks, strict=True)).items()}
    return [found[each] for each in which]


def _is_estimated(tracks: Sequence[EnrichedTrack]) -> NDArray[np.bool_]:
    def flags(track: EnrichedTrack) -> list[bool] | None:
        return [track.is_imputed(feature) for feature in SOUND_FEATURES] if track.has_estimates else None

    found = np.zeros((len(tracks), len(SOUND_FEATURES)), dtype=np.bool_)
    for row, estimated in enumerate(once_for_each_provenance(tracks, flags)):
        if estimated is not None:
            found[row] = estimated
    return found


LEANING = 0.1
"""Share of the deciding tracks that may lack one feature before the groups are said to lean on estimates."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The tracks that may decide something, as numbers."""

    rows: NDArray[np.intp]
    """Their places in the playlist, shape (n,)."""
    raw: NDArray[np.float64]
    """Shape (n, 9)."""
    z: NDArray[np.float64]
    """Normal scores that the points are made of, shape (n, 9)."""
    heard: NDArray[np.float64]
    """Normal scores against typical music, that words are made of; 0 where a feature is estimated."""
    points: NDArray[np.float64]
    """Shape (n, 6)."""
    corrected: NDArray[np.bool_]
    """Tracks whose tempo a person said, shape (n,)."""
    estimated: tuple[Feature, ...]
    """What is estimated for so many of the tracks that nothing may be said of it."""

    @property
    def timed(self) -> NDArray[np.float64]:
        """The raw values without an estimated tempo, which is no tempo of anything; shape (n, 9)."""
        if Feature.TEMPO not in self.estimated:
            return self.raw
        values = self.raw.copy()
        values[:, SOUND_FEATURES.index(Feature.TEMPO)] = 0.0
        return values

    @staticmethod
    def of(table: FeatureTable, tracks: Sequence[EnrichedTrack], typical: NDArray[np.float64]) -> Sound:
        """Take the rows with evidence; `typical` are normal scores of all against typical music."""
        rows = np.flatnonzero(table.is_evidence)
        raw = table.raw[rows]
        corrected = np.array(once_for_each_provenance(tracks, is_corrected), dtype=np.bool_)[rows]
        shares = table.is_estimated[rows].mean(axis=0) if len(rows) else np.zeros(len(SOUND_FEATURES))
        estimated = tuple(
            feature for feature, share in zip(SOUND_FEATURES, shares, strict=True) if share > LEANING
        )
        z, heard = REFERENCE.normal_scores(raw), typical[rows]
        heard[:, [SOUND_FEATURES.index(feature) for feature in estimated]] = 0.0
        return Sound(rows, raw, z, heard, REFERENCE.points_of(z), corrected, estimated)


@dataclass(frozen=True, slots=True)
class Guesses:
    """The tracks that are placed afterwards."""

    rows: NDArray[np.intp]
    points: NDArray[np.float64]
    labels: NDArray[np.intp]
    """Most likely group, -1 without groups."""
    probabilities: NDArray[np.float64]

    @staticmethod
    def of(table: FeatureTable, partition: Partition | None) -> Guesses:
        """Place them in groups by sound; None where other groups will do it."""
        rows = np.flatnonzero(table.is_known & ~table.is_evidence)
        raw = table.raw[rows]
        points = REFERENCE.sound_space(raw)
        if partition is None or not partition.k or not len(rows):
            return Guesses(rows, points, np.full(len(rows), -1, dtype=np.intp), np.zeros(len(rows)))
        chances = assignment_probability(raw, table.errors[rows], partition.centres)
        return Guesses(rows, points, chances.argmax(axis=1), chances.max(axis=1))

    def placed(self, chances: NDArray[np.float64]) -> Guesses:
        """Return them in other groups, from the probability of each, shape (m, k)."""
        if not chances.shape[1] or not len(self.rows):
            return replace(self, labels=np.full(len(self.rows), -1, dtype=np.intp))
        return replace(self, labels=chances.argmax(axis=1), probabilities=chances.max(axis=1))


@dataclass(frozen=True, slots=True)
class Music:
    """What came with the tracks, beside their sound."""

    came: Sequence[Track]
    bare: Sequence[int]
    """Rows of those that came without a genre."""
    dressed: Sequence[Track]
    """With the genres that are known of their artists."""
    facts: Facts
    """Of all."""
    years: Sequence[int | None]
    """Of all, where they say when the music is from."""
    deciding: Sequence[Track]
    """Those with evidence, dressed."""
    own: Facts
    """Of them, with the years of all editions."""
    own_years: Sequence[int | None]
    """Of them, where they say when the music is from."""
    listing: Listing
    """What came with them, with these years."""
    albums: Sequence[tuple[str, str]]
    """Of them, as `albums_of` writes them."""
    given: Sequence[bool]
    """Whether the genres of each of them are only known of its artist."""

    @staticmethod
    def of(
        came: Sequence[Track],
        rows: NDArray[np.intp],
        genres: Mapping[str, tuple[str, ...]],
        bare: Sequence[int],
    ) -> Music:
        """Read tracks, of which those in `rows` decide, with what is known of `genres` by lead artist.

        `bare` are the rows of those that came without a genre.
        """
        music = list(came)
        for row in bare:
            music[row] = dressed(came[row], genres)
        facts = Facts.of(music)
        years = years_of_their_time(music, facts.leads)
        places = rows.tolist()
        deciding, own_years = [music[row] for row in places], [years[row] for row in places]
        own = facts.take(rows)
        return Music(
            came=came,
            bare=bare,
            dressed=music,
            facts=facts,
            years=years,
            deciding=deciding,
            own=own,
            own_years=own_years,
            listing=Listing.of(deciding, own_years),
            albums=albums_of(deciding, own.leads),
            given=[music[row] is not came[row] for row in places],
        )
