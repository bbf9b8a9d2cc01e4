"""Open sessions with a User-Agent of ours, no cookies and short timeouts, and read answers without trust."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

SESSION_CONNECTIONS = 8
"""Upstreams are asked one call at a time; the rest is room for connections that are closing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Patience with one call, in seconds."""

    connect_s: float = 3.0
    read_s: float = 10.0
    """Longest silence between two pieces of the answer."""
    total_s: float = 20.0

    def within(self, seconds: float) -> aiohttp.ClientTimeout:
        """Return these timeouts, with the whole call cut to `seconds`."""
        return aiohttp.ClientTimeout(
            total=min(self.total_s, seconds), sock_connect=self.connect_s, sock_read=self.read_s
        )


def user_agent(version: str, contact_url: str | None = None) -> str:
    """Name ourselves with a way to complain: ReccoBeats turns away the default of every HTTP library.

    Examples
    --------
    `Tastemap/1.0 (+https://example.org/tastemap)`
    """
    return f"Tastemap/{version} (+{contact_url})" if contact_url else f"Tastemap/{version}"


def open_session(*, version: str, contact_url: str | None = None) -> aiohttp.ClientSession:
    """Open the session for one upstream; whoever opens it closes it."""
    return aiohttp.ClientSession(
        headers={"User-Agent": user_agent(version, contact_url), "Accept": "application/json"},
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=SESSION_CONNECTIONS),
        timeout=Timeouts().within(Timeouts().total_s),
        raise_for_status=False,
    )


MEBIBYTE = 1024 * 1024
_PIECE = 64 * 1024


class BodyTooLargeError(Exception):
    """The body went on past the limit; the connection was dropped there."""


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read at most `limit` bytes, counted after decompression.

    Raises
    ------
    BodyTooLargeError
        There was more. A length announced in the headers is believed only when it is too long.
    """
    if response.content_length is not None and response.content_length > limit:
        response.close()
        raise BodyTooLargeError
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > limit:
            response.close()
            raise BodyTooLargeError
    return bytes(body)


def parse_json(body: bytes) -> object | None:
    """Return the JSON value of `body`, or None where it is no JSON, whatever its content type said.

    NaN and infinities, which are no JSON either, become null.
    """
    try:
        value: object = json.loads(body, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return value


def excerpt(body: bytes) -> str:
    """Show the beginning of `body` on one line, for the operator's log."""
    return " ".join(body[: 4 * _EXCERPT].decode("utf-8", "replace").split())[:_EXCERPT]


_EXCERPT = 160
SHORTEST_S = 1.0
LONGEST_S = 120.0
"""Longer answers are taken for mistakes; clients of ReccoBeats clamp at 30 to 120 s."""

_SECONDS = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_LONGEST_DATE = 64
_IN_WORDS = re.compile(r"\bretry\s+(?:after|in)\s+(\d{1,6}(?:\.\d{1,6})?)", re.IGNORECASE | re.ASCII)
_LONGEST_ERROR = 4_096


def retry_after_s(
    value: str | None,
    *,
    now: datetime,
    longest_s: float = LONGEST_S,
) -> float | None:
    """Return the seconds to wait, within `SHORTEST_S..longest_s`, or None where the header says nothing.

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
        return _clamp(float(text), longest_s)
    moment = parse_http_date(text)
    if moment is None:
        return None
    # A date names a whole second, and the wait ends no earlier than that.
    return _clamp(math.ceil((moment - now).total_seconds()), longest_s)


def seconds_in_words(body: bytes) -> str | None:
    """Find the seconds of "… retry after 12 …" in a body: some services say them nowhere else."""
    found = _IN_WORDS.search(body[:_LONGEST_ERROR].decode("utf-8", "replace"))
    return found[1] if found else None


def parse_http_date(value: str | None) -> datetime | None:
    """Return the moment that an HTTP-date names, in UTC, or None."""
    if not value or len(value) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _clamp(seconds: float, longest_s: float) -> float:
    return min(max(seconds, SHORTEST_S), longest_s)
