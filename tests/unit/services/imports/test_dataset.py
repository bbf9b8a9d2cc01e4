"""Datasets of every usual shape give the same tracks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.messages import note_lines
from services.domain.errors.playlists import DatasetColumnsError, DatasetUnreadableError
from services.domain.features import AudioFeatures, Feature
from services.domain.music import Track
from services.imports.dataset import SAMPLE_ROWS, Dataset, Unusable, read_records
from tests.unit.services.imports.samples import IDS

SOUND = AudioFeatures(danceability=0.5, energy=0.7, loudness=-7.25, tempo=121.5, key=5.0, mode=1.0)


def read(text: str) -> tuple[Dataset, list[Track | Unusable]]:
    dataset = Dataset(io.StringIO(text, newline=""))
    return dataset, list(dataset)


def table(header: Sequence[str], *rows: Sequence[object], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    return out.getvalue()


def only(text: str) -> Track:
    _, (row,) = read(text)
    assert isinstance(row, Track), row
    return row


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("id", IDS[0]),
        ("track_id", IDS[0]),
        ("Track URI", f"spotify:track:{IDS[0]}"),
        ("uri", f"spotify:track:{IDS[0]}"),
        ("Url_spotify", f"https://open.spotify.com/track/{IDS[0]}"),
        ("track_url", f"https://open.spotify.com/intl-de/track/{IDS[0]}?si=abc"),
        ("track.id", IDS[0]),
        ("external_urls", f"{{'spotify': 'https://open.spotify.com/track/{IDS[0]}'}}"),
        ("where to hear it", f"https://open.spotify.com/track/{IDS[0]}"),
    ],
)
def test_finds_the_id_under_any_name(name: str, cell: str) -> None:
    assert only(table([name, "energy"], [cell, 0.5])).id == IDS[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header",
    [
        "id,danceability,energy,loudness,tempo,key,mode",
        "ID,Danceability,Energy,Loudness,Tempo,Key,Mode",
        "track_id,audio_features.danceability,features.energy,track.loudness,audio_features.tempo,key,mode",
        "Spotify ID,Dance,Energy level,Loudness (dB),BPM,Musical Key,mode",
    ],
)
def test_knows_features_by_every_usual_name(header: str, delimiter: str) -> None:
    row = (IDS[0], 0.5, 0.7, -7.25, 121.5, 5, 1)
    assert only(table(header.split(","), row, delimiter=delimiter)).uploaded == SOUND


def test_reads_words_as_well_as_numbers() -> None:
    header = (
        "id",
        "name",
        "artists",
        "album",
        "album_id",
        "isrc",
        "explicit",
        "duration_ms",
        "year",
        "energy",
        "mode",
    )
    row = (IDS[0], "Glass Harbour", "['Mira Voss', \"D'Arcy\"]", "Low Tide", IDS[1], "QZABC1400007", "True")
    assert only(table(header, (*row, 215000, "1999", 0.5, "Minor"))) == Track(
        id=IDS[0],
        title="Glass Harbour",
        artists=("Mira Voss", "D'Arcy"),
        album="Low Tide",
        album_id=IDS[1],
        isrc="QZABC1400007",
        duration_ms=215_000,
        release_year=1999,
        explicit=True,
        uploaded=AudioFeatures(energy=0.5, mode=0.0),
    )


def test_a_mere_number_called_id_is_no_id() -> None:
    text = table(("id", "track_id", "energy"), (1, IDS[0], 0.5), (2, IDS[1], 0.6))
    _, rows = read(text)
    assert [row.id for row in rows if isinstance(row, Track)] == [IDS[0], IDS[1]]


def test_a_column_of_row_names_without_a_header_is_understood() -> None:
    text = f"track_id,energy\n1,{IDS[0]},0.5\n2,{IDS[1]},0.6\n"
    _, rows = read(text)
    assert [row.id for row in rows if isinstance(row, Track)] == [IDS[0], IDS[1]]


def test_percents_become_shares_in_the_whole_file() -> None:
    count = SAMPLE_ROWS + 100
    text = table(("id", "energy", "valence"), *((IDS[0], 1 + number % 99, 50) for number in range(count)))
    dataset, rows = read(text)
    assert len(rows) == count
    for number, row in enumerate(rows):
        assert isinstance(row, Track)
        assert row.uploaded == AudioFeatures(energy=(1 + number % 99) / 100, valence=0.5)
    assert any("0 to 100" in note for note in note_lines(dataset.notes))


def test_each_row_of_no_use_has_a_reason() -> None:
    text = table(
        ("uri", "name", "energy"),
        (f"spotify:track:{IDS[0]}", "one", 0.5),
        ("", "two", 0.5),
        ("spotify:local:::two:3", "two", 0.5),
        (f"spotify:episode:{IDS[1]}", "three", 0.5),
        (f"spotify:track:{IDS[1]}", "four", ""),
        (f"spotify:track:{IDS[1]}", "five", 7),
        (f"spotify:track:{IDS[1]}", "six", 0.5, "and more"),
    )
    dataset, rows = read(text)
    assert rows[1:] == [
        Unusable.NO_ID,
        Unusable.NO_ID,
        Unusable.OTHER_KIND,
        Unusable.NO_FEATURES,
        Unusable.NO_FEATURES,
        Unusable.UNREADABLE,
    ]
    assert dataset.unusable == {
        Unusable.NO_ID: 2,
        Unusable.OTHER_KIND: 1,
        Unusable.NO_FEATURES: 2,
        Unusable.UNREADABLE: 1,
    }
    assert dataset.out_of_range == 1


def test_reads_no_further_than_it_is_asked() -> None:
    taken = 0

    def lines() -> object:
        nonlocal taken
        yield "id,energy\n"
        while True:
            taken += 1
            yield f"{IDS[0]},0.5\n"

    rows = iter(Dataset(lines()))  # type: ignore[arg-type]
    for _ in range(60_000):
        assert isinstance(next(rows), Track)
    assert taken <= 60_001


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("name,energy\nx,0.5\n", "column with Spotify track ids"),
        (f"id,name\n{IDS[0]},x\n", "column with audio features"),
        ("some,thing\n1,2\n", "column with Spotify track ids and none with audio features"),
        ("artist_id,energy\n" + f"{IDS[0]},0.5\n", "column with Spotify track ids"),
    ],
)
def test_refuses_a_table_that_is_no_dataset(text: str, lacks: str) -> None:
    with pytest.raises(DatasetColumnsError) as refused:
        read(text)
    assert refused.value.lacks == lacks
    assert refused.value.columns == tuple(text.partition("\n")[0].split(","))


@pytest.mark.parametrize("text", ["", "\n\n", "id,energy\n", "id,energy\n\n\n"])
def test_refuses_a_table_without_rows(text: str) -> None:
    with pytest.raises(DatasetUnreadableError):
        read(text)


def test_every_feature_can_be_read() -> None:
    values = dict.fromkeys(Feature, 0.5) | {Feature.LOUDNESS: -5.0, Feature.TEMPO: 99.0}
    values |= {Feature.KEY: 3.0, Feature.MODE: 1.0}
    track = only(table(("id", *(feature.value for feature in Feature)), (IDS[0], *values.values())))
    assert track.uploaded == AudioFeatures.of(values)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
LONG = "x" * 200_000


def records(text: str, *, header: int = 0) -> list[list[str] | None]:
    return list(read_records(io.StringIO(text, newline=""), ",", header=header))


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=20))
def test_what_a_writer_wrote_comes_back(rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("a", "b", "c"), *rows])
    assert records(out.getvalue()) == [list(row) for row in rows]


def test_the_header_and_what_stands_above_it_are_left_out() -> None:
    assert records("made by a program\na,b\n1,2\n", header=1) == [["1", "2"]]
    assert records("a,b\n") == []
    assert records("") == []


def test_blank_lines_are_no_records() -> None:
    assert records("a,b\n\n1,2\r\n\r\n3,4\n\n") == [["1", "2"], ["3", "4"]]


def test_a_title_over_two_lines_stays_one_cell() -> None:
    assert records('a,b,c\n1,"two\nlines",3\n4,5,6\n') == [["1", "two\nlines", "3"], ["4", "5", "6"]]


def test_a_quote_without_end_costs_one_line() -> None:
    rows = [f"{number},title {number},x" for number in range(50)]
    rows[10] = '10,"title,x'
    found = records("\n".join(["a,b,c", *rows]))
    assert found.count(None) == 1
    assert found.index(None) == 10
    assert [row for row in found if row] == [row.split(",") for row in rows if '"' not in row]


def test_a_quote_closed_rows_later_costs_its_two_lines() -> None:
    rows = ['1,"one,x', "2,two,x", '3,three",x', "4,four,x"]
    found = records("\n".join(["a,b,c", *rows]))
    assert found == [None, ["2", "two", "x"], ["3", 'three"', "x"], ["4", "four", "x"]]


def test_a_quote_without_end_in_a_long_file_is_met_in_bounded_memory() -> None:
    def lines() -> object:
        yield "a,b,c\n"
        yield '0,"never closed,x\n'
        for number in range(1, 100_000):
            yield f"{number},some title,x\n"

    found = read_records(lines(), ",", header=0)  # type: ignore[arg-type]
    assert next(found) is None
    for number, record in enumerate(islice(found, 99_999), 1):
        assert record == [str(number), "some title", "x"]
    assert next(found, "the end") == "the end"


def test_an_absurdly_long_cell_costs_one_line() -> None:
    assert records(f"a,b\n1,{LONG}\n2,3\n") == [None, ["2", "3"]]


@given(st.text(alphabet='ab,"\n\r', max_size=60))
def test_whatever_the_quotes_do_the_records_are_the_same_each_time(text: str) -> None:
    assert records(text) == records(text)
