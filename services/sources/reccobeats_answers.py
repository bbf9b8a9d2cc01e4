"""Read what ReccoBeats sends, trusting none of it: which tracks are found, absent, or not mentioned."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.features import AudioFeatures
from services.domain.music import TrackId, valid_isrc
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.sources.outcomes import OutcomeBuilder, read_features

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


SOURCE = "reccobeats"
"""How values from here are marked."""

Group = Callable[[Iterable[Row]], Mapping[str, Sequence[Row]]]
"""Sorts rows by the kind of key that was asked."""

_log = logging.getLogger(__name__)


class NonsenseError(Exception):
    """The answer as a whole can't be believed."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def by_track_id(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Group rows by the Spotify id in their `href`."""
    return _group((row.track_id, row) for row in rows)


def by_isrc(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Group rows by ISRC: one recording, several releases."""
    return _group((row.isrc, row) for row in rows)


def _group(pairs: Iterable[tuple[str | None, Row]]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for key, row in pairs:
        if key is not None:
            grouped.setdefault(key, []).append(row)
    return grouped


def judge(json: object, asked: Sequence[str], group: Group, now: datetime) -> FetchOutcome:
    """Sort the `asked` keys by what an answer says about each. Rows that nobody asked for are ignored.

    Raises
    ------
    NonsenseError
        No list of rows, or rows of which not one was asked for: were that taken for an answer, all
        of `asked` would be remembered as unknown.
    """
    answered = read_rows(json)
    if answered is None:
        raise NonsenseError("unreadable answer")
    rows = group(answered.rows)
    if (answered.rows or answered.unreadable) and not any(key in rows for key in asked):
        raise NonsenseError("answers to other questions")
    outcome = OutcomeBuilder()
    missing = []
    for key in asked:
        if key in rows:
            _judge_rows(key, rows[key], now, outcome)
        else:
            missing.append(key)
    if answered.unreadable:
        # One of these rows may be the answer for a missing key, so that key can't be called absent.
        _log.error("ReccoBeats: %d of %d rows name no track", answered.unreadable, len(answered.rows))
        outcome.fail(missing, "unreadable answer")
    else:
        outcome.miss(missing)
    return outcome.build()


def _judge_rows(key: str, rows: Sequence[Row], now: datetime, outcome: OutcomeBuilder) -> None:
    row = next((row for row in rows if not row.features.is_empty), None)
    if row is not None:
        # A row that names no Spotify id was matched by its ISRC, and stays under that.
        track_id = row.track_id or TrackId(key)
        fetched = FetchedFeatures(
            track_id=track_id, source=SOURCE, features=row.features, fetched_at=now, isrc=row.isrc
        )
        outcome.find(key, fetched)
    elif any(row.impossible for row in rows):
        _log.error("ReccoBeats: not one value of a track can be true")
        outcome.fail([key], "impossible values")
    else:
        outcome.miss([key])
