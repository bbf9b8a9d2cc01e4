"""Genre words are compared track by track, whatever the number of tracks."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.comparison.pairs import (
    USUAL_INSIDE,
    USUAL_TRACKS,
    Palette,
    genre_affinity,
    load_shares,
)
from services.analysis.genres import normal_genre

SHARES = {"rock": math.exp(-1), "doom metal": math.exp(-2), "zeuhl": math.exp(-2)}
"""Weights of 1 and 2, so that a person can compute in their head."""


def test_a_palette_computed_by_hand() -> None:
    # (rock) and (rock, doom) · (1, 2)/√5: cosine 1/√5; three tracks: two alike and one of the other kind
    palette = Palette.of([("Rock",), ("rock",), ("rock", "Doom-Metal"), ()], SHARES)
    assert palette.tagged == 3
    assert palette.means["rock"] == pytest.approx((2 + 1 / math.sqrt(5)) / 3)
    assert palette.means["doom metal"] == pytest.approx(2 / math.sqrt(5) / 3)
    inside = (1 + 2 / math.sqrt(5)) / 3
    usual = (3 * inside + USUAL_TRACKS * USUAL_INSIDE) / (3 + USUAL_TRACKS)
    assert palette.inside == pytest.approx(usual)


def test_lists_of_one_kind_are_alike_and_lists_without_a_common_genre_are_not() -> None:
    rock, zeuhl = (Palette.of([(genre,)] * 10, SHARES) for genre in ("rock", "zeuhl"))
    assert genre_affinity(rock, rock) == 1.0
    assert genre_affinity(rock, zeuhl) == 0.0


@pytest.mark.parametrize(
    ("one", "other"), [("rap français", "French rap"), ("hiphop", "Hip-Hop"), ("Nowa fala", "new wave")]
)
def test_a_genre_is_one_however_a_service_or_a_language_spells_it(one: str, other: str) -> None:
    assert genre_affinity(Palette.of([(one,)] * 10), Palette.of([(other,)] * 10)) == 1.0


def test_without_a_tagged_track_nothing_is_known() -> None:
    none, one = Palette.of([()] * 50, SHARES), Palette.of([("rock",), ()], SHARES)
    assert genre_affinity(none, one) is genre_affinity(one, none) is None
    assert genre_affinity(one, one) is not None


TRACKS = st.lists(st.lists(st.sampled_from(sorted(SHARES)), max_size=3).map(tuple), min_size=8, max_size=20)


@given(TRACKS, TRACKS)
def test_affinity_is_symmetric_bounded_and_blind_to_order(
    one: list[tuple[str]], other: list[tuple[str]]
) -> None:
    a, b = Palette.of(one, SHARES), Palette.of(other, SHARES)
    found = genre_affinity(a, b)
    assert found == genre_affinity(b, a) or found == pytest.approx(genre_affinity(b, a))
    assert found is None or 0 <= found <= 1
    assert Palette.of(one[::-1], SHARES) == a


def test_a_larger_library_of_the_same_taste_is_neither_nearer_nor_further() -> None:
    rng = random.Random(1)

    def drawn(count: int) -> Palette:
        return Palette.of(
            [("rock",) if rng.random() < 0.5 else ("zeuhl", "doom metal") for _ in range(count)], SHARES
        )

    stranger = Palette.of([("rock", "doom metal")] * 60, SHARES)
    found = [genre_affinity(drawn(count), stranger) for count in (100, 1_000, 10_000)]
    assert max(found) - min(found) < 0.06


def test_the_shipped_shares_know_each_genre_in_its_one_spelling() -> None:
    shares = load_shares()
    assert len(shares) > 300
    assert all(0 < share < 1 for share in shares.values())
    assert all(normal_genre(genre) == genre for genre in shares)
