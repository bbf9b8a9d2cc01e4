"""Why a service outside could not be asked."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


class SourceError(TastemapError):
    """A service outside did not answer as it should; it is never the fault of the person who asked."""


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
