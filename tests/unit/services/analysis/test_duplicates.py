from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.duplicates import find_duplicates
from services.domain.features import AudioFeatures
from services.domain.music import Track, TrackId
from services.domain.report import Duplicate, DuplicateKind

LONG = 200_000


def song(
    title: str = "Paper Lantern",
    *,
    id: str | None = None,  # noqa: A002
    artists: tuple[str, ...] = ("Grey Herons",),
    isrc: str | None = None,
    duration_ms: int | None = LONG,
    popularity: int | None = None,
) -> Track:
    return Track(
        id=TrackId(id) if id else None,
        title=title,
        artists=artists,
        isrc=isrc,
        duration_ms=duration_ms,
        popularity=popularity,
    )


def kinds(*tracks: Track) -> list[tuple[DuplicateKind, tuple[int, ...]]]:
    return [(each.kind, each.tracks) for each in find_duplicates(tracks)]


def test_the_same_id_is_the_same_track() -> None:
    assert kinds(song(id="a"), song("Tide", id="b"), song(id="a")) == [(DuplicateKind.SAME_ID, (0, 2))]


@pytest.mark.parametrize("other", ["QZABC2400001", "qz-abc-24-00001"])
def test_the_same_isrc_is_the_same_recording_whatever_the_title_says(other: str) -> None:
    first = song("Tide", isrc="QZABC2400001", duration_ms=1000)
    assert kinds(first, song("Flood", isrc=other)) == [(DuplicateKind.SAME_RECORDING, (0, 1))]


@pytest.mark.parametrize("placeholder", ["0", "N/A", "", "unknown", "ISRC"])
def test_placeholders_are_no_isrc(placeholder: str) -> None:
    assert kinds(song("Tide", isrc=placeholder), song("Flood", isrc=placeholder)) == []


def test_a_remaster_is_the_same_song_on_another_release() -> None:
    remaster = song("Paper Lantern - Remastered 2011", duration_ms=LONG + 5_000)
    assert kinds(song(), remaster) == [(DuplicateKind.SAME_SONG, (0, 1))]


def test_another_length_is_another_version() -> None:
    assert kinds(song(), song(duration_ms=LONG + 5_001)) == [(DuplicateKind.OTHER_VERSION, (0, 1))]


@pytest.mark.parametrize(
    "title", ["Paper Lantern - Live", "Paper Lantern (Nadia Lune Remix)", "Paper Lantern (Acoustic)"]
)
def test_a_version_is_information_and_the_song_itself_is_kept(title: str) -> None:
    (found,) = find_duplicates([song(title, popularity=90), song(popularity=1)])
    assert (found.kind, found.keep) == (DuplicateKind.OTHER_VERSION, 1)


def test_lengths_do_not_chain() -> None:
    rows = [song(duration_ms=LONG + step * 4_000) for step in range(4)]
    assert kinds(*rows) == [
        (DuplicateKind.SAME_SONG, (0, 1)),
        (DuplicateKind.SAME_SONG, (2, 3)),
        (DuplicateKind.OTHER_VERSION, (0, 2)),
    ]


def test_an_unknown_length_matches_unless_it_is_ambiguous() -> None:
    assert kinds(song(), song(duration_ms=None)) == [(DuplicateKind.SAME_SONG, (0, 1))]
    assert kinds(song(), song(duration_ms=LONG * 2), song(duration_ms=None)) == [
        (DuplicateKind.OTHER_VERSION, (0, 1, 2))
    ]


@pytest.mark.parametrize("title", ["", "   ", "Intro", "Interlude 2", "Untitled"])
def test_titles_that_say_nothing_never_match(title: str) -> None:
    assert kinds(song(title), song(title)) == []
    assert kinds(song(title, id="a"), song(title, id="a")) == [(DuplicateKind.SAME_ID, (0, 1))]


def test_the_same_title_by_another_artist_is_another_song() -> None:
    assert kinds(song(), song(artists=("Otto Vale",))) == []
    assert kinds(song(artists=()), song(artists=())) == []
    assert kinds(song(artists=("The Grey Herons",)), song(artists=("GREY HERONS", "Ines Okoro")))


