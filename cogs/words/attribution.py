"""Link what Spotify tells about music back to where it is, and say whose data it is.

Its terms ask for both. Nothing of the kind for uploads: what a file says is the file's.
"""

from __future__ import annotations

from collections.abc import Iterable

from cogs.words.text import escape, small
from services.domain.music import Playlist, PlaylistSource, Track

ATTRIBUTION = small("Data from Spotify")
_ROOT = "https://open.spotify.com"


def is_spotifys(playlist: Playlist) -> bool:
    """Whether a playlist was read at Spotify."""
    return playlist.source is PlaylistSource.SPOTIFY


def credit(playlist: Playlist) -> str:
    """Return the line that says whose data it is; empty for uploads."""
    if playlist.source is PlaylistSource.LISTS:
        address = "www.last.fm" if playlist.format == "Last.fm" else "listenbrainz.org"
        return small(f"A public list at [{playlist.format}](https://{address})")
    return ATTRIBUTION if is_spotifys(playlist) else ""


def playlist_link(playlist: Playlist) -> str:
    """Name a playlist, linked to it where it was read at Spotify."""
    name = escape(playlist.name, 90)
    if not is_spotifys(playlist):
        return name
    # Only Liked Songs come from Spotify without being a playlist.
    address = f"{_ROOT}/playlist/{playlist.id}" if playlist.id else f"{_ROOT}/collection/tracks"
    return f"[{name}]({address})"


def artist_link(name: str, artist_id: str) -> str:
    """Name an artist, linked where the id is known."""
    name = escape(name, 40)
    return f"[{name}]({_ROOT}/artist/{artist_id})" if artist_id else name


def artist_ids(tracks: Iterable[Track]) -> dict[str, str]:
    """Return the ids of artists by name, as the tracks say them."""
    return {
        name: key
        for track in tracks
        for name, key in zip(track.artists, track.artist_ids, strict=False)
        if key
    }
