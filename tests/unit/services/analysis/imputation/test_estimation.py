from __future__ import annotations

import math
import random
from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.imputation import RelatedTracks, Relation, estimate_gaps, impute
from services.domain.features import (
    FEATURE_RANGES,
    SOUND_FEATURES,
    AudioFeatures,
    Feature,
    Origin,
    Provenance,
)
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from tests.unit.services.analysis.imputation.invented import lacking, measured, sound, track, unknown


def playlist(size: int = 24, gaps: int = 8) -> list[EnrichedTrack]:
    return [unknown(track(i)) if i < gaps else measured(track(i), sound(i)) for i in range(size)]


def errors_of(estimated: EnrichedTrack) -> AudioFeatures:
    assert estimated.standard_errors is not None
    return estimated.standard_errors


def test_fills_every_sound_feature_in_range_with_a_standard_error() -> None:
    for filled in impute(playlist(), RelatedTracks())[:8]:
        for feature in SOUND_FEATURES:
            value, error = filled.features.get(feature), errors_of(filled).get(feature)
            low, high = FEATURE_RANGES[feature]
            assert value is not None
            assert low <= value <= high
            assert error is not None
            assert 0 < error < high - low
            assert filled.provenance[feature] == Provenance(Origin.IMPUTED, "imputation")


def test_never_estimates_key_and_mode() -> None:
    for filled in impute(playlist(), RelatedTracks())[:8]:
        for feature in (Feature.KEY, Feature.MODE):
            assert filled.features.get(feature) is None
            assert feature not in filled.provenance
            assert errors_of(filled).get(feature) is None


def test_leaves_known_tracks_exactly_as_they_are() -> None:
    before = playlist()
    assert list(impute(before, RelatedTracks())[8:]) == before[8:]


def test_keeps_observed_values_of_a_partly_known_track() -> None:
    whole = measured(track(1), sound(1))
    filled = impute([lacking(whole, Feature.TEMPO, Feature.KEY), *playlist(12, 0)[2:]], RelatedTracks())[0]
    for feature in whole.features.known:
        if feature not in (Feature.TEMPO, Feature.KEY):
            assert filled.features.get(feature) == whole.features.get(feature)
            assert filled.provenance[feature] == whole.provenance[feature]
            assert errors_of(filled).get(feature) is None
    assert filled.is_imputed(Feature.TEMPO)
    assert errors_of(filled).tempo is not None
    assert filled.features.key is None


@pytest.mark.parametrize("seed", range(4))
def test_order_of_the_playlist_does_not_matter(seed: int) -> None:
    tracks = [*playlist(), lacking(measured(track(60), sound(60)), Feature.VALENCE)]
    order = random.Random(seed).sample(range(len(tracks)), len(tracks))
    related_tracks = RelatedTracks.of(
        [(track(i, artists=(f"The Harbour {i % 9}",)), sound(i)) for i in range(100, 140)]
    )
    straight = impute(tracks, related_tracks)
    assert impute([tracks[i] for i in order], related_tracks) == tuple(straight[i] for i in order)


def test_same_input_same_answer() -> None:
    assert impute(playlist(), RelatedTracks()) == impute(playlist(), RelatedTracks())


def test_imputing_twice_changes_nothing() -> None:
    once = impute(playlist(), RelatedTracks())
    assert impute(once, RelatedTracks()) == once


def test_estimates_are_no_evidence() -> None:
    guesses = impute(playlist(), RelatedTracks())[:8]
    asked = unknown(track(70, artists=guesses[0].track.artists))
    with_guesses = impute([asked, *guesses, *playlist()[8:]], RelatedTracks())[0]
    without = impute([asked, *playlist()[8:]], RelatedTracks())[0]
    assert with_guesses == without


def test_empty_playlist_stays_empty() -> None:
    assert impute([], RelatedTracks()) == ()


def test_nobody_around_is_said_and_has_wide_errors() -> None:
    alone = estimate_gaps([unknown(track(1))], RelatedTracks())[0]
    befriended = estimate_gaps(playlist(), RelatedTracks())[0]
    assert alone.relation is Relation.NONE
    assert (errors_of(befriended.track).energy or 1) < (errors_of(alone.track).energy or 0)
    # Two errors to either side reach over most of what music does.
    assert (errors_of(alone.track).energy or 0) > 0.2
    assert (errors_of(alone.track).tempo or 0) > 25


def test_a_track_without_words_gets_the_playlist() -> None:
    loud = [measured(track(i), sound(i, energy=0.95)) for i in range(30)]
    estimate = estimate_gaps([unknown(Track()), *loud], RelatedTracks())[0]
    assert estimate.relation is Relation.PLAYLIST
    assert (estimate.track.features.energy or 0) > 0.8


def test_two_wordless_tracks_are_not_taken_for_one() -> None:
    filled = impute([unknown(Track()), measured(Track(), sound(3))], RelatedTracks())[0]
    assert filled.is_imputed(Feature.ENERGY)