def test_a_pair_is_reported_once_at_its_strongest_kind() -> None:
    rows = [
        song(id="a", isrc="QZABC2400001"),
        song(id="a", isrc="QZABC2400001"),
        song(id="b", isrc="QZABC2400001"),
        song(id="c", duration_ms=LONG + 1000),
        song("Paper Lantern - Live", id="d"),
    ]
    assert kinds(*rows) == [
        (DuplicateKind.SAME_ID, (0, 1)),
        (DuplicateKind.SAME_RECORDING, (0, 2)),
        (DuplicateKind.SAME_SONG, (0, 3)),
        (DuplicateKind.OTHER_VERSION, (0, 4)),
    ]


def test_keeps_the_row_that_can_be_opened_then_the_popular_one() -> None:
    nameless = song(popularity=80)
    rare, known = song(id="a", popularity=3), song(id="b", popularity=60)
    (found,) = find_duplicates([nameless, rare, known])
    assert found.keep == 2
    measured = Track(
        id=TrackId("c"), title="Paper Lantern", artists=("Grey Herons",), uploaded=AudioFeatures(energy=0.4)
    )
    (found,) = find_duplicates([rare, known, measured])
    assert found.keep == 2


def test_nothing_in_nothing_out() -> None:
    assert find_duplicates([]) == ()
    assert find_duplicates([song()]) == ()


tracks = st.lists(
    st.builds(
        song,
        st.sampled_from(["Tide", "Tide - Live", "Tide (Remastered)", "Flood", "", "Intro", "潮"]),
        id=st.sampled_from([None, "a", "b", "c"]),
        artists=st.sampled_from([(), ("Grey Herons",), ("The Grey Herons",), ("Otto Vale",)]),
        isrc=st.sampled_from([None, "0", "QZABC2400001", "QZABC2400002"]),
        duration_ms=st.sampled_from([None, 0, LONG, LONG + 3_000, LONG + 9_000]),
        popularity=st.sampled_from([None, 5, 50]),
    ),
    max_size=14,
)


def pairs(found: tuple[Duplicate, ...]) -> list[tuple[int, int]]:
    return [pair for each in found for pair in combinations(each.tracks, 2)]


@given(tracks)
def test_groups_are_well_formed_and_pairs_unique(rows: list[Track]) -> None:
    found = find_duplicates(rows)
    reported = pairs(found)
    assert len(reported) == len(set(reported))
    for each in found:
        assert each.keep in each.tracks
        assert len(each.tracks) >= 2
        assert list(each.tracks) == sorted(set(each.tracks))


@given(tracks)
def test_removing_what_is_suggested_leaves_no_sure_duplicate(rows: list[Track]) -> None:
    removed = {
        row
        for each in find_duplicates(rows)
        if each.kind is not DuplicateKind.OTHER_VERSION
        for row in each.tracks
        if row != each.keep
    }
    left = [track for row, track in enumerate(rows) if row not in removed]
    sure = [
        each
        for each in find_duplicates(left)
        if each.kind in {DuplicateKind.SAME_ID, DuplicateKind.SAME_RECORDING}
    ]
    assert not sure


@given(tracks, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_count_of_surest_kinds(rows: list[Track], random: object) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    before, after = find_duplicates(rows), find_duplicates([rows[row] for row in order])
    same_id = lambda found: sorted(len(each.tracks) for each in found if each.kind is DuplicateKind.SAME_ID)  # noqa: E731
    assert same_id(before) == same_id(after)


@pytest.mark.parametrize("joint", ["&", "x", "and"])
def test_two_artists_in_one_name_are_the_two_where_both_spellings_are_here(joint: str) -> None:
    credit = f"Grey Herons {joint} Ines Okoro"
    apart = song(artists=("Grey Herons", "Ines Okoro"), id="a")
    assert kinds(apart, song(artists=(credit,), id="b")) == [(DuplicateKind.SAME_SONG, (0, 1))]
    assert kinds(apart, song(artists=("Somebody & Ines Okoro",), id="b")) == []
    assert kinds(song(artists=("Grey Herons",), id="a"), song(artists=(credit,), id="b")) == []
