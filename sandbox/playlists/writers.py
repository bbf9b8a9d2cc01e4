"""Sample playlists as the files that people really upload, to the byte."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sandbox.playlists.dice import invented_id
from sandbox.playlists.generator import Entry, Listing
from services.domain.features import AudioFeatures

_FEATURES = ("danceability", "energy", "key", "loudness", "mode", "speechiness",
             "acousticness", "instrumentalness", "liveness", "valence", "tempo")  # fmt: skip
"""The order in which both Exportify tools write features; the time signature follows."""

_EXPORTIFY_NET = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,"
    "Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,Speechiness,"
    "Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature"
)

_EXPORTIFY_APP_GERMAN = (
    "Track-URI", "Track-Name", "Künstler-URI(s)", "Künstlername(n)", "Album-URI", "Album-Name",
    "Album-Künstler-URI(s)", "Album-Künstlername(n)", "Veröffentlichungsdatum des Albums", "Album-Bild-URL",
    "Disc-Nummer", "Track-Nummer", "Track-Dauer (ms)", "Track-Vorschau-URL", "Explizit", "Beliebtheit",
    "ISRC", "Hinzugefügt von", "Hinzugefügt am", "Künstler-Genres",
    "Tanzbarkeit", "Energie", "Tonart", "Lautstärke", "Modus", "Sprachanteil", "Akustik",
    "Instrumentalität", "Lebendigkeit", "Valenz", "Tempo", "Taktart",
)  # fmt: skip


_APPLE = ("Name", "Artist", "Album", "Genre", "Time", "Year")
_APPLE_UNKNOWN, _APPLE_LONGER = frozenset({11, 48}), frozenset({5, 30, 70})


def exportify_net(listing: Listing) -> bytes:
    """Write a CSV as exportify.net does: BOM, CRLF, rows cut short where features were refused."""
    out = io.StringIO(newline="")
    out.write(_EXPORTIFY_NET + "\r\n")
    writer = csv.writer(out, lineterminator="\r\n")
    for entry in listing.entries:
        song = entry.song
        row = [
            f"spotify:track:{song.id}", song.title, song.album.title, ";".join(song.artists),
            song.album.released, song.duration_ms, song.popularity, _truth(song.explicit),
            listing.owner, _moment(entry), ",".join(song.genres), song.album.label,
        ]  # fmt: skip
        writer.writerow(row + (_feature_cells(entry) if entry.measured else []))
    return out.getvalue().encode("utf-8-sig")


def exportify_app_german(listing: Listing) -> bytes:
    """Write a CSV as exportify.app does for a German browser: every cell quoted, newest like first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(_EXPORTIFY_APP_GERMAN)
    for entry in reversed(listing.entries):
        song = entry.song
        artists = ", ".join(name.replace(",", "\\,") for name in song.artists)
        row = [
            f"spotify:track:{song.id}", song.title, ", ".join(map(_artist_uri, song.artists)), artists,
            f"spotify:album:{song.album.id}", song.album.title, _artist_uri(song.album.artist),
            song.album.artist.replace(",", "\\,"), song.album.released, "", 1, song.number, song.duration_ms,
            "", _truth(song.explicit), song.popularity, song.isrc, f"spotify:user:{listing.owner}",
            _moment(entry), ", ".join(song.genres),
        ]  # fmt: skip
        writer.writerow(row + (_feature_cells(entry) if entry.measured else [""] * (len(_FEATURES) + 1)))
    return out.getvalue().encode()


def account_data(listings: Sequence[Listing]) -> bytes:
    """Write `Playlist1.json` of an account download, an episode and a local file among the items."""
    playlists = []
    for position, listing in enumerate(listings):
        items = [_account_item(entry) for entry in listing.entries]
        if position == 0:
            items.insert(4, _account_episode(listing.entries[4]))
        if position == 1:
            items.insert(9, _account_local_file(listing.entries[9]))
        playlists.append(
            {
                "name": listing.name,
                "lastModifiedDate": f"{listing.entries[-1].added_at:%Y-%m-%d}",
                "collaborators": [],
                "items": items,
                "description": None,
                "numberOfFollowers": position,
            }
        )
    return (json.dumps({"playlists": playlists}, ensure_ascii=False, indent=2) + "\n").encode()


def pasted_links(listing: Listing) -> bytes:
    """Write one track per line as people paste them: plain links, shared links, a URI."""
    lines = []
    for position, song in enumerate(listing.songs):
        if position == 3:
            lines.append(f"https://open.spotify.com/intl-de/track/{song.id}")
        elif position == 6:
            lines.append(f"spotify:track:{song.id}")
        elif position % 4 == 1:
            lines.append(
                f"https://open.spotify.com/track/{song.id}?si={invented_id('share', song.id)[:16].lower()}"
            )
        else:
            lines.append(f"https://open.spotify.com/track/{song.id}")
    return ("\n".join(lines) + "\n").encode()


def apple_text(listing: Listing) -> bytes:
    """Write a playlist as Apple's Music does: UTF-16, tabs, whole seconds, and not one id.

    Two songs are known to nobody, and some have another length than anywhere else.
    """
    rows = ["\t".join(_APPLE)]
    for position, song in enumerate(listing.songs):
        title = f"{song.title} (Kitchen Tape)" if position in _APPLE_UNKNOWN else song.title
        artist = "My Cousin's Band" if position in _APPLE_UNKNOWN else ", ".join(song.artists)
        seconds = round(song.duration_ms / 1000) + (9 if position in _APPLE_LONGER else 0)
        rows.append("\t".join([title, artist, song.album.title, "", str(seconds), song.album.released[:4]]))
    return b"\xff\xfe" + ("\r".join(rows) + "\r").encode("utf-16-le")


def _feature_cells(entry: Entry) -> list[str]:
    features: AudioFeatures = entry.song.features
    return [*(_number(getattr(features, name)) for name in _FEATURES), str(entry.song.time_signature)]


def _number(value: float) -> str:
    """Write a number as JavaScript does: no trailing zeros, small ones in full."""
    return str(int(value)) if value == int(value) else f"{Decimal(repr(value)):f}"


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _moment(entry: Entry) -> str:
    return f"{entry.added_at:%Y-%m-%dT%H:%M:%SZ}"


def _artist_uri(name: str) -> str:
    return f"spotify:artist:{invented_id('artist', name)}"


def _account_item(entry: Entry) -> dict[str, Any]:
    song = entry.song
    track = {
        "trackName": song.title,
        "artistName": song.artists[0],
        "albumName": song.album.title,
        "trackUri": f"spotify:track:{song.id}",
    }
    return {**_ITEM, "track": track, "addedDate": f"{entry.added_at:%Y-%m-%d}"}


def _account_episode(beside: Entry) -> dict[str, Any]:
    episode = {
        "episodeName": "Ep. 41: Is the Elliptical Trainer a Lie?",
        "showName": "Mostly Sitting Down",
        "episodeUri": f"spotify:episode:{invented_id('episode', 'Mostly Sitting Down 41')}",
    }
    return {**_ITEM, "episode": episode, "addedDate": f"{beside.added_at:%Y-%m-%d}"}


def _account_local_file(beside: Entry) -> dict[str, Any]:
    local = {"uri": "spotify:local:My+Cousin%27s+Band:Garage+Demos:Rain+on+the+Bike+Shed+%28take+3%29:207"}
    return {**_ITEM, "localTrack": local, "addedDate": f"{beside.added_at:%Y-%m-%d}"}


_ITEM: dict[str, Any] = {
    "track": None,
    "episode": None,
    "audiobook": None,
    "localTrack": None,
    "addedDate": None,
}
