"""What a person may mean by "a playlist", and how it is written in an option or a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.domain.lists import parse_user_list
from services.domain.music import PlaylistId


class ReferenceKind(StrEnum):
    """Where the playlist is."""

    REPORT = "report"
    """In a stored report: whatever was analysed before, also from a file."""
    PLAYLIST = "playlist"
    """On Spotify."""
    LIKED = "liked"
    """The Liked Songs of the person who asks."""
    TRACKS = "tracks"
    """Spelled out as track links."""
    SHORT_LINK = "short link"
    """Behind an address that would have to be opened to know; it never is."""
    LIST = "list"
    """A public list of somebody at ListenBrainz or Last.fm."""
    OTHER_SERVICE = "other service"
    """At a service that shows its lists to its own programs alone; the value is its name."""
    LINK = "link"
    """An address that leads to no playlist."""
    UNKNOWN = "unknown"
    """Neither of these: words that name nothing."""


@dataclass(frozen=True, slots=True)
class PlaylistRef:
    """A playlist as a person points at it; nothing is read yet."""

    kind: ReferenceKind
    value: str = ""
    """Report id, Spotify playlist id, or the whole text for track links and unknown words."""

    @property
    def playlist_id(self) -> PlaylistId:
        """The Spotify id of a `PLAYLIST`."""
        return PlaylistId(self.value)

    def write(self) -> str:
        """Return the text that `parse_reference` reads back; fits an autocomplete value (100 characters)."""
        match self.kind:
            case ReferenceKind.REPORT:
                return f"report:{self.value}"
            case ReferenceKind.PLAYLIST:
                return f"spotify:playlist:{self.value}"
            case ReferenceKind.LIKED:
                return "spotify:collection"
            case _:
                return self.value


_REPORT = re.compile(r"report:([0-9A-Za-z]{1,24})")
_PLAYLIST = re.compile(
    r"(?:spotify:(?:user:[^\s:]{1,100}:)?playlist:"
    r"|(?:https?://)?(?:open|play)\.spotify\.com/(?:intl-[a-z]{2,5}(?:-[a-z]{2,5})?/)?(?:embed/)?"
    r"(?:user/[^\s/]{1,100}/)?playlist/)([0-9A-Za-z]{22})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_LIKED = re.compile(
    r"spotify:(?:user:[^\s:]{1,100}:)?collection(?::tracks)?|(?:https?://)?open\.spotify\.com/collection(?:/tracks)?"
    r"|liked(?: songs)?",
    re.IGNORECASE,
)
_TRACK = re.compile(
    r"spotify:track:|(?:open|play)\.spotify\.com/(?:intl-[a-z-]{2,11}/)?(?:embed/)?track/", re.IGNORECASE
)
_ADDRESS = re.compile(r"\w+://|spotify:|www\.", re.IGNORECASE)
_SHORT = re.compile(r"spotify\.(?:link|app\.link)/|spoti\.fi/", re.IGNORECASE)


_OTHERS = tuple(
    (name, re.compile(rf"(?:^|[/.\s<(])(?:{hosts})(?:[/?#\s>)]|$)", re.IGNORECASE))
    for name, hosts in (
        ("Apple Music", r"(?:music|itunes|geo\.music)\.apple\.com"),
        ("YouTube", r"(?:music\.|www\.|m\.)?youtube\.com|youtu\.be"),
        ("Deezer", r"(?:www\.)?deezer\.com|(?:deezer|dzr)\.page\.link|link\.deezer\.com"),
        ("Tidal", r"(?:listen\.|www\.|desktop\.)?tidal\.com"),
        ("SoundCloud", r"(?:on\.|m\.|www\.)?soundcloud\.com"),
        ("Amazon Music", r"music\.amazon\.[a-z.]{2,6}"),
    )
)


def parse_reference(text: str) -> PlaylistRef:
    """Read what a person typed, chose or pasted. Never fails: unknown words are a kind of their own."""
    words = text
    while (bare := words.strip().strip("<>")) != words:
        words = bare
    if match := _REPORT.fullmatch(words):
        return PlaylistRef(ReferenceKind.REPORT, match[1])
    if _LIKED.fullmatch(words):
        return PlaylistRef(ReferenceKind.LIKED)
    if match := _PLAYLIST.search(words):
        return PlaylistRef(ReferenceKind.PLAYLIST, match[1])
    if _TRACK.search(words):
        return PlaylistRef(ReferenceKind.TRACKS, words)
    if _SHORT.search(words):
        return PlaylistRef(ReferenceKind.SHORT_LINK, words)
    if parse_user_list(words) is not None:
        return PlaylistRef(ReferenceKind.LIST, words)
    for name, pattern in _OTHERS:
        if pattern.search(words):
            return PlaylistRef(ReferenceKind.OTHER_SERVICE, name)
    if _ADDRESS.match(words):
        return PlaylistRef(ReferenceKind.LINK, words)
    return PlaylistRef(ReferenceKind.UNKNOWN, words)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of an autocomplete list."""

    name: str
    value: str
    """What `parse_reference` reads back."""
    tracks: int | None
    map_age: timedelta | None = None
    """How old the stored map is; None for a playlist at Spotify."""
    is_liked: bool = False
