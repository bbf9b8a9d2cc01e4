"""Tell from a sound file how a track sounds, as far as that can be estimated, and where it stands on a map.

The estimate is by a small neural network on smooth steps of loudness, tempo, key and length, on the year, on
the version that the title names, and on the words of the genres; learned by `benchmarks/learn_sound.py` from
measured tracks. A ridge regression on these and on their products with loudness was off by more in all seven
features. An estimate like any other: it has a standard error and decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from services.analysis.genres import genre_words
from services.analysis.grouping import middles
from services.analysis.imputation.estimation import with_values
from services.analysis.imputation.expectation import ramps
from services.analysis.imputation.shapes import FloatArray
from services.analysis.matrix import FeatureTable
from services.analysis.membership import assignment_probability
from services.analysis.reference import REFERENCE, TYPICAL
from services.analysis.titles import version_tags
from services.domain.features import FEATURE_RANGES, SOUND_FEATURES, Feature, Origin, Provenance
from services.domain.grouping import Grouping
from services.domain.music import Track
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.sound import SoundPlace

FROM_SOUND = Provenance(Origin.IMPUTED, "loudness, tempo and key")
LOUDNESS_KNOTS_DB = (-30.0, -22.0, -17.0, -14.0, -12.0, -10.0, -8.5, -7.0, -5.5, -4.0, -2.0)
TEMPO_KNOTS_BPM = (60.0, 75.0, 90.0, 105.0, 120.0, 135.0, 155.0, 180.0, 210.0)
LENGTH_KNOTS_S = (30.0, 60.0, 100.0, 140.0, 180.0, 220.0, 270.0, 340.0, 480.0, 720.0)
YEAR_KNOTS = (1955.0, 1965.0, 1975.0, 1985.0, 1995.0, 2005.0, 2013.0, 2020.0, 2026.0)
VERSIONS = (
    "a cappella", "acoustic", "demo", "extended", "instrumental", "live", "orchestral", "remix", "session",
)  # fmt: skip
"""As `version_tags` names them."""
LUFS_ERROR_DB = 2.5
"""How far LUFS may be from the loudness of a catalogue: their offset is not known, and taken for nothing."""
CONSTANTS_FILE = Path(__file__).parent / "constants" / "from_sound.json"
_LOUDNESS = SOUND_FEATURES.index(Feature.LOUDNESS)
_NEAREST = 3
_AROUND = 5
"""Nearest tracks in whose middle the track is drawn."""
_MOST_ALIKE = 1e-6


@dataclass(frozen=True, slots=True)
class Mapping:
    """The weights of the network."""

    centre: FloatArray
    """(n_columns,) mean of each column of `design`."""
    layers: tuple[tuple[FloatArray, FloatArray], ...]
    """Weights (n_in, n_out) and bias (n_out,) of each; the last yields the features in their own units."""
    deviation: FloatArray
    """(2, 9) standard deviation of the errors, on artists that were not learned from: of tracks without and
    with genres."""
    vocabulary: tuple[str, ...]
    """Words of genres that have a column."""


@cache
def load_mapping() -> Mapping:
    """Read the packaged weights."""
    stored = json.loads(CONSTANTS_FILE.read_text(encoding="utf-8"))
    layers = tuple((np.array(weights), np.array(bias)) for weights, bias in stored["layers"])
    return Mapping(
        np.array(stored["centre"]), layers, np.array(stored["deviation"]), tuple(stored["vocabulary"])
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of some tracks, each of shape (n,); NaN where it is not."""

    loudness_db: FloatArray
    tempo_bpm: FloatArray
    key: FloatArray
    mode: FloatArray
    length_s: FloatArray
    year: FloatArray
    told: FloatArray
    """(n, n_words) from `told_by`."""


def told_by(tracks: Sequence[Track], vocabulary: Sequence[str]) -> FloatArray:
    """Return what the titles and genres of tracks say, shape (n, n_versions + n_words + 1), each 0 or 1.

    The last column is whether the genres hold any word of the vocabulary.
    """
    versions = [version_tags(track.title) for track in tracks]
    words = [frozenset(genre_words(track.genres)) for track in tracks]
    rows = [
        [*(each in version for each in VERSIONS), *(word in genres for word in vocabulary)]
        for version, genres in zip(versions, words, strict=True)
    ]
    told = np.array(rows, dtype=float).reshape(len(tracks), len(VERSIONS) + len(vocabulary))
    return np.column_stack([told, told[:, len(VERSIONS) :].any(axis=1)])


