"""What is known about a playlist, and what tracks without evidence have in common."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.quality import gap_words, quality_line
from services.domain.features import (
    SOUND_FEATURES,
    AudioFeatures,
    Coverage,
    Feature,
    Gap,
    GapKind,
    Origin,
    PartlyKnown,
    Provenance,
)
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from services.enrichment.assembly import from_upload
from services.enrichment.coverage import compute_coverage, describe_gaps

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
    assert compute_coverage([dataclasses.replace(track, provenance=mixed)]).borrowed == 1
    mixed[Feature.ENERGY] = Provenance(Origin.IMPUTED, "imputation")
    assert compute_coverage([dataclasses.replace(track, provenance=mixed)]).imputed == 1


def test_one_missing_sound_feature_makes_a_track_unknown() -> None:
    track = enriched(Origin.MEASURED)
    del track.provenance[Feature.LIVENESS]  # type: ignore[attr-defined]
    assert compute_coverage([track]).unknown == 1


def test_a_missing_key_or_mode_does_not() -> None:
    assert compute_coverage([enriched(Origin.MEASURED)]).measured == 1


def test_a_corrected_tempo_keeps_the_track_measured() -> None:
    track = enriched(Origin.MEASURED)
    corrected = dict(track.provenance) | {Feature.TEMPO: Provenance(Origin.CORRECTED, "you")}
    assert compute_coverage([dataclasses.replace(track, provenance=corrected)]).measured == 1


@given(st.lists(st.sampled_from([*Origin, None]), max_size=30))
def test_every_track_is_counted_exactly_once(origins: list[Origin | None]) -> None:
    coverage = compute_coverage([enriched(origin) for origin in origins])
    known = (coverage.measured, coverage.heard, coverage.uploaded, coverage.borrowed)
    parts = (*known, coverage.imputed, coverage.unknown)
    assert sum(parts) == coverage.total == len(origins)
    assert sum(known) == sum(origin not in {None, Origin.IMPUTED} for origin in origins)
    assert coverage.by_feature[Feature.ENERGY] == sum(known)
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
    assert compute_coverage(tracks).gap == Gap(GapKind.YEARS, first=2025, last=2026)


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
        ({"uploaded": 1}, "The track is from the file."),
        ({"imputed": 9}, "All 9 tracks estimated."),
        ({"unknown": 9}, "Nothing is known about the sound of these 9 tracks."),
        ({"unknown": 1}, "Nothing is known about the sound of this track."),
        ({}, "No tracks."),
    ],
)
def test_quality_line(counts: dict[str, int], line: str) -> None:
    assert quality_line(coverage_of(**counts)) == line


def test_quality_line_ends_with_the_note() -> None:
    coverage = dataclasses.replace(
        coverage_of(measured=64, imputed=31, unknown=11), gap=Gap(GapKind.YEARS, first=2025, last=2026)
    )
    assert (
        quality_line(coverage)
        == "64 of 106 tracks measured, 31 estimated, 11 unknown; mostly 2025-26 releases."
    )


def partly(known: tuple[Feature, ...], *, estimated: bool = True) -> EnrichedTrack:
    """Return a track of which the file knew some features."""
    whole = replace(SOUND, key=4, mode=1)
    provenance = dict.fromkeys(known, Provenance(Origin.UPLOADED, "file:dj"))
    others = [feature for feature in SOUND_FEATURES if feature not in known]
    if estimated:
        provenance |= dict.fromkeys(others, Provenance(Origin.IMPUTED, "imputation"))
    values = {feature: whole.get(feature) for feature in provenance}
    return EnrichedTrack(track=Track(title="a"), features=AudioFeatures.of(values), provenance=provenance)


KEY_AND_TEMPO = (Feature.TEMPO, Feature.KEY, Feature.MODE)
ALL_BUT_LOUDNESS = tuple(feature for feature in SOUND_FEATURES if feature is not Feature.LOUDNESS)


def test_what_is_known_of_a_track_in_part_is_counted_as_known() -> None:
    coverage = compute_coverage([partly(KEY_AND_TEMPO)] * 2 + [partly(ALL_BUT_LOUDNESS)])
    assert coverage.imputed == 3
    assert coverage.partly is not None
    assert (coverage.partly.estimated, coverage.partly.unknown, coverage.partly.deciding) == (3, 0, 1)
    assert coverage.partly.known[Feature.TEMPO] == 3
    assert coverage.partly.known[Feature.KEY] == 2
    assert Feature.LOUDNESS not in coverage.partly.known
    assert coverage.partly.origin is Origin.UPLOADED
    assert coverage.real_share == pytest.approx((2 * 1 + 8) / 27)


def test_nothing_is_partly_known_where_all_is_known_or_nothing() -> None:
    coverage = compute_coverage([enriched(Origin.MEASURED), enriched(None), enriched(Origin.IMPUTED)])
    assert coverage.partly is None


@pytest.mark.parametrize(
    ("tracks", "line"),
    [
        (
            [partly(KEY_AND_TEMPO)] * 30,
            "Tempo 30/30 and key 30/30 from the file, the other eight estimated.",
        ),
        (
            [partly((Feature.KEY, Feature.MODE), estimated=False)] * 3,
            "Key 3/3 from the file, the nine sound features unknown.",
        ),
        (
            [partly((Feature.KEY, Feature.MODE), estimated=False)] * 3 + [enriched(None)] * 2,
            "2 of 5 tracks unknown, 3 in part (key 3/3 from the file, the nine sound features unknown).",
        ),
        (
            [partly(ALL_BUT_LOUDNESS)] * 48,
            "Eight of nine features from the file; loudness is estimated.",
        ),
        (
            [partly(KEY_AND_TEMPO[:1])] * 3 + [enriched(Origin.MEASURED), enriched(Origin.IMPUTED)],
            (
                "1 of 5 tracks measured, 1 estimated, "
                "3 in part (tempo 3/3 from the file, the other eight estimated)."
            ),
        ),
    ],
)
def test_quality_line_of_tracks_that_are_known_in_part(tracks: list[EnrichedTrack], line: str) -> None:
    assert quality_line(compute_coverage(tracks)) == line


@given(st.lists(st.sampled_from([KEY_AND_TEMPO, ALL_BUT_LOUDNESS, SOUND_FEATURES, ()]), max_size=12))
def test_every_real_value_is_counted_whatever_else_a_track_lacks(known: list[tuple[Feature, ...]]) -> None:
    coverage = compute_coverage([partly(features) for features in known])
    for feature in Feature:
        assert coverage.by_feature[feature] == sum(feature in features for features in known)
    shares = coverage.partly or PartlyKnown(0, 0, 0, {})
    assert shares.tracks == sum(features in {KEY_AND_TEMPO, ALL_BUT_LOUDNESS} for features in known)


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


SOME_ID = TrackId("a" * 22)
OLD = [Track(id=SOME_ID, title="Old", artists=("Amber Weir",), release_year=1990 + n) for n in range(20)]


def tracks(count: int, **fields: object) -> list[Track]:
    return [Track(id=SOME_ID, title="New", **fields) for _ in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        (tracks(3, release_year=2025) + tracks(3, release_year=2026), "mostly 2025-26 releases"),
        (tracks(5, release_year=2026), "mostly 2026 releases"),
        ([*tracks(4, release_year=1961), *tracks(4, release_year=1968)], "mostly releases of the 1960s"),
        (tracks(4, isrc="BRAAA2400001"), "mostly recordings registered in Brazil"),
        (tracks(4, isrc="USAAA2400001"), ""),
        (tracks(4, genres=("Folktronica",)), "mostly folktronica"),
        (tracks(2, genres=("Hip-Hop",)) + tracks(2, genres=("hip hop",)), "mostly hip hop"),
        (tracks(4, genres=("Other",)), ""),
        (tracks(4, artists=("Various Artists",)), ""),
        (tracks(4, artists=("Nils Quarrel",)), "mostly by Nils Quarrel"),
        ([Track(id=SOME_ID, title="Тихий свет")] * 3, "mostly titles in Cyrillic script"),
        ([Track(id=SOME_ID, title="3. 별빛")] * 3, "mostly titles in Korean script"),
        ([Track(title="Nameless")] * 3, "mostly tracks without a Spotify id"),
        (tracks(2, release_year=2026), ""),
    ],
)  # fmt: skip
def test_names_what_the_gaps_share(gaps: list[Track], words: str) -> None:
    gap = describe_gaps(gaps, OLD)
    assert (gap_words(gap) if gap else "") == words


def test_a_trait_of_the_whole_playlist_is_no_reason() -> None:
    assert describe_gaps(tracks(10, release_year=2026), tracks(10, release_year=2026)) is None


def test_without_evidence_there_is_nothing_to_compare_with() -> None:
    assert describe_gaps(tracks(10, release_year=2026), []) is None


def test_a_turn_of_the_century_is_written_out() -> None:
    gaps = tracks(3, release_year=1999) + tracks(3, release_year=2000)
    gap = describe_gaps(gaps, tracks(10, release_year=1975))
    assert gap is not None
    assert gap_words(gap) == "mostly 1999-2000 releases"


any_track = st.builds(
    Track,
    title=st.text(max_size=3),
    isrc=st.none() | st.text(max_size=4),
    release_year=st.none() | st.integers(0, 3000),
    genres=st.lists(st.text(max_size=2), max_size=2).map(tuple),
)


@given(st.lists(any_track, max_size=9), st.randoms())
def test_never_fails_and_does_not_depend_on_the_order(gaps: list[Track], random: Random) -> None:
    shuffled = list(gaps)
    random.shuffle(shuffled)
    assert describe_gaps(gaps, OLD) == describe_gaps(shuffled, OLD)
