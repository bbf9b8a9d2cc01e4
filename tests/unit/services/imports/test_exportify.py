from __future__ import annotations

import csv
import json
import os
from importlib import resources
from pathlib import Path

import pytest

from cogs.words.messages import note_lines
from services.domain.features import AudioFeatures
from services.domain.music import SkipReason
from services.imports.columns import normal
from services.imports.upload import read_upload

from .samples import IDS, NET_HEADER, NET_ROW, csv_text, net_file

LANGUAGES = ("ar", "de", "el", "en", "es", "fr", "it", "ja", "nl", "pt", "sv", "tr")
TABLE = json.loads(
    resources.files("services.imports").joinpath("exportify_app_headers.json").read_text("utf-8")
)

APP_HEADER = [
    "Track URI",
    "Track Name",
    "Artist URI(s)",
    "Artist Name(s)",
    "Album URI",
    "Album Name",
    "Album Artist URI(s)",
    "Album Artist Name(s)",
    "Album Release Date",
    "Album Image URL",
    "Disc Number",
    "Track Number",
    "Track Duration (ms)",
    "Track Preview URL",
    "Explicit",
    "Popularity",
    "ISRC",
    "Added By",
    "Added At",
]
APP_ROW = [
    f"spotify:track:{IDS[0]}",
    "Glass Harbour",
    "spotify:artist:x, spotify:artist:y",
    "Vale\\, The Quiet One, Mira Voss",
    f"spotify:album:{IDS[1]}",
    "Low Tide",
    "spotify:artist:x",
    "Mira Voss",
    "2014-03",
    "https://i.example/cover",
    "1",
    "2",
    "215000",
    "",
    "false",
    "41",
    "GBABC1400001",
    "spotify:user:z",
    "2020-01-02T03:04:05Z",
]


def one(content: bytes | str, filename: str = "") -> object:
    upload = read_upload(content.encode() if isinstance(content, str) else content, filename=filename)
    assert len(upload) == 1
    return upload[0]


def test_reads_every_column_of_the_newest_exportify_net_file():
    playlist = one(f"\ufeff{NET_HEADER}\r\n{NET_ROW}\r\n", "my_quiet_evenings.csv")
    assert playlist.format == "Exportify"
    assert playlist.name == "my quiet evenings"
    track = playlist.tracks[0]
    assert track.id == IDS[0]
    assert track.title == "Glass Harbour"
    assert track.artists == ("Mira Voss", "The Pale Lanterns")
    assert (track.album, track.release_year, track.duration_ms) == ("Low Tide", 2014, 215000)
    assert (track.popularity, track.explicit, track.genres) == (41, True, ("dream pop", "shoegaze"))
    assert track.uploaded == AudioFeatures(
        danceability=0.512,
        energy=0.734,
        key=5,
        loudness=-7.25,
        mode=1,
        speechiness=0.0312,
        acousticness=0.25,
        instrumentalness=1.2e-05,
        liveness=0.11,
        valence=0.62,
        tempo=121.5,
    )
    assert playlist.notes == ()
    assert playlist.skipped == ()


def test_rows_that_stop_before_the_features_have_none_and_need_no_note():
    cut = ",".join(NET_ROW.split(",")[:13])  # the genres cell holds one comma
    playlist = one(f"{NET_HEADER}\n{NET_ROW}\n{cut}\n{cut}")
    assert [track.uploaded is None for track in playlist.tracks] == [False, True, True]
    assert playlist.notes == ()


def test_undetected_tempo_and_key_are_unknown_and_not_called_wrong():
    row = NET_ROW.replace("121.5", "0.0").replace(",5,-7.25", ",-1,-7.25")
    playlist = one(f"{NET_HEADER}\n{row}\n")
    uploaded = playlist.tracks[0].uploaded
    assert (uploaded.tempo, uploaded.key) == (None, None)
    assert uploaded.energy == 0.734
    assert playlist.notes == ()


def test_values_out_of_range_are_left_out_alone_and_counted():
    row = NET_ROW.replace("0.734", "7.34").replace("-7.25", "loud")
    playlist = one(f"{NET_HEADER}\n{row}\n")
    uploaded = playlist.tracks[0].uploaded
    assert (uploaded.energy, uploaded.loudness) == (None, None)
    assert uploaded.valence == 0.62
    assert any("2 feature values" in note for note in note_lines(playlist.notes))


