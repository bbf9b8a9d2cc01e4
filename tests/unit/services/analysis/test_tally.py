"""What came with the tracks of a group is said where it distinguishes the group, and quoted as it came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.grouping import subtitle
from cogs.words.report import report_words
from services.analysis.genres import families_of, normal_words
from services.analysis.tally import Listing, Tally, carriers, lower_end, subtitle_of
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


def test_genres_that_agree_on_their_family_alone_are_said_as_that() -> None:
    rest = songs(12, "rap") + songs(12, "country") + songs(12, "techno")
    apart = [track for genre in ("worship", "ccm", "gospel", "hymns", "praise") for track in songs(2, genre)]
    apart += songs(8, "polka")
    assert told_of(apart, [*rest, *songs(20, "polka")]).genres == ("religious",)
    both = Listing.of([apart[0], rest[0]])
    assert carriers(both, Subtitle(genres=("religious",))).tolist() == [True, False]


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
            track
            for track in tagged
            if (normal_words(track.genres) | families_of(track.genres)) & set(found.genres)
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
        assert tuple(written["subtitle"]["genres"]) == cluster.subtitle.genres
        assert written["tempo_bpm"] == cluster.tempo_bpm
