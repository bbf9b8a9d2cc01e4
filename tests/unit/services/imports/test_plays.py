"""Tables of plays, and the tables and archives of YouTube Takeout and Apple."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.errors import sentence
from cogs.words.lists import damage_words, shape_words
from cogs.words.messages import note_lines
from services.domain.errors.playlists import (
    ArchiveRefusedError,
    NoTracksError,
    TooManyRowsError,
    UnknownFormatError,
    UploadError,
)
from services.domain.music import Playlist, SkipReason
from services.imports import history
from services.imports.upload import read_upload

from .samples import account_item, playlists_json, zip_of

LASTFM = """uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid
1700000000,"02 Jan 2024, 03:04",Ann,,Al,,One,
1700000001,"02 Jan 2024, 03:04",Bob,,Bl,,Two,
1700000002,"02 Jan 2024, 03:05",Bob,,Bl,,Two,
"""
HEADLESS = """Ann,Al,One,02 Jan 2024 03:04
Bob,"B, l",Two,02 Jan 2024 03:04
Bob,"B, l",Two,02 Jan 2024 03:09
something else
"""
APPLE = """Country,Track Identifier,Media type,Date Played,Duration,Play Count,Track Description
DE,1,AUDIO,20240102,170000,1,Ann - One
DE,2,AUDIO,20240102,170000,1,Bob - Two - Live
DE,2,AUDIO,20240103,170000,2,Bob - Two - Live
DE,3,AUDIO,20240103,1000,0,Cee - Three
"""
LIBRARY = """ID vidéo,Song Title,Album Title,Artist Name 1,Artist Name 2
abcdefghij1,One,Al,Ann,Bob
 -bcdefghij2,Two,Bl,Bob,
abcdefghij3,Three,,Cee,



"""
EVENING = """Video ID,Playlist Video Creation Timestamp
abcdefghij3,2024-01-02T03:04:05+00:00
abcdefghij1,2024-01-02T03:04:05+00:00
gone_video_,2024-01-02T03:04:05+00:00


