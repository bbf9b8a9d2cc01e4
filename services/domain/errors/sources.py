"""Why an outside service could not be asked, and what refusals of Spotify mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.domain.errors import TastemapError


class SourceError(TastemapError):
    """A service outside did not answer as it should; it is never the fault of the person who asked."""

    told = frozenset({"source", "problem"})


@dataclass(eq=False)
class SourceRefusedError(SourceError):
    """The service turns Tastemap itself away, whoever asks."""

    source: str
    """The name that people know: "ReccoBeats"."""
    status: int


@dataclass(eq=False)
class RateLimitedError(SourceError):
    """The service wants fewer calls, for longer than this request could wait."""

    source: str
    retry_after_s: float


@dataclass(eq=False)
class SourceUnavailableError(SourceError):
    """The service can't be reached, is broken, or talks nonsense."""

    source: str
    problem: str
    """In a few words: "timeout", "HTTP 503", "unreadable answer"."""


@dataclass(eq=False)
class OutOfTimeError(SourceError):
    """The request had no time left to ask the service."""

    source: str


class SpotifyError(SourceError):
    """Spotify answered, and said no."""

    told = frozenset[str]()
    """Not even `problem`, which is what Spotify said."""


@dataclass(eq=False)
class TokenRefusedError(SpotifyError):
    """The access token is expired or revoked; a fresh one may do."""


@dataclass(eq=False)
class NotAllowlistedError(SpotifyError):
    """The person may log in, but the operator has not listed them as a user of the app."""


@dataclass(eq=False)
class OwnerPremiumError(SpotifyError):
    """The owner of the Spotify app has no Premium: every call of everybody is refused."""


@dataclass(eq=False)
class PlaylistNotReadableError(SpotifyError):
    """The person neither owns the playlist nor collaborates on it, or it is Spotify's own."""

    name: str = ""
    """Empty where not even the name may be read."""


@dataclass(eq=False)
class SpotifyNotFoundError(SpotifyError):
    """There is no such thing on Spotify, or it is hidden from apps."""


@dataclass(eq=False)
class QuotaExceededError(SpotifyError):
    """The daily quota of the whole installation is spent."""

    until: datetime
    """When calls may work again."""


@dataclass(eq=False)
class SpotifyRejectedError(SpotifyError):
    """Spotify refused a call for a reason that has no meaning of its own here."""

    status: int
    problem: str
    """The beginning of what it said."""


@dataclass(eq=False)
class ShareSpentError(QuotaExceededError):
    """One person has used their share of the day's calls; the rest is kept for the others."""
