from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.features import SOUND_FEATURES, AudioFeatures, Coverage, Feature, Origin, Provenance
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from services.enrichment.coverage import Standing, compute_coverage, from_upload, quality_line, standing

SOUND = AudioFeatures(
    danceability=0.5,
    energy=0.6,
    loudness=-7.0,
    speechiness=0.04,
    acousticness=0.2,
    instrumentalness=0.0,
    liveness=0.1,
    valence=0.5,
    tempo=120.0,
)


def enriched(origin: Origin | None, *, source: str = "reccobeats", **track: object) -> EnrichedTrack:
    if origin is None:
        return EnrichedTrack(track=Track(**track), features=AudioFeatures(), provenance={})  # type: ignore[arg-type]
    return EnrichedTrack(
        track=Track(**track),  # type: ignore[arg-type]
        features=SOUND,
        provenance=dict.fromkeys(SOUND_FEATURES, Provenance(origin, source)),
    )


def coverage_of(**counts: int) -> Coverage:
    fields = {"measured": 0, "uploaded": 0, "borrowed": 0, "imputed": 0, "unknown": 0} | counts
    return Coverage(total=sum(fields.values()), by_source={}, by_feature={}, **fields)


def test_the_weakest_origin_names_the_track() -> None:
    track = enriched(Origin.MEASURED)
    mixed = dict(track.provenance) | {Feature.TEMPO: Provenance(Origin.BORROWED, "reccobeats")}
    assert standing(dataclasses.replace(track, provenance=mixed)) is Standing.BORROWED
    mixed[Feature.ENERGY] = Provenance(Origin.IMPUTED, "imputation")
    assert standing(dataclasses.replace(track, provenance=mixed)) is Standing.IMPUTED


def test_one_missing_sound_feature_makes_a_track_unknown() -> None:
    track = enriched(Origin.MEASURED)
    del track.provenance[Feature.LIVENESS]  # type: ignore[attr-defined]
    assert standing(track) is Standing.UNKNOWN


def test_a_missing_key_or_mode_does_not() -> None:
    assert standing(enriched(Origin.MEASURED)) is Standing.MEASURED


def test_a_corrected_tempo_keeps_the_track_measured() -> None:
    track = enriched(Origin.MEASURED)
    corrected = dict(track.provenance) | {Feature.TEMPO: Provenance(Origin.CORRECTED, "you")}
    assert standing(dataclasses.replace(track, provenance=corrected)) is Standing.MEASURED


@given(st.lists(st.sampled_from([*Origin, None]), max_size=30))
def test_every_track_is_counted_exactly_once(origins: list[Origin | None]) -> None:
    coverage = compute_coverage([enriched(origin) for origin in origins])
    parts = (coverage.measured, coverage.uploaded, coverage.borrowed, coverage.imputed, coverage.unknown)
    assert sum(parts) == coverage.total == len(origins)
    assert coverage.evidence == sum(origin not in {None, Origin.IMPUTED} for origin in origins)
    assert coverage.by_feature[Feature.ENERGY] == coverage.evidence
    assert coverage.by_feature[Feature.KEY] == 0


def test_counts_each_source_once_per_track() -> None:
    tracks = [
        enriched(Origin.MEASURED),
        enriched(Origin.MEASURED),
        enriched(Origin.UPLOADED, source="file:exportify"),
    ]
    assert compute_coverage(tracks).by_source == {"reccobeats": 2, "file:exportify": 1}


def test_the_note_names_the_years_of_the_gaps() -> None:
    tracks = [enriched(Origin.MEASURED, release_year=2000 + n) for n in range(20)]
    tracks += [enriched(None, release_year=2025), enriched(Origin.IMPUTED, release_year=2026)] * 3
    assert compute_coverage(tracks).note == "mostly 2025-26 releases"


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        (
            {"measured": 64, "imputed": 31, "unknown": 11},
            "64 of 106 tracks measured, 31 estimated, 11 unknown.",
        ),
        (
            {"uploaded": 60, "measured": 4, "unknown": 1},
            "4 of 65 tracks measured, 60 from the file, 1 unknown.",
        ),
        ({"uploaded": 3, "borrowed": 2}, "3 of 5 tracks from the file, 2 borrowed from the same recording."),
        ({"measured": 1200}, "All 1,200 tracks measured."),
        ({"uploaded": 1}, "The only track from the file."),
        ({"imputed": 9}, "All 9 tracks estimated."),
        ({"unknown": 9}, "Nothing is known about the sound of these 9 tracks."),
        ({"unknown": 1}, "Nothing is known about the sound of the only track."),
        ({}, "No tracks."),
    ],
)
def test_quality_line(counts: dict[str, int], line: str) -> None:
    assert quality_line(coverage_of(**counts)) == line


def test_quality_line_ends_with_the_note() -> None:
    coverage = dataclasses.replace(
        coverage_of(measured=64, imputed=31, unknown=11), note="mostly 2025-26 releases"
    )
    assert (
        quality_line(coverage)
        == "64 of 106 tracks measured, 31 estimated, 11 unknown; mostly 2025-26 releases."
    )


def test_an_upload_keeps_its_values_and_names_the_file() -> None:
    track = Track(id=TrackId("a" * 22), uploaded=AudioFeatures(energy=0.4, tempo=0.0, key=-1, loudness=1.5))
    (result,) = from_upload([track], "file:exportify")
    assert result.features == AudioFeatures(energy=0.4, loudness=1.5)
    assert result.provenance == {
        Feature.ENERGY: Provenance(Origin.UPLOADED, "file:exportify"),
        Feature.LOUDNESS: Provenance(Origin.UPLOADED, "file:exportify"),
    }


def test_a_track_without_values_stays_in_the_list() -> None:
    tracks = [Track(title="One"), Track(title="Two", uploaded=AudioFeatures(energy=0.1))]
    results = from_upload(tracks, "file:exportify")
    assert [result.track for result in results] == tracks
    assert results[0].features.is_empty
    assert results[0].provenance == {}
