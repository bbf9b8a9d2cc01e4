from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cogs.words.grouping import group_line, measures, trait_numbers, trait_words
from services.analysis.reference import REFERENCE_MEDIANS, audible
from services.analysis.traits import (
    TRUE_FROM,
    HeardGroup,
    describe_traits,
    group_tempo,
    known_modes,
    levels,
    major_share,
    mistaken_shares,
    profile_of,
)
from services.domain.comparison import UnionGroup
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance
from services.domain.report import Trait
from services.domain.vocabulary import FEATURE_WORDS
from tests.unit.services.analysis import sounds
from tests.unit.services.analysis.sounds import typical_scores


def traits_of(*groups: sounds.Float, cluster: int = 0) -> tuple[Trait, ...]:
    return describe_traits(HeardGroup.of(*sounds.playlist(*groups), cluster), REFERENCE_MEDIANS)


def words_of(*groups: sounds.Float) -> dict[Feature, str]:
    return {trait.feature: trait_words(trait) for trait in traits_of(*groups)}


def line_of(
    z: sounds.Float, raw: sounds.Float, labels: NDArray[np.intp], major_share: float | None = None
) -> str:
    own = raw[labels == 0]
    tempo = group_tempo(own, np.zeros(len(own), dtype=bool))
    group = UnionGroup(
        name="",
        size=len(own),
        levels=levels(HeardGroup.of(z, raw, labels, 0)),
        tempo_range_bpm=tempo.range_bpm if tempo else None,
        major_share=major_share,
    )
    return group_line(group)


def test_the_most_telling_features_come_first_in_graded_words() -> None:
    traits = traits_of(sounds.group(**sounds.QUIET), sounds.group(seed=1))
    words = [trait_words(trait) for trait in traits]
    assert set(words[:3]) == {"very acoustic", "very calm", "very quiet"}


def test_numbers_are_in_units_people_know() -> None:
    sound = {"energy": 0.21, "loudness": -16.0, "tempo": 92.0}
    raw = np.tile(
        [sound.get(feature.value, REFERENCE_MEDIANS[feature]) for feature in SOUND_FEATURES], (5, 1)
    )
    typical = REFERENCE_MEDIANS[Feature.ENERGY]
    numbers = {trait.feature: trait_numbers(trait) for trait in traits_of(raw)}
    assert numbers[Feature.ENERGY] == f"energy 0.21 (typical {typical:.2f})"
    assert numbers[Feature.LOUDNESS].startswith("loudness −16.0 dB (typical −")
    assert numbers[Feature.TEMPO].startswith("tempo about 92 BPM (typical 1")


def test_the_word_of_a_tempo_is_that_of_its_number() -> None:
    halves = sounds.group(24, energy=0.5, danceability=0.4)
    halves[:, 8] = np.where(np.arange(24) < 11, 70.0, 140.0)
    told = next(t for t in traits_of(halves) if t.feature is Feature.TEMPO)
    assert "about 140 BPM" in trait_numbers(told)
    assert "fast" in trait_words(told)
    assert told.value == pytest.approx(140)


def test_an_ordinary_group_has_two_traits_that_say_so() -> None:
    raw = np.tile([REFERENCE_MEDIANS[feature] for feature in SOUND_FEATURES], (6, 1))
    traits = traits_of(raw)
    assert len(traits) == 2
    assert all(abs(trait.z) < 0.15 for trait in traits)
    assert all(trait_words(trait).startswith("average ") for trait in traits)


def test_what_an_earlier_name_says_is_told_while_it_is_so_at_all() -> None:
    groups = sounds.group(**sounds.QUIET, danceability=0.595), sounds.group(seed=1)
    first = {trait.feature for trait in traits_of(*groups)}
    said = {Feature.DANCEABILITY, Feature.LIVENESS}
    told = describe_traits(HeardGroup.of(*sounds.playlist(*groups), 0), REFERENCE_MEDIANS, said=said)
    assert {trait.feature for trait in told} - first == {Feature.DANCEABILITY}
    assert len(told) <= 5


