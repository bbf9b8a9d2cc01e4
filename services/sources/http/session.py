"""Open a session with a User-Agent of ours, no cookies and short timeouts."""

from __future__ import annotations

from dataclasses import dataclass

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
