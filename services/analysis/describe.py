"""Describe how a playlist sounds: groups, names, places on the map, what stands out, what is there twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import FEWEST_TRACKS, Partition, fit_clusters
from services.analysis.duplicates import find_duplicates
from services.analysis.matrix import evidence_mask, feature_matrix, known_mask, standard_error_matrix
from services.analysis.naming import name_clusters, name_playlist
from services.analysis.outliers import find_outliers
from services.analysis.placement import assignment_probability, confidence
from services.analysis.projection import Projection, project
from services.analysis.reference import REFERENCE, REFERENCE_MEDIANS
from services.analysis.stability import agreement
from services.analysis.tempo import median_tempo
from services.analysis.traits import blurb, describe_traits, major_share, profile_of
from services.analysis.typical import top_artists, typical_tracks
from services.analysis.verdict import verdict_sentence
from services.domain.features import SOUND_FEATURES, Coverage, Feature
from services.domain.music import Playlist
from services.domain.report import (
    AnalysisOptions,
    AnalysisReport,
    Cluster,
    EnrichedTrack,
    Outlier,
    Placement,
)

_TEMPO = SOUND_FEATURES.index(Feature.TEMPO)
_NOWHERE = Placement(cluster=None, confidence=None, likely=False, probability=None, x=None, y=None)


def describe(
    playlist: Playlist,
    tracks: Sequence[EnrichedTrack],
    coverage: Coverage,
    *,
    options: AnalysisOptions,
    notices: tuple[str, ...] = (),
) -> AnalysisReport:
    """Analyse a playlist whose tracks are enriched.

    Only tracks with evidence for all nine sound features decide anything; imputed tracks are
    placed afterwards, with the probability of the guess. Deterministic: the same tracks give the
    same groups in any order.
    """
    sound = _Sound.of(tracks)
    partition = fit_clusters(
        sound.points,
        keys=[tracks[row].track.key for row in sound.rows],
        groups=options.groups,
        previous_centres=np.array(options.previous_centres) if options.previous_centres else None,
        placed_later=len(_estimated_rows(tracks)),
    )
    guesses = _Guesses.of(tracks, partition)
    names = name_clusters(sound.z, sound.raw, partition.labels) if partition.k else ()
    projection = project(sound.points, partition.labels, partition.centres, sound.z)
    return AnalysisReport(
        playlist=playlist,
        tracks=tuple(tracks),
        placements=_placements(len(tracks), sound, guesses, partition, projection),
        clusters=tuple(
            _cluster(tracks, sound, guesses, partition, index=index, name=name, typical=typical)
            for index, (name, typical) in enumerate(
                zip(names, _typical(tracks, sound, partition), strict=True)
            )
        ),
        structure=partition.structure,
        axes=projection.axes if projection else None,
        outliers=_outliers(sound, partition, names),
        duplicates=find_duplicates([entry.track for entry in tracks]),
        coverage=coverage,
        sentence=verdict_sentence(
            partition.structure,
            names,
            mood=name_playlist(sound.z, sound.raw) if len(sound.rows) else "",
            tracks=len(tracks),
            evidence=len({tracks[row].track.key for row in sound.rows}),
            fewest=FEWEST_TRACKS,
        ),
        estimate_agreement=_agreement_with_estimates(tracks, sound, guesses, partition),
        notices=notices,
    )


@dataclass(frozen=True, slots=True)
class _Sound:
    """The tracks that may decide something, as numbers."""

    rows: NDArray[np.intp]
    """Their places in the playlist, shape (n,)."""
    raw: NDArray[np.float64]
    """Shape (n, 9)."""
    z: NDArray[np.float64]
    """Normal scores, shape (n, 9)."""
    points: NDArray[np.float64]
    """Shape (n, 6)."""

    @staticmethod
    def of(tracks: Sequence[EnrichedTrack]) -> _Sound:
        rows = np.flatnonzero(evidence_mask(tracks))
        raw = feature_matrix([tracks[int(row)] for row in rows])
        z = REFERENCE.normal_scores(raw)
        return _Sound(rows, raw, z, REFERENCE.points_of(z))


def _estimated_rows(tracks: Sequence[EnrichedTrack]) -> NDArray[np.intp]:
    return np.flatnonzero(known_mask(tracks) & ~evidence_mask(tracks))


@dataclass(frozen=True, slots=True)
class _Guesses:
    """The tracks that are placed afterwards."""

    rows: NDArray[np.intp]
    points: NDArray[np.float64]
    labels: NDArray[np.intp]
    """Most likely group, -1 without groups."""
    probabilities: NDArray[np.float64]

    @staticmethod
    def of(tracks: Sequence[EnrichedTrack], partition: Partition) -> _Guesses:
        rows = _estimated_rows(tracks)
        estimated = [tracks[int(row)] for row in rows]
        raw = feature_matrix(estimated)
        points = REFERENCE.sound_space(raw)
        if not partition.k or not len(rows):
            return _Guesses(rows, points, np.full(len(rows), -1, dtype=np.intp), np.zeros(len(rows)))
        chances = assignment_probability(raw, standard_error_matrix(estimated), partition.centres)
        return _Guesses(rows, points, chances.argmax(axis=1), chances.max(axis=1))


def _agreement_with_estimates(
    tracks: Sequence[EnrichedTrack], sound: _Sound, guesses: _Guesses, partition: Partition
) -> float | None:
    """Fit the same number of groups to evidence and estimates together, and compare on the evidence."""
    if not partition.k or not len(guesses.rows):
        return None
    trusting = fit_clusters(
        np.concatenate([sound.points, guesses.points]),
        keys=[tracks[int(row)].track.key for row in (*sound.rows, *guesses.rows)],
        groups=max(partition.k, 2),
    )
    return agreement(partition.labels, trusting.labels[: len(sound.rows)])


def _typical(
    tracks: Sequence[EnrichedTrack], sound: _Sound, partition: Partition
) -> tuple[tuple[int, ...], ...]:
    if not partition.k:
        return ()
    artists = [tracks[row].track.artists for row in sound.rows]
    titles = [tracks[row].track.title for row in sound.rows]
    return typical_tracks(sound.points, partition.labels, partition.centres, artists, titles=titles)


def _cluster(
    tracks: Sequence[EnrichedTrack],
    sound: _Sound,
    guesses: _Guesses,
    partition: Partition,
    *,
    index: int,
    name: str,
    typical: tuple[int, ...],
) -> Cluster:
    labels = partition.labels
    own = np.flatnonzero(labels == index)
    members = [tracks[row] for row in sound.rows[own]]
    tempo = median_tempo(sound.raw[own, _TEMPO])
    modes = [entry.features.mode for entry in members if entry.features.mode is not None]
    major = major_share(modes)
    return Cluster(
        name=name,
        blurb=blurb(sound.z, sound.raw, labels, index, tempo_bpm=tempo, major_share=major),
        members=tuple(int(row) for row in sound.rows[own]),
        likely=tuple(int(row) for row in guesses.rows[guesses.labels == index]),
        traits=describe_traits(sound.z, sound.raw, labels, index, REFERENCE_MEDIANS),
        typical=tuple(int(sound.rows[row]) for row in typical),
        top_artists=top_artists([entry.track.artists for entry in members]),
        centre=tuple(float(value) for value in partition.centres[index]),
        profile=dict(profile_of(sound.z, labels, index)),
        tempo_bpm=tempo,
        major_share=major,
    )


def _placements(
    count: int, sound: _Sound, guesses: _Guesses, partition: Partition, projection: Projection | None
) -> tuple[Placement, ...]:
    placements = [_NOWHERE] * count
    grouped = partition.k > 0
    if projection is None:
        return tuple(placements)
    sure = confidence(sound.points, partition.centres) if grouped else np.zeros(len(sound.rows))
    for row, label, certainty, (x, y) in zip(sound.rows, partition.labels, sure, projection.xy, strict=True):
        placements[row] = Placement(
            cluster=int(label) if grouped else None,
            confidence=float(certainty) if grouped else None,
            likely=False,
            probability=None,
            x=float(x),
            y=float(y),
        )
    for row, label, chance, (x, y) in zip(
        guesses.rows, guesses.labels, guesses.probabilities, projection.place(guesses.points), strict=True
    ):
        placements[row] = Placement(
            cluster=int(label) if grouped else None,
            confidence=None,
            likely=True,
            probability=float(chance) if grouped else None,
            x=float(x),
            y=float(y),
        )
    return tuple(placements)


def _outliers(sound: _Sound, partition: Partition, names: Sequence[str]) -> tuple[Outlier, ...]:
    if not partition.k:
        return ()
    return tuple(
        Outlier(int(sound.rows[found.track]), found.reason, found.score, found.features)
        for found in find_outliers(sound.points, sound.z, partition.labels, names)
    )
