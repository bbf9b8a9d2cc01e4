from __future__ import annotations

import pytest

from services.analysis.imputation import RelatedTracks, Relation, estimate_gaps, impute
from services.analysis.imputation.recordings import find_same_recordings, is_same_recording
from services.domain.features import Feature, Origin, Provenance
from services.domain.music import Track
from tests.unit.services.analysis.imputation.invented import (
    MEASURED,
    lacking,
    measured,
    sound,
    track,
    unknown,
)

SONG = track(1, title="Lantern Song", artists=("Mara Quill",), duration_ms=200_000, isrc="XX1230000001")
REMASTER = track(
    2, title="Lantern Song - 2015 Remaster", artists=("Mara Quill", "Odd Jib"), duration_ms=201_500
)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (REMASTER, True),
        (track(3, title="LANTERN SONG (feat. Odd Jib)", artists=("mara quill",), duration_ms=198_000), True),
        (track(3, title="Lantern Song", artists=("Mara Quill",), duration_ms=202_001), False),
        (track(3, title="Lantern Song", artists=("Mara Quill",), duration_ms=None), False),
        (track(3, title="Lantern Song (Live)", artists=("Mara Quill",), duration_ms=200_000), False),
        (track(3, title="Lantern Song", artists=("Somebody Else",), duration_ms=200_000), False),
        (track(3, title="Lantern Song", artists=(), duration_ms=200_000), False),
        (track(3, title="Quite Different", artists=("Nobody",), duration_ms=1, isrc="xx1230000001"), True),
    ],
)
def test_recognises_the_same_recording(other: Track, same: bool) -> None:
    assert is_same_recording(SONG, other) is same
    assert is_same_recording(other, SONG) is same


def test_titles_that_many_tracks_share_prove_nothing() -> None:
    one, other = (track(i, title="Intro", artists=("Mara Quill",), duration_ms=60_000) for i in (1, 2))
    assert not is_same_recording(one, other)


@pytest.mark.parametrize("place", ["playlist", "related tracks"])
def test_borrows_the_values_of_the_same_recording_exactly_with_key_and_mode(place: str) -> None:
    features = sound(2)
    others = [measured(track(i), sound(i)) for i in range(10, 20)]
    related_tracks = (
        RelatedTracks.of([(REMASTER, features)], source="reccobeats")
        if place == "related tracks"
        else RelatedTracks()
    )
    if place == "playlist":
        others.append(measured(REMASTER, features))
    estimate = estimate_gaps([unknown(SONG), *others], related_tracks)[0]
    assert estimate.relation is Relation.SAME_RECORDING
    assert estimate.track.features == features
    assert estimate.track.standard_errors is None
    assert set(estimate.track.provenance.values()) == {Provenance(Origin.BORROWED, "reccobeats")}


def test_names_the_source_of_each_borrowed_value() -> None:
    lender = measured(REMASTER, sound(2), Provenance(Origin.UPLOADED, "file:exportify"))
    borrower = impute([unknown(SONG), lender], RelatedTracks())[0]
    assert borrower.provenance[Feature.TEMPO] == Provenance(Origin.BORROWED, "file:exportify")


def test_borrows_only_what_is_missing() -> None:
    mine = lacking(measured(SONG, sound(1)), Feature.TEMPO, Feature.KEY)
    filled = impute([mine], RelatedTracks.of([(REMASTER, sound(2))], source="reccobeats"))[0]
    assert filled.features.tempo == sound(2).tempo
    assert filled.features.key == sound(2).key
    assert filled.features.energy == sound(1).energy
    assert filled.provenance[Feature.ENERGY] == MEASURED


def test_estimates_what_the_same_recording_lacks_too() -> None:
    lender = lacking(measured(REMASTER, sound(2)), Feature.VALENCE)
    filled = impute([unknown(SONG), lender], RelatedTracks())
    assert [t.is_imputed(Feature.VALENCE) for t in filled] == [True, True]
    assert filled[0].features.energy == sound(2).energy


def test_never_borrows_an_estimate() -> None:
    guessed = impute([unknown(REMASTER)], RelatedTracks())[0]
    filled = impute([unknown(SONG), guessed], RelatedTracks())[0]
    assert {p.origin for p in filled.provenance.values()} == {Origin.IMPUTED}


def test_prefers_the_surest_match() -> None:
    near = track(5, title="Lantern Song", artists=("Mara Quill",), duration_ms=200_400)
    same_isrc = track(
        6, title="Lantern Song", artists=("Mara Quill",), duration_ms=202_900, isrc="XX1230000001"
    )
    related_tracks = RelatedTracks.of([(REMASTER, sound(2)), (near, sound(5)), (same_isrc, sound(6))])
    assert [m.track.id for m in find_same_recordings(SONG, (related_tracks.recordings,))] == [
        same_isrc.id,
        near.id,
        REMASTER.id,
    ]
    assert impute([unknown(SONG)], related_tracks)[0].features == sound(6)


def test_borrowed_values_count_as_evidence_for_others() -> None:
    friend = unknown(track(7, artists=("Mara Quill",)))
    related_tracks = RelatedTracks()
    alone = estimate_gaps([friend, unknown(SONG)], related_tracks)[0]
    related_tracks.add(REMASTER, sound(2, energy=0.02))
    befriended = estimate_gaps([friend, unknown(SONG)], related_tracks)[0]
    assert alone.relation is Relation.NONE
    assert befriended.relation is Relation.ARTIST
