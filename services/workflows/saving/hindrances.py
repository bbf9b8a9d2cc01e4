"""What stands in the way of a write, and when it may go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.domain.errors import TastemapError
from services.domain.errors.sources import RateLimitedError, SourceRefusedError
from services.domain.writes import Hindrance

LATER = timedelta(minutes=10)
"""When to try again after a failure that does not say so itself."""


def hindrance_of(error: TastemapError, now: datetime) -> tuple[Hindrance, datetime | None]:
    """Say what an error means for a write under way, and when trying again may help by itself."""
    match error:
        case RateLimitedError(retry_after_s=wait_s):
            return Hindrance.RATE, now + timedelta(seconds=wait_s)
        case SourceRefusedError():
            return Hindrance.REFUSED, None
        case _:
            return Hindrance.UNAVAILABLE, now + LATER
