"""What a playlist's tracks really know: measured values, without estimates and impossible numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from services.analysis.imputation.recordings import Member, RecordingIndex, find_same_recordings
from services.analysis.imputation.shapes import FloatArray
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
    return [feature for feature, value in zip(_ALL, _values_of(track.features), strict=True) if value is None]


def _estimates(track: EnrichedTrack) -> list[Feature]:
    return [f for f, provenance in track.provenance.items() if provenance.origin is Origin.IMPUTED]


def measured_matrix(tracks: Sequence[EnrichedTrack]) -> FloatArray:
    """Lay the measured sound features out, `(n, 9)` in their own units, NaN where there is none."""
    raw = np.array([_values_of(track.features) for track in tracks], dtype=np.float64)
    raw = raw.reshape(len(tracks), len(_ALL))
    for row, track in enumerate(tracks):
        for feature in _estimates(track):
            raw[row, _ALL.index(feature)] = np.nan
    sound = raw[:, _SOUND]
    possible = (sound >= _LOW) & (sound <= _HIGH)
    possible[:, _TEMPO] &= sound[:, _TEMPO] > 0
    return np.where(possible, sound, np.nan)


def _as_member(track: EnrichedTrack) -> Member:
    """Turn a track of the playlist into somebody that another one may borrow from."""
    features = track.features
    if estimates := _estimates(track):
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
    for track, gaps in zip(tracks, missing, strict=True):
        if len(gaps) < len(_ALL):
            playlist.pop(track.track)
            playlist.add(_as_member(track))
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
