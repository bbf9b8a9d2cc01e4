"""What Spotify's refusals mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.domain.errors.sources import SourceError


class SpotifyError(SourceError):
    """Spotify answered, and said no."""


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