def design(heard: Heard) -> FloatArray:
    """Lay out the inputs of the network, shape (n, n_columns)."""
    loud = _hats(heard.loudness_db, np.array(LOUDNESS_KNOTS_DB))
    pace = _hats(np.log2(heard.tempo_bpm), np.log2(np.array(TEMPO_KNOTS_BPM)))
    length = _hats(np.log(heard.length_s), np.log(np.array(LENGTH_KNOTS_S)))
    year = _hats(heard.year, np.array(YEAR_KNOTS))
    pitch = (heard.key[:, None] == np.arange(12)).astype(float)
    major = np.nan_to_num(heard.mode, nan=0.6)[:, None]
    missing = np.isnan(heard.year)[:, None].astype(float)
    return np.concatenate([loud, pace, length, year, missing, pitch, major, heard.told], axis=1)


def _hats(values: FloatArray, knots: FloatArray) -> FloatArray:
    """Return how much of each knot a value is: the two around it share it; nothing of any where unknown."""
    return np.nan_to_num(ramps(values, knots), nan=0.0)


def predict(columns: FloatArray, mapping: Mapping) -> FloatArray:
    """Predict all nine features in their own units, shape (n, 9)."""
    low, high = np.array([FEATURE_RANGES[each] for each in SOUND_FEATURES]).T
    signal = columns - mapping.centre
    *hidden, (weights, bias) = mapping.layers
    for inner, offset in hidden:
        signal = np.tanh(signal @ inner + offset)
    predicted: FloatArray = np.clip(signal @ weights + bias, low, high)
    return predicted