@pytest.mark.parametrize(
    ("relation", "fields"),
    [
        (Relation.ARTIST, {"artists": ("the harbour 500",)}),
        (Relation.ALBUM, {"album_id": "album-500"}),
        (Relation.SONG, {"title": "Paper Boat No500x (Live)", "artists": ("The Harbour 500",)}),
        (Relation.GENRE, {"genres": ("harbour folk",)}),
    ],
)
def test_relatives_draw_the_estimate_towards_their_sound(
    relation: Relation, fields: dict[str, object]
) -> None:
    calm = [
        (
            track(
                i,
                artists=("The Harbour 500",),
                album_id="album-500",
                title=f"Ebb {i}",
                genres=("Harbour Folk",),
            ),
            sound(i, energy=0.05),
        )
        for i in range(501, 509)
    ]
    calm.append((track(500, genres=("harbour folk",)), sound(500, energy=0.05)))
    loud = [measured(track(i), sound(i, energy=0.9)) for i in range(1, 30)]
    asked = unknown(track(50, **fields))
    alone = estimate_gaps([asked, *loud], RelatedTracks())[0]
    related = estimate_gaps([asked, *loud], RelatedTracks.of(calm))[0]
    assert related.relation is relation
    assert (related.track.features.energy or 1) < (alone.track.features.energy or 0)


def test_more_company_means_smaller_errors_on_average() -> None:
    def mean_error(known: int) -> float:
        filled = impute(
            [unknown(track(i)) for i in range(5)] + playlist(60, 0)[5 : 5 + known], RelatedTracks()
        )
        return fmean(errors_of(t).danceability or math.nan for t in filled[:5])

    assert mean_error(40) < mean_error(5) < mean_error(0)


def test_a_close_feature_sharpens_a_partial_gap() -> None:
    others = [measured(track(i), sound(i)) for i in range(40)]
    loud = measured(track(80), sound(80, energy=0.97))
    alone = impute([unknown(track(80)), *others], RelatedTracks())[0]
    partial = impute([lacking(loud, Feature.ENERGY), *others], RelatedTracks())[0]
    assert abs((partial.features.energy or 0) - 0.97) < abs((alone.features.energy or 0) - 0.97)
    assert (errors_of(partial).energy or 1) < (errors_of(alone).energy or 0)


def test_a_partly_known_track_is_not_its_own_company() -> None:
    whole = measured(track(1), sound(1, energy=0.99))
    filled = estimate_gaps([lacking(whole, Feature.TEMPO)], RelatedTracks())[0]
    assert filled.relation is Relation.NONE


def test_a_cached_row_of_a_playlist_track_counts_once() -> None:
    members = [(track(i, artists=("Ninefold",)), sound(i)) for i in range(2, 9)]
    tracks = [unknown(track(1, artists=("Ninefold",))), *(measured(t, f) for t, f in members)]
    fresh, cached = impute(tracks, RelatedTracks())[0], impute(tracks, RelatedTracks.of(members))[0]
    for feature in SOUND_FEATURES:
        assert cached.features.get(feature) == pytest.approx(fresh.features.get(feature), abs=1e-9)


def test_impossible_values_are_kept_but_teach_nothing() -> None:
    odd = replace(sound(9), tempo=float("nan"), loudness=900.0)
    others = playlist()[8:]
    with_odd = impute([unknown(track(1)), measured(track(90), odd), *others], RelatedTracks())
    assert with_odd[1].features.loudness == 900.0
    value = with_odd[0].features.loudness
    assert value is not None
    assert -60 <= value <= 5


HOSTILE = st.text(max_size=40) | st.sampled_from(
    ["", " ", "(((", "a" * 5000, "\u202eevil", "\x00", "- - -", "🎷" * 50]
)


@given(
    titles=st.lists(HOSTILE, min_size=1, max_size=6),
    artists=st.lists(HOSTILE, max_size=4),
    album=st.none() | HOSTILE,
    year=st.none() | st.integers(-5, 9999),
    duration=st.none() | st.integers(-1, 10**10),
    genres=st.lists(HOSTILE, max_size=3),
)
def test_hostile_labels_do_no_harm(
    *,
    titles: list[str],
    artists: list[str],
    album: str | None,
    year: int | None,
    duration: int | None,
    genres: list[str],
) -> None:
    labels = [
        Track(
            title=title,
            artists=tuple(artists),
            album=album,
            release_year=year,
            duration_ms=duration,
            genres=tuple(genres),
        )
        for title in titles
    ]
    related_tracks = RelatedTracks.of([(label, sound(5)) for label in labels[1:]])
    for filled in impute([unknown(label) for label in labels], related_tracks):
        for feature in SOUND_FEATURES:
            value = filled.features.get(feature)
            low, high = FEATURE_RANGES[feature]
            assert value is not None
            assert low <= value <= high
            if filled.is_imputed(feature):
                assert (errors_of(filled).get(feature) or 0) > 0


values_of_features = st.fixed_dictionaries(
    {
        f: st.none() | st.floats(*FEATURE_RANGES[f], exclude_min=f is Feature.TEMPO, allow_nan=False)
        for f in SOUND_FEATURES
    }
)


@given(rows=st.lists(values_of_features, min_size=1, max_size=8))
def test_any_mixture_of_gaps_is_filled_and_nothing_else_touched(
    rows: list[dict[Feature, float | None]],
) -> None:
    tracks = [measured(track(i), AudioFeatures.of(row)) for i, row in enumerate(rows)]
    for before, after in zip(tracks, impute(tracks, RelatedTracks()), strict=True):
        for feature in SOUND_FEATURES:
            old, new = before.features.get(feature), after.features.get(feature)
            assert new is not None
            assert math.isfinite(new)
            assert old is None or new == old
            assert after.is_imputed(feature) is (old is None)
