from __future__ import annotations

import pytest

from services.analysis.imputation import Company, Relation, estimate_gaps, impute
from services.analysis.imputation.twins import find_twins, is_twin
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
    assert is_twin(SONG, other) is same
    assert is_twin(other, SONG) is same


def test_titles_that_many_tracks_share_prove_nothing() -> None:
    one, other = (track(i, title="Intro", artists=("Mara Quill",), duration_ms=60_000) for i in (1, 2))
    assert not is_twin(one, other)


@pytest.mark.parametrize("place", ["playlist", "company"])
def test_borrows_a_twins_values_exactly_with_key_and_mode(place: str) -> None:
    features = sound(2)
    others = [measured(track(i), sound(i)) for i in range(10, 20)]
    company = Company.of([(REMASTER, features)], source="reccobeats") if place == "company" else Company()
    if place == "playlist":
        others.append(measured(REMASTER, features))
    estimate = estimate_gaps([unknown(SONG), *others], company)[0]
    assert estimate.relation is Relation.TWIN
    assert estimate.reliability == 1.0
    assert estimate.track.features == features
    assert estimate.track.standard_errors is None
    assert set(estimate.track.provenance.values()) == {Provenance(Origin.BORROWED, "reccobeats")}


def test_names_the_source_of_each_borrowed_value() -> None:
    lender = measured(REMASTER, sound(2), Provenance(Origin.UPLOADED, "file:exportify"))
    borrower = impute([unknown(SONG), lender], Company())[0]
    assert borrower.provenance[Feature.TEMPO] == Provenance(Origin.BORROWED, "file:exportify")


def test_borrows_only_what_is_missing() -> None:
    mine = lacking(measured(SONG, sound(1)), Feature.TEMPO, Feature.KEY)
    filled = impute([mine], Company.of([(REMASTER, sound(2))], source="reccobeats"))[0]
    assert filled.features.tempo == sound(2).tempo
    assert filled.features.key == sound(2).key
    assert filled.features.energy == sound(1).energy
    assert filled.provenance[Feature.ENERGY] == MEASURED


def test_estimates_what_a_twin_lacks_too() -> None:
    lender = lacking(measured(REMASTER, sound(2)), Feature.VALENCE)
    filled = impute([unknown(SONG), lender], Company())
    assert [t.is_imputed(Feature.VALENCE) for t in filled] == [True, True]
    assert filled[0].features.energy == sound(2).energy


def test_never_borrows_an_estimate() -> None:
    guessed = impute([unknown(REMASTER)], Company())[0]
    filled = impute([unknown(SONG), guessed], Company())[0]
    assert {p.origin for p in filled.provenance.values()} == {Origin.IMPUTED}


def test_prefers_the_surest_twin() -> None:
    near = track(5, title="Lantern Song", artists=("Mara Quill",), duration_ms=200_400)
    same_isrc = track(
        6, title="Lantern Song", artists=("Mara Quill",), duration_ms=202_900, isrc="XX1230000001"
    )
    company = Company.of([(REMASTER, sound(2)), (near, sound(5)), (same_isrc, sound(6))])
    assert [m.track.id for m in find_twins(SONG, (company.twins,))] == [same_isrc.id, near.id, REMASTER.id]
    assert impute([unknown(SONG)], company)[0].features == sound(6)


def test_borrowed_values_count_as_evidence_for_others() -> None:
    friend = unknown(track(7, artists=("Mara Quill",)))
    company = Company()
    alone = estimate_gaps([friend, unknown(SONG)], company)[0]
    company.add(REMASTER, sound(2, energy=0.02))
    befriended = estimate_gaps([friend, unknown(SONG)], company)[0]
    assert alone.relation is Relation.NONE
    assert befriended.relation is Relation.ARTIST
