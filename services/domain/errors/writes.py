"""Why something was not written to Spotify, or can't be taken back."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError
from services.domain.music import Skipped
from services.domain.writes import Write


class WriteError(TastemapError):
    """A write that was not begun, or was given up; what it may have changed is in the journal."""


@dataclass(eq=False)
class NothingToWriteError(WriteError):
    """Not one of the tracks has a Spotify id."""


@dataclass(eq=False)
class PlaylistFullError(WriteError):
    """More tracks than one playlist holds."""

    tracks: int
    limit: int


@dataclass(eq=False)
class NotOnSpotifyError(WriteError):
    """The list came from a file or from links, so there is no playlist that could be changed."""

    name: str


@dataclass(eq=False)
class NotRewritableError(WriteError):
    """The playlist holds rows that could not be put back: local files, episodes, unavailable tracks."""

    name: str
    rows: tuple[Skipped, ...]


@dataclass(eq=False)
class NotYourPlaylistError(WriteError):
    """Spotify lets only its owner and collaborators change the playlist."""

    playlist_id: str


@dataclass(eq=False)
class SameOrderError(WriteError):
    """The playlist already is as it was to become."""

    name: str


@dataclass(eq=False)
class PlaylistChangedError(WriteError):
    """Somebody changed the playlist after it was read."""

    name: str
    added: int
    missing: int
    moved: int


@dataclass(eq=False)
class PlaylistGoneError(WriteError):
    """The playlist does not exist any more, or left the person's library."""

    playlist_id: str


@dataclass(eq=False)
class WriteUnderWayError(WriteError):
    """An earlier write of this person is still going on, or waits to be finished."""

    name: str


@dataclass(eq=False)
class WriteNotFoundError(WriteError):
    """The journal has no such write of this person any more."""

    write_id: str


@dataclass(eq=False)
class NothingToUndoError(WriteError):
    """There is no write that could be taken back."""


@dataclass(eq=False)
class NotUndoableError(WriteError):
    """A change was taken back already, or lies further back than one undo goes."""


@dataclass(eq=False)
class UndoOutdatedError(WriteError):
    """Something was written after the preview of an undo was shown."""


@dataclass(eq=False)
class NotRemovableError(WriteError):
    """Spotify does not let this app take the playlist out of the library, whatever the person allows."""

    playlist_id: str


@dataclass(eq=False)
class UnfinishedWritesError(WriteError):
    """Playlists are being changed, or half changed: what would end their writes has to wait for them."""

    writes: tuple[Write, ...]
    """Newest first."""


@dataclass(eq=False)
class SeatBusyError(WriteError):
    """A seat can't be released while a playlist is being changed for whoever holds it."""
