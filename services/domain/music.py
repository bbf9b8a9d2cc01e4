"""Playlists and tracks as every room of Tastemap sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from services.domain.features import AudioFeatures
from services.domain.letters import beginning
from services.domain.messages import Note
from services.domain.sound import Sound

TrackId = NewType("TrackId", str)
"""A Spotify track id: 22 characters of base 62."""

PlaylistId = NewType("PlaylistId", str)
"""A Spotify playlist id: 22 characters of base 62."""

SPOTIFY_ID = re.compile(r"[0-9A-Za-z]{22}")
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
"""Country, who registered it, year and number; without the hyphens."""


LONGEST_MS = 24 * 60 * 60 * 1000
"""A longer length is no length of a track."""
UNKNOWN_UNTIL = 1900
"""Catalogues that do not know when something came out say 1900, or nought; spreadsheets' zero is 1899."""


def valid_track_id(text: str | None) -> TrackId | None:
    """Return `text` if it has the form of a Spotify track id."""
    return TrackId(text) if text and SPOTIFY_ID.fullmatch(text) else None


def valid_isrc(text: str | None) -> str | None:
    """Return `text` as an upper-case ISRC without hyphens, if it is one.

    Examples
    --------
    "gb-abc-24-00123" -> "GBABC2400123"
    """
    compact = (text or "").replace("-", "").strip().upper()
    return compact if ISRC.fullmatch(compact) else None


def known_year(year: int) -> int | None:
    """Return a year of release, or None where it is how a catalogue says that it knows none."""
    return year if year > UNKNOWN_UNTIL else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One row of a playlist: what is known about a piece of music before any source is asked.

    `uploaded` holds feature values that an uploaded file carried for this row; they are
    evidence of their own kind (`Origin.UPLOADED`), never mixed silently with fetched ones.
    """

    id: TrackId | None = None
    title: str = ""
    artists: tuple[str, ...] = ()
    artist_ids: tuple[str, ...] = ()
    """Spotify ids, one for each of `artists` in their order and empty where there is none, or nothing."""
    album: str | None = None
    album_id: str | None = None
    isrc: str | None = None
    duration_ms: int | None = None
    release_year: int | None = None
    explicit: bool | None = None
    popularity: int | None = None
    genres: tuple[str, ...] = ()
    added_at: str | None = None
    uploaded: AudioFeatures | None = None
    recording_id: str | None = None
    """Of MusicBrainz, where a sound file named it."""
    location: str | None = None
    """Path of its file, as the person's own program wrote it; for them alone."""
    sound: Sound | None = None
    """What was measured from the file of the track, where there was one."""

    @property
    def key(self) -> str:
        """Name this track the same way in every order and every run: id, else ISRC, else words."""
        if self.id:
            return f"id:{self.id}"
        if self.isrc:
            return f"isrc:{self.isrc.upper()}"
        return f"name:{self.title.casefold()}|{'|'.join(artist.casefold() for artist in self.artists)}"

    @property
    def words_key(self) -> str:
        """Name this track by title and first artist, alike from every source; without a title by its key."""
        if not self.title:
            return self.key
        return f"{self.title.casefold()}|{self.artists[0].casefold() if self.artists else ''}"

    @property
    def label(self) -> str:
        """Say the track in one line: `Artist – Title`; an id says nothing to people, so it stays away."""
        if self.title and self.artists:
            return f"{self.artists[0]} – {self.title}"
        return self.title or "unnamed track"

    def label_within(self, limit: int) -> str:
        """Say the track for a line of `limit` characters: a long artist leaves a third to the title."""
        artist = self.artists[0] if self.artists else ""
        room = max(2 * limit // 3, limit - len(self.title) - len(" – "))
        if not self.title or len(artist) <= room:
            return self.label
        return f"{beginning(artist, room - 1).rstrip()}… – {self.title}"


class SkipReason(StrEnum):
    """Why a row of a playlist or file did not become a track."""

    LOCAL_FILE = "local file"
    EPISODE = "podcast episode"
    AUDIOBOOK = "audiobook"
    NO_TITLE = "no title and no id"
    UNREADABLE = "unreadable row"
    UNAVAILABLE = "no longer available"
    NOT_A_TRACK = "not a track"
    PLAYLIST = "link to a playlist and not to a track"
    OVER_LIMIT = "over the row limit"
    SHORT_LINK = "short link, which hides its track: open it and copy the long one"
    OTHER_SERVICE = "link to another service"
    SHORT_PLAY = "never really played"


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rows left out for one reason, with a few of them named so that a person can find them."""

    reason: SkipReason
    count: int
    examples: tuple[str, ...] = ()


class PlaylistSource(StrEnum):
    """Where a playlist was read from."""

    UPLOAD = "upload"
    LINKS = "links"
    SPOTIFY = "spotify"
    SAMPLE = "sample"
    LISTS = "lists"
    """A public list of somebody, by their name at another service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """A named list of tracks in its own order, with what had to be left out."""

    name: str
    tracks: tuple[Track, ...]
    source: PlaylistSource = PlaylistSource.UPLOAD
    format: str = ""
    """How the file was recognised, in words a person knows: "Exportify", "Spotify account data"."""
    id: PlaylistId | None = None
    snapshot_id: str | None = None
    skipped: tuple[Skipped, ...] = field(default=())
    notes: tuple[Note, ...] = ()
    """What a person should know about the reading (an encoding guessed, a cut)."""
