"""What came with the tracks is asked before a list is called one mood."""

from __future__ import annotations

import random

import pytest

from services.analysis.grouping import ask, is_of_one_genre
from services.domain.grouping import SceneKind
from services.domain.music import Track


def songs(count: int, genre: str, *, first: int = 0, year: int | None = None) -> list[Track]:
    return [
        Track(
            title=f"Song {first + number}",
            artists=("A",),
            genres=(genre,) if genre else (),
            release_year=year,
        )
        for number in range(count)
    ]


def test_genres_that_go_with_the_parts_are_found() -> None:
    tracks = songs(40, "country") + songs(40, "rap", first=40)
    assert ask(tracks, [0] * 36 + [1] * 44, 2) == (SceneKind.GENRE,)


def test_genres_that_are_dealt_evenly_say_nothing() -> None:
    tracks = songs(40, "country") + songs(40, "rap", first=40)
    assert ask(tracks, [0, 1] * 40, 2) == ()


def test_decades_are_a_witness_of_their_own() -> None:
    tracks = songs(30, "", year=1985) + songs(30, "", first=30, year=2015)
    assert ask(tracks, [0] * 30 + [1] * 30, 2) == (SceneKind.DECADE,)


@pytest.mark.parametrize("known", [0, 7])
def test_a_part_of_which_too_little_is_known_is_no_witness(known: int) -> None:
    tracks = songs(40, "country") + songs(known, "rap", first=40) + songs(40 - known, "", first=60)
    assert ask(tracks, [0] * 40 + [1] * 40, 2) == ()


def test_the_order_of_the_tracks_changes_nothing() -> None:
    tracks = songs(40, "country") + songs(20, "rap", first=40) + songs(20, "country", first=60)
    labels = [0] * 40 + [1] * 40
    order = random.Random(3).sample(range(80), 80)
    assert ask([tracks[row] for row in order], [labels[row] for row in order], 2) == ask(tracks, labels, 2)


def test_two_genres_are_never_one_however_they_are_dealt() -> None:
    both = songs(50, "jazz") + songs(50, "soul", first=50)
    assert not is_of_one_genre(both, [0, 1] * 50, 2)
    one = songs(45, "vocal jazz") + songs(45, "jazz", first=45) + songs(10, "soul", first=90)
    assert is_of_one_genre(one, [0, 1] * 50, 2)
    assert not is_of_one_genre(songs(40, "jazz") + songs(60, "", first=40), [0, 1] * 50, 2)
