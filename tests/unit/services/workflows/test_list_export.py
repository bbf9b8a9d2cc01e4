"""Lists of tracks as files."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from services.domain.features import AudioFeatures, Origin, Provenance
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from services.domain.stats import ALL_KEYS
from services.imports.entries import location_of
from services.imports.keys import read_key
from services.imports.upload import read_upload
from services.workflows.list_export import brought, dj_files, lists_csv, lists_links

ONE, TWO = TrackId("1" * 22), TrackId("2" * 22)
TRACKS = brought(
    [
        Track(
            id=ONE,
            title="Paper Lantern",
            artists=("Grey Herons", "Odile Varga"),
            album="Tide",
            isrc="QZABC2400001",
            duration_ms=225_400,
        ),
        Track(id=TWO, title="=2+2", artists=("Night Ferry",)),
        Track(title="Only a name", artists=("Tin Orchard",)),
    ]
)
KNOWN = AudioFeatures(tempo=124.2, key=9.0, mode=0.0, energy=0.66)


def heard(track: Track, features: AudioFeatures = KNOWN, origin: Origin = Origin.UPLOADED) -> EnrichedTrack:
    provenance = dict.fromkeys(features.known, Provenance(origin, "test"))
    return EnrichedTrack(track=track, features=features, provenance=provenance)


FILED = Track(
    title="Slow & <low>",
    artists=("Ångström",),
    location="C:/Music/100% ö.mp3",
    duration_ms=200_000,
    added_at="2024-05-06T07:08:09Z",
    release_year=1999,
    genres=("house",),
)
DJ_LIST = (
    heard(FILED),
    heard(Track(id=ONE, title="Streamed", artists=("B",))),
    heard(Track(title="Nowhere", artists=("C",))),
    heard(FILED),
    heard(Track(title="Guessed\x0b", artists=("D",), location="/m/d.mp3"), origin=Origin.IMPUTED),
    heard(Track(title="Beside", artists=("E",), location="../e.mp3"), AudioFeatures()),
)


def test_an_exported_list_can_be_read_again_in_its_order() -> None:
    content = lists_csv([("Calm", TRACKS), ("Loud", TRACKS[:1])])
    assert b"\r\nCalm,2,'=2+2,Night Ferry," in content, "no spreadsheet runs a title"
    tracks = [track for playlist in read_upload(content, filename="list.csv") for track in playlist.tracks]
    assert [track.id for track in tracks] == [ONE, TWO, None, ONE]
    assert tracks[0].artists == ("Grey Herons", "Odile Varga")
    assert tracks[0].duration_ms == 225_000
    assert tracks[2].title == "Only a name"


def test_a_csv_marks_estimates_and_leaves_the_unknown_empty() -> None:
    content = lists_csv([("Set", DJ_LIST)])
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    columns = ("BPM", "Key", "Camelot", "Open Key", "Energy (1-10)")
    told = [tuple(row[column] for column in columns) for row in rows]
    assert told[0] == ("124.20", "A minor", "8A", "1m", "7")
    assert told[4] == ("124.20 est.", "", "", "", "7 est."), "an estimated key is none"
    assert told[5] == ("", "", "", "", "")
    (playlist,) = read_upload(content, filename="list.csv")
    uploaded = [track.uploaded for track in playlist.tracks]
    assert uploaded[0] == AudioFeatures(tempo=124.2, key=9.0, mode=0.0)
    assert uploaded[4] is None, "an estimate does not come back as a measurement"
    assert not [note for note in playlist.notes if "BPM" in note.names or note.count]


def test_an_order_says_at_which_tempo_each_track_is_played_and_why_it_follows() -> None:
    tempi = (70.0, 140.0, None, 71.5, 300.0)
    entries = [heard(Track(title=f"T{tempo}", artists=("A",)), AudioFeatures(tempo=tempo)) for tempo in tempi]
    content = lists_csv([("Set", entries)], reasons=["=one", "two", "three", "four"])
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["Played at BPM"] for row in rows] == ["70.00", "70.00", "", "71.50", "150.00"]
    assert [row["Step"] for row in rows] == ["", "'=one", "two", "three", "four"]
    (playlist,) = read_upload(content, filename="list.csv")
    assert [track.uploaded and track.uploaded.tempo for track in playlist.tracks] == [*tempi[:4], None]


def test_a_rekordbox_file_comes_back_as_it_was() -> None:
    files = dj_files([("Warm & up", DJ_LIST), ("Peak", DJ_LIST[:2])])
    assert (files.in_rekordbox, files.in_m3u8, files.total) == (4 + 2, 5 + 2, 8)
    lists = {playlist.name: playlist for playlist in read_upload(files.rekordbox, filename="dj.xml")}
    assert list(lists) == ["Warm & up", "Peak"]
    filed, streamed, again, guessed = lists["Warm & up"].tracks
    assert again == filed
    assert filed == replace(FILED, uploaded=replace(KNOWN, energy=None), added_at="2024-05-06")
    assert (streamed.id, streamed.location, streamed.uploaded) == (ONE, None, filed.uploaded)
    assert (guessed.title, guessed.uploaded) == ("Guessed", None), "estimates stay away"
    text = files.rekordbox.decode()
    assert 'AverageBpm="124.20"' in text
    assert 'Location="file://localhost/C:/Music/100%25%20%C3%B6.mp3"' in text
    assert text.count("Comments=") == 1, "the comment of a file in the collection is its owner's"


def test_m3u8_lists_come_back_as_they_were() -> None:
    files = dj_files([("Warm/up", DJ_LIST), ("Peak", TRACKS)])
    with zipfile.ZipFile(io.BytesIO(files.m3u8_zip)) as archive:
        assert archive.namelist() == ["01 Warm up.m3u8", "02 Peak.m3u8"]
        content = archive.read("01 Warm up.m3u8")
    (playlist,) = read_upload(content, filename="x.m3u8")
    assert playlist.name == "Warm/up"
    assert [track.location for track in playlist.tracks] == [
        FILED.location,
        None,
        FILED.location,
        "/m/d.mp3",
        "../e.mp3",
    ]
    assert [track.id for track in playlist.tracks] == [None, ONE, None, None, None]
    assert playlist.tracks[0].artists == FILED.artists
    assert playlist.tracks[0].duration_ms == FILED.duration_ms


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("file://localhost/C:/Music/A%20B.mp3", "C:/Music/A B.mp3"),
        ("file:///Users/ann/a.mp3", "/Users/ann/a.mp3"),
        ("file://localhost/Users/ann/100%25.mp3", "/Users/ann/100%.mp3"),
        ("D:\\Sets\\a.flac", "D:\\Sets\\a.flac"),
        ("../a.mp3", "../a.mp3"),
        ("file://localhostspotify:track:" + ONE, None),
        ("spotify:track:" + ONE, None),
        ("https://stream.example/a", None),
        ("tidal:tracks:1", None),
        ("file://localhost/a%0Ab.mp3", None),
        ("", None),
        ("/" + 2000 * "a", None),
    ],
)
def test_only_a_path_is_a_location(written: str, path: str | None) -> None:
    assert location_of(written) == path


def test_every_notation_of_every_key_comes_back_as_the_same_key() -> None:
    for key in ALL_KEYS:
        for written in (key.code, key.open_key, key.name, f"0{key.open_key}"[-3:]):
            told = read_key(written)
            assert (told.key, told.mode) == (key.pitch, float(key.major)), written


def test_links_are_one_a_line_and_name_what_has_none() -> None:
    link = "https://open.spotify.com/track/"
    assert (
        lists_links([("Calm", TRACKS)]).decode() == f"{link}{ONE}\n{link}{TWO}\n# Tin Orchard – Only a name\n"
    )
    several = lists_links([("Calm\nnight", TRACKS[:1]), ("Loud", TRACKS[1:2])]).decode()
    assert several == f"# Calm night\n{link}{ONE}\n\n# Loud\n{link}{TWO}\n"
    (playlist,) = read_upload(several.encode(), filename="links.txt")
    assert [track.id for track in playlist.tracks] == [ONE, TWO]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u3000", "\u200b", "\t", "\n", " \r\n"])
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_of_a_list_is_a_formula_however_it_is_trimmed(blank: str, sign: str) -> None:
    title = f'{blank}{sign}HYPERLINK("https://evil.example")'
    assert titles_of(title) == [f"'{title}"]


def test_a_cell_that_begins_with_a_blank_stays_as_it_is() -> None:
    assert titles_of("  A–Z") == ["  A–Z"]


def test_a_line_feed_is_quoted_too() -> None:
    assert titles_of("\nA") == ["'\nA"]


def titles_of(title: str) -> list[str]:
    renamed = brought([replace(TRACKS[0].track, title=title)])
    content = lists_csv([("Calm", renamed)]).decode("utf-8-sig")
    return [row["Track name"] for row in csv.DictReader(io.StringIO(content, newline=""))]
