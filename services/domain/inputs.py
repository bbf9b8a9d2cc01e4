"""Which playlist a person means, how they say it, and how a row or a link does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from services.domain.music import PlaylistId

MAX_UPLOAD_BYTES = 10 * 1024 * 1024
"""What Discord lets everybody attach; a larger file is refused before it is fetched."""


class ListService(StrEnum):
    """Where somebody has a name."""

    LISTENBRAINZ = "listenbrainz"
    LASTFM = "lastfm"

    @property
    def label(self) -> str:
        """Name it to people."""
        return "ListenBrainz" if self is ListService.LISTENBRAINZ else "Last.fm"


class WhichList(StrEnum):
    """Which list of that person."""

    TOP = "top"
    LOVED = "loved"
    RECENT = "recent"
    PLAYLIST = "playlist"
    """One of their playlists, by its MusicBrainz id; ListenBrainz alone has them."""


@dataclass(frozen=True, slots=True)
class UserList:
    """A public list of somebody."""

    service: ListService
    name: str
    """Empty for a playlist that was linked to: its address does not say whose it is."""
    which: WhichList = WhichList.TOP
    playlist: str = ""

    def write(self) -> str:
        """Return the text that `parse_user_list` reads back."""
        end = f"/{self.playlist}" if self.playlist else ""
        return f"{self.service.value}:{self.name}/{self.which.value}{end}"


_TYPED = re.compile(
    r"(?P<service>listen ?brainz|last[. ]?fm)\s*[:：]\s*@*(?P<name>[^\s/:：@](?:[^/:：\n]{0,62}[^\s/:：])?)?"
    r"(?:/(?P<which>top|loved|recent|playlist))?"
    r"(?:/(?P<playlist>[0-9a-f-]{36}))?/?",
    re.IGNORECASE,
)
_LISTENBRAINZ_PLAYLIST = re.compile(
    r"(?:https?://)?(?:www\.)?listenbrainz\.org/playlist/(?P<playlist>[0-9a-f-]{36})", re.IGNORECASE
)
_USER_PAGE = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<host>listenbrainz\.org|last\.fm)/(?:[a-z]{2}/)?user/(?P<name>[^\s/?#]{1,64})"
    r"(?:/(?P<page>[a-z-]{1,20}))?",
    re.IGNORECASE,
)


def parse_user_list(text: str) -> UserList | None:
    """Read `listenbrainz:NAME`, `lastfm:NAME/loved` and addresses of such lists; None for anything else."""
    words = text.strip().strip("<>")
    if match := _LISTENBRAINZ_PLAYLIST.match(words):
        return UserList(ListService.LISTENBRAINZ, "", WhichList.PLAYLIST, match["playlist"].lower())
    if match := _USER_PAGE.match(words):
        service = ListService.LASTFM if match["host"].lower() == "last.fm" else ListService.LISTENBRAINZ
        which = WhichList.LOVED if match["page"] == "loved" else WhichList.TOP
        return UserList(service, _plain(match["name"]), which)
    match = _TYPED.fullmatch(words)
    if match is None:
        return None
    service = (
        ListService.LISTENBRAINZ if match["service"].lower().startswith("listen") else ListService.LASTFM
    )
    which = WhichList((match["which"] or WhichList.TOP).lower())
    playlist = (match["playlist"] or "").lower()
    is_playlist = which is WhichList.PLAYLIST
    if is_playlist != bool(playlist) or not (match["name"] or is_playlist):
        return None
    return UserList(service, match["name"] or "", which, playlist)


def _plain(name: str) -> str:
    """Return a name from an address as its owner writes it, unless it holds what parts a typed one."""
    plain = unquote(name).strip("@ \t")
    return name if not plain or re.search(r"[/:：\n]|^\s|\s$", plain) else plain


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
_SPOTIFY_PAGE = re.compile(
    r"(?:spotify:|(?:open|play)\.spotify\.com/(?:intl-[a-z-]{2,11}/)?(?:embed/)?)"
    r"(?P<kind>album|artist|show|episode|user)[:/]\w(?![^\s:/]*[:/]playlist\b)",
    re.IGNORECASE,
)
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
    if _ADDRESS.match(words) or _SPOTIFY_PAGE.match(words):
        return PlaylistRef(ReferenceKind.LINK, words)
    return PlaylistRef(ReferenceKind.UNKNOWN, words)


class SpotifyPage(StrEnum):
    """What a link to Spotify leads to that is no list of tracks which is read."""

    ALBUM = "album"
    ARTIST = "artist"
    SHOW = "show"
    EPISODE = "episode"
    USER = "user"


def spotify_page(text: str) -> SpotifyPage | None:
    """Say what the first such link of a text leads to; None where there is none."""
    found = _SPOTIFY_PAGE.search(text)
    return SpotifyPage(found["kind"].lower()) if found else None


_BY_SPOTIFY = "37i9dQZF1"
"""How the ids of all lists begin that Spotify itself makes: for everybody, or for one person."""


def is_made_by_spotify(playlist_id: PlaylistId) -> bool:
    """Whether a playlist is one of Spotify's own, which it hides from most programs since November 2024."""
    return playlist_id.startswith(_BY_SPOTIFY)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of an autocomplete list."""

    name: str
    """Empty for a public list without a title of its own."""
    value: str
    """What `parse_reference` reads back."""
    tracks: int | None
    map_age: timedelta | None = None
    """How old the stored map is; None for a playlist at Spotify."""
    is_liked: bool = False
    public: UserList | None = None
    """The public list that is meant."""
    is_incomplete: bool = False
    """Whether only its service, and perhaps the name there, is known so far."""


Row = Mapping[str, Any]
"""What JSON can hold."""


@dataclass(frozen=True, slots=True)
class Named:
    """A playlist by a reference, a link, or words of its name."""

    words: str


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that somebody attached."""

    url: str
    filename: str
    wanted: str | None = None
    """Name of the playlist in it, where only one of several is meant."""
    content: bytes | None = field(default=None, repr=False, compare=False)
    """What is in it, once it was fetched; kept beside the row, not in it."""


