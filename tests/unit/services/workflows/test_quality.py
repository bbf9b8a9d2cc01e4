"""Corrections of a tempo: only what was measured is corrected, and its origin says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.domain.features import Feature, Origin, Provenance
from services.domain.report import EnrichedTrack
from services.enrichment.assembly import corrected, without_guesses
from tests.unit.services.analysis.comparison.people import entry

ROW = (0.5, 0.5, 80.0, 0.5, 0.5, 0.5, 0.5, -7.0, 0.5)


def track(origin: Origin, tempo_bpm: float = 80.0) -> EnrichedTrack:
    known = entry(ROW, 1, origin=origin)
    return replace(known, features=replace(known.features, tempo=tempo_bpm))


def halved(known: EnrichedTrack, factor: float = 2.0) -> EnrichedTrack:
    assert known.track.id is not None
    (found,) = corrected([known], {known.track.id: factor})
    return found


@pytest.mark.parametrize("origin", [Origin.MEASURED, Origin.UPLOADED, Origin.BORROWED])
def test_a_known_tempo_is_corrected_and_says_by_whom(origin: Origin) -> None:
    found = halved(track(origin))
    assert found.features.tempo == 160.0
    assert found.provenance[Feature.TEMPO] == Provenance(Origin.CORRECTED, "you, from test")
    assert found.provenance[Feature.ENERGY] == Provenance(origin, "test")


def test_a_corrected_estimate_stays_an_estimate() -> None:
    known = track(Origin.IMPUTED)
    assert halved(known) == known


def test_what_would_be_no_tempo_is_not_made() -> None:
    known = track(Origin.MEASURED, tempo_bpm=200.0)
    assert halved(known, 4.0) == known


def test_tracks_that_nobody_corrected_stay_as_they_are() -> None:
    known = track(Origin.MEASURED)
    assert corrected([known], {}) == (known,)
    nameless = replace(known, track=replace(known.track, id=None))
    assert corrected([nameless], {known.track.id: 2.0}) == (nameless,)


def test_own_values_are_those_measured_for_exactly_this_track() -> None:
    known = track(Origin.MEASURED)
    mixed = replace(
        known,
        provenance={
            **known.provenance,
            Feature.TEMPO: Provenance(Origin.IMPUTED, "a guess"),
            Feature.ENERGY: Provenance(Origin.BORROWED, "another recording"),
        },
    )
    (own,) = without_guesses([mixed])
    assert own.features.tempo is None
    assert own.features.energy is None
    assert own.features.valence == known.features.valence
    assert set(own.provenance) == set(known.provenance) - {Feature.TEMPO, Feature.ENERGY}
