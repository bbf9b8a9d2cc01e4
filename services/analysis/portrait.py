"""Say what sets a list apart from other playlists: a percentile, a genre, a decade, a habit.

A percentile is said where the list's mean lies in the outer quarter of the means of other playlists, and so
does its whole interval of 99 %; so it isn't said because some tracks happen to be in the list
(`benchmarks/portrait.py`). Tempo and liveness differ too little between playlists to be said at all. Habits
are counts of this very list and need no interval.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from services.analysis.facts import Facts, years_of_their_time
from services.analysis.genres import NOBODY, normal_genre
from services.analysis.matrix import real_matrix
from services.analysis.membership import top_artists
from services.analysis.reference import TYPICAL
from services.analysis.tally import decade_of, lower_end
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.music import Track
from services.domain.portrait import Habit, HabitKind, Portrait, Standing
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.stats import FeatureStats, Known, PlaylistStats, Spread, count_keys
from services.domain.tempo import takes_octaves, tempo_of

CERTAIN = 2.58
"""Standard errors on either side: 99 %, since seven features are asked and not one."""
FEWEST_TRACKS, LEAST_KNOWN = 15, 0.5
"""Real values that a percentile takes, and share of the tracks that have one."""
MOST_STANDINGS, MOST_HABITS = 2, 2
_ROUNDED_TO, _LOWEST, _HIGHEST = 5, 75, 95
_NEVER = {Feature.TEMPO, Feature.LIVENESS}
_ONE_THING = ({Feature.ENERGY, Feature.LOUDNESS, Feature.ACOUSTICNESS},)
"""Features that say nearly the same; of each set the farthest speaks."""
TAGGED, MOSTLY_GENRE, MOSTLY_DECADE = 0.6, 0.4, 0.5
"""Share of tracks that must have genres or years, and of these that one genre or decade must surely have."""
_FAITHFUL, _FEWEST_BY_ONE, _RUN, _LONG_SPAN, _RECENT, _SAME_KEY = 0.15, 5, 4, 40, 2010, 0.25
_SORTED = 1.1
"""Runs for each artist up to which a list is sorted by artist: then a run is no habit."""


@dataclass(frozen=True, slots=True)
class _Playlists:
    """How means of playlists are distributed."""

    ranks: NDArray[np.float64]
    means: dict[Feature, NDArray[np.float64]]
    """At those ranks, in spreads of typical music."""
    playlists: int
    listeners: int

    def rank_of(self, feature: Feature, mean: float) -> float:
        """Return the share of playlists with a smaller mean."""
        return float(np.interp(mean, self.means[feature], self.ranks))

    def quartiles(self, feature: Feature) -> tuple[float, float]:
        """Return the ends of the middle half."""
        low, high = np.interp((0.25, 0.75), self.ranks, self.means[feature])
        return float(low), float(high)


@lru_cache(maxsize=1)
def other_playlists() -> _Playlists:
    """Load how the means of other people's playlists are distributed."""
    path = resources.files("services.analysis").joinpath("constants", "playlists.json")
    stored = json.loads(path.read_text("utf-8"))
    means = {Feature(name): np.array(values) for name, values in stored["means"].items()}
    return _Playlists(np.array(stored["ranks"]), means, stored["playlists"], stored["listeners"])


def portrait_of(
    report: AnalysisReport,
    *,
    scores: NDArray[np.float64] | None = None,
    facts: Facts | None = None,
    dates: Sequence[int | None] = (),
) -> Portrait:
    """Find what can be said of the list of a report; estimated values decide nothing.

    Parameters
    ----------
    scores : array of shape (n, 9), optional
        As for `standings_of`, where they are known already.
    facts : Facts, optional
        Those of its tracks, likewise.
    dates : sequence of n int or None, optional
        What `years_of_their_time` says of them, likewise.
    """
    tracks = [entry.track for entry in report.tracks]
    facts = facts or Facts.of(tracks)
    years = list(filter(None, dates or years_of_their_time(tracks, facts.leads)))
    known = other_playlists()
    if scores is None:
        scores = TYPICAL.normal_scores(real_matrix(report.tracks))
    once = list(dict(zip(facts.keys.tolist(), range(len(tracks)), strict=True)).values())
    return Portrait(
        standings=standings_of(scores[once]),
        genre=_genre(tracks),
        decade=_decade(years, len(tracks)),
        habits=_habits(report, tracks, facts.leads, years)[:MOST_HABITS],
        playlists=known.playlists,
        listeners=known.listeners,
    )


