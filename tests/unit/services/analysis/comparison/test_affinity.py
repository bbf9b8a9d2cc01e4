"""Genre words are compared track by track, whatever the number of tracks."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.comparison.compare import compare
from services.analysis.comparison.pairs import (
    USUAL_INSIDE,
    USUAL_TRACKS,
    Palette,
    genre_affinity,
    load_shares,
)
from services.analysis.comparison.rules import load_rules
from services.analysis.genres import normal_genre
from services.domain.comparison import Person
from services.domain.music import Track
from services.domain.scoring import GENRES_OF_ARTISTS
from tests.unit.services.analysis.comparison.people import person
from tests.unit.services.analysis.sounds import group

SHARES = {"rock": math.exp(-1), "doom metal": math.exp(-2), "zeuhl": math.exp(-2)}
"""Weights of 1 and 2, so that a person can compute in their head."""


def tagged(*genres: tuple[str, ...], artist: str = "") -> list[Track]:
    """Return a track with each of these genres, by different artists unless one is named."""
    return [
        Track(id=None, title=f"{row}", artists=(artist or f"Artist {row}",), genres=each)
        for row, each in enumerate(genres)
    ]


def test_tracks_of_one_artist_do_not_make_a_taste_narrower() -> None:
    kinds = [("rock",), ("doom metal",), ("zeuhl",)] * 4
    again = [replace(track, title=f"{track.title} {n}") for track in tagged(*kinds) for n in range(3)]
    # of the eleven other artists three are of the same kind
    usual = (36 * 3 / 11 + USUAL_TRACKS * USUAL_INSIDE) / (36 + USUAL_TRACKS)
    assert Palette.of(again, SHARES).inside == pytest.approx(usual)
    of_one = Palette.of(tagged(*[("rock",)] * 9, artist="One"), SHARES)
    assert of_one.inside == pytest.approx(USUAL_INSIDE)


def test_a_palette_computed_by_hand() -> None:
    # (rock) and (rock, doom) · (1, 2)/√5: cosine 1/√5; three tracks: two alike and one of the other kind
    palette = Palette.of(tagged(("Rock",), ("rock",), ("rock", "Doom-Metal"), ()), SHARES)
    assert palette.tagged == 3
    assert palette.means["rock"] == pytest.approx((2 + 1 / math.sqrt(5)) / 3)
    assert palette.means["doom metal"] == pytest.approx(2 / math.sqrt(5) / 3)
    inside = (1 + 2 / math.sqrt(5)) / 3
    usual = (3 * inside + USUAL_TRACKS * USUAL_INSIDE) / (3 + USUAL_TRACKS)
    assert palette.inside == pytest.approx(usual)


def test_lists_of_one_kind_are_alike_and_lists_without_a_common_genre_are_not() -> None:
    rock, zeuhl = (Palette.of(tagged(*[(genre,)] * 10), SHARES) for genre in ("rock", "zeuhl"))
    assert genre_affinity(rock, rock) == 1.0
    assert genre_affinity(rock, zeuhl) == 0.0


@pytest.mark.parametrize(
    ("one", "other"), [("rap français", "French rap"), ("hiphop", "Hip-Hop"), ("Nowa fala", "new wave")]
)
def test_a_genre_is_one_however_a_service_or_a_language_spells_it(one: str, other: str) -> None:
    assert genre_affinity(Palette.of(tagged(*[(one,)] * 10)), Palette.of(tagged(*[(other,)] * 10))) == 1.0


def test_without_a_tagged_track_nothing_is_known() -> None:
    none, one = Palette.of(tagged(*[()] * 50), SHARES), Palette.of(tagged(("rock",), ()), SHARES)
    assert genre_affinity(none, one) is genre_affinity(one, none) is None
    assert genre_affinity(one, one) is not None


METAL = ("Metallica", "Iron Maiden", "Slayer", "Megadeth", "Judas Priest", "Pantera")
ALSO_METAL = ("Black Sabbath", "Anthrax", "Motörhead", "Sepultura", "Dio", "Testament")
JAZZ = ("Miles Davis", "John Coltrane", "Bill Evans", "Thelonious Monk", "Herbie Hancock", "Chet Baker")


def by(*artists: str, genres: tuple[str, ...] = ()) -> list[Track]:
    """Return a track by each of these artists."""
    return [Track(title=f"By {artist}", artists=(artist,), genres=genres) for artist in artists]


def test_lists_without_genres_are_nearer_where_their_artists_are_known_for_the_same() -> None:
    rows = group(30, 1)

    def list_by(artists: tuple[str, ...]) -> Person:
        someone = person(artists[0], rows)
        tracks = zip(someone.tracks, artists * 5, strict=True)
        entries = (replace(each, track=replace(each.track, artists=(artist,))) for each, artist in tracks)
        return replace(someone, tracks=tuple(entries))

    metal, also, jazz = map(list_by, (METAL, ALSO_METAL, JAZZ))
    found = compare([metal, also, jazz])
    near, far = found.pair(metal.key, also.key), found.pair(metal.key, jazz.key)
    counted = GENRES_OF_ARTISTS / load_rules().genre_full
    assert near.genres_counted == far.genres_counted == pytest.approx(counted)
    assert near.score is not None
    assert far.score is not None
    assert near.score > far.score + 10


def test_genres_that_came_with_a_track_come_before_those_of_its_artist_and_count_more() -> None:
    assert set(Palette.of(by(*METAL, genres=("zeuhl",)), SHARES).means) == {"zeuhl"}
    mixed = Palette.of([*by("Nobody Knows", genres=("zeuhl",)), *by("Metallica")], SHARES)
    assert mixed.tagged == 1 + GENRES_OF_ARTISTS
    assert mixed.means["zeuhl"] == pytest.approx(1 / (1 + GENRES_OF_ARTISTS))


TRACKS = st.lists(st.lists(st.sampled_from(sorted(SHARES)), max_size=3).map(tuple), min_size=8, max_size=20)


@given(TRACKS, TRACKS)
def test_affinity_is_symmetric_bounded_and_blind_to_order(
    one: list[tuple[str]], other: list[tuple[str]]
) -> None:
    a, b = Palette.of(tagged(*one), SHARES), Palette.of(tagged(*other), SHARES)
    found = genre_affinity(a, b)
    assert found == genre_affinity(b, a) or found == pytest.approx(genre_affinity(b, a))
    assert found is None or 0 <= found <= 1
    assert Palette.of(tagged(*one)[::-1], SHARES) == a


def test_a_larger_library_of_the_same_taste_is_neither_nearer_nor_further() -> None:
    rng = random.Random(1)

    def drawn(count: int) -> Palette:
        return Palette.of(
            tagged(*[("rock",) if rng.random() < 0.5 else ("zeuhl", "doom metal") for _ in range(count)]),
            SHARES,
        )

    stranger = Palette.of(tagged(*[("rock", "doom metal")] * 60), SHARES)
    found = [genre_affinity(drawn(count), stranger) for count in (100, 1_000, 10_000)]
    assert max(found) - min(found) < 0.06


def test_the_shipped_shares_know_each_genre_in_its_one_spelling() -> None:
    shares = load_shares()
    assert len(shares) > 300
    assert all(0 < share < 1 for share in shares.values())
    assert all(normal_genre(genre) == genre for genre in shares)