def estimate_from_sound(tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
    """Fill what is missing, or was estimated from relatives alone, of tracks that came with their sound.

    Where relatives gave an estimate too, both count by their precision.
    """
    rows = [row for row, entry in enumerate(tracks) if entry.track.sound is not None and _gaps(entry)]
    if not rows:
        return tuple(tracks)
    values, errors = _estimates([tracks[row] for row in rows])
    filled = list(tracks)
    for place, row in enumerate(rows):
        filled[row] = _filled(tracks[row], values[place].tolist(), errors[place].tolist())
    return tuple(filled)


def _gaps(entry: EnrichedTrack) -> list[Feature]:
    return [each for each in SOUND_FEATURES if entry.features.get(each) is None or entry.is_imputed(each)]


def _estimates(entries: Sequence[EnrichedTrack]) -> tuple[FloatArray, FloatArray]:
    mapping = load_mapping()
    tempo, key, mode = (
        np.array([_real(entry, each) for entry in entries])
        for each in (Feature.TEMPO, Feature.KEY, Feature.MODE)
    )
    heard = Heard(
        loudness_db=np.array([_loudness_of(entry) for entry in entries]),
        tempo_bpm=tempo,
        key=key,
        mode=mode,
        length_s=np.array([(entry.track.duration_ms or np.nan) / 1000 for entry in entries]),
        year=np.array([float(entry.track.release_year or np.nan) for entry in entries]),
        told=told_by([entry.track for entry in entries], mapping.vocabulary),
    )
    deviation = mapping.deviation[heard.told[:, -1].astype(int)]
    values = predict(design(heard), mapping)
    # By how much an error of the loudness moves each feature.
    louder, quieter = (
        predict(design(replace(heard, loudness_db=heard.loudness_db + error)), mapping)
        for error in (LUFS_ERROR_DB, -LUFS_ERROR_DB)
    )
    errors = np.sqrt(deviation**2 + ((louder - quieter) / 2) ** 2)
    values[:, _LOUDNESS], errors[:, _LOUDNESS] = np.clip(heard.loudness_db, -60.0, 0.0), LUFS_ERROR_DB
    return values, errors


def _loudness_of(entry: EnrichedTrack) -> float:
    known = _real(entry, Feature.LOUDNESS)
    if np.isfinite(known) or entry.track.sound is None:
        return known
    return entry.track.sound.reading.loudness_lufs


def _real(entry: EnrichedTrack, feature: Feature) -> float:
    value = entry.features.get(feature)
    return float("nan") if value is None or entry.is_imputed(feature) else value


def _filled(entry: EnrichedTrack, values: list[float], errors: list[float]) -> EnrichedTrack:
    fresh: dict[Feature, float] = {}
    doubts: dict[Feature, float] = {}
    for feature in _gaps(entry):
        column = SOUND_FEATURES.index(feature)
        value, error = values[column], errors[column]
        before, doubt = entry.features.get(feature), None
        if entry.standard_errors is not None:
            doubt = entry.standard_errors.get(feature)
        if before is not None and doubt:
            weight = error**-2 / (error**-2 + doubt**-2)
            value, error = weight * value + (1 - weight) * before, min(error, doubt)
        fresh[feature], doubts[feature] = value, error
    return with_values(entry, fresh, dict.fromkeys(fresh, FROM_SOUND), doubts)


def find_place(report: AnalysisReport, entry: EnrichedTrack) -> SoundPlace | None:
    """Find the group and the tracks of a map that a track sounds most like.

    Only tracks with evidence are compared with; what is estimated of the new one blurs the probability of
    its group. None where something of it is unknown, or nothing on the map is measured.
    """
    table = FeatureTable.of([*report.tracks, entry])
    own = len(report.tracks)
    rows = np.flatnonzero(table.is_evidence[:own])
    rows = np.array([row for row in rows if report.tracks[row].track.key != entry.track.key], dtype=np.intp)
    if not table.is_known[own] or not len(rows):
        return None
    points = REFERENCE.sound_space(table.raw[rows])
    point = REFERENCE.sound_space(table.raw[[own]])[0]
    distances = np.linalg.norm(points - point, axis=1)
    order = np.argsort(distances, kind="stable")
    cluster, probability, letter, name = None, None, None, ""
    if report.clusters:
        centres = _centres(report, table)
        odds = assignment_probability(table.raw[[own]], table.errors[[own]], centres)[0]
        cluster = int(odds.argmax())
        nearest = report.clusters[cluster]
        probability, name = float(odds[cluster]), nearest.name
        letter = cluster if nearest.letter is None else nearest.letter
    x, y = _middle(report, rows[order[:_AROUND]], distances[order[:_AROUND]])
    return SoundPlace(
        playlist=report.playlist.name,
        cluster=cluster,
        letter=letter,
        cluster_name=name,
        probability=probability,
        nearest=tuple(report.tracks[row].track.label for row in rows[order[:_NEAREST]]),
        x=x,
        y=y,
    )


def _centres(report: AnalysisReport, table: FeatureTable) -> NDArray[np.float64]:
    """Return the middles of all groups in the space of sound, whatever they were found by."""
    if report.basis.grouping is Grouping.SOUND:
        return np.array([each.centre for each in report.clusters])
    known = table.is_known[: len(report.tracks)]
    labels = np.full(len(report.tracks), -1, dtype=np.intp)
    for number, cluster in enumerate(report.clusters):
        labels[[row for row in cluster.members if known[row]]] = number
    points = np.zeros((len(report.tracks), REFERENCE.sound_space(table.raw[:1]).shape[1]))
    points[labels >= 0] = REFERENCE.sound_space(table.raw[: len(report.tracks)][labels >= 0])
    return middles(points, labels, len(report.clusters))


def share_quieter(entry: EnrichedTrack) -> float | None:
    """Return the share of typical music that is quieter than a track, 0..1; None where it is an estimate.

    A catalogue measures loudness otherwise than a file is: what was told as 3 % may be 19 % once measured.
    """
    loudness = _real(entry, Feature.LOUDNESS)
    if np.isnan(loudness):
        return None
    row = np.full((1, len(SOUND_FEATURES)), np.nan)
    column = SOUND_FEATURES.index(Feature.LOUDNESS)
    row[0, column] = loudness
    return NormalDist().cdf(float(TYPICAL.normal_scores(row)[0, column]))


def _middle(
    report: AnalysisReport, rows: NDArray[np.intp], distances: NDArray[np.float64]
) -> tuple[float | None, float | None]:
    """Return the middle of some tracks on the map, the nearer ones counting more."""
    places = [report.placements[row] for row in rows]
    known = [(each.x, each.y) for each in places if each.x is not None and each.y is not None]
    if len(known) != len(places):
        return None, None
    weights = 1 / np.maximum(distances, _MOST_ALIKE)
    x, y = np.average(np.array(known), axis=0, weights=weights)
    return float(x), float(y)
