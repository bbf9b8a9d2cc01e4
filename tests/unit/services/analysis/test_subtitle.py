"""What came with the tracks of a group is said where it distinguishes the group, and quoted as it came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogs.words.report import report_words, subtitle
from services.analysis.subtitle import (
    Tally,
    carries,
    families_of,
    grounded,
    lower_end,
    scene_of,
    still_of,
    subtitle_of,
    words_of,
)
from services.domain.features import Feature
from services.domain.group_names import GroupName, Lean, Scene, SceneKind, SoundName
from services.domain.group_words import name_words
from services.domain.music import Track
from services.domain.report import Subtitle
from services.storage.codec import decode_report, encode_report
from services.workflows.export import report_document
from tests.unit.services.analysis import sounds
from tests.unit.services.charts.reports import make_report


def songs(count: int, *genres: str, year: int | None = None, artist: str | None = None) -> list[Track]:
    return [
        Track(
            title=f"Song {number}",
            artists=(artist or f"Somebody {number}",),
            genres=genres,
            release_year=year,
        )
        for number in range(count)
    ]


def told_of(group: list[Track], rest: list[Track]) -> Subtitle:
    return subtitle_of(Tally.of(group), Tally.of(rest))


def scene_in(group: list[Track], rest: list[Track]) -> Scene | None:
    return scene_of(Tally.of(group), Tally.of(rest))


def grounded_in(name: GroupName, group: list[Track], rest: list[Track]) -> GroupName:
    return grounded(name, Tally.of(group), Tally.of(rest))


def still_in(name: GroupName, group: list[Track], rest: list[Track]) -> bool:
    return still_of(name, Tally.of(group), Tally.of(rest))


def test_the_genre_that_is_commoner_here_is_said_and_not_the_commonest() -> None:
    group = songs(12, "polka", "folk metal") + songs(8, "polka")
    rest = songs(40, "polka")
    found = told_of(group, rest)
    assert found.genres == ("folk metal",)
    assert found.genre_share == pytest.approx(0.6)


@pytest.mark.parametrize(("carrying", "said"), [(12, "mostly polka"), (6, "a lot of polka"), (4, "")])
def test_how_much_follows_the_share_of_tagged_tracks(carrying: int, said: str) -> None:
    others = [
        track
        for number in range(20 - carrying)
        for track in songs(1, f"kind {number}", artist=f"Nobody {number}")
    ]
    found = told_of(songs(carrying, "polka") + others + songs(5), songs(30, "jazz"))
    words = subtitle(replace(make_report().clusters[0], subtitle=found))
    assert words.startswith(said)
    assert bool(words) == bool(said)


COUNTRY = Scene(SceneKind.GENRE, "country")


@pytest.mark.parametrize(
    ("group", "rest", "said"),
    [
        (songs(30, "country"), songs(30, "rap"), COUNTRY),
        (songs(30, "country"), [], COUNTRY),
        (songs(15, "classic country") + songs(15, "country"), songs(30, "rap"), COUNTRY),
        (songs(7, "country"), songs(30, "rap"), None),
        (songs(11, "country") + songs(19), songs(30, "rap"), None),
        (songs(14, "country") + songs(16), songs(30, "rap"), COUNTRY),
        (songs(10, "country") + songs(4, "rap") + songs(16), songs(30, "jazz"), None),
        (songs(13, "country") + songs(17, "rap"), songs(30, "rap"), None),
        (songs(30, "country"), songs(20, "country") + songs(10, "rap"), None),
        (songs(50, "country"), songs(15, "country") + songs(15, "rap"), COUNTRY),
        (songs(30, "new age") + songs(3, "wave"), songs(30, "rap"), Scene(SceneKind.GENRE, "new age")),
        (songs(30, "<@123456789>"), songs(30, "rap"), None),
    ],
    ids=[
        "most",
        "no rest",
        "a kind of it",
        "few",
        "few tagged",
        "few tagged, and all of them",
        "few tagged, and not all of them",
        "by chance",
        "elsewhere too",
        "nearly all, and half elsewhere",
        "no part",
        "not a word",
    ],
)
def test_a_genre_joins_the_name_where_it_surely_holds_for_most_and_not_for_the_rest(
    group: list[Track], rest: list[Track], said: Scene | None
) -> None:
    assert scene_in(group, rest) == said


RELIGIOUS = songs(8, "worship") + songs(8, "ccm") + songs(8, "Gospel")


def test_genres_that_agree_on_their_family_alone_say_that() -> None:
    rest = songs(12, "rap") + songs(12, "country") + songs(12, "techno")
    assert scene_in(RELIGIOUS, rest) == Scene(SceneKind.GENRE, "religious")
    apart = [track for genre in ("worship", "ccm", "gospel", "hymns", "praise") for track in songs(2, genre)]
    apart += songs(8, "polka")
    assert told_of(apart, [*rest, *songs(20, "polka")]).genres == ("religious",)
    assert carries(apart[0], Subtitle(genres=("religious",)))
    assert not carries(rest[0], Subtitle(genres=("religious",)))


def test_a_name_that_says_little_begins_with_what_most_of_the_group_is() -> None:
    sunnier = GroupName(leans=(Lean(Feature.VALENCE, high=True),), compared=True)
    group, rest = songs(15, "classic rock") + songs(15, "britpop"), songs(30, "shoegaze")
    assert name_words(grounded_in(sunnier, group, rest)) == "Rock, sunnier"
    assert name_words(grounded_in(sunnier, songs(30), rest)) == "Sunnier tracks"
    rock = grounded_in(sunnier, group, songs(30, "rock"))
    assert still_in(rock, group, songs(30, "rock"))
    assert not still_in(rock, songs(30, "polka"), songs(30, "rock"))
    two = (*rock.leans, Lean(Feature.ENERGY, high=True))
    assert not still_in(replace(rock, leans=two, compared=False), group, songs(30, "rock"))
    cheerful = grounded_in(replace(sunnier, compared=False), group, rest)
    assert name_words(cheerful) == "Rock, cheerful"
    says_enough = GroupName(sound=SoundName.QUIET_SPARSE)
    assert grounded_in(says_enough, group, rest) == says_enough


def test_no_word_follows_a_genre_that_says_it() -> None:
    wordy, calmer = Lean(Feature.SPEECHINESS, high=True), Lean(Feature.ENERGY, high=False)
    name = GroupName(leans=(wordy,), differs=calmer)
    assert name_words(grounded_in(name, songs(30, "hip hop"), songs(30, "jazz"))) == "Hip hop, calmer"
    assert name_words(grounded_in(name, songs(30, "ska"), songs(30, "jazz"))) == "Ska, wordy & calmer"


def test_an_artist_who_made_most_of_a_group_comes_before_its_genre() -> None:
    group = songs(20, "country", artist="Johnny Cash") + songs(4, "country")
    assert scene_in(group, songs(30, "rap")) == Scene(SceneKind.ARTIST, "Johnny Cash")
    assert scene_in(songs(20, artist="Various Artists"), songs(30)) is None


def test_a_decade_joins_the_name_where_no_edition_can_have_told_it() -> None:
    eighties = Scene(SceneKind.DECADE, "1980")
    assert scene_in(songs(20, year=1984), songs(30, year=2015)) == eighties
    assert scene_in(songs(20, year=1984), songs(30, year=1986)) is None
    assert scene_in(songs(20, year=2009), songs(30, year=1986)) is None


def test_the_lower_end_of_a_share_is_that_of_its_interval() -> None:
    assert lower_end(50, 100) == pytest.approx(0.404, abs=0.001)
    assert lower_end(8, 8) == pytest.approx(0.676, abs=0.001)


def test_few_tagged_tracks_say_nothing() -> None:
    assert told_of(songs(7, "polka") + songs(30), songs(30, "jazz")) == Subtitle()


def test_a_decade_is_said_where_it_distinguishes() -> None:
    eighties, today = songs(20, year=1984), songs(20, year=2021)
    assert told_of(eighties, today).decade == 1980
    assert told_of(eighties, eighties).decade is None
    assert told_of(songs(20), today).decade is None
    unknown_elsewhere = songs(5, year=1984) + songs(30)
    assert told_of(eighties, unknown_elsewhere).decade is None


def test_an_artist_who_made_a_quarter_is_said_and_various_artists_are_nobody() -> None:
    assert told_of(songs(5, artist="Ute Lemper") + songs(15), []).artist == "Ute Lemper"
    assert told_of(songs(4, artist="Ute Lemper") + songs(16), []).artist is None
    assert told_of(songs(20, artist="Various Artists"), []).artist is None


words = st.lists(st.sampled_from(["polka", "Jazz", "deep house", "rap", ""]), max_size=3)
tracks = st.lists(
    st.tuples(words, st.none() | st.integers(1950, 2026), st.sampled_from("ABCDE")), max_size=30
)


@given(tracks.filter(bool), tracks, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_shares_hold_and_order_does_not_matter(here, there, random) -> None:  # type: ignore[no-untyped-def]
    group, rest = (
        [
            Track(title=f"T{row}", artists=(artist,), genres=tuple(genres), release_year=year)
            for row, (genres, year, artist) in enumerate(given_)
        ]
        for given_ in (here, there)
    )
    found = told_of(group, rest)
    assert len(found.genres) <= 2
    if found.genres:
        tagged = [track for track in group if any(track.genres)]
        carry = [
            track for track in tagged if (words_of(track) | families_of(track.genres)) & set(found.genres)
        ]
        assert len(tagged) >= 8
        assert found.genre_share == pytest.approx(len(carry) / len(tagged))
        assert found.genre_share >= 0.25
    if found.decade is not None:
        assert 2 * sum((track.release_year or 0) // 10 * 10 == found.decade for track in group) > len(group)
    if found.artist is not None:
        assert 4 * sum(track.artists[0] == found.artist for track in group) >= len(group)
    random.shuffle(group)
    assert told_of(group, rest) == found


def test_a_subtitle_is_stored_exported_and_decides_no_group() -> None:
    rows = np.concatenate([sounds.group(30, 1, **sounds.QUIET), sounds.group(30, 2, **sounds.DANCE)])
    plain = sounds.report(sounds.tracks(rows))
    tagged = sounds.report(sounds.tracks(rows, genres=("polka",), release_year=1984))
    assert [cluster.members for cluster in tagged.clusters] == [cluster.members for cluster in plain.clusters]
    assert decode_report(encode_report(tagged)) == tagged
    document = report_document(tagged, report_words(tagged))
    for cluster, written in zip(tagged.clusters, document["clusters"], strict=True):
        assert written["subtitle"]["genres"] == list(cluster.subtitle.genres)
        assert written["tempo_bpm"] == cluster.tempo_bpm
