"""What counts as an artist's genre for others: enough tracks, enough voices, and no single file."""

from __future__ import annotations

import pytest

from services.domain.known_tracks import (
    FILES,
    MARKS,
    MUSICBRAINZ,
    GenreClaim,
    agreed_genres,
    mark_of,
)

ARTIST = "mira voss"
ANN, BOB, CY, DEE, EVE, FAY, STRANGER = tuple({mark_of(n, ARTIST): n for n in range(200)}.values())[:7]
"""People whose marks differ."""


def said_by(*people: int, genre: str = "country", tracks: int = 5) -> GenreClaim:
    marks = 0
    for person in people:
        marks |= mark_of(person, ARTIST)
    return GenreClaim(ARTIST, genre, FILES, tracks, marks)


DATASET = GenreClaim(ARTIST, "folk", "dataset:songs", 3)


@pytest.mark.parametrize(
    ("claims", "asker", "agreed"),
    [
        ([said_by(ANN)], STRANGER, ()),
        ([said_by(ANN)], ANN, ("country",)),
        ([said_by(ANN, BOB)], STRANGER, ("country",)),
        ([said_by(ANN, BOB, tracks=2)], STRANGER, ()),
        ([DATASET], STRANGER, ("folk",)),
        ([GenreClaim(ARTIST, "folk", MUSICBRAINZ, 4)], STRANGER, ("folk",)),
        # One file against a data set, and against five people: nothing changes, not even for its owner.
        ([DATASET, said_by(ANN, genre="polka", tracks=900)], STRANGER, ("folk",)),
        ([said_by(BOB, CY, DEE, EVE, FAY), said_by(ANN, genre="polka", tracks=900)], STRANGER, ("country",)),
        ([said_by(BOB, CY, DEE, EVE, FAY), said_by(ANN, genre="polka", tracks=900)], ANN, ("country",)),
        # Sources that agree are counted together; the one with most voices comes first.
        ([DATASET, said_by(ANN, genre="folk"), said_by(BOB, CY)], STRANGER, ("folk", "country")),
    ],
)
def test_what_is_agreed(claims: list[GenreClaim], asker: int, agreed: tuple[str, ...]) -> None:
    assert agreed_genres(claims, asker).get(ARTIST, ()) == agreed


def test_one_person_leaves_one_mark_that_many_share_and_another_with_each_artist() -> None:
    marks = [mark_of(person, ARTIST) for person in range(3_200)]
    assert all(mark.bit_count() == 1 for mark in marks)
    assert len(set(marks)) == MARKS
    assert min(marks.count(mark) for mark in set(marks)) > 50
    assert len({mark_of(ANN, f"artist {number}") for number in range(100)}) > 20
    assert said_by(ANN, ANN, ANN).voices == 1
