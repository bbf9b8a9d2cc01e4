from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.stats import finding, number_lines, sound_line
from services.analysis.portrait import compute_feature, compute_stats
from services.analysis.reference import TYPICAL
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.music import PlaylistSource, Track
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.stats import Known
from tests.unit.services.charts.reports import make_report

SOURCES = {origin: Provenance(origin, "a test") for origin in Origin}


def entry(origin: Origin = Origin.MEASURED, *, track: Track | None = None, **values: float) -> EnrichedTrack:
    features = AudioFeatures(**values)
    return EnrichedTrack(
        track=track or Track(),
        features=features,
        provenance=dict.fromkeys(features.known, SOURCES[origin]),
    )


def report_of(*entries: EnrichedTrack) -> AnalysisReport:
    empty = make_report(1, 0)
    playlist = replace(empty.playlist, tracks=tuple(each.track for each in entries))
    return replace(empty, playlist=playlist, tracks=entries)


def lines_of(report: AnalysisReport) -> dict[str, str]:
    lines = dict(number_lines(compute_stats(report), report.playlist.source))
    return {head: line.replace("\u00a0", " ") for head, line in lines.items()}


LIST = report_of(
    entry(
        track=Track(
            artists=("Ann", "Bob"),
            duration_ms=90 * 60_000,
            release_year=1994,
            explicit=True,
            genres=("Hip-Hop", "hiphop", "Rock"),
        ),
        energy=0.2,
        tempo=120.0,
        key=0,
        mode=1,
    ),
    entry(
        Origin.UPLOADED,
        track=Track(artists=("ANN",), duration_ms=30 * 60_000, release_year=1999, explicit=False),
        energy=0.4,
        tempo=122.0,
        key=9,
        mode=0,
    ),
    entry(
        Origin.BORROWED,
        track=Track(artists=("Bob",), release_year=2000, explicit=False, genres=("rock",)),
        energy=0.8,
        tempo=118.0,
        key=9,
        mode=0,
    ),
    entry(Origin.IMPUTED, track=Track(), energy=1.0, tempo=60.0, key=5, mode=1),
    entry(track=Track()),
)


def test_counts_what_the_list_is_made_of():
    stats = compute_stats(LIST)
    assert stats.tracks == 5
    assert (stats.length_ms, stats.with_length) == (120 * 60_000, Known(2, 0, 3))
    assert [(name.casefold(), count) for name, count in stats.artists] == [("ann", 2), ("bob", 1)]
    assert stats.with_artist == Known(3, 0, 2)
    assert (stats.decades, stats.with_year) == (((1990, 2), (2000, 1)), Known(3, 0, 2))
    assert (stats.genres, stats.with_genres) == ((("rock", 2), ("hip hop", 1)), Known(2, 0, 3))
    assert (stats.explicit, stats.with_explicit) == (1, Known(3, 0, 2))


def test_an_estimate_is_counted_and_decides_nothing():
    stats = compute_stats(LIST)
    energy = stats.features[1]
    assert energy.feature is Feature.ENERGY
    assert energy.known == stats.with_tempo == stats.with_key == Known(3, 1, 1)
    assert energy.own is not None
    assert (energy.own.low, energy.own.median, energy.own.high) == pytest.approx((0.3, 0.4, 0.6))
    assert stats.tempo is not None
    assert stats.tempo.bpm == 120
    assert [(key.code, count) for key, count in stats.keys.most_common(5)] == [("8A", 2), ("8B", 1)]
    without = compute_stats(report_of(*LIST.tracks[:3]))
    assert [each.own for each in stats.features] == [each.own for each in without.features]


