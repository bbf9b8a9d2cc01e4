from __future__ import annotations

import json

import pytest

from cogs.words.errors import sentence
from cogs.words.lists import damage_words, shape_words
from cogs.words.messages import note_lines
from services.domain.errors.playlists import (
    DamagedFileError,
    NoTracksError,
    TooManyRowsError,
    UnknownFormatError,
)
from services.domain.music import SkipReason
from services.imports import entries, history
from services.imports.upload import read_upload

from .samples import IDS, account_item, extended_play, playlists_json, zip_of


def read(document: object, **more: str):
    text = document if isinstance(document, str) else json.dumps(document)
    return read_upload(text.encode(), **more)


def test_playlists_with_everything_that_is_no_track_counted():
    items = [
        account_item(0),
        account_item(1, track=None, episode={"episodeName": "A Talk", "showName": "S"}),
        account_item(1, track=None, audiobook={"audiobookName": "A Book"}),
        account_item(1, track=None, localTrack={"uri": "spotify:local:Me:Home:Take:12"}),
        account_item(1, track=None),
        {"track": {"trackName": "No Link", "artistName": "Vale, The Elder", "albumName": ""}},
        "nonsense",
    ]
    first, second = read(playlists_json(Evenings=items, Mornings=[account_item(2)]))
    assert [(playlist.name, playlist.format) for playlist in (first, second)] == [
        ("Evenings", "Spotify account data"),
        ("Mornings", "Spotify account data"),
    ]
    assert [(track.id, track.title, track.artists) for track in first.tracks] == [
        (IDS[0], "Song 0", ("Mira Voss",)),
        (None, "No Link", ("Vale, The Elder",)),
    ]
    assert first.tracks[0].added_at == "2021-05-06"
    assert {skipped.reason: skipped.count for skipped in first.skipped} == {
        SkipReason.EPISODE: 1,
        SkipReason.AUDIOBOOK: 1,
        SkipReason.LOCAL_FILE: 1,
        SkipReason.UNAVAILABLE: 1,
        SkipReason.UNREADABLE: 1,
    }


def test_library_becomes_the_liked_songs():
    document = {
        "tracks": [
            {"artist": "Mira Voss", "album": "Low Tide", "track": "Song", "uri": f"spotify:track:{IDS[0]}"}
        ],
        "albums": [{"artist": "x", "album": "y", "uri": "spotify:album:z"}],
        "bannedTracks": [{"artist": "x", "track": "hated", "uri": f"spotify:track:{IDS[1]}"}],
    }
    (playlist,) = read(document)
    assert playlist.name == "Liked Songs"
    assert [track.title for track in playlist.tracks] == ["Song"]


def test_basic_history_counts_plays_by_name_and_drops_what_was_never_played():
    plays = [
        {"endTime": "2023-01-01 10:00", "artistName": "Mira Voss", "trackName": name, "msPlayed": ms}
        for name, ms in [
            ("One", 90_000),
            ("Two", 100_000),
            ("two", 120_000),
            ("Never", 4_000),
            ("Never", 29_999),
        ]
    ]
    (playlist,) = read(plays)
    assert playlist.format == "Spotify listening history"
    assert [track.title for track in playlist.tracks] == ["Two", "One"]
    assert [(skipped.reason, skipped.count) for skipped in playlist.skipped] == [(SkipReason.SHORT_PLAY, 1)]
    assert note_lines(playlist.notes)[0].startswith(
        "3 plays of at least 30 seconds became 2 different tracks"
    )


def test_extended_history_keeps_no_private_field_anywhere():
    plays = [
        extended_play(0),
        extended_play(1),
        extended_play(1),
        extended_play(2, ms_played=500),
        extended_play(3, master_metadata_track_name=None, spotify_track_uri=None, episode_name="A Talk"),
    ]
    (playlist,) = read(plays)
    assert [track.id for track in playlist.tracks] == [IDS[1], IDS[0]]
    assert {skipped.reason for skipped in playlist.skipped} == {SkipReason.SHORT_PLAY, SkipReason.EPISODE}
    for private in ("203.0.113.77", "somebody-private", "NL", "ios"):
        assert private not in repr(playlist)


