"""Read what ReccoBeats sends, field by field, believing nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.domain.features import AudioFeatures
from services.domain.music import TrackId
from services.sources.ids import valid_isrc
from services.sources.values import read_features

_HREF = re.compile(r"/([0-9A-Za-z]{22})/?(?:[?#].*)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One recording as ReccoBeats knows it."""

    track_id: TrackId | None
    """The Spotify id at the end of `href`; the row's own `id` is a UUID of theirs and of no use."""
    isrc: str | None
    features: AudioFeatures
    impossible: int
    """Values that were there and can't be true."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A whole answer, in no particular order."""

    rows: tuple[Row, ...]
    unreadable: int
    """Entries that are no row or name no track: somebody's answer may be among them."""


def read_rows(json: object) -> Rows | None:
    """Return the rows of an answer to `/audio-features`, or None if it is something else."""
    content = json.get("content") if isinstance(json, dict) else None
    if not isinstance(content, list):
        return None
    rows = [row for row in map(_read_row, content) if row is not None]
    return Rows(tuple(rows), len(content) - len(rows))


def _read_row(entry: object) -> Row | None:
    if not isinstance(entry, dict):
        return None
    href, isrc = entry.get("href"), entry.get("isrc")
    match = _HREF.search(href) if isinstance(href, str) else None
    track_id = TrackId(match[1]) if match else None
    own_isrc = valid_isrc(isrc) if isinstance(isrc, str) else None
    if track_id is None and own_isrc is None:
        return None
    features, impossible = read_features(entry)
    return Row(track_id, own_isrc, features, impossible)