def test_a_common_tempo_beside_another_median_says_how_the_two_differ():
    tempi = [120.0] * 4 + [60.0] * 3 + [75.0, 80.0]
    stats = compute_stats(report_of(*(entry(tempo=tempo, energy=0.4, danceability=0.5) for tempo in tempi)))
    said = dict(number_lines(stats, PlaylistSource.UPLOAD, brief=True))["Tempo"].replace("\u00a0", " ")
    assert said == "about 120 BPM, halves and doubles counted in (median 80)"
    common = [124.0, 133.0, 139.0, 94.0, 90.0]  # most are near 133, and none at half or double of it
    stats = compute_stats(report_of(*(entry(tempo=tempo, energy=0.8) for tempo in common)))
    said = dict(number_lines(stats, PlaylistSource.UPLOAD, brief=True))["Tempo"].replace("\u00a0", " ")
    assert said == "about 133 BPM for more than half of the tracks (median 124)"
    one = compute_stats(report_of(entry(tempo=120.0, energy=0.4, danceability=0.5)))
    assert dict(number_lines(one, PlaylistSource.UPLOAD))["Tempo"] == "about 120\u00a0BPM"
    alike = compute_stats(report_of(*(entry(tempo=120.0) for _ in range(9))))
    assert dict(number_lines(alike, PlaylistSource.UPLOAD, brief=True))["Tempo"] == "about 120\u00a0BPM"


def test_a_feature_without_real_values_has_no_median():
    found = compute_feature([entry(Origin.IMPUTED, valence=0.5), entry()], Feature.VALENCE)
    assert (found.own, found.percentiles, found.known) == (None, None, Known(0, 1, 1))


def test_typical_music_lies_at_its_own_percentiles():
    values = [TYPICAL.quantile(Feature.DANCEABILITY, share) for share in (0.1, 0.5, 0.9)]
    for value, percentile in zip(values, (10, 50, 90), strict=True):
        found = compute_feature([entry(danceability=value)], Feature.DANCEABILITY)
        assert found.percentiles is not None
        assert found.percentiles.median == pytest.approx(percentile)
    assert found.typical.median == TYPICAL.medians[Feature.DANCEABILITY]
    far = compute_feature([entry(danceability=0.0)], Feature.DANCEABILITY)
    assert far.percentiles is not None
    assert far.percentiles.median == pytest.approx(1)


def test_each_line_says_for_how_many_tracks_it_is_known():
    lines = lines_of(LIST)
    assert lines["Length"] == "5 tracks, 2 h 0 min; known for 2 of 5"
    assert lines["Artists"].casefold() == "2; ann 67%, bob 33%; known for 3 of 5"
    assert lines["Decades"] == "1990s 67%, 2000s 33%; known for 3 of 5"
    assert lines["Genres"] == "2; rock 100%, hip hop 50%; known for 2 of 5"
    assert lines["Explicit"] == "1 track, 33%; known for 3 of 5"
    assert lines["Tempo"] == (
        "about 120 BPM for more than half of the tracks; known for 3 of 5, 1 only estimated, 1 unknown"
    )
    assert lines["Keys"] == (
        "A minor (8A) 2, C major (8B) 1; 33% major; known for 3 of 5, 1 only estimated, 1 unknown"
    )


def test_genres_that_only_names_of_groups_say_are_not_denied():
    bare = report_of(entry(), entry())
    lines = lines_of(replace(bare, basis=replace(bare.basis, remembered_genres=0.5)))
    assert lines["Genres"] == "only of artists, for 50% of the tracks"


def test_what_is_missing_is_said_to_be_missing():
    bare = report_of(entry(), entry())
    lines = lines_of(bare)
    assert lines["Length"] == "2 tracks; lengths: not in this file"
    assert {lines[head] for head in ("Artists", "Decades", "Genres", "Explicit")} == {"not in this file"}
    assert {lines[head] for head in ("Tempo", "Keys")} == {"not known"}
    assert finding(compute_stats(bare)).startswith("Nothing real is known")
    assert not sound_line(compute_stats(bare))
    at_spotify = replace(bare, playlist=replace(bare.playlist, source=PlaylistSource.SPOTIFY))
    assert lines_of(at_spotify)["Genres"] == "not known"


def test_the_finding_names_what_is_least_like_typical_music():
    calm = report_of(*(entry(energy=0.01, valence=TYPICAL.medians[Feature.VALENCE]) for _ in range(3)))
    assert finding(compute_stats(calm)) == "Least like typical music: energy 0.01 (typical 0.68)."
    typical = report_of(entry(energy=TYPICAL.medians[Feature.ENERGY]))
    assert "lies in the middle half of typical music" in finding(compute_stats(typical))
    in_part = report_of(entry(tempo=TYPICAL.medians[Feature.TEMPO]))
    assert finding(compute_stats(in_part)).startswith("In tempo the median")
