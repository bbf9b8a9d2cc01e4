"""What stands in the way of a write, and when it may go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.domain.errors import TastemapError
from services.domain.errors.accounts import AccountError, NotLinkedError, RelinkNeededError, ScopeMissingError
from services.domain.errors.sources import RateLimitedError, SourceRefusedError
from services.domain.errors.spotify import QuotaExceededError, SpotifyError, TokenRefusedError
from services.domain.errors.writes import WriteError
from services.domain.writes import Hindrance

LATER = timedelta(minutes=10)
"""When to try again after a failure that does not say so itself."""


def hindrance_of(error: TastemapError, now: datetime) -> tuple[Hindrance, datetime | None]:
    """Say what an error means for a write under way, and when trying again may help by itself."""
    match error:
        case QuotaExceededError(until=until):
            return Hindrance.QUOTA, until
        case RateLimitedError(retry_after_s=wait_s):
            return Hindrance.RATE, now + timedelta(seconds=wait_s)
        case ScopeMissingError():
            return Hindrance.CONSENT, None
        case NotLinkedError() | RelinkNeededError() | TokenRefusedError():
            return Hindrance.LOGIN, None
        case SpotifyError() | SourceRefusedError() | AccountError() | WriteError():
            return Hindrance.REFUSED, None
        case _:
            return Hindrance.UNAVAILABLE, now + LATER


def was_not_carried_out(error: TastemapError) -> bool:
    """Whether a request that ended in this error certainly changed nothing: it was refused, or never sent."""
    return isinstance(error, SpotifyError | RateLimitedError | SourceRefusedError | AccountError | WriteError)
