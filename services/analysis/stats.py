"""Count what a playlist is made of, and put its sound beside typical music."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from services.analysis.genres import normal_genre
from services.analysis.portrait import portrait_of
from services.analysis.reference import TYPICAL
from services.analysis.tally import decade_of
from services.analysis.typical import top_artists
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.stats import FeatureStats, Known, PlaylistStats, Spread, count_keys
from services.domain.tempo import takes_octaves, tempo_of

_QUARTILES = (0.25, 0.5, 0.75)


def compute_stats(report: AnalysisReport) -> PlaylistStats:
    """Count the tracks of a report; estimated values are counted as such and decide no number.

    Rows that are there twice count twice, as they are heard twice.
    """
    tracks = [entry.track for entry in report.tracks]
    lengths = [track.duration_ms for track in tracks if track.duration_ms]
    artists = top_artists([track.artists for track in tracks], len(tracks))
    decades = Counter(int(decade) for track in tracks for decade in decade_of(track))
    tagged = [words for track in tracks if (words := {normal_genre(each) for each in track.genres} - {""})]
    genres = Counter(genre for words in tagged for genre in words)
    explicit = [track.explicit for track in tracks if track.explicit is not None]
    keys, tempo = count_keys(report), tempo_of(report.tracks)
    features = tuple(compute_feature(report.tracks, feature) for feature in SOUND_FEATURES)
    estimated_keys = sum(
        entry.features.key is not None
        and entry.features.mode is not None
        and (entry.is_imputed(Feature.KEY) or entry.is_imputed(Feature.MODE))
        for entry in report.tracks
    )

    def known_of(count: int) -> Known:
        return Known(count, 0, len(tracks) - count)

    return PlaylistStats(
        tracks=len(tracks),
        length_ms=sum(lengths),
        with_length=known_of(len(lengths)),
        artists=artists,
        with_artist=known_of(sum(count for _, count in artists)),
        decades=tuple(sorted(decades.items())),
        with_year=known_of(decades.total()),
        genres=tuple(sorted(genres.items(), key=lambda counted: (-counted[1], counted[0]))),
        with_genres=known_of(len(tagged)),
        genres_of_artists=report.basis.remembered_genres,
        explicit=sum(explicit),
        with_explicit=known_of(len(explicit)),
        tempo=tempo,
        tempo_takes_octaves=takes_octaves(report.tracks, tempo),
        with_tempo=features[SOUND_FEATURES.index(Feature.TEMPO)].known,
        keys=keys,
        with_key=Known(keys.known, estimated_keys, keys.unknown - estimated_keys),
        features=features,
        portrait=report.portrait or portrait_of(report),
    )


def compute_feature(entries: Sequence[EnrichedTrack], feature: Feature) -> FeatureStats:
    """Summarise the real values of one sound feature, and say where they lie in typical music."""
    real: list[float] = []
    estimated = 0
    for entry in entries:
        value = entry.features.get(feature)
        if value is None or not math.isfinite(value):
            continue
        if entry.is_imputed(feature):
            estimated += 1
        else:
            real.append(value)
    own = Spread(*np.quantile(real, _QUARTILES).tolist()) if real else None
    low, high = (TYPICAL.quantile(feature, share) for share in (_QUARTILES[0], _QUARTILES[-1]))
    return FeatureStats(
        feature=feature,
        known=Known(len(real), estimated, len(entries) - len(real) - estimated),
        own=own,
        typical=Spread(low, TYPICAL.medians[feature], high),
        percentiles=None if own is None else _percentiles(feature, own),
    )


def _percentiles(feature: Feature, own: Spread) -> Spread:
    rows = np.full((3, len(SOUND_FEATURES)), np.nan)
    column = SOUND_FEATURES.index(feature)
    rows[:, column] = (own.low, own.median, own.high)
    ranks = [100 * NormalDist().cdf(score) for score in TYPICAL.normal_scores(rows)[:, column].tolist()]
    return Spread(*ranks)
