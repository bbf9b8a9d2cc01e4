"""Decide how long to believe that a source does not know a track."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.domain.music import Track, TrackId
from services.domain.sources import Absence

NEW_RELEASE = timedelta(days=548)
"""18 months: providers are still catching up with these."""
BELIEVED_FOR_NEW = timedelta(days=7)
BELIEVED_FOR_OLD = timedelta(days=45)


def compute_absence(key: TrackId, track: Track | None, source: str, now: datetime) -> Absence:
    """Note that `source` does not know `key`, to be asked again sooner for new releases."""
    believed_for = BELIEVED_FOR_NEW if track and _is_new(track, now) else BELIEVED_FOR_OLD
    return Absence(track_id=key, source=source, fetched_at=now, expires_at=now + believed_for)


def _is_new(track: Track, now: datetime) -> bool:
    """Whether `track` may have come out in the last 18 months; only its year is known."""
    year = track.release_year or _isrc_year(track.isrc, now)
    if year is None or not 1 <= year <= now.year + 1:
        return False
    return now - datetime(year, 12, 31, tzinfo=UTC) < NEW_RELEASE


def _isrc_year(isrc: str | None, now: datetime) -> int | None:
    """Read the year of reference out of an ISRC; its two digits mean the latest possible century."""
    digits = (isrc or "").replace("-", "")[5:7]
    if not (digits.isascii() and digits.isdigit() and len(digits) == 2):
        return None
    year = now.year // 100 * 100 + int(digits)
    return year if year <= now.year else year - 100
