"""Guard the pages: headers on every answer, limits on every visitor."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Protocol

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from cachetools import TTLCache

from bot.web.pages import Page, problem_page
from cogs.words.errors import sentence
from services.domain.errors import TastemapError

BODY_LIMIT_BYTES = 16 * 1024
REQUEST_DEADLINE_S = 30.0
_VISITOR_CALLS, _ALL_CALLS, _LOGIN_CALLS = 40, 600, 40
"""A minute. A login takes six; a shared address of a school or office takes some more."""
_ALL_LOOKS = 6_000
"""A minute: each is one row by its key, and costs a tenth of a millisecond."""
_WINDOW_S = 60.0
_WINDOWS_KEPT = 10_000
_EVERYBODY, _LOOKS = "everybody", "looks"

_log = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network


def parse_networks(text: str) -> tuple[Network, ...]:
    """Read TRUSTED_PROXIES: addresses or networks, separated by commas.

    Raises
    ------
    ValueError
        One of them is none.
    """
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


class RateLimit:
    """Calls a minute: per visitor, altogether, and apart from those per login under way."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: TTLCache[str, list[float]] = TTLCache(_WINDOWS_KEPT, _WINDOW_S, timer=clock)

    def wait_s(self, visitor: str) -> float:
        """Count a call of a stranger; returns 0, or how long the visitor has to wait."""
        # Who is over their own limit does not use up everybody's.
        return self._count(visitor, _VISITOR_CALLS) or self._count(_EVERYBODY, _ALL_CALLS)

    def login_wait_s(self, login: str) -> float:
        """Count a call that belongs to a login under way; no crowd of strangers takes its place."""
        return self._count(f"login {login}", _LOGIN_CALLS)

    def may_look(self) -> bool:
        """Count a look into the database on behalf of a stranger who would be refused."""
        return not self._count(_LOOKS, _ALL_LOOKS)

    def _count(self, key: str, limit: int) -> float:
        now = self._clock()
        window = self._windows.get(key)
        if window is None:
            self._windows[key] = window = [now, 0]
        since, calls = window
        window[1] = calls + 1
        return max(0.0, since + _WINDOW_S - now) if calls >= limit else 0.0


class Passes(Protocol):
    """Knows which requests belong to a login under way."""

    def known(self, request: web.Request) -> str:
        """Name the login that this browser was shown a page of; empty for strangers. Asks nobody."""
        ...

    async def vouch(self, request: web.Request) -> str:
        """Look up the login whose link is being opened; empty where there is none."""
        ...


def visitor_of(request: web.Request, proxies: Sequence[Network]) -> str:
    """Return the address a request came from, as a network: the rightmost one that is no proxy of ours."""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
    chain = [request.remote or "", *reversed(forwarded.split(","))]
    found = ""
    for part in chain:
        try:
            address = ipaddress.ip_address(part.strip())
        except ValueError:
            break
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped  # as a socket for both families reports it
        found = _network_of(address)
        if not any(address in network for network in proxies if network.version == address.version):
            break
    return found or "unknown"


def _network_of(address: IPv4Address | IPv6Address) -> str:
    """Return an address without its last bits: whole ones are never kept."""
    # By number, because the text of a local IPv6 address may name an interface, which no network has.
    if address.version == 4:
        return str(ipaddress.IPv4Network((int(address), 24), strict=False))
    return str(ipaddress.IPv6Network((int(address), 48), strict=False))


def guard(
    *, limit: RateLimit, proxies: Sequence[Network], passes: Passes, exempt: Collection[str]
) -> Middleware:
    """Build the outermost middleware. Paths that are exempt answer for themselves, without limits."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            async with asyncio.timeout(REQUEST_DEADLINE_S):
                if request.path in exempt:
                    return await handler(request)
                wait_s = await _wait_s(request, limit=limit, proxies=proxies, passes=passes)
                return _too_many(wait_s) if wait_s else await handler(request)
        except Exception as error:  # noqa: BLE001  (the last line of defence of the pages)
            return _answer_to(error, request)

    return middleware


async def _wait_s(
    request: web.Request, *, limit: RateLimit, proxies: Sequence[Network], passes: Passes
) -> float:
    """Return how long a request has to wait, by the budget of its login or else of its visitor."""
    if login := passes.known(request):
        return limit.login_wait_s(login)
    wait_s = limit.wait_s(visitor_of(request, proxies))
    if wait_s and limit.may_look() and (login := await passes.vouch(request)):
        return limit.login_wait_s(login)
    return wait_s


def _too_many(wait_s: float) -> web.Response:
    response = problem_page(429, "Too many requests", "Wait a minute, then load this page again.")
    response.headers["Retry-After"] = str(int(wait_s) + 1)
    return response


def _answer_to(error: Exception, request: web.Request) -> web.Response:
    match error:
        case TastemapError():
            _log.info("page refused: %s", type(error).__name__)
            return problem_page(400, "That did not work", sentence(error).replace("`", ""))
        case web.HTTPException(status=404 | 405):
            return problem_page(error.status, "Nothing here", "Start a login with /login in Discord.")
        case web.HTTPException():
            return problem_page(error.status, "That did not work", "Start again with /login in Discord.")
        case TimeoutError():
            return problem_page(504, "That took too long", "Start again with /login in Discord.")
        case ConnectionError() if request.transport is None or request.transport.is_closing():
            _log.info("a visitor hung up in the middle of a request")
            return problem_page(400, "That did not work", "Start again with /login in Discord.")
        case _:
            _log.error("a page failed: %s", type(error).__name__, exc_info=error)
            return problem_page(500, "Something broke on our side", "Start again with /login in Discord.")


def protect(response: web.StreamResponse, form_targets: str, *, is_https: bool) -> None:
    """Put on the headers that every answer wears."""
    style = f"'nonce-{response.nonce}'" if isinstance(response, Page) else "'none'"
    response.headers.update(
        {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src {style}; form-action {form_targets}; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
    )
    if is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


def dress(
    form_targets: Sequence[str] = (), *, is_https: bool
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Build what puts the headers on every answer of an application; for `on_response_prepare`.

    Parameters
    ----------
    form_targets
        Origins that a form may lead to, also by redirects: browsers check each step.
    """
    targets = " ".join(["'self'", *form_targets])

    async def put_on(_request: web.Request, response: web.StreamResponse) -> None:
        protect(response, targets, is_https=is_https)
        response.headers.pop(hdrs.SERVER, None)  # which software this is concerns nobody

    return put_on
