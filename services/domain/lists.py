"""Public lists of people at services that know what they listen to, by their name there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote


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
