"""Why the playlist that somebody pointed at can't be read."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError
from services.domain.music import Skipped


@dataclass(eq=False)
class UnknownPlaylistError(TastemapError):
    """The words name no playlist."""

    words: str


@dataclass(eq=False)
class ShortLinkError(TastemapError):
    """A short link hides what it leads to, and links are never opened."""


@dataclass(eq=False)
class SpotifyOffError(TastemapError):
    """The installation has no Spotify app, so it can only read files and links of tracks."""


@dataclass(eq=False)
class AmbiguousPlaylistError(TastemapError):
    """Several playlists of the person have this name."""

    name: str
    count: int


@dataclass(eq=False)
class EmptyPlaylistError(TastemapError):
    """The playlist holds no track: nothing at all, or only what is none."""

    name: str
    skipped: tuple[Skipped, ...] = ()


@dataclass(eq=False)
class PlaylistTooLongError(TastemapError):
    """Reading the list would take more calls than the whole installation may make in a day."""

    name: str
    rows: int


@dataclass(eq=False)
class NothingNamedError(TastemapError):
    """Neither a playlist nor a file was given, or both."""

    both: bool