def test_a_group_that_is_ordinary_but_unlike_the_rest_is_compared() -> None:
    loud = sounds.group(**sounds.LOUD)
    raw = np.tile([REFERENCE_MEDIANS[feature] for feature in SOUND_FEATURES], (6, 1))
    assert words_of(raw, loud)[Feature.ENERGY] == "calmer than the rest"


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "nearly all instrumental"), (0.7, "mostly instrumental"), (0.3, "partly instrumental")],
)
def test_instrumental_words_follow_the_share_of_tracks(share: float, words: str) -> None:
    rows = sounds.group(20)
    rows[:, 5] = np.where(np.arange(20) < share * 20, 0.9, 0.0)
    assert words_of(rows)[Feature.INSTRUMENTALNESS] == words


def test_singing_is_never_called_instrumental_however_rare_a_little_more_is() -> None:
    rows = sounds.group(instrumentalness=0.09)
    assert Feature.INSTRUMENTALNESS not in words_of(rows)
    assert "instrumental" not in line_of(*sounds.playlist(rows))


def test_a_label_without_tracks_is_refused() -> None:
    with pytest.raises(ValueError, match="no track"):
        traits_of(sounds.group(), cluster=3)


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_traits_of_any_group_are_two_to_five_and_agree_with_their_numbers(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    raw = rng.uniform(size=(24, 9))
    raw[:, 2] = rng.uniform(-30, 0, 24)
    raw[:, 8] = rng.uniform(60, 180, 24)
    z, labels = typical_scores(raw), np.arange(24) % k
    order = rng.permutation(24)
    traits = describe_traits(HeardGroup.of(z, raw, labels, 0), REFERENCE_MEDIANS)
    assert 2 <= len(traits) <= 5
    assert len({trait.feature for trait in traits}) == len(traits)
    shuffled = describe_traits(HeardGroup.of(z[order], raw[order], labels[order], 0), REFERENCE_MEDIANS)
    assert [trait_words(trait) for trait in shuffled] == [trait_words(trait) for trait in traits]
    for trait in traits:
        if trait_words(trait).startswith("very ") and trait.feature in {Feature.ENERGY, Feature.VALENCE}:
            assert abs(trait.z) >= 1.0
        if trait.feature in TRUE_FROM and abs(trait.degree) > 1:
            low, high = TRUE_FROM[trait.feature]
            assert trait.value >= high if trait.degree > 0 else trait.value <= low
        if " than the rest" in trait_words(trait):
            assert abs(trait.contrast) >= 0.35


def test_one_line_says_three_things_the_tempo_and_the_mode() -> None:
    z, raw, labels = sounds.playlist(sounds.group(**sounds.QUIET), sounds.group(seed=1))
    raw[:, 8] = 91.6
    line = line_of(z, raw, labels, major_share=0.7)
    words, tempo, mode = line.split(" · ")
    assert set(words.split(", ")) == {"very acoustic", "very calm", "very quiet"}
    assert (tempo, mode) == ("about 92 BPM", "70% major")
    assert line_of(z, raw, labels) == f"{words} · {tempo}"


def test_the_line_of_an_ordinary_group_claims_nothing() -> None:
    raw = np.tile([REFERENCE_MEDIANS[feature] for feature in SOUND_FEATURES], (6, 1))
    assert line_of(*sounds.playlist(raw)).startswith("close to average in everything · about 1")


def test_the_longest_line_fits() -> None:
    for sound in (sounds.QUIET, sounds.LOUD, sounds.DANCE, sounds.RAP, sounds.PIANO, sounds.CROWD):
        line = line_of(*sounds.playlist(sounds.group(**sound)), major_share=1.0)
        assert len(line) <= 120


def test_a_profile_is_the_mean_of_the_scores() -> None:
    z, _, labels = sounds.playlist(sounds.group(**sounds.QUIET), sounds.group(seed=1))
    profile = profile_of(z, labels, 0)
    assert tuple(profile) == SOUND_FEATURES
    assert profile[Feature.ENERGY] == pytest.approx(z[labels == 0, 1].mean())


def test_the_share_of_major_keys_ignores_unknown_modes() -> None:
    kinds = (Origin.MEASURED, Origin.UPLOADED, Origin.MEASURED, Origin.SOUND, Origin.IMPUTED)
    tracks = [
        replace(
            entry,
            features=AudioFeatures(key=0.0, mode=mode),
            provenance={Feature.MODE: Provenance(kind, "a source")},
        )
        for entry, mode, kind in zip(
            sounds.tracks(sounds.group(5)), (1.0, 1.0, 0.0, 1.0, 1.0), kinds, strict=True
        )
    ]
    assert known_modes(tracks) == [True, True, False]
    assert major_share(known_modes(tracks)) == pytest.approx(2 / 3)
    assert major_share([]) is None
    group = UnionGroup(name="", size=5, major_share=2 / 3, modes_known=3)
    assert measures(group) == "67% major (of 3)"
    assert measures(replace(group, modes_known=5)) == "67% major"
    assert measures(replace(group, major_share=None, modes_known=0)) == ""


def test_what_nobody_hears_is_zero_and_the_rest_keeps_its_order() -> None:
    values = [0.0, 0.004, 0.09, 0.3, 0.9]
    raw = np.tile([REFERENCE_MEDIANS[feature] for feature in SOUND_FEATURES], (5, 1))
    raw[:, 5] = values
    heard = audible(typical_scores(raw))[:, 5]
    assert heard[:3].tolist() == [0, 0, 0]
    assert 0 < heard[3] < heard[4]


@given(st.integers(0, 10_000), st.integers(5, 40), st.floats(0.0, 1.0))
@example(2702, 8, 0.875)
def test_a_word_never_contradicts_the_number_beside_it(seed: int, n: int, mixed: float) -> None:
    rng = np.random.default_rng(seed)
    raw = np.where(rng.uniform(size=(n, 9)) < mixed, rng.uniform(size=(n, 9)) ** 3, rng.uniform(size=(n, 9)))
    raw[:, 2], raw[:, 8] = -30 * raw[:, 2], 60 + 120 * raw[:, 8]
    for trait in describe_traits(
        HeardGroup.of(typical_scores(raw), raw, np.zeros(n, dtype=int), 0), REFERENCE_MEDIANS
    ):
        low, high = FEATURE_WORDS[trait.feature].grades
        if trait.feature is Feature.INSTRUMENTALNESS:
            without = int((raw[:, 5] > 0.5).sum())
            assert trait_numbers(trait) == f"{without} of {n} without singing"
            assert (trait_words(trait) in high) == (without >= 0.2 * n)
        elif trait_words(trait) in low:
            assert trait.value <= trait.typical
        elif trait_words(trait) in high:
            assert trait.value >= trait.typical


def test_mistaken_shares_are_those_of_tracks_that_lie_normally_around_the_middles_of_their_groups() -> None:
    rng = np.random.default_rng(7)
    profiles, directions = rng.normal(0.0, 0.5, (2, 9)), rng.normal(0.0, 0.4, (2, 9))
    apart = rng.normal(0.0, 1.0, (40_000, 9)) @ rng.normal(0.0, 0.4, (9, 9))
    wrong = [
        np.mean((apart + profiles[own]) @ directions[own] < (apart + profiles[own]) @ directions[1 - own])
        for own in (0, 1)
    ]
    shares = mistaken_shares(directions, profiles, apart)
    assert shares[0, 1] == shares[1, 0] == pytest.approx(np.mean(wrong), abs=0.02)
    assert shares[0, 0] == 0.5


def test_a_name_for_a_group_of_one_track_mistakes_none() -> None:
    directions = np.eye(9)[:2]
    shares = mistaken_shares(directions, 2.0 * directions, np.zeros((2, 9)))
    assert shares[0, 1] < 1e-4
