import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.errors.storage import (
    LockedTwiceError,
    NoSuchPlaceError,
    TrackNotFoundError,
    UnreadableLockError,
)
from services.domain.music import Track
from services.domain.ordering import Lock, find_row, join_locks, parse_locks, write_locks


def test_reads_places_as_people_write_them() -> None:
    assert parse_locks("1-3, 7", 10) == (Lock(0, 0), Lock(1, 1), Lock(2, 2), Lock(6, 6))
    assert parse_locks("#2; 4 @ 9  8", 10) == (Lock(1, 1), Lock(7, 7), Lock(8, 3))
    assert parse_locks("3 to 1, 2", 10) == (Lock(0, 0), Lock(1, 1), Lock(2, 2))
    assert parse_locks(" , ", 10) == ()


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)))
def test_what_is_written_is_read_back(rows: list[int], places: set[int]) -> None:
    moved = [Lock(place, rows[place]) for place in places]
    assert parse_locks(write_locks(moved), 12) == join_locks(moved)


@pytest.mark.parametrize("text", ["first", "1-", "1.5", "-3", "1@2@3", "1-3@4"])
def test_refuses_what_is_no_place(text: str) -> None:
    with pytest.raises(UnreadableLockError):
        parse_locks(text, 10)


@pytest.mark.parametrize("text", ["0", "11", "3-11", "2@11", "999999"])
def test_refuses_places_that_are_not_there(text: str) -> None:
    with pytest.raises(NoSuchPlaceError):
        parse_locks(text, 10)


@pytest.mark.parametrize("text", ["1@4, 2@4", "1@4, 1@5", "4, 1@4"])
def test_refuses_contradictions(text: str) -> None:
    with pytest.raises(LockedTwiceError):
        parse_locks(text, 10)


def test_finds_a_track_by_number_or_name() -> None:
    tracks = [
        Track(title="Sunrise Avenue", artists=("Ann",)),
        Track(title="Sunrise", artists=("Bob", "Cem")),
        Track(title="", artists=()),
    ]
    assert find_row(tracks, "2") == find_row(tracks, " SUNRISE ") == find_row(tracks, "bob – sun") == 1
    assert find_row(tracks, "avenue") == find_row(tracks, "#1") == 0
    for words in ("nothing", "  "):
        with pytest.raises(TrackNotFoundError):
            find_row(tracks, words)
    with pytest.raises(NoSuchPlaceError):
        find_row(tracks, "4")
