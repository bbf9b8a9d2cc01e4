from __future__ import annotations

from dataclasses import replace

from services.analysis.comparison.listening import listen
from services.analysis.comparison.overlap import artist_overlap, repertoire, shared_artists, shared_songs
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
