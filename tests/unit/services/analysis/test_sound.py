"""Estimates from what was measured of the sound, and what two sources say side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.report import verdict
from services.analysis.from_sound import LUFS_ERROR_DB, estimate_from_sound, share_quieter
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from services.domain.sound import KeyReading, Sound, SoundKind, SoundReading, TempoReading
from services.domain.sources import FetchedFeatures, second_opinions
from services.enrichment.assembly import assemble, from_upload
from services.enrichment.coverage import compute_coverage
from tests.unit.services.analysis import sounds
from tests.unit.services.sources.fakes import FakeClock

READING = SoundReading(
    digest="d" * 64,
    length_s=200.0,
    rate_hz=44_100,
    channels=2,
    loudness_lufs=-9.0,
    true_peak_db=-0.1,
    tempo=TempoReading(124.0, 62.0, 0.4, 0.6),
    key=KeyReading(9, False, 0.1),
)
TRACK = Track(
    title="Song", id=TrackId("a" * 22), duration_ms=200_000, sound=Sound(kind=SoundKind.MP3, reading=READING)
)


def heard(loudness_lufs: float) -> EnrichedTrack:
    sound = Sound(kind=SoundKind.MP3, reading=replace(READING, loudness_lufs=loudness_lufs))
    (entry,) = estimate_from_sound(from_upload([replace(TRACK, sound=sound)], "file"))
    return entry


def test_what_is_not_measured_is_estimated_with_an_error_and_decides_nothing() -> None:
    entry = heard(-9.0)
    assert entry.provenance[Feature.TEMPO].origin is Origin.SOUND
    assert entry.features.tempo == 124.0
    for feature in SOUND_FEATURES:
        if feature is not Feature.TEMPO:
            assert entry.is_imputed(feature)
            assert entry.standard_errors is not None
            assert (entry.standard_errors.get(feature) or 0) > 0
    assert entry.standard_errors is not None
    assert entry.standard_errors.loudness == LUFS_ERROR_DB
    assert share_quieter(entry) is None
    measured = replace(entry, provenance={Feature.LOUDNESS: Provenance(Origin.CLIP, "ReccoBeats")})
    assert 0 < (share_quieter(measured) or 0) < 1
    coverage = compute_coverage([entry])
    assert coverage.imputed == 1
    assert coverage.partly is None or coverage.partly.deciding == 0


def test_the_verdict_on_sound_files_knows_their_loudness_and_speaks_of_one_as_of_one() -> None:
    entries = [heard(-9.0), heard(-14.0)]
    report = sounds.report(entries)
    assert verdict(report).startswith("Only tempo, key and loudness in LUFS are known: too little to compare")
    assert verdict(sounds.report(entries[:1])).endswith("too little to say how this track sounds.")


def test_louder_is_livelier_and_less_acoustic() -> None:
    quiet, loud = heard(-22.0).features, heard(-6.0).features
    assert (loud.energy or 0) - (quiet.energy or 0) > 0.3
    assert (quiet.acousticness or 0) - (loud.acousticness or 0) > 0.2


def test_genres_and_the_version_in_the_title_count_too() -> None:
    def estimated(title: str = "Song", *genres: str) -> EnrichedTrack:
        track = replace(TRACK, title=title, genres=genres, sound=Sound(kind=SoundKind.MP3, reading=READING))
        return estimate_from_sound(from_upload([track], "file"))[0]

    plain, unknown = estimated(), estimated("Song", "a genre of its own")
    assert unknown.features == plain.features
    assert (estimated("Song (Acoustic)").features.acousticness or 0) > (plain.features.acousticness or 0)
    techno = estimated("Song", "minimal techno")
    assert (techno.features.instrumentalness or 0) > (estimated("Song", "rap").features.instrumentalness or 0)
    assert techno.standard_errors is not None
    assert plain.standard_errors is not None
    assert (techno.standard_errors.energy or 0) < (plain.standard_errors.energy or 0)


def test_an_estimate_from_relatives_counts_by_its_precision() -> None:
    alone = heard(-9.0)
    related = replace(
        from_upload([TRACK], "file")[0],
        features=AudioFeatures(tempo=124.0, valence=0.9),
        standard_errors=AudioFeatures(valence=0.01),
        provenance={
            Feature.TEMPO: Provenance(Origin.SOUND, "audio:1"),
            Feature.VALENCE: Provenance(Origin.IMPUTED, "imputation"),
        },
    )
    (entry,) = estimate_from_sound([related])
    assert entry.features.valence == pytest.approx(0.9, abs=0.01)
    assert alone.features.valence != pytest.approx(0.9, abs=0.05)


def test_the_sound_of_the_very_file_gives_tempo_and_key_and_the_catalogue_stands_beside_it() -> None:
    row = FetchedFeatures(
        track_id=TrackId("a" * 22),
        source="reccobeats",
        features=AudioFeatures(tempo=62.0, key=0.0, mode=1.0, energy=0.8),
        fetched_at=FakeClock().now(),
    )
    entry = assemble(from_upload([TRACK], "file")[0], [row], ["reccobeats"])
    assert entry.features.tempo == 124.0
    assert entry.provenance[Feature.ENERGY].origin is Origin.MEASURED
    opinions = {each.feature: each for each in second_opinions(entry)}
    assert set(opinions) == {Feature.TEMPO, Feature.KEY, Feature.MODE}
    assert opinions[Feature.TEMPO].are_octaves
    assert opinions[Feature.KEY].differ
