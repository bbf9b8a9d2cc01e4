"""Why an outside service could not be asked, a Spotify account not used, a playlist there not written."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from services.domain.errors import TastemapError
from services.domain.music import Skipped
from services.domain.writes import Write


class SourceError(TastemapError):
    """A service outside did not answer as it should; it is never the fault of the person who asked."""

    told = frozenset({"source", "problem"})


class SourceRefusedError(SourceError):
    """The service turns Tastemap itself away, whoever asks."""

    source: str
    """The name that people know: "ReccoBeats"."""
    status: int


class RateLimitedError(SourceError):
    """The service wants fewer calls, for longer than this request could wait."""

    source: str
    retry_after_s: float


class SourceUnavailableError(SourceError):
    """The service can't be reached, is broken, or talks nonsense."""

    source: str
    problem: str
    """In a few words: "timeout", "HTTP 503", "unreadable answer"."""


class OutOfTimeError(SourceError):
    """The request had no time left to ask the service."""

    source: str


class SpotifyError(SourceError):
    """Spotify answered, and said no."""

    told = frozenset[str]()
    """Not even `problem`, which is what Spotify said."""


class TokenRefusedError(SpotifyError):
    """The access token is expired or revoked; a fresh one may do."""


class NotAllowlistedError(SpotifyError):
    """The person may log in, but the operator has not listed them as a user of the app."""


class OwnerPremiumError(SpotifyError):
    """The owner of the Spotify app has no Premium: every call of everybody is refused."""


class PlaylistNotReadableError(SpotifyError):
    """The person neither owns the playlist nor collaborates on it, or it is Spotify's own."""

    name: str = ""
    """Empty where not even the name may be read."""


class SpotifyNotFoundError(SpotifyError):
    """There is no such thing on Spotify, or it is hidden from apps."""


class QuotaExceededError(SpotifyError):
    """The daily quota of the whole installation is spent."""

    until: datetime
    """When calls may work again."""


class SpotifyRejectedError(SpotifyError):
    """Spotify refused a call for a reason that has no meaning of its own here."""

    status: int
    problem: str
    """The beginning of what it said."""


class ShareSpentError(QuotaExceededError):
    """One person has used their share of the day's calls; the rest is kept for the others."""


class AccountError(TastemapError):
    """Something about the link between a Discord user and a Spotify account."""


class NotLinkedError(AccountError):
    """The person has not connected Spotify here."""


class MadeBySpotifyError(NotLinkedError):
    """The person has not connected Spotify here, and wants a list that Spotify itself makes."""


class NotLinkedToSaveError(NotLinkedError):
    """The person has not connected Spotify here, and wants something to be saved there."""


class RelinkNeededError(AccountError):
    """The consent has ended: after six months, or because the person withdrew it."""


class ScopeMissingError(AccountError):
    """The person has not allowed this yet."""

    told = frozenset({"scopes"})

    scopes: frozenset[str]
    """What they would have to allow."""
    authorized_at: datetime | None = None
    """When they last logged in, where that is known to whoever asks."""


class NoSeatError(AccountError):
    """A development-mode app serves few people, and all its seats are taken."""

    seats: int


class LinkExpiredError(AccountError):
    """The login was not finished in time, was used up, or a newer one took its place."""


class WrongCodeError(AccountError):
    """The finish code is not the one that the page showed."""

    tries_left: int


class NotFinishedInBrowserError(AccountError):
    """The code was entered before Spotify was asked in the browser."""


class LoginInterruptedError(AccountError):
    """The bot was restarted while a login was being finished, and nothing came of it."""


class Denial(StrEnum):
    """Why a login came to nothing."""

    SOMEBODY_ELSE = "somebody else"
    CANCELLED = "cancelled"
    SPOTIFY = "spotify"
    NOT_LASTING = "not lasting"
    NOT_ASKED = "not asked"
    DISCORD = "discord"
    NAMELESS = "nameless"


class LoginDeniedError(AccountError):
    """The person pressed Cancel at Spotify, or Spotify or Discord refused the login."""

    reason: Denial


class AccountTakenError(AccountError):
    """The Spotify account is linked to another Discord user of this installation."""


class AppMisconfiguredError(AccountError):
    """Spotify does not know our client id, secret or redirect address: the operator's business."""

    told = frozenset({"problem"})

    problem: str


class KeyRingError(AccountError):
    """The keys that encrypt tokens are missing, malformed, or not those the tokens were sealed with."""

    told = frozenset({"problem"})

    problem: str


class WriteError(TastemapError):
    """A write that was not begun, or was given up; what it may have changed is in the journal."""


class NothingToWriteError(WriteError):
    """Not one of the tracks has a Spotify id."""


class PlaylistFullError(WriteError):
    """More tracks than one playlist holds."""

    tracks: int
    limit: int


class NotOnSpotifyError(WriteError):
    """The list came from a file or from links, so there is no playlist that could be changed."""

    name: str


class NotRewritableError(WriteError):
    """The playlist holds rows that could not be put back: local files, episodes, unavailable tracks."""

    name: str
    rows: tuple[Skipped, ...]


class NotYourPlaylistError(WriteError):
    """Spotify lets only its owner and collaborators change the playlist."""

    playlist_id: str


class SameOrderError(WriteError):
    """The playlist already is as it was to become."""

    name: str


class PlaylistChangedError(WriteError):
    """Somebody changed the playlist after it was read."""

    name: str
    added: int
    missing: int
    moved: int


class PlaylistGoneError(WriteError):
    """The playlist does not exist any more, or left the person's library."""

    playlist_id: str


class WriteUnderWayError(WriteError):
    """An earlier write of this person is still going on, or waits to be finished."""

    name: str


class WriteNotFoundError(WriteError):
    """The journal has no such write of this person any more."""

    write_id: str


class NothingToUndoError(WriteError):
    """There is no write that could be taken back."""


class NotUndoableError(WriteError):
    """A change was taken back already, or lies further back than one undo goes."""


class UndoOutdatedError(WriteError):
    """Something was written after the preview of an undo was shown."""


class NotRemovableError(WriteError):
    """Spotify does not let this app take the playlist out of the library, whatever the person allows."""

    playlist_id: str


class UnfinishedWritesError(WriteError):
    """Playlists are being changed, or half changed: what would end their writes has to wait for them."""

    writes: tuple[Write, ...]
    """Newest first."""


class SeatBusyError(WriteError):
    """A seat can't be released while a playlist is being changed for whoever holds it."""
