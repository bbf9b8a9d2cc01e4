"""The score is the published formula, computed here by hand on clouds whose distances can be counted."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from services.analysis.comparison.listening import Listening, Sound
from services.analysis.comparison.pairs import Repertoire
from services.analysis.comparison.rules import load_rules
from services.analysis.comparison.score import (
    Sampled,
    Score,
    distances,
    energy_distance,
    resampled_weights,
    score_pair,
    spread_between,
    spread_inside,
)
from services.domain.scoring import KNOTS, Band, Calibration, Curve, Percentiles, ScoreRules
from tests.unit.services.analysis.clouds import cloud
from tests.unit.services.analysis.comparison.people import person

ROUND_RULES = ScoreRules(
    sound_scale=4.0,
    sound_power=1.0,
    sound_part=0.6,
    overlap_full=0.5,
    overlap_unit=0.0625,
    imputed_weight=0.1,
    calibration=(),
    learned_from="invented",
)
"""Rules with which a person can compute in their head."""


def heard(name: str, places: tuple[float, ...], rules: ScoreRules) -> Sampled:
    """Somebody whose tracks lie on one line of the sound space."""
    someone = person(name, np.tile(np.full(9, 0.5), (len(places), 1)))
    points = np.zeros((len(places), 6))
    points[:, 2] = places
    nothing = np.zeros((len(places), 9))
    listening = Listening(
        person=someone,
        entries=someone.tracks,
        measured=Sound(someone.tracks, nothing, nothing, points),
        guessed=Sound((), np.zeros((0, 9)), np.zeros((0, 9)), np.zeros((0, 6))),
        measured_count=len(places),
        guessed_count=0,
        seed=sum(map(ord, name)),
    )
    return Sampled.of(listening, rules)


def artists(*names: str) -> Repertoire:
    return Repertoire(Counter(names), len(names), {name: name for name in names}, (), ())


ONE, OTHER = (0.0, 2.0), (10.0, 12.0)
"""Between them 10 on average, 2 inside each: the energy distance is 2 · 10 − 2 − 2 = 16, its root 4."""


@pytest.mark.parametrize(
    ("places", "shared", "rules", "expected"),
    [
        # sound 100 · 2^−(4 / 4) = 50; artists 100 · ln(3) / ln(9) = 50
        ((ONE, OTHER), (8, 1), ROUND_RULES, 0.6 * 50 + 0.4 * 50),
        # the same sound; 2 of 8 artists: 100 · ln(5) / ln(9) = 73.25
        ((ONE, OTHER), (8, 2), ROUND_RULES, 0.6 * 50 + 0.4 * 73.25),
        # more than half of the artists count as half
        ((ONE, OTHER), (8, 6), ROUND_RULES, 0.6 * 50 + 0.4 * 100),
        # (0, 1) and (1, 2) · 9: between 1 · 9, inside 1 · 9 each, so 0 apart
        (((0.0, 9.0), (9.0, 18.0)), (8, 0), ROUND_RULES, 0.6 * 100),
        # those that ship: 2^−((.9 / .9)^1.5) = 50 %
        (
            ((0.0, 0.1), (0.505, 0.605)),
            (10, 1),
            None,
            0.8 * 50 + 0.2 * 100 * math.log1p(0.1 / 0.03) / math.log1p(0.2 / 0.03),
        ),
        # 1.8 apart, since 2 · 1.72 − .1 − .1 = 3.24: 2^−(2^1.5) = 14.08 %
        (((0.0, 0.1), (1.72, 1.82)), (10, 0), None, 0.8 * 14.08),
    ],
)
def test_pairs_computed_by_hand_have_the_published_score(
    places: tuple[tuple[float, ...], tuple[float, ...]],
    shared: tuple[int, int],
    rules: ScoreRules | None,
    expected: float,
) -> None:
    used = rules or load_rules()
    count, common = shared
    names = tuple(f"artist {number}" for number in range(count))
    others = (*names[:common], *(f"other {number}" for number in range(count - common)))
    one, other = heard("one", places[0], used), heard("other", places[1], used)
    score = score_pair(one, other, (artists(*names), artists(*others)), rules)
    assert score.value == pytest.approx(expected, abs=0.1)
    assert score.low <= score.value <= score.high


def test_the_distance_is_told_in_the_unit_of_the_sound_space() -> None:
    score = score_pair(
        heard("one", ONE, ROUND_RULES),
        heard("other", OTHER, ROUND_RULES),
        (artists("a"), artists()),
        ROUND_RULES,
    )
    assert score.distance == pytest.approx(4.0)
    assert score.sound == pytest.approx(50.0)
    assert score.overlap is None
    assert score.value == score.sound, "where artists are not known, sound is all there is"


def pair_of(
    affinity: float | None,
    rules: ScoreRules,
    tagged: int = 20,
    *,
    genres: float = 1.0,
    genres_again: float = 1.0,
) -> Score:
    names = tuple(f"artist {number}" for number in range(8))
    others = (names[0], *(f"other {number}" for number in range(7)))
    sides = heard("one", ONE, rules), heard("other", OTHER, rules)
    return score_pair(
        *sides,
        (artists(*names), artists(*others)),
        rules,
        affinity=affinity,
        tagged=tagged,
        genres=genres,
        genres_again=genres_again,
    )


def test_genre_words_are_a_third_part_where_both_sides_have_them() -> None:
    rules = replace(ROUND_RULES, genre_part=0.25)
    assert pair_of(None, rules).value == pytest.approx(50)
    assert pair_of(1.0, rules).value == pytest.approx(0.75 * 50 + 0.25 * 100)
    assert pair_of(0.0, rules).value == pytest.approx(0.75 * 50)


def test_genre_words_of_few_tracks_count_in_proportion() -> None:
    rules = replace(ROUND_RULES, genre_part=0.4, genre_full=0.5)
    assert [rules.genres_counted(share) for share in (0.0, 0.125, 0.5, 1.0)] == [0.0, 0.25, 1.0, 1.0]
    assert pair_of(1.0, rules, genres=0.25).value == pytest.approx(0.9 * 50 + 0.1 * 100)
    left_out = pair_of(1.0, rules, genres=0.0)
    assert (left_out.value, left_out.affinity) == (pytest.approx(50), None)


def test_the_range_has_the_error_of_two_draws_and_stays_on_the_scale() -> None:
    score = pair_of(0.5, replace(ROUND_RULES, genre_part=0.5))
    assert 0 <= score.low < score.value < score.high <= 100


def test_nine_of_ten_of_what_other_tracks_would_say_are_in_the_range() -> None:
    # Nothing but genre words: half of 100 are alike, and the error of 100 others is √(2 · .25 / 100) = .071
    score = pair_of(0.5, replace(ROUND_RULES, genre_part=1.0), tagged=400)
    assert score.value == pytest.approx(50)
    assert (score.low, score.high) == pytest.approx((38.4, 61.6), abs=2.5)


@pytest.mark.parametrize("affinity", [0.0, 1.0])
def test_the_range_holds_the_score_also_where_other_tracks_would_add_the_genres(affinity: float) -> None:
    rules = replace(ROUND_RULES, genre_part=0.9)
    score = pair_of(affinity, rules, tagged=400, genres=0.0, genres_again=1.0)
    assert score.value == pytest.approx(50)
    assert score.low <= 50 <= score.high
    unlikely = pair_of(affinity, rules, tagged=400, genres=0.0, genres_again=0.0)
    assert unlikely.high - unlikely.low < score.high - score.low, "without them the range is that of the rest"


CURVES = (
    Curve(20, tuple(min(max((knot - 20) / 60, 0.0), 1.0) for knot in KNOTS), 90.0),
    Curve(80, tuple(min(max((knot - 40) / 40, 0.0), 1.0) for knot in KNOTS), 96.0),
)
KNOWN = replace(ROUND_RULES, curves=CURVES)


@pytest.mark.parametrize(
    ("score", "smaller", "share"),
    [
        (50.0, 20, 0.5),
        (50.0, 5, 0.5),
        (50.0, 80, 0.25),
        (50.0, 9_000, 0.25),
        # twice 20 is half of the way to 80 on a logarithmic scale
        (50.0, 40, 0.375),
        (52.5, 20, 32.5 / 60),
        (0.0, 20, 0.0),
        (100.0, 80, 1.0),
    ],
)
def test_the_percentile_lies_on_the_curve_of_the_smaller_side(
    score: float, smaller: int, share: float
) -> None:
    assert KNOWN.percentile(score, smaller, genres=1) == pytest.approx(share)
    assert KNOWN.percentile(score, smaller, genres=0) is None


def test_where_explicit_lyrics_do_not_count_the_curve_is_read_as_if_they_took_off_what_is_usual() -> None:
    rules = replace(KNOWN, explicit_part=0.5, explicit_usual=0.4)
    assert rules.percentile(50.0, 20, genres=1) == pytest.approx(0.5)
    assert rules.percentile(50.0, 20, genres=1, explicit=0.0) == pytest.approx(0.5 - 10 / 60)
    usual = Calibration(20, Percentiles(60, 80, 99), Percentiles(16, 32, 64), 0.99)
    rules = replace(rules, calibration=(usual,))
    assert rules.usual(same=False, tracks=20, genres=1, explicit=0.0) == Percentiles(20, 40, 80)
    assert rules.usual(same=True, tracks=20, genres=1, explicit=0.0) == usual.same


def band_of(rules: ScoreRules, score: float, error: float, smaller: int, genres: float = 1.0) -> Band | None:
    """Return the word for a score whose range reaches so far to both sides."""
    return rules.band(score, smaller, genres=genres, low=score - error, high=score + error)


@pytest.mark.parametrize(
    ("score", "band"),
    [(20.0, Band.FAR), (35.0, Band.APART), (50.0, Band.USUAL), (65.0, Band.NEAR), (89.0, Band.CLOSE)],
)
def test_bands_follow_the_percentile_up_to_one_person(score: float, band: Band) -> None:
    assert band_of(KNOWN, score, 10.0, 20) is band
    assert band_of(KNOWN, 90.0, 10.0, 20) is Band.ONE
    assert band_of(KNOWN, 90.0, 10.0, 80) is Band.CLOSE


@pytest.mark.parametrize("score", [35.0, 65.0, 80.0])
def test_a_score_that_may_be_any_is_as_most_pairs(score: float) -> None:
    assert band_of(KNOWN, score, 50.0, 20) is Band.USUAL


def test_where_genre_words_count_less_the_percentile_lies_between_the_curves() -> None:
    both = replace(KNOWN, curves_without_genres=(Curve(20, tuple(knot / 100 for knot in KNOTS), 80.0),))
    assert both.percentile(65.0, 20, genres=0.0) == pytest.approx(0.65)
    assert both.percentile(65.0, 20, genres=0.5) == pytest.approx((0.65 + 0.75) / 2)
    assert band_of(both, 85.0, 10.0, 20, genres=0.5) is Band.ONE
    assert band_of(both, 84.0, 10.0, 20, genres=0.5) is not Band.ONE


def test_what_is_usual_is_said_by_the_number_of_tracks_and_by_what_genre_words_count() -> None:
    def row(tracks: int, shift: float) -> Calibration:
        return Calibration(tracks, Percentiles(60 + shift, 80, 99), Percentiles(10 + shift, 30, 60), 0.99)

    rules = replace(
        ROUND_RULES, calibration=(row(20, 0), row(80, 10)), calibration_without_genres=(row(20, 20),)
    )
    assert rules.usual(same=False, tracks=40, genres=1.0) == Percentiles(15, 30, 60)
    assert rules.usual(same=True, tracks=20, genres=0.5) == Percentiles(70, 80, 99)
    assert rules.usual(same=True, tracks=500, genres=0.0) == Percentiles(80, 80, 99)
    assert ROUND_RULES.usual(same=True, tracks=20, genres=1.0) is None


def test_the_shipped_curves_never_fall_and_are_there_for_all_sizes() -> None:
    rules = load_rules()
    for curves in (rules.curves, rules.curves_without_genres):
        assert [curve.tracks for curve in curves] == sorted({curve.tracks for curve in curves})
        for curve in curves:
            assert len(curve.shares) == len(KNOTS)
            assert list(curve.shares) == sorted(curve.shares)
            assert 0 <= curve.shares[0] <= curve.shares[-1] <= 1
            assert 50 < curve.same_median <= 100


def slowly(first: np.ndarray, second: np.ndarray) -> float:
    """The definition, pair by pair."""

    def mean(pairs: list[float]) -> float:
        return sum(pairs) / len(pairs)

    between = mean([float(np.linalg.norm(x - y)) for x in first for y in second])
    inside = [
        mean([float(np.linalg.norm(x - y)) for i, x in enumerate(rows) for j, y in enumerate(rows) if i != j])
        for rows in (first, second)
    ]
    return 2 * between - sum(inside)


def test_agrees_with_the_definition() -> None:
    first, second = cloud(9, 1), cloud(13, 2) + 0.7
    assert energy_distance(first, second) == pytest.approx(slowly(first, second))


def test_is_symmetric_and_ignores_the_order_of_the_rows() -> None:
    first, second = cloud(30, 1), cloud(40, 2) + 0.4
    assert energy_distance(first, second) == pytest.approx(energy_distance(second, first))
    assert energy_distance(first[::-1], second) == pytest.approx(energy_distance(first, second))


def test_is_not_above_zero_for_one_sample_and_above_zero_for_any_other() -> None:
    first = cloud(40, 1)
    assert energy_distance(first, first) <= 0
    for shift in (0.5, 1.0, 3.0):
        assert energy_distance(first, first + shift) > 0


def test_sees_what_means_and_spreads_do_not() -> None:
    rng = np.random.default_rng(5)
    one = np.zeros((200, 6))
    one[:, 0] = rng.standard_normal(200)
    two = np.zeros((200, 6))
    two[:, 0] = np.where(np.arange(200) % 2, 1.0, -1.0) + 0.05 * rng.standard_normal(200)
    assert abs(one.mean() - two.mean()) < 0.05
    assert energy_distance(one, two) > 0.05


@pytest.mark.parametrize("size", [10, 50, 200])
def test_is_unbiased_at_every_length_of_list(size: int) -> None:
    found = [energy_distance(cloud(size, 2 * n), cloud(size, 2 * n + 1)) for n in range(60)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))


def test_a_row_that_counts_double_is_two_rows() -> None:
    first, second = cloud(12, 1), cloud(15, 2)
    twice = np.concatenate([first, first[:1]])
    counted = spread_between(first, np.array([[2.0] + [1.0] * 11]), second, np.ones((1, 15)))
    assert counted[0] == pytest.approx(distances(twice, second).mean())


def test_a_row_that_counts_nothing_is_not_there() -> None:
    first = cloud(12, 1)
    weights = np.array([[0.0] * 2 + [1.0] * 10])
    assert spread_inside(first, weights)[0] == pytest.approx(spread_inside(first[2:], np.ones((1, 10)))[0])


def test_samples_are_as_large_as_the_list_and_never_of_one_track_alone() -> None:
    weights = resampled_weights(np.ones(2), np.arange(2), 200, np.random.default_rng(1))
    assert (weights.sum(axis=1) == 2).all()
    assert ((weights > 0).sum(axis=1) == 2).all()


def test_an_artist_is_drawn_with_all_tracks_but_where_there_is_no_other() -> None:
    rng = np.random.default_rng(1)
    two_each = resampled_weights(np.ones(8), np.arange(8) // 2, 200, rng)
    assert (two_each[:, ::2] == two_each[:, 1::2]).all()
    assert two_each.mean() == pytest.approx(1.0)
    of_one = resampled_weights(np.ones(8), np.zeros(8, dtype=np.intp), 200, rng)
    assert (of_one.sum(axis=1) == 8).all()
    assert (of_one[:, ::2] != of_one[:, 1::2]).any()