def test_local_files_and_episodes_are_counted_with_an_example():
    rows = [
        NET_ROW,
        "spotify:local:Me:Home:Garage+Take:120,Garage Take,Home,Me" + "," * 8,
        f"spotify:episode:{IDS[2]},A Talk,Show,Host" + "," * 8,
        ",,,," + "," * 7,
        ",,Only an album,," + "," * 7,
    ]
    playlist = one("\n".join([NET_HEADER, *rows, ""]))
    assert len(playlist.tracks) == 1
    counted = {skipped.reason: skipped for skipped in playlist.skipped}
    assert {reason: skipped.count for reason, skipped in counted.items()} == {
        SkipReason.LOCAL_FILE: 1,
        SkipReason.EPISODE: 1,
        SkipReason.NO_TITLE: 1,
    }
    assert counted[SkipReason.LOCAL_FILE].examples == ("line 3: Garage Take",)


@pytest.mark.parametrize("identity", ["Spotify ID,Artist IDs", "Track ID,Artist IDs", "Track URI,Artist IDs"])
def test_reads_the_older_headers_and_lets_the_artist_ids_count_the_artists(identity):
    header = (
        f"{identity},Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Added By,"
        "Added At,Genres,Energy"
    )
    rows = [
        f'{IDS[0]},"a1,a2",One,Album,"Mira Voss,Pale Lanterns",1999,1000,1,,,"x,y",0.5',
        f'{IDS[1]},a1,Two,Album,"Voss, The Elder",1999-05,1000,1,,,,0.5',
    ]
    playlist = one("\n".join([header, *rows]))
    assert playlist.format == "Exportify"
    assert [track.artists for track in playlist.tracks] == [
        ("Mira Voss", "Pale Lanterns"),
        ("Voss, The Elder",),
    ]
    assert [track.id for track in playlist.tracks] == [IDS[0], IDS[1]]


def test_a_newer_file_never_splits_artists_at_commas():
    row = NET_ROW.replace("Mira Voss;The Pale Lanterns", '"Vale, Quiet & Sons"')
    assert one(f"{NET_HEADER}\n{row}\n").tracks[0].artists == ("Vale, Quiet & Sons",)


def test_reads_exportify_app_with_escaped_commas_album_id_and_isrc():
    playlist = one(csv_text([APP_HEADER, APP_ROW], quote_all=True), "liked.csv")
    assert playlist.format == "Exportify.app"
    assert playlist.name == "liked"
    track = playlist.tracks[0]
    assert track.artists == ("Vale, The Quiet One", "Mira Voss")
    assert (track.album_id, track.isrc, track.explicit) == (IDS[1], "GBABC1400001", False)
    assert (track.release_year, track.duration_ms, track.uploaded) == (2014, 215000, None)


def test_reads_the_oldest_exportify_app_file_without_isrc():
    header = [name for name in APP_HEADER if name != "ISRC"]
    row = [cell for name, cell in zip(APP_HEADER, APP_ROW, strict=True) if name != "ISRC"]
    playlist = one(csv_text([header, row], quote_all=True))
    assert len(header) == 18
    assert (playlist.format, playlist.tracks[0].isrc) == ("Exportify.app", None)


