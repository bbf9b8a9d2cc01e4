"""Invented tracks and files in the shapes that real exporters write."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from services.domain.features import Feature
from services.domain.music import Playlist

IDS = tuple(f"{letter}{index:021d}" for index, letter in enumerate("aBcDeFgHiJkLmNoPqRsT"))
"""Well-formed track ids of tracks that do not exist."""

NET_HEADER = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Added By,"
    "Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,"
    "Instrumentalness,Liveness,Valence,Tempo,Time Signature"
)
NET_ROW = (
    f"spotify:track:{IDS[0]},Glass Harbour,Low Tide,Mira Voss;The Pale Lanterns,2014-03-07,215000,41,true,,"
    '2020-01-02T03:04:05Z,"dream pop,shoegaze",Tideline,0.512,0.734,5,-7.25,1,0.0312,0.25,1.2e-05,0.11,0.62,'
    "121.5,4"
)
CHOSIC_HEADER = (
    "#,Song,Artist,BPM,Camelot,Energy,Added At,Duration,Popularity,Genres,Parent Genres,Album,Album Date,"
    "Dance,Acoustic,Instrumental,Valence,Speech,Live,Loud (Db),Key,Time Signature,"
    "Spotify Track Id,Label,ISRC,Explicit"
)
CHOSIC_ROW = (
    f'1,"Glass Harbour","Mira Voss, The Pale Lanterns",121,6A,73,2020-01-02,03:35,41,"dream pop","Pop",'
    f'"Low Tide",2014-03-07,51,25,0,62,3,11,-7,G Minor,4,{IDS[0]},Tideline,GBABC1400001,yes'
)
TMM_HEADER = "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id"


def csv_text(rows: Sequence[Sequence[str]], *, delimiter: str = ",", quote_all: bool = False) -> str:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows(rows)
    return out.getvalue()


def net_file(count: int = 3) -> bytes:
    rows = [NET_ROW.replace(IDS[0], IDS[index % len(IDS)]) for index in range(count)]
    return "\n".join([NET_HEADER, *rows, ""]).encode()


def zip_of(files: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def account_item(index: int, **other: object) -> dict[str, object]:
    track = {
        "trackName": f"Song {index}",
        "artistName": "Mira Voss",
        "albumName": "Low Tide",
        "trackUri": f"spotify:track:{IDS[index]}",
    }
    return {"track": track, "episode": None, "localTrack": None, "addedDate": "2021-05-06"} | other


def playlists_json(**playlists: Sequence[object]) -> str:
    entries = [
        {
            "name": name,
            "lastModifiedDate": "2024-01-01",
            "items": list(items),
            "description": None,
            "numberOfFollowers": 0,
        }
        for name, items in playlists.items()
    ]
    return json.dumps({"playlists": entries})


def extended_play(index: int, ms_played: int = 200_000, **other: object) -> dict[str, object]:
    return {
        "ts": "2023-01-02T03:04:05Z",
        "username": "somebody-private",
        "platform": "ios",
        "ms_played": ms_played,
        "conn_country": "NL",
        "ip_addr": "203.0.113.77",
        "master_metadata_track_name": f"Song {index}",
        "master_metadata_album_artist_name": "Mira Voss",
        "master_metadata_album_album_name": "Low Tide",
        "spotify_track_uri": f"spotify:track:{IDS[index]}",
        "episode_name": None,
        "skipped": False,
    } | other


UNSAFE_NAMES = (
    "../../../../etc/cron.d/x.csv",
    "/etc/passwd.csv",
    "C:\\Windows\\System32\\x.csv",
    "..\\..\\x.csv",
    "a\nb\u202ecsv.exe.csv",
    "x" * 5000 + ".csv",
    "....csv",
    "___.csv",
    "CON.csv",
)


def watched(title: str, channel: str = "Ann - Topic", header: str = "YouTube Music") -> dict[str, Any]:
    return {
        "header": header,
        "title": title,
        "titleUrl": "https://music.youtube.com/watch?v=abcdefghij1",
        "subtitles": [{"name": channel, "url": "https://www.youtube.com/channel/x"}],
        "time": "2024-01-02T03:04:05Z",
        "products": ["YouTube"],
    }


def link(words: str, to: str = "watch?v=abcdefghij1") -> str:
    return f'<a href="https://music.youtube.com/{to}">{words}</a>'


def page(*played: tuple[str, str]) -> bytes:
    """Return a watch history as Takeout writes it where nobody asks for JSON."""
    cells = "".join(
        f'<div class="outer-cell mdl-cell"><div class="mdl-grid"><div class="header-cell mdl-cell">'
        f'<p class="mdl-typography--title">{header}<br></p></div><div class="content-cell mdl-cell '
        f'mdl-typography--body-1">{content}Sep 1, 2026, 2:37:11 PM CEST<br></div><div class="content-cell '
        'mdl-typography--caption"><b>Products:</b><br>YouTube</div></div></div>'
        for header, content in played
    )
    style = "<style>.outer-cell{padding:0}</style>"
    return f"<html><head>{style}</head><body>{cells}</body></html>".encode()


def table(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def ruined(*columns: str, rows: str) -> bytes:
    lines = [f"Song {number},Ann,{rows.format(n=number)}" for number in range(8)]
    return table(f"Title,Artist,{','.join(columns)}", *lines)


def known(playlist: Playlist, feature: Feature) -> int:
    return sum(
        track.uploaded is not None and track.uploaded.get(feature) is not None for track in playlist.tracks
    )
