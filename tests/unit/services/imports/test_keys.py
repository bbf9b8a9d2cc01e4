from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.imports.keys import KeyReader, read_key, read_mode
from services.imports.spreadsheets import recognise
from services.imports.upload import read_upload

SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
GERMAN = ("C", "Cis", "D", "Dis", "E", "F", "Fis", "G", "Gis", "A", "B", "H")
GERMAN_FLAT = ("C", "Des", "D", "Es", "E", "F", "Ges", "G", "As", "A", "B", "H")
FRENCH = ("Do", "Réb", "Ré", "Mi bémol", "Mi", "Fa", "Fa dièse", "Sol", "La♭", "La", "Si bémol", "Si")
SPANISH = ("Do", "Do sostenido", "Re", "Mi bemol", "Mi", "Fa", "Fa#", "Sol", "La bemol", "La", "Sib", "Si")
ITALIAN = ("Do", "Do diesis", "Re", "Mi bemolle", "Mi", "Fa", "Sol bemolle", "Sol", "Lab", "La", "La#", "Si")


def camelot(pitch: int, *, minor: bool) -> str:
    """Spell a key on the wheel, counted from C major at 8B and A minor at 8A."""
    fifths = 7 * (pitch - (9 if minor else 0)) % 12
    return f"{(7 + fifths) % 12 + 1}{'A' if minor else 'B'}"


def open_key(pitch: int, *, minor: bool) -> str:
    fifths = 7 * (pitch - (9 if minor else 0)) % 12
    return f"{fifths + 1}{'m' if minor else 'd'}"


def spellings(pitch: int, *, minor: bool) -> list[str]:
    code, traktor = camelot(pitch, minor=minor), open_key(pitch, minor=minor)
    ends = ("m", "min", " minor", "-Minor", " min.") if minor else ("M", "maj", " major", "-Major", " maj.")
    words = [f"{names[pitch]}{end}" for names in (SHARP, FLAT) for end in ends]
    for names in (GERMAN, GERMAN_FLAT):
        words += [f"{names[pitch]}{'-Moll' if minor else '-Dur'}"]
        words += [f"{names[pitch].lower()} {'moll' if minor else 'dur'}"]
    words.append(f"{FRENCH[pitch]} {'mineur' if minor else 'majeur'}")
    words.append(f"{SPANISH[pitch]} {'menor' if minor else 'mayor'}")
    words.append(f"{ITALIAN[pitch]} {'minore' if minor else 'maggiore'}")
    codes = [code, code.lower(), code.zfill(3), f" {code[:-1]} {code[-1]} ", traktor, traktor.zfill(3)]
    note = FLAT[pitch] + ("m" if minor else "")
    pairs = [f"{code}/{note}", f"{note} ({code})", f"{code} - {words[2]}", f"{code} {note}"]
    pairs += [f"{traktor} | {note}", f"{SHARP[pitch]}{ends[0]}/{FLAT[pitch]}{ends[2]}", f"{code} - Energy 7"]
    return words + codes + pairs


@settings(max_examples=60)
@given(st.integers(0, 11), st.booleans(), st.data())
def test_every_notation_of_every_key_is_the_same_key(pitch, minor, data):
    cell = data.draw(st.sampled_from(spellings(pitch, minor=minor)))
    assert read_key(cell) == (pitch, 0 if minor else 1), cell


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
        ("C♯/D♭ Major", 1, 1),
        ("F#m", 6, 0),
        ("FM", 5, 1),
        ("Am", 9, 0),
        ("E flat major", 3, 1),
        ("A-flat minor", 8, 0),
        ("H", 11, None),
        ("Am/C", 9, None),
        ("Фа-диез минор", 6, 0),
        ("Си-бемоль мажор", 10, 1),
        ("фа-дієз мінор", 6, 0),
        ("ハ長調", 0, 1),
        ("嬰ヘ短調", 6, 0),
        ("変ホ長調 (E♭ Major)", 3, 1),
        ("Cマイナー", 0, 0),
        ("가단조", 9, 0),
        ("올림바단조", 6, 0),
        ("내림마장조", 3, 1),
        ("降E大調", 3, 1),
        ("升c小调", 1, 0),
        ("C groot", 0, 1),
        ("fis klein", 6, 0),
        ("Bes kleine terts", 10, 0),
        ("ciss-moll", 1, 0),
        ("Ess-dur", 3, 1),
        ("Esz-dúr", 3, 1),
        ("C-duuri", 0, 1),
        ("B-molli", 10, 0),
        ("Fa diyez minör", 6, 0),
        ("Dó sustenido menor", 1, 0),
        ("Φα δίεση μινόρε", 6, 0),
        ("Đô thăng thứ", 1, 0),
        ("8A-7", 9, 0),
        ("12B / 10", 4, 1),
        ("Am - 7", 9, 0),
        ("8A-11", None, None),
        ("Chorus", None, None),
        ("8C", None, None),
        ("13A", None, None),
        ("0A", None, None),
        ("8A/Cm", None, None),
        ("Am and more", None, None),
        ("A" + " " * 70 + "m", None, None),
        ("", None, None),
    ],
)
def test_keys(cell, key, mode):
    told = KeyReader([cell, "Em"] if cell == "Am/C" else [cell]).read(cell)
    assert told == (key, 0 if cell == "Am/C" else mode)