@dataclass(frozen=True, slots=True)
class UploadedFiles:
    """Several files that somebody attached: sound, and at most one list of tracks beside it."""

    files: tuple[UploadedFile, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """A text that links to a playlist or to tracks."""

    text: str
    name: str
    """What a list of tracks is to be called."""


@dataclass(frozen=True, slots=True)
class ChosenInUpload:
    """One playlist of a file that waits for this choice."""

    upload_id: str
    index: int


@dataclass(frozen=True, slots=True)
class Example:
    """The invented playlist that comes with the bot."""


@dataclass(frozen=True, slots=True)
class LatestMap:
    """The playlist of the person's latest map."""


@dataclass(frozen=True, slots=True)
class NamedList:
    """A public list of somebody at ListenBrainz or Last.fm."""

    what: UserList


PlaylistInput = (
    Named | UploadedFile | UploadedFiles | Links | ChosenInUpload | Example | LatestMap | NamedList
)
"""Everything that a person may mean by "a playlist"."""


def input_to_row(what: PlaylistInput) -> dict[str, Any]:
    """Write down which playlist is meant."""
    match what:
        case Named():
            return {"from": "reference", "playlist": what.words}
        case UploadedFile():
            return {"from": "file", "url": what.url, "filename": what.filename}
        case UploadedFiles(files):
            listed = [{"url": each.url, "filename": each.filename} for each in files]
            return {"from": "files", "files": listed}
        case Links():
            return {"from": "links", "text": what.text, "name": what.name}
        case ChosenInUpload():
            return {"from": "upload", "upload": what.upload_id, "index": what.index}
        case Example():
            return {"from": "example"}
        case LatestMap():
            return {"from": "latest"}
        case NamedList():
            return {"from": "list", "list": what.what.write()}


def input_from_row(row: Row) -> PlaylistInput:
    """Read which playlist is meant.

    Raises
    ------
    KeyError, ValueError
        The row says something that this version does not know.
    """
    match row["from"]:
        case "reference":
            return Named(row["playlist"])
        case "file":
            return UploadedFile(row["url"], row["filename"])
        case "files":
            return UploadedFiles(tuple(UploadedFile(each["url"], each["filename"]) for each in row["files"]))
        case "links":
            return Links(row["text"], row["name"])
        case "upload":
            return ChosenInUpload(row["upload"], _index(row["index"]))
        case "example":
            return Example()
        case "latest":
            return LatestMap()
        case "list":
            listed = parse_user_list(row["list"])
            if listed is None:
                raise ValueError(row["list"])
            return NamedList(listed)
        case unknown:
            raise ValueError(unknown)


def _index(value: Any) -> int:
    """Read the number of a playlist in a file; an older row may hold whatever a menu said."""
    return int(value) if str(value).isdecimal() else -1
