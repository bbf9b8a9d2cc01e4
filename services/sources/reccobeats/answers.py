"""Judge an answer of ReccoBeats: who is found, who is absent, and about whom nothing was said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from services.domain.music import TrackId
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.sources.outcomes import OutcomeBuilder
from services.sources.reccobeats.wire import Row, read_rows

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
        _log.error("ReccoBeats: not one value of %s can be true", key)
        outcome.fail([key], "impossible values")
    else:
        outcome.miss([key])
