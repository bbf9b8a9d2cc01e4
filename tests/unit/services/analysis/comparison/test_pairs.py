from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.comparison.listening import listen
from services.analysis.comparison.pairs import (
    Repertoire,
    artist_overlap,
    expected_artists,
    repertoire,
    shared_artists,
    shared_songs,
)
from services.domain.comparison import Person, PersonKey
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from tests.unit.services.analysis.comparison.people import person
from tests.unit.services.analysis.sounds import group


def owner(name: str, *tracks: Track) -> Person:
    blank = person(name, group(1)).tracks[0]
    return Person(
        key=PersonKey(name), name=name, tracks=tuple(replace(blank, track=track) for track in tracks)
    )


def song(title: str, *artists: str, number: str | None = None, isrc: str | None = None) -> Track:
    return Track(title=title, artists=artists, id=TrackId(number) if number else None, isrc=isrc)


def songs(*people: Person) -> list[str]:
    one, other = (repertoire(listen(someone)) for someone in people)
    return [shared.title for shared in shared_songs(one, other)]


def test_songs_are_found_by_id_isrc_and_words() -> None:
    mika = owner(
        "mika",
        song("Same Id", "A", number="1" * 22),
        song("Other Words", "B", isrc="GBAYE0000001"),
        song("Some Song - Remastered 2011", "The Band"),
        song("Mine", "C"),
    )
    noor = owner(
        "noor",
        song("Renamed", "Z", number="1" * 22),
        song("Andere Worte", "Y", isrc="gb-aye-00-00001"),
        song("some song (feat. Somebody)", "Band"),
        song("Yours", "C"),
    )
    assert songs(mika, noor) == ["Same Id", "Other Words", "Some Song - Remastered 2011"]


def test_another_version_is_another_song() -> None:
    assert songs(owner("m", song("Tune", "A")), owner("n", song("Tune - Live", "A"))) == []


def test_titles_that_say_nothing_match_by_id_alone() -> None:
    assert songs(owner("m", song("Intro", "A")), owner("n", song("Intro", "A"))) == []


def test_a_song_that_one_has_twice_is_shared_once() -> None:
    mika = owner("m", song("Tune", "A", number="1" * 22), song("Tune", "A", number="2" * 22))
    noor = owner("n", song("Tune", "A", number="3" * 22))
    assert songs(mika, noor) == ["Tune"]
    assert songs(noor, mika) == ["Tune"]


def test_a_track_of_two_artists_is_one_track_of_each() -> None:
    known = repertoire(listen(owner("m", song("1", "A", "B"), song("2", "A"), song("3", "Various Artists"))))
    assert (known.artists, known.credited) == ({"a": 2, "b": 1}, 2)


def test_artists_are_shared_whatever_their_spelling_and_place() -> None:
    mika = owner("m", song("1", "The Band"), song("2", "The Band"), song("3", "Solo"), song("4", "Other"))
    noor = owner("n", song("5", "Guest", "BAND"), song("6", "solo"), song("7", "Various Artists"))
    one, other = repertoire(listen(mika)), repertoire(listen(noor))
    assert [(s.name, s.a_tracks, s.b_tracks) for s in shared_artists(one, other)] == [
        ("BAND", 2, 1),
        ("Solo", 1, 1),
    ]
    assert artist_overlap(one, other) == 2 / 3
    assert artist_overlap(other, one) == 2 / 3


def test_compilations_are_no_common_ground() -> None:
    mika, noor = owner("m", song("1", "Various Artists")), owner("n", song("2", "Various Artists"))
    one, other = repertoire(listen(mika)), repertoire(listen(noor))
    assert shared_artists(one, other) == ()
    assert artist_overlap(one, other) is None


def test_a_track_without_words_shares_nothing() -> None:
    empty: EnrichedTrack = owner("m", song("")).tracks[0]
    assert songs(owner("m", empty.track), owner("n", empty.track)) == []


def test_a_small_library_inside_a_large_one_overlaps_wholly() -> None:
    large = owner("large", *(song(f"Song {n}", f"Artist {n}") for n in range(100)))
    small = owner("small", *(song(f"Other {n}", f"Artist {n}") for n in range(10)))
    half = owner("half", *(song(f"Other {n}", f"Artist {n + 95}") for n in range(10)))
    one, ten, five = (repertoire(listen(someone)) for someone in (large, small, half))
    assert artist_overlap(ten, one) == artist_overlap(one, ten) == 1.0
    assert artist_overlap(five, one) == 0.5


def test_expected_artists_computed_by_hand() -> None:
    # of 4 tracks 2 are drawn: an artist of one track is missed in C(3, 2) / C(4, 2) = 1/2 of the draws,
    # one of two tracks in 1/6, one of three tracks never
    found = expected_artists({"one": 1, "two": 2, "three": 3}, 4, draw=2)
    assert found == {"one": pytest.approx(1 / 2), "two": pytest.approx(5 / 6), "three": 1.0}
    assert expected_artists({"one": 1, "two": 2}, 3) == {"one": 1.0, "two": 1.0}, "no library is thinned up"


def library(tracks: int, artists: int, shift: int = 0) -> Repertoire:
    counts = Counter(f"artist {shift + number % artists}" for number in range(tracks))
    return Repertoire(counts, tracks, {name: name for name in counts}, (), ())


def test_the_overlap_does_not_grow_with_a_library() -> None:
    friend = library(100, 50, shift=25)
    overlaps = [artist_overlap(library(tracks, 50), friend) for tracks in (400, 4_000, 12_000)]
    assert max(overlaps) - min(overlaps) < 0.02


@given(st.integers(1, 300), st.integers(1, 40), st.integers(1, 300), st.integers(1, 40), st.integers(0, 40))
def test_the_overlap_is_symmetric_and_within_bounds(n: int, k: int, m: int, j: int, shift: int) -> None:
    one, other = library(n, k), library(m, j, shift)
    found = artist_overlap(one, other)
    assert found == pytest.approx(artist_overlap(other, one))
    assert 0 <= found <= 1 + 1e-9
