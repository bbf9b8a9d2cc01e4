"""Try Spotify's deprecated audio features once, and do not ask again when they are closed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Unpack

import aiohttp

from services.domain.errors.sources import SourceError, SourceUnavailableError
from services.domain.music import Track, TrackId, valid_track_id
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import OnPart, OutcomeBuilder, note_of, read_features, reason_of
from services.sources.spotify_api import CallLedger
from services.sources.upstream import Answer, Upstream, Wiring

SOURCE = "spotify"
NAME = "Spotify"
BATCH = 100
CLOSED = frozenset({403, 404, 410})
"""How the endpoint says that it is gone for this app. Only apps with extended access from before
2024-11-27 may still have it, and reports of 2026 say that even those get 403."""
CLOSED_FOR_S = 24 * 3600.0
"""One probe a day at most: each costs a call of a daily quota that all users share."""

_BEARER = re.compile(r"[\x21-\x7e]+")
_log = logging.getLogger(__name__)


class _ClosedError(Exception):
    """The endpoint is closed, or there is no token."""


class Latch:
    """Whether the endpoint was found closed. One per process, shared by all users.

    Invariant of the lock: only one call is under way while it is unknown whether the endpoint is
    open, so a closed one costs a single call, however many people ask at once.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed_until = float("-inf")
        self.lock = asyncio.Lock()

    @property
    def is_closed(self) -> bool:
        """Whether the endpoint should not be asked."""
        return self._clock.monotonic() < self._closed_until

    def close(self, status: int) -> None:
        """Note that the endpoint is closed."""
        _log.info("Spotify's audio features are closed to this app (HTTP %d); not asked for a day", status)
        self._closed_until = self._clock.monotonic() + CLOSED_FOR_S


class SpotifyProbe:
    """The endpoint as this process sees it. Build one, and only where the operator turned it on."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        ledger: CallLedger | None = None,
        base_url: str,
        **wiring: Unpack[Wiring],
    ) -> None:
        self._clock = wiring.setdefault("clock", Clock())
        self._ledger = ledger
        self._latch = Latch(self._clock)
        self._upstream = Upstream(
            session,
            source=NAME,
            base_url=base_url,
            # 403 closes the endpoint and 401 means one person's token: neither turns the bot away.
            refusals=frozenset(),
            **wiring,
        )

    def with_token(self, token: str) -> SpotifyFeatures:
        """Return the source for one person, who asks with their own token."""
        return SpotifyFeatures(
            self._upstream, latch=self._latch, ledger=self._ledger, clock=self._clock, token=token
        )


class SpotifyFeatures:
    """Spotify's own values, with the token of the person who asks.

    That the endpoint is closed says nothing about their login, so they are told nothing.
    """

    name = SOURCE
    provider = SOURCE
    label = NAME

    def __init__(
        self, upstream: Upstream, *, latch: Latch, ledger: CallLedger | None, clock: Clock, token: str
    ) -> None:
        self._upstream = upstream
        self._ledger = ledger
        self._latch = latch
        self._clock = clock
        self._token = token

    def key_of(self, track: Track) -> TrackId | None:
        """Return the Spotify id, or None also while the endpoint is closed."""
        return None if self._latch.is_closed else valid_track_id(track.id)

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch by Spotify id, 100 at a time; the first call without an answer is the last."""
        whole = OutcomeBuilder()
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            part = OutcomeBuilder()
            try:
                async with self._latch.lock:
                    await self._fetch_batch(batch, deadline, part)
                over = False
            except _ClosedError:
                part.fail(keys[start:], "closed")
                over = True
            except SourceError as error:
                part.fail(keys[start:], reason_of(error), note_of(error))
                over = True
            outcome = part.build()
            whole.add(outcome)
            if on_part is not None:
                await on_part(outcome)
            if over:
                break
        return whole.build()

    async def _fetch_batch(self, batch: Sequence[TrackId], deadline: Deadline, part: OutcomeBuilder) -> None:
        if self._latch.is_closed or not _BEARER.fullmatch(self._token):
            raise _ClosedError
        if self._ledger is not None:
            await self._ledger.admit(self._clock.now())
        answer = await self._upstream.get(
            "/audio-features",
            params=[("ids", ",".join(batch))],
            headers={"Authorization": f"Bearer {self._token}"},
            deadline=deadline,
        )
        if answer.status in CLOSED:
            self._latch.close(answer.status)
            raise _ClosedError
        self._read(answer, batch, part)

    def _read(self, answer: Answer, batch: Sequence[TrackId], part: OutcomeBuilder) -> None:
        content = answer.json.get("audio_features") if isinstance(answer.json, dict) else None
        if answer.status != 200 or not isinstance(content, list) or len(content) != len(batch):
            raise SourceUnavailableError(
                NAME, f"HTTP {answer.status}" if answer.status != 200 else "unreadable answer"
            )
        for key, entry in zip(batch, content, strict=True):
            if entry is None:
                part.miss([key])
            elif not isinstance(entry, dict) or entry.get("id") not in {key, None}:
                # Spotify answers in the order of the question; any other id means that it no longer does.
                part.fail([key], "unreadable answer")
            else:
                self._judge(key, entry, part)

    def _judge(self, key: TrackId, entry: Mapping[str, object], part: OutcomeBuilder) -> None:
        features, impossible = read_features(entry)
        if not features.is_empty:
            fetched = FetchedFeatures(
                track_id=key, source=SOURCE, features=features, fetched_at=self._clock.now()
            )
            part.find(key, fetched)
        elif impossible:
            part.fail([key], "impossible values")
        else:
            part.miss([key])
