"""Make one call to the Web API and say what its answer means."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, Unpack

import aiohttp

from services.domain.errors.sources import (
    NotAllowlistedError,
    OwnerPremiumError,
    PlaylistNotReadableError,
    QuotaExceededError,
    ScopeMissingError,
    SourceUnavailableError,
    SpotifyNotFoundError,
    SpotifyRejectedError,
    TokenRefusedError,
)
from services.sources.clock import Clock, Deadline
from services.sources.session import parse_http_date, parse_json, retry_after_s
from services.sources.upstream import Answer, Ask, Reply, Upstream, Wiring

NAME = "Spotify"
MIN_GAP_S = 0.4
"""One to two calls a second are known to pass."""
UNNAMED_QUOTA_REST = timedelta(hours=1)
"""How long to leave Spotify alone when the quota is spent and it does not say until when."""
LONGEST_QUOTA_REST = timedelta(hours=26)
"""Seen: 13 to 24 hours. Anything longer is taken for a mistake."""
LONGEST_RATE_REST_S = 600.0
"""A 429 that wants a longer rest than this is about the quota, whether it says so or not."""
OWNER_REST = timedelta(hours=1)
"""Premium of the app's owner has lapsed: every call of everybody is refused for hours."""
CALL_DEADLINE_S = 45.0

_log = logging.getLogger(__name__)


class CallLedger(Protocol):
    """The account of calls that all users and all runs of this installation share."""

    async def admit(self, now: datetime) -> None:
        """Count one more call.

        Raises
        ------
        QuotaExceededError
            There is none left, or Spotify said so before.
        """
        ...

    async def block(self, until: datetime) -> None:
        """Remember that Spotify wants no calls before `until`."""
        ...


class SpotifyApi:
    """The Web API: calls are paced and counted, refusals are typed errors."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        ledger: CallLedger,
        base_url: str,
        min_gap_s: float = MIN_GAP_S,
        **wiring: Unpack[Wiring],
    ) -> None:
        self._clock = wiring.setdefault("clock", Clock())
        self._ledger = ledger
        self._owner_rest_until: datetime | None = None
        self._upstream = Upstream(
            session,
            source=NAME,
            base_url=base_url,
            min_gap_s=min_gap_s,
            # 401 is about one person's token and 403 about one playlist: neither turns everybody away.
            refusals=frozenset(),
            is_final=self._is_quota,
            before_try=self._admit,
            **wiring,
        )

    async def call(
        self,
        token: str,
        path: str,
        *,
        method: str = "GET",
        params: Sequence[tuple[str, str]] = (),
        json: object | None = None,
        repeatable: bool = True,
        expects_json: bool = True,
        needs: frozenset[str] = frozenset(),
        deadline: Deadline | None = None,
    ) -> Any:
        """Return the JSON of a successful answer.

        Parameters
        ----------
        repeatable
            Whether a call that may have been carried out, unheard, can be made once more without harm.
        expects_json
            Whether a success without JSON is no success.
        needs
            The scopes that the call is refused without.

        Raises
        ------
        SourceError
            One of its kinds: what Spotify said, or what kept it from saying anything.
        ScopeMissingError
            The person has not allowed this.
        """
        answer = await self._upstream.send(
            Ask(
                path=path,
                method=method,
                params=params,
                headers={"Authorization": f"Bearer {token}"},
                json=json,
                repeatable=repeatable,
                expects_json=expects_json,
            ),
            deadline=deadline or Deadline(CALL_DEADLINE_S, self._clock.monotonic),
        )
        if answer.status < 400:
            return answer.json
        await self._refuse(answer, path, needs)
        return None

    async def _admit(self) -> None:
        now = self._clock.now()
        if self._owner_rest_until is not None and now < self._owner_rest_until:
            raise OwnerPremiumError
        await self._ledger.admit(now)

    async def _refuse(self, answer: Answer, path: str, needs: frozenset[str]) -> None:
        text = _message(answer)
        match answer.status:
            case 401:
                raise TokenRefusedError
            case 403:
                self._forbid(text, path, needs)
            case 404 | 405 | 410:
                raise SpotifyNotFoundError
            case 429:
                until = self._quota_until(answer)
                await self._ledger.block(until)
                raise QuotaExceededError(until)
            case _:
                _log.warning("Spotify answered HTTP %d", answer.status)
                raise SpotifyRejectedError(answer.status, text)

    def _forbid(self, text: str, path: str, needs: frozenset[str]) -> None:
        words = text.casefold()
        if "premium" in words:
            _log.error("Spotify refuses every call: the owner of the app has no Premium")
            self._owner_rest_until = self._clock.now() + OWNER_REST
            raise OwnerPremiumError
        if "scope" in words:
            raise ScopeMissingError(needs)
        if "not registered" in words or "dashboard" in words:
            raise NotAllowlistedError
        if path.startswith("/playlists/"):
            raise PlaylistNotReadableError
        raise SpotifyRejectedError(403, text)

    def _is_quota(self, reply: Reply) -> bool:
        """Whether a 429 means the daily quota: it lasts for hours, where a rate limit lasts for seconds."""
        if reply.status != 429:
            return False
        wait_s = retry_after_s(
            reply.headers.get("Retry-After"), now=self._said_at(reply.headers), longest_s=float("inf")
        )
        return _reason(parse_json(reply.body)) == "QUOTA_EXCEEDED" or (wait_s or 0.0) > LONGEST_RATE_REST_S

    def _said_at(self, headers: Mapping[str, str]) -> datetime:
        return parse_http_date(headers.get("Date")) or self._clock.now()

    def _quota_until(self, answer: Answer) -> datetime:
        now = self._clock.now()
        wait_s = retry_after_s(
            answer.headers.get("Retry-After"),
            now=self._said_at(answer.headers),
            longest_s=LONGEST_QUOTA_REST.total_seconds(),
        )
        return now + (UNNAMED_QUOTA_REST if wait_s is None else timedelta(seconds=wait_s))


def _reason(body: object) -> str:
    error = body.get("error") if isinstance(body, Mapping) else None
    reason = error.get("reason") if isinstance(error, Mapping) else None
    return reason if isinstance(reason, str) else ""


def _message(answer: Answer) -> str:
    """Return what Spotify said, whether it said it as JSON or as plain text."""
    error = answer.json.get("error") if isinstance(answer.json, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    return message if isinstance(message, str) else answer.text


def unreadable() -> SourceUnavailableError:
    """Make the error for an answer that is JSON of no known shape."""
    return SourceUnavailableError(NAME, "unreadable answer")
