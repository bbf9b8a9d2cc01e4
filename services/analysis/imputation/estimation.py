"""Fill the gaps of a playlist: borrow from the same recording first, then estimate from related tracks.

Borrowed values are measurements of the same recording and count as evidence like any other. Estimates
carry a standard error each, and nothing is ever estimated from an estimate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter

import numpy as np

from services.analysis.imputation.expectation import (
    back_off,
    condition,
    expected,
    log_breadth,
    playlist_correlation,
    predictive_variance,
    raw_errors,
    to_raw,
)
from services.analysis.imputation.neighbourhoods import LEVELS, Neighbourhoods, contributions, gather, ties_of
from services.analysis.imputation.recordings import (
    Member,
    RecordingIndex,
    RelatedTracks,
    find_same_recordings,
)
from services.analysis.imputation.shapes import FloatArray
from services.analysis.matrix import once_for_each_provenance
from services.domain.features import (
    FEATURE_RANGES,
    SOUND_FEATURES,
    AudioFeatures,
    Feature,
    Origin,
    Provenance,
    accepted,
)
from services.domain.report import EnrichedTrack

_ALL = tuple(Feature)
_NAMES = tuple(feature.value for feature in Feature)
_NAME_OF = dict(zip(_ALL, _NAMES, strict=True))
_values_of = attrgetter(*_NAMES)
_SOUND = [_ALL.index(feature) for feature in SOUND_FEATURES]
_LOW = np.array([FEATURE_RANGES[feature][0] for feature in SOUND_FEATURES])
_HIGH = np.array([FEATURE_RANGES[feature][1] for feature in SOUND_FEATURES])
_TEMPO = SOUND_FEATURES.index(Feature.TEMPO)


def missing_features(track: EnrichedTrack) -> list[Feature]:
    """List the features that have no value."""
    values = _values_of(track.features)
    if None not in values:
        return []
    return [feature for feature, value in zip(_ALL, values, strict=True) if value is None]


def _estimates(track: EnrichedTrack) -> list[Feature]:
    return [f for f, provenance in track.provenance.items() if provenance.origin is Origin.IMPUTED]


def measured_matrix(tracks: Sequence[EnrichedTrack]) -> FloatArray:
    """Lay the measured sound features out, `(n, 9)` in their own units, NaN where there is none."""
    raw = np.array([_values_of(track.features) for track in tracks], dtype=np.float64)
    raw = raw.reshape(len(tracks), len(_ALL))
    for row, estimates in enumerate(once_for_each_provenance(tracks, _estimates)):
        for feature in estimates:
            raw[row, _ALL.index(feature)] = np.nan
    sound = raw[:, _SOUND]
    possible = (sound >= _LOW) & (sound <= _HIGH)
    possible[:, _TEMPO] &= sound[:, _TEMPO] > 0
    return np.where(possible, sound, np.nan)


def _as_member(track: EnrichedTrack, estimates: Sequence[Feature]) -> Member:
    """Turn a track of the playlist into somebody that another one may borrow from."""
    features = track.features
    if estimates:
        features = replace(features, **{feature.value: None for feature in estimates})
    return Member(track.track, features, "playlist", track.provenance)


def with_values(
    track: EnrichedTrack,
    values: Mapping[Feature, float],
    provenance: Mapping[Feature, Provenance],
    standard_errors: Mapping[Feature, float] | None = None,
) -> EnrichedTrack:
    """Add values to a track's features, and standard errors to those it has."""
    known = dict(zip(_NAMES, _values_of(track.features), strict=True))
    known.update({_NAME_OF[feature]: value for feature, value in values.items()})
    errors = track.standard_errors
    if standard_errors:
        doubts = dict(zip(_NAMES, _values_of(errors or AudioFeatures()), strict=True))
        doubts.update({_NAME_OF[feature]: error for feature, error in standard_errors.items()})
        errors = AudioFeatures(**doubts)
    return EnrichedTrack(
        track=track.track,
        features=AudioFeatures(**known),
        provenance={**track.provenance, **provenance},
        standard_errors=errors,
        others=track.others,
    )


def borrow(tracks: Sequence[EnrichedTrack], related_tracks: RecordingIndex) -> list[EnrichedTrack]:
    """Take over what was measured on the same recording here or among related tracks, surest first.

    Key and mode are borrowed too: for the same recording they are as measured as its tempo.
    """
    missing = [missing_features(track) for track in tracks]
    if not any(missing):
        return list(tracks)
    playlist = RecordingIndex()
    estimates = once_for_each_provenance(tracks, _estimates)
    for track, gaps, estimated in zip(tracks, missing, estimates, strict=True):
        if len(gaps) < len(_ALL):
            playlist.pop(track.track)
            playlist.add(_as_member(track, estimated))
    return [
        _borrow(track, gaps, find_same_recordings(track.track, (playlist, related_tracks))) if gaps else track
        for track, gaps in zip(tracks, missing, strict=True)
    ]


def _borrow(track: EnrichedTrack, missing: Sequence[Feature], matches: Sequence[Member]) -> EnrichedTrack:
    if not matches:
        return track
    values: dict[Feature, float] = {}
    provenance: dict[Feature, Provenance] = {}
    for match in matches:
        for feature in missing:
            value = accepted(feature, match.features.get(feature))
            if value is not None and feature not in values:
                values[feature] = value
                provenance[feature] = Provenance(Origin.BORROWED, match.source_of(feature))
    return with_values(track, values, provenance) if values else track