def test_camelot_wheel_agrees_with_the_relative_keys():
    for hour in range(1, 13):
        minor, major = read_key(f"{hour}A"), read_key(f"{hour}b")
        assert (minor.mode, major.mode) == (0, 1)
        assert (minor.key + 3) % 12 == major.key
    assert read_key("8A") == read_key("1m") == (9, 0)
    assert read_key("8B") == read_key("1d") == (0, 1)


def test_a_bare_note_is_major_where_the_minors_of_its_column_carry_an_m():
    assert KeyReader(["C", "Am"]).read("C") == (0, 1)
    assert KeyReader(["C", "Lam"]).read("Bb") == (10, 1)
    assert KeyReader(["C", "F# maj"]).read("C") == (0, None)
    assert KeyReader(["C", "8A"]).read("C") == (0, None)


def test_small_notes_are_minor_where_their_column_has_both_sizes():
    column = ["a", "A", "fis", "Es", "h"]
    assert [KeyReader(column).read(cell) for cell in column] == [(9, 0), (9, 1), (6, 0), (3, 1), (11, 0)]
    assert KeyReader(["a", "c"]).read("a") == (9, None)
    assert KeyReader(["a", "C", "Am"]).read("a") == (9, 1)


def test_b_is_b_flat_in_a_german_column_only():
    assert KeyReader(["H-Moll", "B-Dur"]).read("B-Dur") == (10, 1)
    assert KeyReader(["Hm", "B"]).read("B") == (10, 1)
    assert KeyReader(["Bm", "B"]).read("B") == (11, 1)
    assert KeyReader(["H", "Bb"]).read("Bb") == (10, None)


@pytest.mark.parametrize(
    ("cell", "mode"),
    [
        ("1", 1),
        ("0", 0),
        ("Major", 1),
        ("moll", 0),
        ("M", 1),
        ("m", 0),
        ("mineur", 0),
        ("2", None),
        ("", None),
    ],
)
def test_modes(cell, mode):
    assert read_mode(cell) == mode


@pytest.mark.parametrize("header", ["Key", "Camelot", "Musical Key"])
def test_a_key_column_takes_any_notation_and_counts_what_is_none(header):
    table = f"Title,Artist,{header}\nOne,A,08A\nTwo,B,1d\nThree,C,F#m\nFour,D,loud\nFive,E,\nSix,F,n/a\n"
    assert recognise(table) is not None
    (playlist,) = read_upload(table.encode())
    told = [
        (track.uploaded.key, track.uploaded.mode) if track.uploaded else None for track in playlist.tracks
    ]
    assert told[:3] == [(9, 0), (0, 1), (6, 0)]
    assert all(pair in {None, (None, None)} for pair in told[3:])
    assert [note.count for note in playlist.notes if note.kind == "unread keys"] == [1]


@pytest.mark.parametrize("numbers", [(40000000, 40000001, 40000002), (0, 5, 12, 23)])
def test_numbers_of_tracks_are_no_keys_that_could_not_be_read(numbers):
    rows = "".join(f"Song {each},Ann,{each}\n" for each in numbers)
    (playlist,) = read_upload(f"Title,Artist,TrackKey\n{rows}".encode())
    assert [track.uploaded for track in playlist.tracks] == [None] * len(numbers)
    assert not [note for note in playlist.notes if note.kind == "unread keys"]


def test_pitch_classes_with_a_slip_among_them_stay_keys():
    (playlist,) = read_upload(b"Title,Artist,Key\nOne,Ann,0\nTwo,Ann,7\nThree,Ann,110\n")
    assert [track.uploaded and track.uploaded.key for track in playlist.tracks] == [0, 7, None]
    assert [note.count for note in playlist.notes if note.kind == "unread keys"] == [1]
