"""Why the playlist that somebody pointed at can't be read."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


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
