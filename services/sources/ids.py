"""Tell the identifiers that may be sent to a service from everything else."""

from __future__ import annotations

import re

from services.domain.music import TrackId

_TRACK_ID = re.compile(r"[0-9A-Za-z]{22}", re.ASCII)
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", re.ASCII)


def valid_track_id(text: str | None) -> TrackId | None:
    """Return `text` if it has the form of a Spotify track id."""
    return TrackId(text) if text and _TRACK_ID.fullmatch(text) else None


def valid_isrc(text: str | None) -> str | None:
    """Return `text` as an upper-case ISRC without hyphens, if it is one.

    Examples
    --------
    "gb-abc-24-00123" -> "GBABC2400123"
    """
    compact = (text or "").replace("-", "").strip().upper()
    return compact if _ISRC.fullmatch(compact) else None
