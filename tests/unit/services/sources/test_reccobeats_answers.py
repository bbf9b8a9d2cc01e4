from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.catalogue import CatalogueTrack, build_catalogue
from sandbox.reccobeats import wire_row
from services.sources.reccobeats_answers import NonsenseError, by_isrc, by_track_id, judge

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTRIES = build_catalogue().tracks[:3]
FIRST, SECOND, THIRD = (entry.track.id or "" for entry in ENTRIES)


def rows(*entries: CatalogueTrack) -> list[dict[str, object]]:
    return [wire_row(entry) for entry in entries]


def test_sorts_found_and_absent() -> None:
    outcome = judge({"content": rows(ENTRIES[1], ENTRIES[0])}, [FIRST, THIRD], by_track_id, NOW)
    assert set(outcome.found) == {FIRST}
    assert outcome.absent == {THIRD}
    assert not outcome.failed


def test_beside_an_unreadable_row_nobody_is_absent() -> None:
    nameless = wire_row(ENTRIES[2]) | {"href": "https://open.spotify.com/track/", "isrc": None}
    outcome = judge({"content": [*rows(ENTRIES[0]), nameless]}, [FIRST, THIRD], by_track_id, NOW)
    assert set(outcome.found) == {FIRST}
    assert not outcome.absent
    assert outcome.failed == {THIRD: "unreadable answer"}


def test_a_row_of_impossible_values_is_no_absence() -> None:
    absurd = wire_row(ENTRIES[0]) | dict.fromkeys(
        ("energy", "tempo", "loudness", "key", "mode", "valence"), 1000000000.0
    )
    absurd |= dict.fromkeys(
        ("danceability", "speechiness", "acousticness", "instrumentalness", "liveness"), "loud"
    )
    outcome = judge({"content": [absurd]}, [FIRST], by_track_id, NOW)
    assert outcome.failed == {FIRST: "impossible values"}


def test_a_repeated_row_gives_its_first_values() -> None:
    empty = wire_row(ENTRIES[0]) | dict.fromkeys(feature.value for feature in ENTRIES[0].features.known)
    other = wire_row(ENTRIES[0]) | {"energy": 0.123}
    outcome = judge({"content": [empty, *rows(ENTRIES[0]), other]}, [FIRST], by_track_id, NOW)
    (fetched,) = outcome.found.values()
    assert fetched.features == ENTRIES[0].features


def test_a_row_without_a_link_stays_under_its_isrc() -> None:
    isrc = ENTRIES[0].track.isrc or ""
    linkless = wire_row(ENTRIES[0]) | {"href": None, "isrc": isrc.lower()}
    outcome = judge({"content": [linkless]}, [isrc], by_isrc, NOW)
    (fetched,) = outcome.found.values()
    assert (fetched.track_id, fetched.isrc) == (isrc, isrc)


@pytest.mark.parametrize("json", [None, {}, {"content": {}}, {"content": rows(ENTRIES[1])}, {"content": [3]}])
def test_nonsense_is_no_answer(json: object) -> None:
    with pytest.raises(NonsenseError):
        judge(json, [FIRST], by_track_id, NOW)


def test_an_entry_that_is_no_row_hides_what_is_missing() -> None:
    outcome = judge({"content": [*rows(ENTRIES[0]), 7, None, "row"]}, [FIRST, THIRD], by_track_id, NOW)
    assert set(outcome.found) == {FIRST}
    assert outcome.failed == {THIRD: "unreadable answer"}


def test_a_row_without_any_value_is_an_absence() -> None:
    empty = wire_row(ENTRIES[0]) | dict.fromkeys(feature.value for feature in ENTRIES[0].features.known)
    outcome = judge({"content": [empty, *rows(ENTRIES[1])]}, [FIRST, SECOND], by_track_id, NOW)
    assert (set(outcome.found), outcome.absent, outcome.failed) == ({SECOND}, {FIRST}, {})


def test_an_answer_without_rows_means_that_nobody_is_known() -> None:
    outcome = judge({"content": []}, [FIRST, SECOND], by_track_id, NOW)
    assert outcome.absent == {FIRST, SECOND}
