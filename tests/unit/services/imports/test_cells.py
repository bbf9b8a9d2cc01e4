from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports import cells
from services.imports.artists import split_any, split_commas, split_escaped_commas, split_semicolons
from services.imports.cleaning import clean_text, playlist_name

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
    ],
)
def test_numbers(cell, value):
    assert cells.number(cell) == value


@pytest.mark.parametrize(
    "cell", ["", "nan", "inf", "-Infinity", "1e999", "1,234,567", "0x10", "12 dB", "--3", "9" * 5000]
)
def test_no_numbers(cell):
    assert cells.number(cell) is None


@pytest.mark.parametrize(
    ("cell", "milliseconds"),
    [
        ("3:35", 215_000),
        ("03:35", 215_000),
        ("1:02:03", 3_723_000),
        ("225s", 225_000),
        ("225", 225_000),
        ("225000", 225_000),
        ("225000ms", 225_000),
        ("215.5", 215_500),
        ("0", None),
        ("-5", None),
        ("abc", None),
        ("999999999999", None),
        ("0:00", None),
    ],
)
def test_durations(cell, milliseconds):
    assert cells.duration_ms(cell) == milliseconds


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
    ],
)
def test_years(cell, year):
    assert cells.year(cell) == year


@pytest.mark.parametrize(
    ("cell", "key", "mode"),
    [
        ("5", 5, None),
        ("0", 0, None),
        ("-1", None, None),
        ("12", None, None),
        ("2.5", None, None),
        ("C", 0, None),
        ("C#", 1, None),
        ("D♭", 1, None),
        ("C♯/D♭", 1, None),
        ("Bb", 10, None),
        ("Cb", 11, None),
        ("B#", 0, None),
        ("G Minor", 7, 0),
        ("G minor", 7, 0),
        ("A♭ major", 8, 1),
        ("F#m", 6, 0),
        ("FM", 5, 1),
        ("Am", 9, 0),
        ("E flat major", 3, 1),
        ("H", None, None),
        ("Chorus", None, None),
        ("", None, None),
    ],
)
def test_keys(cell, key, mode):
    assert cells.tonality(cell) == (key, mode)


def test_camelot_wheel_agrees_with_the_relative_keys():
    for hour in range(1, 13):
        minor, major = cells.camelot(f"{hour}A"), cells.camelot(f"{hour}b")
        assert (minor.mode, major.mode) == (0, 1)
        assert (minor.key + 3) % 12 == major.key
    assert cells.camelot("8A") == (9, 0)
    assert cells.camelot("8B") == (0, 1)
    assert cells.camelot("13A") == cells.camelot("0A") == cells.camelot("A") == (None, None)


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
        cells.milliseconds,
        cells.duration_ms,
        cells.mode,
        cells.tonality,
        cells.camelot,
        split_any,
        split_commas,
        split_escaped_commas,
    ):
        reader(cell)
