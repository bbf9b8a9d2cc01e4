"""Read the `Retry-After` header in both its forms."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SHORTEST_S = 1.0
LONGEST_S = 120.0
"""Longer answers are taken for mistakes; clients of ReccoBeats clamp at 30 to 120 s."""

_SECONDS = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_LONGEST_DATE = 64


def retry_after_s(
    value: str | None,
    *,
    now: datetime,
    shortest_s: float = SHORTEST_S,
    longest_s: float = LONGEST_S,
) -> float | None:
    """Return the seconds to wait, within `shortest_s..longest_s`, or None where the header says nothing.

    Parameters
    ----------
    value
        The header: seconds or an HTTP-date.
    now
        What a date counts from. The `Date` header of the same answer is best: then the two clocks
        need not agree.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return _clamp(float(text), shortest_s, longest_s)
    moment = parse_http_date(text)
    if moment is None:
        return None
    # A date names a whole second, and the wait ends no earlier than that.
    return _clamp(math.ceil((moment - now).total_seconds()), shortest_s, longest_s)


def parse_http_date(value: str | None) -> datetime | None:
    """Return the moment that an HTTP-date names, in UTC, or None."""
    if not value or len(value) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _clamp(seconds: float, shortest_s: float, longest_s: float) -> float:
    return min(max(seconds, shortest_s), longest_s)
