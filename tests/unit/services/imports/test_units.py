from __future__ import annotations

import pytest

from services.imports.units import LengthReader, duration_ms, milliseconds
from services.imports.upload import read_upload


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("3:35", 215_000),
        ("03:35", 215_000),
        ("1:02:03", 3_723_000),
        ("0:03:35", 215_000),
        ("00:03:35.123", 215_000),
        ("3:35 min", 215_000),
        ("PT3M35S", 215_000),
        ("PT1H2M3S", 3_723_000),
        ("PT215S", 215_000),
        ("3m 35s", 215_000),
        ("3m35s", 215_000),
        ("3 min 35 sec", 215_000),
        ("3 minutes, 35 seconds", 215_000),
        ("3'35\"", 215_000),
        ("3′35″", 215_000),
        ("4 min", 240_000),
        ("225s", 225_000),
        ("225 s", 225_000),
        ("225", 225_000),
        ("225000", 225_000),
        ("225,000", 225_000),
        ("225'000", 225_000),
        ("225000ms", 225_000),
        ("215.5", 215_500),
        ("P0DT0H3M35S", 215_000),
        ("3 Min. 35 Sek.", 215_000),
        ("3 minutos y 35 segundos", 215_000),
        ("3 мин 35 с", 215_000),
        ("3分35秒", 215_000),
        ("0 days 00:03:35", 215_000),
        ("12:03:35 AM", 215_000),
        ("3:35 mins", 215_000),
        ("~3:35", 215_000),
        ("3:35*", 215_000),
        ("1,121", 1_121_000),
        ("1h02", 3_720_000),
        ("1900-01-00 00:03:35", 215_000),
        ("3.45", None),
        ("4.5", None),
        ("0", None),
        ("-5", None),
        ("-1", None),
        ("abc", None),
        ("m", None),
        ("999999999999", None),
        ("0:00", None),
    ],
)
def test_durations(cell, expected):
    assert duration_ms(cell) == expected


@pytest.mark.parametrize(
    "cell", ["170000", "170,000", "170.000", "170 000", "170'000", "170\u202f000", "170000.0"]
)
def test_milliseconds_with_grouped_thousands(cell):
    assert milliseconds(cell) == 170_000


def test_points_between_minutes_and_seconds_count_where_all_lengths_look_so():
    assert [LengthReader(["3.45", "12,05", "0"]).read(cell) for cell in ("3.45", "12,05")] == [
        225_000,
        725_000,
    ]
    mixed = LengthReader(["3.45", "3:45"])
    assert (mixed.read("3.45"), mixed.read("3:45"), mixed.read("0"), mixed.unread) == (None, 225_000, None, 1)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["3.45", "4.5", "5.10"], [225_000, 290_000, 310_000]),
        (["3.75", "4,08"], [225_000, 244_800]),
        (["0.0026041667", "0.0028356481"], [225_000, 245_000]),
        (["225.5", "3"], [225_500, 3_000]),
    ],
)
def test_numbers_that_cannot_be_seconds_are_what_their_column_shows(column, expected):
    assert [LengthReader(column).read(cell) for cell in column] == expected


def test_minutes_that_a_spreadsheet_took_for_hours():
    table = "Title,Artist,Length\nOne,A,03:31:00\nTwo,B,4:05:00\n"
    (playlist,) = read_upload(table.encode())
    assert [track.duration_ms for track in playlist.tracks] == [211_000, 245_000]
    assert [note.kind for note in playlist.notes] == ["hours as minutes"]
    assert LengthReader(["03:31:00", "1:02:03"]).read("03:31:00") == 12_660_000


@pytest.mark.parametrize("cells", ['"225,000"', "3:45", "225"])
def test_a_column_of_milliseconds_that_holds_something_else(cells):
    (playlist,) = read_upload(f"Title,Artist,Duration (ms)\nOne,A,{cells}\n".encode())
    assert playlist.tracks[0].duration_ms == 225_000


@pytest.mark.parametrize(
    ("column", "lengths_s"),
    [
        (["03:45:00", "04:12:00", "1:02:03", "3:20"], [225, 252, 3723, 200]),
        (["03:45:00", "00:04:12", "4:01"], [225, 252, 241]),
        (["3:00:00", "1:30:00", "4:12"], [10_800, 5_400, 252]),
        (["3:12:00", "2:11:05", "1:10:10"], [11_520, 7_865, 4_210]),
    ],
)
def test_hours_of_a_spreadsheet_among_other_lengths(column, lengths_s):
    assert [LengthReader(column).read(cell) for cell in column] == [1000 * length for length in lengths_s]


def test_grouped_milliseconds_and_unreadable_lengths_in_a_table():
    table = 'Title,Artist,Duration (ms)\nOne,A,"170,000"\nTwo,B,181733\n'
    (playlist,) = read_upload(table.encode())
    assert [track.duration_ms for track in playlist.tracks] == [170_000, 181_733]
    (playlist,) = read_upload(b"Title,Artist,Length\nOne,A,long\nTwo,B,3:05\n")
    assert [(note.kind, note.count) for note in playlist.notes] == [("unread lengths", 1)]


def test_a_header_that_names_seconds_counts_more_than_what_the_column_shows() -> None:
    table = b"Title,Artist,Duration (s)\nOne,Ann,12.5\nTwo,Bob,13.5\n"
    (playlist,) = read_upload(table)
    assert [track.duration_ms for track in playlist.tracks] == [12_500, 13_500]