def test_empty_feature_cells_mean_no_features():
    features = ["Danceability", "Energy", "Key", "Loudness", "Mode", "Tempo", "Time Signature"]
    content = csv_text(
        [
            [*APP_HEADER, "Artist Genres", *features],
            [*APP_ROW, "dream pop", *[""] * 7],
            [*APP_ROW, "", "0.5", *[""] * 6],
        ],
        quote_all=True,
    )
    playlist = one(content)
    assert [track.uploaded for track in playlist.tracks] == [None, AudioFeatures(danceability=0.5)]
    assert playlist.tracks[0].genres == ("dream pop",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_reads_exportify_app_in_every_language(language):
    values = {
        "uri": f"spotify:track:{IDS[0]}",
        "title": "Glass Harbour",
        "artist ids": "spotify:artist:x",
        "artists": "Mira Voss",
        "album uri": f"spotify:album:{IDS[1]}",
        "album": "Low Tide",
        "album artists": "Mira Voss",
        "release": "2014-03-07",
        "duration": "215000",
        "explicit": "true",
        "popularity": "41",
        "isrc": "GBABC1400001",
        "added at": "2020-01-02",
        "genres": "dream pop",
        "danceability": "0.11",
        "energy": "0.12",
        "key": "3",
        "loudness": "-4.5",
        "mode": "0",
        "speechiness": "0.13",
        "acousticness": "0.14",
        "instrumentalness": "0.15",
        "liveness": "0.16",
        "valence": "0.17",
        "tempo": "98.5",
    }
    row = [values[column] for column in TABLE["columns"]]
    playlist = one(csv_text([TABLE["headers"][language], row], quote_all=True))
    track = playlist.tracks[0]
    assert playlist.format == "Exportify.app"
    assert (track.id, track.title, track.artists, track.album) == (
        IDS[0],
        "Glass Harbour",
        ("Mira Voss",),
        "Low Tide",
    )
    assert (track.album_id, track.release_year, track.duration_ms) == (IDS[1], 2014, 215000)
    assert (track.explicit, track.popularity, track.isrc) == (True, 41, "GBABC1400001")
    assert (track.added_at, track.genres) == ("2020-01-02", ("dream pop",))
    assert track.uploaded == AudioFeatures(
        danceability=0.11,
        energy=0.12,
        key=3,
        loudness=-4.5,
        mode=0,
        speechiness=0.13,
        acousticness=0.14,
        instrumentalness=0.15,
        liveness=0.16,
        valence=0.17,
        tempo=98.5,
    )


def test_knows_translated_headers_as_people_see_them():
    header = [
        "Track-URI",
        "Track-Name",
        "Künstlername(n)",
        "Album-URI",
        "Album-Name",
        "Track-Dauer (ms)",
        "Tonart",
    ]
    row = [f"spotify:track:{IDS[0]}", "Glass Harbour", "Mira Voss", "", "Low Tide", "215000", "7"]
    track = one(csv_text([header, row], quote_all=True)).tracks[0]
    assert (track.title, track.artists, track.uploaded) == (
        "Glass Harbour",
        ("Mira Voss",),
        AudioFeatures(key=7),
    )


def test_no_translated_header_means_two_things():
    meanings: dict[str, set[str]] = {}
    for headers in TABLE["headers"].values():
        assert len(headers) == len(TABLE["columns"])
        for header, column in zip(headers, TABLE["columns"], strict=True):
            meanings.setdefault(normal(header), set()).add(column)
    assert sorted(TABLE["headers"]) == sorted(LANGUAGES)
    assert [header for header, columns in meanings.items() if len(columns) > 1] == []


def test_the_name_of_the_file_decides_nothing_but_a_name():
    for filename in ("x.zip", "x.json", "../../etc/passwd", "", "picture.png", "C:\\Windows\\x.csv"):
        playlist = one(net_file(), filename)
        assert playlist.format == "Exportify"
        assert len(playlist.tracks) == 3
        assert "/" not in playlist.name
        assert "\\" not in playlist.name
        assert playlist.name


@pytest.mark.shared_data
def test_reads_all_rows_of_real_playlists():
    shared = os.environ.get("TASTEMAP_SHARED_DATA")
    folder = (Path(shared) if shared else Path(__file__).parents[5] / "shared" / "data") / "playlists"
    if not folder.is_dir():
        pytest.skip("the measured playlists are not here (set TASTEMAP_SHARED_DATA)")
    files = sorted(folder.glob("*.csv"))
    assert len(files) == 25
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.reader(handle))[1:]
        playlist = one(file.read_bytes(), file.name)
        assert len(playlist.tracks) == len(rows), file.name
        assert playlist.skipped == ()
        assert playlist.notes == ()
        assert [track.id for track in playlist.tracks] == [row[0].rsplit(":", 1)[1] for row in rows]
        assert [track.uploaded is not None for track in playlist.tracks] == [len(row) == 24 for row in rows]
        loudest = [float(row[15]) for row in rows if len(row) == 24]
        assert [track.uploaded.loudness for track in playlist.tracks if track.uploaded] == loudest


def test_percents_in_the_columns_of_any_exporter_are_converted_column_wise():
    rows = [NET_ROW.replace("0.734", f"{energy}%") for energy in (73, 1, 0)]
    (first, second, third) = one("\n".join([NET_HEADER, *rows])).tracks
    assert [track.uploaded.energy for track in (first, second, third)] == [0.73, 0.01, 0.0]