def test_damaged_history_says_where_and_quotes_nothing():
    text = json.dumps([extended_play(0), extended_play(1)])[:-40]
    with pytest.raises(DamagedFileError) as caught:
        read(text)
    assert "breaks off" in damage_words(caught.value.damage)
    assert caught.value.format == "Spotify account data"
    seen: BaseException | None = caught.value
    while seen is not None:
        assert "203.0.113.77" not in repr(vars(seen))
        seen = seen.__cause__ or seen.__context__


def test_whole_account_archive_joins_history_files_and_reads_no_private_file():
    content = zip_of(
        {
            "Spotify Account Data/Playlist1.json": playlists_json(Evenings=[account_item(0)]),
            "Spotify Account Data/Playlist2.json": playlists_json(Mornings=[account_item(1)]),
            "Spotify Account Data/YourLibrary.json": json.dumps(
                {"tracks": [{"artist": "a", "track": "b", "uri": ""}]}
            ),
            "Spotify Account Data/StreamingHistory_music_0.json": json.dumps(
                [{"endTime": "x", "artistName": "A", "trackName": "One", "msPlayed": 60_000}]
            ),
            "Spotify Account Data/StreamingHistory_music_1.json": json.dumps(
                [{"endTime": "x", "artistName": "A", "trackName": "One", "msPlayed": 60_000}]
            ),
            "Spotify Account Data/Streaming_History_Audio_2020.json": json.dumps([extended_play(3)]),
            "Spotify Account Data/Userdata.json": '{"username": "somebody-private", "broken',
            "Spotify Account Data/Read Me First.pdf": b"%PDF-1.7 ...",
        }
    )
    upload = read_upload(content, filename="my_spotify_data.zip")
    assert [(playlist.name, len(playlist.tracks)) for playlist in upload] == [
        ("Evenings", 1),
        ("Mornings", 1),
        ("Liked Songs", 1),
        ("Listening history", 1),
        ("Listening history (extended)", 1),
    ]
    assert note_lines(upload[3].notes)[0].startswith("2 plays")
    assert upload[0].format == "Spotify account data"
    assert all(any("2 other files" in note for note in note_lines(playlist.notes)) for playlist in upload)


def test_a_long_history_keeps_the_most_played_and_says_so(monkeypatch):
    monkeypatch.setattr(history, "MAX_ROWS", 2)
    (playlist,) = read(
        [extended_play(0), extended_play(1), extended_play(2), extended_play(2), extended_play(1)]
    )
    assert [track.id for track in playlist.tracks] == [IDS[1], IDS[2]]
    assert [(skipped.reason, skipped.count) for skipped in playlist.skipped] == [(SkipReason.OVER_LIMIT, 1)]


def test_row_limits_hold_for_json_too(monkeypatch):
    monkeypatch.setattr(entries, "MAX_ROWS", 2)
    monkeypatch.setattr(history, "MAX_PLAYS", 2)
    for document in (
        playlists_json(Long=[account_item(n) for n in range(3)]),
        {"tracks": [{"artist": "a", "track": str(n), "uri": ""} for n in range(3)]},
        [extended_play(n) for n in range(3)],
    ):
        with pytest.raises(TooManyRowsError):
            read(document)


def test_podcast_history_has_no_tracks():
    with pytest.raises(NoTracksError) as caught:
        read([{"endTime": "x", "podcastName": "S", "episodeName": "A Talk", "msPlayed": 9}])
    assert "1 × podcast episode" in sentence(caught.value)


def test_foreign_json_is_described_by_field_names_alone():
    with pytest.raises(UnknownFormatError) as caught:
        read({"username": "somebody-private", "email": "a@example.org"})
    assert shape_words(caught.value.looks_like) == "a JSON file with the fields username, email"


def test_odd_types_in_json_never_escape_as_other_errors():
    odd = [
        None,
        3,
        [],
        {},
        {"track": 5},
        {"track": {"trackName": 7, "artistName": [], "trackUri": {}}},
        {"track": {}},
    ]
    (playlist,) = read({"playlists": [{"name": 9, "items": [*odd, account_item(0)]}, {"items": 4}]})
    assert playlist.name == "Unnamed playlist"
    assert len(playlist.tracks) == 1
    assert sum(skipped.count for skipped in playlist.skipped) == len(odd)


def test_lone_surrogates_in_json_do_not_reach_the_track():
    (playlist,) = read(
        '{"playlists": [{"name": "a\\ud800b", "items": [{"track": {"trackName": "x\\udfffy\\u0000"}}]}]}'
    )
    assert playlist.name.encode()
    assert playlist.tracks[0].title.encode() == b"x y"