IMPUTED = Provenance(Origin.IMPUTED, "imputation")
"""Where every estimated value comes from."""


class Relation(StrEnum):
    """The closest related tracks that an estimate could use, from close to none."""

    SAME_RECORDING = "same recording"
    """The same recording under another id: values are borrowed, not estimated."""
    SONG = "song"
    ALBUM = "album"
    ARTIST = "artist"
    GENRE = "genre"
    PLAYLIST = "playlist"
    NONE = "none"
    """Nobody at all: the values are those of an average track with such a label. Treat it as unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A track with its gaps filled, and what the filling leans on."""

    track: EnrichedTrack
    relation: Relation | None
    """None where nothing had to be filled."""


def impute(tracks: Sequence[EnrichedTrack], related_tracks: RelatedTracks) -> tuple[EnrichedTrack, ...]:
    """Fill the missing features of a playlist's tracks, in the playlist's order.

    Sound features that were measured on the same recording under another id are borrowed, key and mode too;
    other missing sound features are estimated and get a standard error, while key and mode stay unknown.
    Values that a track already has are never touched. `estimate_gaps` also says what each leans on.
    """
    return tuple(estimate.track for estimate in estimate_gaps(tracks, related_tracks))


def estimate_gaps(tracks: Sequence[EnrichedTrack], related_tracks: RelatedTracks) -> tuple[Estimate, ...]:
    """Fill missing features as `impute` does and say what each filling leans on."""
    order = _canonical_order(tracks)
    ordered = [tracks[i] for i in order]
    filled = borrow(ordered, related_tracks.recordings)
    raw = measured_matrix(filled)
    gaps = [
        i for i, track in enumerate(filled) if not set(SOUND_FEATURES).isdisjoint(missing_features(track))
    ]
    estimated = dict(zip(gaps, _estimate(gaps, filled, raw, related_tracks), strict=True)) if gaps else {}
    estimates: list[Estimate | None] = [None] * len(tracks)
    for place, (original, before, after) in enumerate(zip(order, ordered, filled, strict=True)):
        relation = Relation.SAME_RECORDING if after is not before else None
        estimates[original] = estimated.get(place, Estimate(track=after, relation=relation))
    return tuple(estimate for estimate in estimates if estimate is not None)


def _canonical_order(tracks: Sequence[EnrichedTrack]) -> list[int]:
    """Sort tracks the same way in whatever order they come, so that sums round the same way too."""
    keys = [track.track.key for track in tracks]
    number = Counter(keys)
    return sorted(range(len(tracks)), key=lambda i: (keys[i], repr(tracks[i]) if number[keys[i]] > 1 else ""))


def _estimate(
    gaps: Sequence[int], tracks: Sequence[EnrichedTrack], raw: FloatArray, related_tracks: RelatedTracks
) -> list[Estimate]:
    """Estimate what the tracks at `gaps` still miss."""
    constants = related_tracks.constants
    labels = [track.track for track in tracks]
    promised = expected(labels, constants.prior_centre, constants.prior_table)
    residuals = related_tracks.standardised(raw) - promised
    ties = [ties_of(label) for label in labels]
    wanted = {(tie.neighbourhood, tie.group) for i in gaps for tie in ties[i]}
    own = Neighbourhoods()
    rows = contributions(residuals)
    for i in np.flatnonzero(np.isfinite(residuals).any(axis=1)):
        own.add(ties[i], rows[i], wanted)
    # The playlist's row speaks for its track: the same track among the related ones must not count twice.
    cached = [member for label in labels if (member := related_tracks.recordings.find(label))]
    for member, row in zip(cached, related_tracks.contributions_of(cached), strict=True):
        own.add(ties_of(member.track), -row, wanted)
    sums = gather(gaps, labels, ties, residuals, (related_tracks.neighbourhoods, own))
    estimate, leftover = back_off(sums, constants.shrinkage)
    variance = predictive_variance(leftover, log_breadth(residuals, constants.breadth), constants)
    observed = residuals[list(gaps)]
    if np.isfinite(observed).any():
        correlation = playlist_correlation(residuals, constants.correlation)
        estimate, variance = condition(estimate, variance, observed, correlation)
    standard = estimate + promised[list(gaps)]
    values = to_raw(standard, constants).tolist()
    errors = raw_errors(standard, np.sqrt(variance), constants).tolist()
    relations = _relations(sums)
    return [_fill(tracks[gap], values[row], errors[row], relations[row]) for row, gap in enumerate(gaps)]


def _relations(sums: FloatArray) -> list[Relation]:
    """Name the closest level with anybody in it, for each asking track."""
    names = [Relation.PLAYLIST if level == "playlist year" else Relation(level) for level in LEVELS]
    present = sums[:, :, len(SOUND_FEATURES) :].max(axis=2) > 1e-6
    return [
        next(
            (name for name, there in zip(reversed(names), reversed(column), strict=True) if there),
            Relation.NONE,
        )
        for column in present.T.tolist()
    ]


def _fill(track: EnrichedTrack, values: list[float], errors: list[float], relation: Relation) -> Estimate:
    absent = set(missing_features(track))
    missing = [(j, feature) for j, feature in enumerate(SOUND_FEATURES) if feature in absent]
    return Estimate(
        track=with_values(
            track,
            {feature: values[j] for j, feature in missing},
            dict.fromkeys((feature for _, feature in missing), IMPUTED),
            {feature: errors[j] for j, feature in missing},
        ),
        relation=relation,
    )
