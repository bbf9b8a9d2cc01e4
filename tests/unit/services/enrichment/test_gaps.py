from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.report import gap_words
from services.domain.music import Track, TrackId
from services.enrichment.gaps import describe_gaps

SOME_ID = TrackId("a" * 22)
OLD = [Track(id=SOME_ID, title="Old", artists=("Amber Weir",), release_year=1990 + n) for n in range(20)]


def tracks(count: int, **fields: object) -> list[Track]:
    return [Track(id=SOME_ID, title="New", **fields) for _ in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        (tracks(3, release_year=2025) + tracks(3, release_year=2026), "mostly 2025-26 releases"),
        (tracks(5, release_year=2026), "mostly 2026 releases"),
        ([*tracks(4, release_year=1961), *tracks(4, release_year=1968)], "mostly releases of the 1960s"),
        (tracks(4, isrc="BRAAA2400001"), "mostly recordings registered in Brazil"),
        (tracks(4, isrc="USAAA2400001"), ""),
        (tracks(4, genres=("Folktronica",)), "mostly folktronica"),
        (tracks(2, genres=("Hip-Hop",)) + tracks(2, genres=("hip hop",)), "mostly hip hop"),
        (tracks(4, genres=("Other",)), ""),
        (tracks(4, artists=("Various Artists",)), ""),
        (tracks(4, artists=("Nils Quarrel",)), "mostly by Nils Quarrel"),
        ([Track(id=SOME_ID, title="Тихий свет")] * 3, "mostly titles in Cyrillic script"),
        ([Track(id=SOME_ID, title="3. 별빛")] * 3, "mostly titles in Korean script"),
        ([Track(title="Nameless")] * 3, "mostly tracks without a Spotify id"),
        (tracks(2, release_year=2026), ""),
    ],
)  # fmt: skip
def test_names_what_the_gaps_share(gaps: list[Track], words: str) -> None:
    gap = describe_gaps(gaps, OLD)
    assert (gap_words(gap) if gap else "") == words


def test_a_trait_of_the_whole_playlist_is_no_reason() -> None:
    assert describe_gaps(tracks(10, release_year=2026), tracks(10, release_year=2026)) is None


def test_without_evidence_there_is_nothing_to_compare_with() -> None:
    assert describe_gaps(tracks(10, release_year=2026), []) is None


def test_a_turn_of_the_century_is_written_out() -> None:
    gaps = tracks(3, release_year=1999) + tracks(3, release_year=2000)
    gap = describe_gaps(gaps, tracks(10, release_year=1975))
    assert gap is not None
    assert gap_words(gap) == "mostly 1999-2000 releases"


any_track = st.builds(
    Track,
    title=st.text(max_size=3),
    isrc=st.none() | st.text(max_size=4),
    release_year=st.none() | st.integers(0, 3000),
    genres=st.lists(st.text(max_size=2), max_size=2).map(tuple),
)


@given(st.lists(any_track, max_size=9), st.randoms())
def test_never_fails_and_does_not_depend_on_the_order(gaps: list[Track], random: Random) -> None:
    shuffled = list(gaps)
    random.shuffle(shuffled)
    assert describe_gaps(gaps, OLD) == describe_gaps(shuffled, OLD)