def standings_of(scores: NDArray[np.float64]) -> tuple[Standing, ...]:
    """Compare the means of a list with those of playlists.

    Parameters
    ----------
    scores : array of shape (n, 9)
        Normal scores of its tracks against typical music; NaN where there is no real value.
    """
    known, found = other_playlists(), []
    for column, feature in enumerate(SOUND_FEATURES):
        own = scores[np.isfinite(scores[:, column]), column]
        if feature in _NEVER or len(own) < max(FEWEST_TRACKS, LEAST_KNOWN * len(scores)):
            continue
        mean, margin = float(own.mean()), CERTAIN * float(own.std(ddof=1)) / math.sqrt(len(own))
        low, high = known.quartiles(feature)
        if mean - margin > high or mean + margin < low:
            is_more, rank = mean > high, known.rank_of(feature, mean)
            share = 100 * (rank if is_more else 1 - rank)
            percent = min(max(round(share / _ROUNDED_TO) * _ROUNDED_TO, _LOWEST), _HIGHEST)
            found.append((abs(rank - 0.5), Standing(feature, is_more, percent)))
    said: list[Standing] = []
    for _, standing in sorted(found, key=lambda each: -each[0]):
        alike = next((one for one in _ONE_THING if standing.feature in one), {standing.feature})
        if not any(other.feature in alike for other in said):
            said.append(standing)
    return tuple(said[:MOST_STANDINGS])


def _genre(tracks: Sequence[Track]) -> str:
    counts: Counter[str] = Counter()
    tagged = 0
    for genres, number in Counter(track.genres for track in tracks).items():
        words = {normal_genre(genre) for genre in genres} - {""}
        tagged += number if words else 0
        for word in sorted(words):
            counts[word] += number
    if tagged < max(FEWEST_TRACKS, TAGGED * len(tracks)):
        return ""
    genre, count = counts.most_common(1)[0]
    return genre if lower_end(count, tagged) >= MOSTLY_GENRE else ""


def _decade(years: Sequence[int], tracks: int) -> int | None:
    if len(years) < max(FEWEST_TRACKS, TAGGED * tracks):
        return None
    decade, count = Counter(year // 10 * 10 for year in years).most_common(1)[0]
    return decade if lower_end(count, len(years)) >= MOSTLY_DECADE else None


def _habits(
    report: AnalysisReport, tracks: Sequence[Track], leads: Sequence[str], years: Sequence[int]
) -> tuple[Habit, ...]:
    """Count what is there to count, the most telling first."""
    if len(tracks) < FEWEST_TRACKS:
        return ()
    return tuple(
        habit
        for habit in (
            _faithful(tracks, leads),
            _run(tracks, leads),
            *_years(years, len(tracks)),
            _key(report),
        )
        if habit is not None
    )


def _faithful(tracks: Sequence[Track], leads: Sequence[str]) -> Habit | None:
    for name, count in top_artists([track.artists for track in tracks], 1, leads=leads):
        is_much = count >= max(_FEWEST_BY_ONE, _FAITHFUL * len(tracks))
        if is_much and name.casefold() not in NOBODY:
            return Habit(HabitKind.FAITHFUL, count, name, len(tracks))
    return None


def _run(tracks: Sequence[Track], leads: Sequence[str]) -> Habit | None:
    """Find the longest run of one artist, in a list that is not sorted by artist."""
    starts = [0, *(at for at, (before, lead) in enumerate(pairwise(leads), 1) if lead != before)]
    if len(starts) <= _SORTED * len(set(leads)):
        return None
    runs = pairwise([*starts, len(leads)])
    named = [(end - start, start) for start, end in runs if leads[start] not in NOBODY]
    length, at = max(named, key=lambda run: run[0], default=(0, 0))  # of equals the first
    return Habit(HabitKind.RUN, length, tracks[at].artists[0]) if length >= _RUN else None


def _years(years: Sequence[int], tracks: int) -> tuple[Habit, ...]:
    if len(years) == tracks and min(years) >= _RECENT:
        return (Habit(HabitKind.SINCE, min(years)),)
    if years and max(years) - min(years) >= _LONG_SPAN:
        return (Habit(HabitKind.SPAN, min(years), other=max(years)),)
    return ()


def _key(report: AnalysisReport) -> Habit | None:
    keys = count_keys(report)
    if keys.known < max(FEWEST_TRACKS, TAGGED * len(report.tracks)):
        return None
    ((key, count),) = keys.most_common(1)
    return Habit(HabitKind.KEY, count, key.name, keys.known) if count >= _SAME_KEY * keys.known else None


_QUARTILES = (0.25, 0.5, 0.75)


def compute_stats(report: AnalysisReport) -> PlaylistStats:
    """Count the tracks of a report; estimated values are counted as such and decide no number.

    Rows that are there twice count twice, as they are heard twice.
    """
    tracks = [entry.track for entry in report.tracks]
    lengths = [track.duration_ms for track in tracks if track.duration_ms]
    artists = top_artists([track.artists for track in tracks], len(tracks))
    decades = Counter(int(decade) for track in tracks for decade in decade_of(track.release_year))
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
