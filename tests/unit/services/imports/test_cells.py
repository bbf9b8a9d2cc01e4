from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports import cells, keys, units
from services.imports.cells import split_any, split_commas, split_escaped_commas, split_semicolons
from services.imports.text import clean_text, playlist_name
from services.imports.units import LengthReader

from .samples import IDS


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0.5", 0.5),
        ("0,5", 0.5),
        ("-7", -7),
        ("−7,25", -7.25),
        ("85%", 85),
        ("85 %", 85),
        ("3.5e-05", 3.5e-05),
        (".5", 0.5),
        ("128 BPM", 128),
        ("128bpm", 128),
        ("–7.2 dB", -7.2),
        ("-7,2 dB", -7.2),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("~128", 128),
        ("128.0*", 128),
        ("128 bpm approx", 128),
        ("ca. 128,5 BPM", 128.5),
        ("128?", 128),
    ],
)
def test_numbers(cell, value):
    assert cells.number(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "1,234,567",
        "0x10",
        "12 apples",
        "about",
        "~",
        "--3",
        "9" * 5000,
    ],
)
def test_no_numbers(cell):
    assert cells.number(cell) is None


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("2014", 2014),
        ("2014-03-07", 2014),
        ("2014-03", 2014),
        ("07.03.2014", 2014),
        ("3/7/1999", 1999),
        ("Mar 7, 2014", 2014),
        ("0000", None),
        ("123456", None),
        ("", None),
        ("1 mars 1999", 1999),
        ("1999年3月1日", 1999),
        ("1899-12-30", None),
        ("12/30/1899", None),
        ("1900-01-00", None),
        ("1/0/1900", None),
        ("1900", None),
        ("1900-01-01", None),
        ("01.01.1900", None),
        ("1,900", None),
        ("1888", None),
        ("1901", 1901),
        ("19990512", 1999),
        ("1,999", 1999),
        ("2.011", 2011),
        ("19991512", None),
        ("36281", None),
    ],
)
def test_years(cell, year):
    assert cells.year(cell) == year


def test_a_year_after_the_newest_possible_is_none():
    assert cells.year("2031-01-01", 2030) is None
    assert cells.year("1.1.2031", 2030) is None
    assert cells.year("2030", 2030) == 2030


def test_ids_in_every_spelling_and_no_other():
    good = (IDS[0], f"spotify:track:{IDS[0]}", f"https://open.spotify.com/intl-de/track/{IDS[0]}?si=x")
    assert {cells.track_id(cell) for cell in good} == {IDS[0]}
    for cell in (
        "",
        IDS[0][:-1],
        IDS[0] + "x",
        f"spotify:album:{IDS[0]}",
        f"spotify:track:{IDS[0]}x",
        "é" * 22,
    ):
        assert cells.track_id(cell) is None
    assert cells.album_id(f"spotify:album:{IDS[1]}") == IDS[1]
    assert cells.album_id(f"spotify:track:{IDS[1]}") is None


@pytest.mark.parametrize(
    ("cell", "known", "artists"),
    [
        ("Mira Voss, Pale Lanterns", None, ("Mira Voss", "Pale Lanterns")),
        ("Mira Voss,Pale Lanterns", None, ("Mira Voss", "Pale Lanterns")),
        ("Tyler, The Creator", None, ("Tyler, The Creator",)),
        ("Mira Voss, Tyler, The Creator, Pale", None, ("Mira Voss", "Tyler, The Creator", "Pale")),
        ("Emerson, Lake & Palmer", None, ("Emerson, Lake & Palmer",)),
        ("Oak, Ash and Thorn", None, ("Oak, Ash and Thorn",)),
        ("10,000 Maniacs, Mira", None, ("10,000 Maniacs", "Mira")),
        ("Voss, The Elder", 1, ("Voss, The Elder",)),
        ("Oak, Ash & Thorn", 2, ("Oak", "Ash & Thorn")),
        ("A, B, C", 2, ("A, B, C",)),
        ("", None, ()),
        (" , ,", None, ()),
        ("A, A", None, ("A",)),
    ],
)
def test_commas_separate_artists_where_that_is_safe(cell, known, artists):
    assert split_commas(cell, known) == artists


def test_other_ways_to_join_artists():
    assert split_semicolons("A; B, C;;") == ("A", "B, C")
    assert split_escaped_commas("Vale\\, The One, B") == ("Vale, The One", "B")
    assert split_escaped_commas("Vale, The One", 1) == ("Vale, The One",)
    assert split_any("['A', \"B's\", 'C, D']") == ("A", "B's", "C, D")
    assert split_any("A;B, C") == ("A", "B, C")
    assert len(split_semicolons(";".join(map(str, range(999))))) == 50


@given(st.text(max_size=400))
def test_clean_text_is_storable_stable_and_on_one_line(text):
    cleaned = clean_text(text)
    cleaned.encode()  # no lone surrogate is left
    assert len(cleaned) <= 300
    assert clean_text(cleaned) == cleaned
    assert len(cleaned.splitlines()) <= 1


@given(st.text(max_size=200))
def test_playlist_names_are_never_empty_nor_paths(text):
    name = playlist_name(text)
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert len(name) <= 100


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("My_Mix.csv", "My Mix"),
        ("my mix_2.csv", "my mix_2"),
        ("a/b/c.tsv", "c"),
        ("mix.v2.csv", "mix.v2"),
        (".csv", "Uploaded playlist"),
    ],
)
def test_names_from_file_names(filename, name):
    assert playlist_name(filename) == name


@given(st.text(max_size=60))
def test_no_cell_breaks_a_reader(cell):
    for reader in (
        cells.number,
        cells.truth,
        cells.track_id,
        cells.album_id,
        cells.isrc,
        cells.year,
        units.milliseconds,
        units.duration_ms,
        LengthReader(["3.45"]).read,
        LengthReader(["3:45:00", "2:10:00"]).read,
        keys.read_mode,
        keys.read_key,
        split_any,
        split_commas,
        split_escaped_commas,
    ):
        reader(cell)


def test_a_name_that_shows_nothing_is_no_name():
    assert clean_text("\u00ad\u2060 \u200b") == ""
    assert clean_text("\u00ada\u200db") == "\u00ada\u200db"
