"""Same song, or not: what is taken without asking, what is asked, and what is neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.catalogue import build_catalogue
from services.analysis.matching import best_match, judge, name_key, questions_of
from services.domain.music import Track
from services.domain.recordings import Certainty

SURE, DOUBTFUL, NONE = Certainty.SURE, Certainty.DOUBTFUL, Certainty.NONE
SONGS = [entry.track for entry in build_catalogue().tracks][:60:3]

VERSIONS = (
    "{} - Live at the Harbour Hall", "{} (Live)", "{} - Live", "{} (Club Remix)", "{} - Somebody Remix",
    "{} (Acoustic)", "{} (Acoustic Version)", "{} - Demo", "{} (Karaoke Version)", "{} (Instrumental)",
    "{} - Instrumental Version", "{} (Sped Up)", "{} - Slowed + Reverb", "{} (Orchestral Version)",
    "{} (Cover)", "{} (Originally Performed by {artist})", "{} (In the Style of {artist})",
    "{} (Tribute to {artist})", "{} (Made Famous by {artist})", "{} - 8-Bit Version", "{} (Extended Mix)",
    "{} (Piano Version)", "{} (Lullaby Rendition)", "{} (A Cappella)", "{} (Spanish Version)",
    "{} (Re-Recorded)", "{} - Session", "{} (Unplugged)", "{} (Mashup)", "{}, Pt. 2", "{} II",
    "{} - 10th Anniversary Re-Record", "{} (From The Vault)", "{} (NPR Tiny Desk Concert)", "{} - Reprise",
    "{} (Vocals Only)", "{} - Lofi Flip", "{} (10 Minute Version)", "{} (Skit)", "{} - Version française",
    "{} (Концертная запись)", "{} (живой звук)", "{} (ライブ)", "{} [カバー]", "{} (리믹스)", "{} (伴奏)",
)  # fmt: skip
STRANGERS = (
    "Karaoke Universe", "The Tribute Band", "{artist} Tribute Band", "Not {artist}", "Studio Covers Inc.",
    "DJ {artist}", "Little {artist}", "Lullaby Players", "Somebody Else", "Various Artists",
)  # fmt: skip
ALBUMS = (
    "Live at the Harbour Hall", "Unplugged", "The Remixes", "Karaoke Hits", "A Tribute to {artist}",
    "Live in Berlin", "Instrumentals", "Demos 1999-2001",
)  # fmt: skip


def adversaries() -> Iterator[tuple[Track, Track]]:
    """Yield pairs that are not one recording, with lengths that tie to the second."""
    for number, song in enumerate(SONGS):
        artist = song.artists[0]
        for form in VERSIONS[number % 3 :: 3]:
            other = replace(song, title=form.format(song.title, artist=artist))
            yield song, other
            yield other, song
        for name in STRANGERS[number % 2 :: 2]:
            yield song, replace(song, artists=(name.format(artist=artist),))
        for album in ALBUMS[number % 4 :: 4]:
            yield song, replace(song, album=album.format(artist=artist))
        yield song, replace(song, duration_ms=(song.duration_ms or 0) + 7_000)
        yield replace(song, duration_ms=None, album=None), song


PAIRS = list(adversaries())


def test_none_of_three_hundred_adversarial_pairs_is_taken_as_sure() -> None:
    assert len(PAIRS) >= 300
    wrong = [(one, other) for one, other in PAIRS if judge(one, other) is SURE]
    assert wrong == []


def test_a_guest_is_not_who_leads() -> None:
    both, guest, lead = (replace(A, artists=names) for names in (("Bonobo", "Cee"), ("Cee",), ("Bonobo",)))
    assert judge(both, guest) is judge(guest, both) is DOUBTFUL
    assert judge(both, lead) is judge(lead, both) is SURE
    assert judge(both, replace(A, artists=("Cee", "Bonobo"))) is SURE


def test_none_of_them_is_taken_where_only_they_are_on_offer_either() -> None:
    for wanted, other in PAIRS:
        certainty, _ = best_match(wanted, [other])
        assert certainty is not SURE


A = Track(title="Silver Rain", artists=("Bonobo",), album="Tides", duration_ms=200_000)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "Silver Rain - Remastered 2011"},
        {"title": "SILVER RAIN (feat. Somebody)"},
        {"title": "Silver Rain - Radio Edit"},
        {"artists": ("BONOBO",)},
        {"artists": ("Bonobo", "Joy Crookes")},
        {"artists": ("The Bonobo",)},
        {"artists": ("Bonobo feat. Joy Crookes",)},
        {"duration_ms": 204_900},
        {"duration_ms": None},
    ],
)
def test_writes_one_recording_in_many_ways(changes: dict[str, object]) -> None:
    assert judge(A, replace(A, **changes)) is SURE


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Echo & the Bunnymen",), ("Echo & the Bunnymen",), SURE),
        (("Echo and the Bunnymen",), ("Echo & The Bunnymen",), SURE),
        (("Echo & the Bunnymen",), ("Echo",), DOUBTFUL),
        (("Bonobo & Joy Crookes",), ("Bonobo", "Joy Crookes"), SURE),
        (("Bonobo, Joy Crookes",), ("Joy Crookes", "Bonobo"), SURE),
        (("Bonobo x Joy Crookes",), ("Bonobo", "Joy Crookes"), SURE),
        (("Bonobo ft. Joy Crookes",), ("Bonobo",), SURE),
        (("AC/DC",), ("AC/DC",), SURE),
        (("AC/DC",), ("DC",), DOUBTFUL),
        (("Caffé",), ("Caffe",), SURE),
        (("Björk",), ("Bjork",), SURE),
        (("Bonobbo",), ("Bonobo",), DOUBTFUL),
        (("Sia",), ("Mia",), NONE),
        (("Various Artists",), ("Various Artists",), DOUBTFUL),
    ],
)
def test_reads_joined_credits_both_ways(
    one: tuple[str, ...], other: tuple[str, ...], expected: Certainty
) -> None:
    assert judge(replace(A, artists=one), replace(A, artists=other)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Ten Storey Love", "10 Storey Love", SURE),
        ("Silver Rain Falling", "Silver Rain", DOUBTFUL),
        ("Silver Rian", "Silver Rain", DOUBTFUL),
        ("Golden Sun", "Silver Rain", NONE),
        ("Intro", "Intro", DOUBTFUL),
        ("The Silver Rain", "Silver Rain", SURE),
        ("Silver Rain (Live in Paris)", "Silver Rain (Live in Berlin)", DOUBTFUL),
    ],
)
def test_compares_titles(one: str, other: str, expected: Certainty) -> None:
    assert judge(replace(A, title=one), replace(A, title=other)) is expected


def test_length_alone_decides_nothing_and_a_large_difference_ends_it() -> None:
    assert judge(A, replace(A, title="Golden Sun")) is NONE
    assert judge(A, replace(A, duration_ms=209_000)) is DOUBTFUL
    assert judge(A, replace(A, duration_ms=230_000)) is NONE
    assert judge(A, replace(A, duration_ms=None, album=None)) is DOUBTFUL


def test_of_several_the_nearest_and_plainest_wins() -> None:
    near, plain = replace(A, duration_ms=201_000), replace(A, title="Silver Rain (Reimagined)")
    assert best_match(A, [replace(A, duration_ms=204_500), near]) == (SURE, near)
    assert best_match(A, [plain, A]) == (SURE, A)


def test_recordings_of_different_length_are_asked_about_where_no_length_is_known() -> None:
    nameless = replace(A, duration_ms=None)
    certainty, _ = best_match(nameless, [A, replace(A, duration_ms=260_000)])
    assert certainty is DOUBTFUL


def test_asks_in_several_spellings_the_likeliest_first() -> None:
    track = Track(title="Song (feat. B) - 2011 Remaster", artists=("A & C",), album="Z")
    asked = [(each.artist, each.title, each.album) for each in questions_of(track)]
    assert asked == [
        ("A & C", "Song (feat. B) - 2011 Remaster", "Z"),
        ("A & C", "Song", ""),
        ("A", "Song", ""),
    ]
    assert len(questions_of(A)) == 1


def test_the_key_names_a_recording_and_no_spelling() -> None:
    assert name_key(A) == name_key(replace(A, title="silver rain - Remastered", artists=("BONOBO",)))
    assert name_key(A) != name_key(replace(A, title="Silver Rain (Live)"))
    assert name_key(A) != name_key(replace(A, duration_ms=230_000))
    assert name_key(Track(title="Silver Rain")) is None
