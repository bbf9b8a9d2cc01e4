"""Say where one more track would stand on a map that exists already."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from services.analysis.grouping import middles
from services.analysis.matrix import FeatureTable
from services.analysis.membership import assignment_probability
from services.analysis.reference import REFERENCE, TYPICAL
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.grouping import Grouping
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.sound import SoundPlace

_NEAREST = 3
_AROUND = 5
"""Nearest tracks in whose middle the track is drawn."""
_MOST_ALIKE = 1e-6


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
    """Return the share of typical music that is quieter than a track, 0..1."""
    if entry.features.loudness is None:
        return None
    row = np.full((1, len(SOUND_FEATURES)), np.nan)
    column = SOUND_FEATURES.index(Feature.LOUDNESS)
    row[0, column] = entry.features.loudness
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
