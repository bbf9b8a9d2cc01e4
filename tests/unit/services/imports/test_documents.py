"""JSON of other programs: Web API pages, JSPF, spotDL, plain rows, listens, and one object a line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.lists import damage_words
from cogs.words.messages import note_lines
from services.domain.errors.playlists import DamagedFileError, UnknownFormatError, UploadError
from services.domain.music import Playlist, SkipReason
from services.imports.upload import read_upload

from .samples import IDS, account_item, extended_play, playlists_json, zip_of


def only(document: object, filename: str = "mine.json") -> Playlist:
    (playlist,) = read_upload(json.dumps(document).encode(), filename=filename)
    return playlist


def api_row(number: int) -> dict[str, object]:
    track = {
        "id": IDS[number],
        "uri": f"spotify:track:{IDS[number]}",
        "name": f"Song {number}",
        "type": "track",
        "artists": [{"name": "Ann"}, {"name": "Bob"}],
        "album": {"name": "Al", "release_date": "1999-05-05"},
        "duration_ms": 200_000,
        "external_ids": {"isrc": "USAAA2400001"},
    }
    return {"added_at": "2024-01-02T03:04:05Z", "is_local": False, "track": track}


ROWS = [
    api_row(1),
    {"added_at": None, "track": None},
    None,
    {"is_local": True, "track": {"name": "Home", "uri": "spotify:local:a:b:Home:3"}},
    {"track": {"type": "episode", "name": "Talk", "uri": f"spotify:episode:{IDS[2]}"}},
    api_row(2),
]


@pytest.mark.parametrize(
    "document",
    [
        {"name": "Mine", "tracks": {"items": ROWS, "total": 6}},
        {"name": "Mine", "items": {"items": ROWS, "total": 6}},
        {"name": "Mine", "items": [{**(row or {}), "item": (row or {}).get("track")} for row in ROWS]},
        {"name": "Mine", "items": ROWS},
    ],
)
def test_reads_pages_of_the_web_api_and_counts_what_is_no_track(document: object) -> None:
    playlist = only(document)
    first, second = playlist.tracks
    assert (playlist.name, first.id, first.title, first.artists) == ("Mine", IDS[1], "Song 1", ("Ann", "Bob"))
    assert (first.album, first.isrc, first.duration_ms) == ("Al", "USAAA2400001", 200_000)
    assert first.release_year == 1999
    assert second.id == IDS[2]
    assert {one.reason: one.count for one in playlist.skipped} == {
        SkipReason.UNAVAILABLE: 2,
        SkipReason.LOCAL_FILE: 1,
        SkipReason.EPISODE: 1,
    }


@pytest.mark.parametrize("date", ["1900-01-01", "1900", "0000", "2091-01-01"])
def test_a_year_that_says_that_none_is_known_is_none(date: str) -> None:
    row = api_row(1)["track"]
    assert isinstance(row, dict)
    (track,) = only({"name": "Mine", "items": [{"track": {**row, "album": {"release_date": date}}}]}).tracks
    assert track.release_year is None


def test_joins_several_pages() -> None:
    assert [track.id for track in only([{"items": [api_row(1)]}, {"items": [api_row(2)]}]).tracks] == [
        IDS[1],
        IDS[2],
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"title": "One", "artist": "Ann", "uri": f"spotify:track:{IDS[3]}"},
        {"name": "One", "artists": ["Ann"], "song_id": IDS[3], "duration": 200, "isrc": ""},
        {"name": "One", "artists": "Ann", "url": f"https://open.spotify.com/track/{IDS[3]}?si=x"},
        {
            "track": "One",
            "artist": {"name": "Ann"},
            "identifier": ["https://x.example/1", f"spotify:track:{IDS[3]}"],
        },
    ],
)
def test_reads_plain_rows(row: dict[str, object]) -> None:
    (track,) = only([row]).tracks
    assert (track.id, track.label) == (IDS[3], "Ann – One")


SONG = {"title": "One", "duration": 215, "artist": {"name": "Ann"}, "album": {"title": "Al"}}
CATALOGUE = {"name": "One", "artistName": "Ann", "albumName": "Al", "durationInMillis": 215_000}
FLAT = {
    "Track Name": "One",
    "Artist Name(s)": "Ann",
    "Album Name": "Al",
    "Duration (ms)": 215_000,
    "Key": "8A",
}
TUBE = {
    "videoId": "x",
    "title": "One",
    "artists": [{"name": "Ann"}],
    "album": {"name": "Al"},
    "duration": "3:35",
}


@pytest.mark.parametrize(
    "document",
    [
        {"title": "Mine", "tracks": {"data": [SONG]}},
        {"data": [{"type": "songs", "attributes": CATALOGUE}]},
        {"title": "Mine", "tracks": [TUBE]},
        [FLAT],
        {"lovedtracks": {"track": [{**SONG, "name": "One", "title": None, "duration": "215"}]}},
        {
            "result": {
                "tracks": [{"name": "One", "ar": [{"name": "Ann"}], "al": {"name": "Al"}, "dt": 215_000}]
            }
        },
        {
            "cdlist": [
                {
                    "songlist": [
                        {"songname": "One", "singer": [{"name": "Ann"}], "albumname": "Al", "interval": 215}
                    ]
                }
            ]
        },
        {
            "MediaContainer": {
                "Metadata": [
                    {"title": "One", "grandparentTitle": "Ann", "parentTitle": "Al", "duration": 215_000}
                ]
            }
        },
        {"favoriteTracks": [{"trackTitle": "One", "artistName": "Ann", "albumTitle": "Al", "duration": 215}]},
        {"columns": ["title", "artist", "album", "duration"], "data": [["One", "Ann", "Al", 215]]},
        {"title": ["One"], "artist": ["Ann"], "album": ["Al"], "duration": [215]},
        {"title": {"0": "One"}, "artist": {"0": "Ann"}, "album": {"0": "Al"}, "duration": {"0": 215}},
        [["title", "artist", "album", "duration"], ["One", "Ann", "Al", 215]],
    ],
)
def test_reads_the_answers_of_other_services_and_tables_as_json(document: object) -> None:
    (track,) = only(document).tracks
    assert (track.label, track.album, track.duration_ms) == ("Ann – One", "Al", 215_000)


def test_several_lists_of_one_document_stay_several() -> None:
    rows = [{"title": "One", "artist": "Ann"}]
    links = [f"spotify:track:{IDS[0]}", f"https://open.spotify.com/track/{IDS[1]}"]
    for document in (
        [{"name": "A", "tracks": rows}, {"name": "B", "tracks": rows}],
        {"playlists": [{"playlist": {"title": title, "track": rows}} for title in "AB"]},
        {"playlists": [{"name": "A", "tracks": links}], "saved": links},
    ):
        assert len(read_upload(json.dumps(document).encode())) == 2
    assert [track.id for track in only(links).tracks] == list(IDS[:2])
    assert [track.label for track in only(["Ann - One", "Bob - Two"]).tracks] == ["Ann – One", "Bob – Two"]


DEEP = {"uri": f"spotify:track:{IDS[0]}", "name": "One", "artists": {"items": [{"profile": {"name": "Ann"}}]}}
ALBUM = {"name": "Al", "artist": "Ann", "id": IDS[5], "uri": f"spotify:album:{IDS[5]}"}


@pytest.mark.parametrize(
    ("document", "labels"),
    [
        ({"data": {"x": {"content": [{"v": {"data": DEEP | {"albumOfTrack": ALBUM}}}]}}}, ["Ann – One"]),
        ({"a": {"b": {"1": {"title": "One", "artist": "Ann"}}, "albums": [ALBUM]}}, ["Ann – One"]),
        ({"sections": [{"rows": [{"to": DEEP["uri"]}, {"to": [DEEP["uri"]]}]}]}, ["unnamed track"] * 2),
        ({"messages": [{"content": f"{DEEP['uri']} and spotify:track:{IDS[1]}"}]}, ["unnamed track"] * 2),
        ({"items": [{"album": ALBUM}, {"track": DEEP}]}, ["Ann – One"]),
    ],
)
def test_finds_tracks_and_links_deep_in_json_of_any_shape(document: object, labels: list[str]) -> None:
    assert [track.label for track in only(document).tracks] == labels


@pytest.mark.parametrize(
    "row",
    [
        {"track": "One", "artist": "Ann", "uts": "1700000000"},
        {"name": "One", "artist": {"#text": "Ann"}, "date": {"uts": "1700000000"}},
        {"time": 1_700_000_000, "track": {"title": "One", "artists": ["Ann"]}},
    ],
)
def test_counts_rows_that_were_played_and_come_again_as_plays(row: dict[str, object]) -> None:
    playlist = only({"scrobbles": [row] * 3})
    assert [track.label for track in playlist.tracks] == ["Ann – One"]
    assert list(note_lines(playlist.notes)) == ["3 plays became 1 different track, the most played first."]


def test_a_listen_keeps_the_codes_and_the_length_that_it_has() -> None:
    told = listen(1)
    more = {"isrc": "USAAA2400001", "duration": 215, "recording_mbid": "0a3f2c1e-1111-4222-8333-444455556666"}
    told["track_metadata"] = {"track_name": "One", "artist_name": "Ann", "additional_info": more}
    (track,) = only(told).tracks
    assert (track.isrc, track.duration_ms, track.recording_id) == (
        "USAAA2400001",
        215_000,
        "0a3f2c1e-1111-4222-8333-444455556666",
    )


def test_pages_of_one_name_are_one_list_and_bare_texts_have_to_be_tracks() -> None:
    page = {"name": "P", "tracks": [{"title": "One", "artist": "Ann"}]}
    assert len(only([page, page | {"tracks": [{"title": "Two", "artist": "Ann"}]}]).tracks) == 2
    with pytest.raises(UnknownFormatError):
        only({"data": ["2020 - fine", "ok", "yes"]})


def test_flat_rows_that_are_no_tracks_are_counted_too() -> None:
    rows = [{"title": "One", "artist": "Ann"}, {"title": "Two", "artist": "Bob", "is_local": True}]
    playlist = only([*rows, {"title": "Talk", "artist": "Cat", "type": "episode"}])
    assert [track.title for track in playlist.tracks] == ["One"]
    assert {entry.reason for entry in playlist.skipped} == {SkipReason.LOCAL_FILE, SkipReason.EPISODE}


def test_reads_jspf_and_features_of_plain_rows() -> None:
    tracks = [
        {"title": "One", "creator": "Ann", "duration": 200_000, "identifier": "https://x.example/recording/1"}
    ]
    playlist = only({"playlist": {"title": "Weekly", "track": tracks}})
    assert (playlist.name, playlist.format, playlist.tracks[0].duration_ms) == (
        "Weekly",
        "JSPF playlist",
        200_000,
    )
    (track,) = only(
        [
            {
                "title": "One",
                "artist": "Ann",
                "energy": 0.5,
                "bpm": "121.5",
                "valence": 700,
                "key": {"name": "A Minor"},
            }
        ]
    ).tracks
    assert track.uploaded is not None
    assert (track.uploaded.energy, track.uploaded.tempo, track.uploaded.valence) == (0.5, 121.5, None)
    assert (track.uploaded.key, track.uploaded.mode) == (9, 0)


def listen(number: int) -> dict[str, object]:
    more = {"spotify_id": f"https://open.spotify.com/track/{IDS[number]}"}
    told = {
        "track_name": f"Song {number}",
        "artist_name": "Ann",
        "release_name": "Al",
        "additional_info": more,
    }
    return {"listened_at": 1_700_000_000, "track_metadata": told}


@pytest.mark.parametrize("shape", ["list", "answer", "lines"])
def test_counts_listens_as_plays(shape: str) -> None:
    listens = [listen(1), listen(2), listen(2), {"listened_at": 5, "track_metadata": None}]
    content = {
        "list": json.dumps(listens),
        "answer": json.dumps({"payload": {"listens": listens}}),
        "lines": "\n".join(map(json.dumps, listens)),
    }[shape]
    (playlist,) = read_upload(content.encode())
    assert [track.id for track in playlist.tracks] == [IDS[2], IDS[1]]
    assert playlist.format == "ListenBrainz listens"
    assert list(note_lines(playlist.notes)) == ["3 plays became 2 different tracks, the most played first."]
    assert [one.reason for one in playlist.skipped] == [SkipReason.UNREADABLE]


def test_reads_the_extended_history_one_object_a_line_with_numbers_as_text() -> None:
    plays = [{**extended_play(1), "ms_played": "200000"}, {**extended_play(2), "ms_played": "12"}]
    (playlist,) = read_upload("\n".join(map(json.dumps, plays)).encode())
    assert len(playlist.tracks) == 1
    assert [one.reason for one in playlist.skipped] == [SkipReason.SHORT_PLAY]
    with pytest.raises(DamagedFileError) as refused:
        read_upload(("\n".join(map(json.dumps, plays)) + '\n{"ms_played": 3').encode())
    assert "line 3" in damage_words(refused.value.damage)


def test_says_local_files_by_artist_and_title() -> None:
    local = {"localTrack": {"uri": "spotify:local:Kato+Brunn:Demos:Garage%20Take:215"}}
    (playlist,) = read_upload(playlists_json(A=[account_item(0), local]).encode())
    assert playlist.skipped[0].examples == ("Kato Brunn – Garage Take",)


def test_reads_the_library_of_an_apple_export_and_its_lists() -> None:
    tracks = [
        {
            "Title": f"Song {n}" if n else 1999,
            "Artist": "Ann",
            "Track Identifier": n,
            "Track Duration": 200_000,
        }
        for n in range(3)
    ]
    lists = [{"Container Type": "Playlist", "Title": "Balcony", "Playlist Item Identifiers": [2, 0, 77]}]
    content = zip_of({"Tracks.json": json.dumps(tracks), "Playlists.json": json.dumps(lists)})
    balcony, library = read_upload(content)
    assert (balcony.name, [track.title for track in balcony.tracks]) == ("Balcony", ["Song 2", "1999"])
    assert [(one.reason, one.examples) for one in balcony.skipped] == [(SkipReason.NO_TITLE, ("77",))]
    assert len(library.tracks) == 3


@pytest.mark.parametrize(
    "document",
    [
        [{"artistName": "Ann", "segment": "Light"}],
        [{"name": "Ann", "email": "a@example.org"}],
        {"items": [{"price": 3}]},
        {"playlist": 3},
        [[1]],
        [["a", "b"], ["One", "Ann"]],
        [{"searchQuery": "ann", "searchInteractionURIs": [f"spotify:track:{IDS[0]}"]}],
        {"items": [{"type": "artist", "name": "Ann", "id": IDS[0], "uri": f"spotify:artist:{IDS[0]}"}]},
        {"top": {"albums": [{"title": "Al", "artist": "Ann"}]}},
        {"Ann - a": ["One - b"], "Bob": ["Two - c"]},
        [{"one": ["One - a", "Ann - b"], "other": ["Two - c", "Bob - d"]}],
    ],
)
def test_other_json_is_refused(document: object) -> None:
    with pytest.raises(UnknownFormatError):
        only(document)


_LEAVES = (
    st.none() | st.booleans() | st.integers(-2, 9**9) | st.floats() | st.sampled_from([*IDS[:2], "Ann", ""])
)
_NAMES = st.sampled_from(
    ["items", "tracks", "track", "item", "name", "artists", "playlist", "uri", "payload", "Title"]
)


@given(
    st.recursive(
        _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5)
    )
)
def test_a_playlist_or_one_kind_of_error_comes_out_of_any_json(document: object) -> None:
    try:
        upload = read_upload(json.dumps(document).encode())
    except UploadError:
        return
    assert all(playlist.tracks for playlist in upload)