"""


def only(text: str | bytes, filename: str = "mine.csv") -> Playlist:
    (playlist,) = read_upload(text if isinstance(text, bytes) else text.encode(), filename=filename)
    return playlist


LOG = """#AUDIOSCROBBLER/1.1
#TZ/UNKNOWN
Ann\tAl\tOne\t1\t215\tL\t1700000000\t
Bob\tBl\tTwo\t1\t215\tL\t1700000300\t
Cee\tCl\tThree\t1\t215\tS\t1700000600\t
Bob\tBl\tTwo\t1\t215\tL\t1700000900\t
"""


@pytest.mark.parametrize(
    "text",
    [LASTFM, LASTFM.replace(",", ";").replace("2024;", "2024,"), HEADLESS, HEADLESS.replace(",", ";"), LOG],
)
def test_counts_scrobbles_as_plays(text: str) -> None:
    playlist = only(text)
    assert [track.label for track in playlist.tracks] == ["Bob – Two", "Ann – One"]
    assert playlist.format == "Last.fm scrobbles"
    assert next(iter(note_lines(playlist.notes))) == (
        "3 plays became 2 different tracks, the most played first."
    )


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("artist,album,track,date", "{a},Al,{t},01 Sep 2026 14:0{n}"),
        ("Datum;Interpret;Titel", "01.09.2026 14:0{n};{a};{t}"),
        ("ts,artist,track", "2026-09-01T14:0{n}:00Z,{a},{t}"),
        ("Title,Artist,Date/Time", "{t},{a},9/1/2026 2:0{n} PM"),
    ],
)
def test_a_date_with_a_time_of_day_is_a_play_where_tracks_come_again(header: str, row: str) -> None:
    plays = [("Ann", "One"), ("Bob", "Two"), ("Bob", "Two")]
    rows = [row.format(a=artist, t=title, n=number) for number, (artist, title) in enumerate(plays)]
    assert [track.title for track in only("\n".join([header, *rows])).tracks] == ["Two", "One"]
    assert only("\n".join([header, *rows[:2]])).format == "CSV table"


def test_says_what_the_columns_without_a_header_were_taken_for() -> None:
    playlist = only(HEADLESS)
    assert "The file has no header" in " ".join(note_lines(playlist.notes))
    assert {one.reason: one.count for one in playlist.skipped} == {SkipReason.UNREADABLE: 1}


def test_counts_the_play_history_of_apple() -> None:
    playlist = only(APPLE)
    assert [track.label for track in playlist.tracks] == ["Bob – Two - Live", "Ann – One"]
    assert "4 plays became 2 different tracks" in " ".join(note_lines(playlist.notes))
    assert [one.reason for one in playlist.skipped] == [SkipReason.SHORT_PLAY]


def test_counts_a_history_of_spotify_that_somebody_made_a_table() -> None:
    uri = "spotify:track:0Aa1Bb2Cc3Dd4Ee5Ff6Gg7"
    rows = f"2024-01-02T03:04:05Z,200000,One,Ann,{uri}\n2024-01-02T03:09:05Z,900,Two,Bob,\n" * 2
    playlist = only("ts,ms_played,track_name,artist_name,spotify_track_uri\n" + rows)
    assert [(track.label, track.id) for track in playlist.tracks] == [("Ann – One", uri[-22:])]
    assert [one.reason for one in playlist.skipped] == [SkipReason.SHORT_PLAY]


def test_plays_have_the_limit_of_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    many = LASTFM + '1700000002,"02 Jan 2024, 03:05",Bob,,Bl,,Two,\n' * 21_000
    assert len(only(many).tracks) == 2
    monkeypatch.setattr(history, "MAX_PLAYS", 20_000)
    with pytest.raises(TooManyRowsError):
        read_upload(many.encode())


def test_a_table_with_ids_is_a_playlist_whatever_else_it_tells() -> None:
    text = "track,artist,uri,played_at\nOne,Ann,spotify:track:0Aa1Bb2Cc3Dd4Ee5Ff6Gg7,2024-01-02 03:04\n"
    assert only(text).tracks[0].id == "0Aa1Bb2Cc3Dd4Ee5Ff6Gg7"


@pytest.mark.parametrize(
    ("header", "more"), [("msPlayed", "200000"), ("Time", "2024-01-02 20:01:05")], ids=["history", "set list"]
)
def test_a_table_that_says_how_tracks_sound_is_a_playlist(header: str, more: str) -> None:
    playlist = only(f"title,artist,{header},energy\n" + f"One,Ann,{more},0.5\n" * 3)
    assert playlist.tracks[0].uploaded is not None


def test_reads_the_library_of_a_takeout_in_any_language() -> None:
    playlist = only(LIBRARY)
    assert [(track.title, track.artists) for track in playlist.tracks] == [
        ("One", ("Ann", "Bob")),
        ("Two", ("Bob",)),
        ("Three", ("Cee",)),
    ]


@pytest.mark.parametrize("header", ["動画ID", "Идентификатор видео", "معرّف الفيديو", "Mã video"])
def test_the_ids_tell_the_library_of_a_takeout_and_its_uploads_have_lengths(header: str) -> None:
    text = f"{header},Song Title,Album Title,Artist Name 1,Duration\nabcDEF-_123,One,Al,Ann,243.5s\n"
    (track,) = only(text).tracks
    assert (track.label, track.duration_ms) == ("Ann – One", 243_500)


@pytest.mark.parametrize("order", ["library first", "playlist first"])
def test_joins_playlists_and_library_of_one_takeout(order: str) -> None:
    files = {"Takeout/music/songs.csv": LIBRARY, "Takeout/playlists/Evening-videos.csv": EVENING}
    content = zip_of(files if order == "library first" else dict(reversed(files.items())))
    evening, library = read_upload(content)
    assert (evening.name, [track.title for track in evening.tracks]) == ("Evening", ["Three", "One"])
    assert [(one.reason, one.examples) for one in evening.skipped] == [
        (SkipReason.NO_TITLE, ("gone_video_",))
    ]
    assert len(library.tracks) == 3


def test_a_playlist_of_youtube_alone_names_nothing() -> None:
    with pytest.raises(NoTracksError) as refused:
        read_upload(EVENING.encode())
    assert refused.value.format == "YouTube Music Takeout"
    assert "music library songs.csv" in sentence(refused.value)


@pytest.mark.parametrize(
    ("content", "kind", "way_out"),
    [
        (b"<?xml version='1.0'?><feed></feed>", "an XML file", "rekordbox"),
        (
            b"<?xml version='1.0'?><rss><i><title>A</title><author>B</author></i></rss>",
            "an XML file",
            "rekordbox",
        ),
        (b"https://www.youtube.com/watch?v=abcdefghij1\n", "links to YouTube", "TuneMyMusic"),
        (b"https://music.apple.com/de/album/x/1?i=2\n", "links to Apple Music", "TuneMyMusic"),
        (b"https://itunes.apple.com/de/album/id1\n", "links to Apple Music", "TuneMyMusic"),
        (b"https://dzr.page.link/abc\n", "links to Deezer", "TuneMyMusic"),
        (b"https://amazon.de/music/player/albums/B0\n", "links to Amazon Music", "TuneMyMusic"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\na.ts\n", "the pieces of a stream", "CSV or M3U"),
        (b"\xff\xf3\x40\xc0" + bytes(300), "a sound file", "CSV or M3U"),
        (b"FORM\0\0\1\0AIFF" + bytes(300), "a sound file", "CSV or M3U"),
        (b"MThd\0\0\0\6" + bytes(300), "a sound file", "MP3, Ogg Vorbis"),
        (bytes.fromhex("3026b2758e66cf11") + bytes(300), "a video or sound file", "MP3, Ogg Vorbis"),
    ],
)
def test_a_refusal_names_this_kind_of_file_and_what_to_do(content: bytes, kind: str, way_out: str) -> None:
    with pytest.raises(UnknownFormatError) as refused:
        read_upload(content)
    assert shape_words(refused.value.looks_like) == kind
    assert way_out in sentence(refused.value)


def test_says_of_plays_too_that_accents_may_be_wrong() -> None:
    playlist = only(LASTFM.replace("Ann", "Zo\xeb").encode("cp1252"))
    assert "Windows-1252" in " ".join(note_lines(playlist.notes))


def packed(name: str, content: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def test_unpacks_what_apple_packs_one_by_one_and_nothing_deeper() -> None:
    row = {"Title": "One", "Artist": "Ann", "Track Identifier": 1}
    inner = packed("Tracks.json", json.dumps([row]))
    assert only(packed("Apple Music Activity/Tracks.json.zip", inner)).tracks[0].title == "One"
    for refused in (packed("other.zip", inner), packed("a.json.zip", packed("b.json.zip", inner))):
        with pytest.raises(ArchiveRefusedError):
            read_upload(refused)


def test_inner_archives_share_the_limits_of_the_outer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.imports.archive.MAX_MEMBERS", 3)
    inner = packed("x.json", "{}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.json.zip", inner)
    with pytest.raises(ArchiveRefusedError) as refused:
        read_upload(out.getvalue())
    assert "more than 3 files" in damage_words(refused.value.damage)


def test_playlists_of_one_name_are_numbered_and_can_be_named() -> None:
    lists = json.loads(playlists_json(Mix=[account_item(0)]))["playlists"]
    other = json.loads(playlists_json(**{"Mix": [account_item(1)], "MIX (2)": [account_item(2)]}))[
        "playlists"
    ]
    content = json.dumps({"playlists": [*lists, *other]}).encode()
    upload = read_upload(content)
    assert [playlist.name for playlist in upload] == ["Mix", "Mix (2)", "MIX (2) (2)"]
    (second,) = read_upload(content, wanted="mix  (2)")
    assert second.tracks == upload[1].tracks


@given(st.data())
def test_a_playlist_or_one_kind_of_error_comes_out_of_any_table_of_plays(data: st.DataObject) -> None:
    rows = [*LASTFM.splitlines(), *HEADLESS.splitlines(), *APPLE.splitlines(), *LIBRARY.splitlines()]
    lines = data.draw(
        st.lists(st.sampled_from([*rows, *EVENING.splitlines()]) | st.text(max_size=9), max_size=9)
    )
    try:
        upload = read_upload("\n".join(lines).encode("utf-8", "replace"))
    except UploadError:
        return
    assert all(playlist.tracks for playlist in upload)
