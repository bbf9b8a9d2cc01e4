"""What stands around the pages: headers on every answer, limits on every visitor."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.web.pages import Page, problem_page
from cogs.sentences import sentence
from services.domain.errors import TastemapError

BODY_LIMIT_BYTES = 16 * 1024
REQUEST_DEADLINE_S = 30.0
_VISITOR_CALLS, _ALL_CALLS = 40, 600
"""A minute. A login takes six; a shared address of a school or office takes some more."""
_WINDOW_S = 60.0
_VISITORS_KEPT = 10_000
_EVERYBODY = ""

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
    """Calls a minute: per visitor and altogether."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._visits: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, visitor: str) -> float:
        """Count a call; returns 0, or how long the visitor has to wait."""
        now = self._clock()
        # Who is over their own limit does not use up everybody's.
        return self._count(visitor, _VISITOR_CALLS, now) or self._count(_EVERYBODY, _ALL_CALLS, now)

    def _count(self, key: str, limit: int, now: float) -> float:
        since, calls = self._visits.pop(key, (now, 0))
        if now - since >= _WINDOW_S:
            since, calls = now, 0
        self._visits[key] = (since, calls + 1)
        if len(self._visits) > _VISITORS_KEPT:
            self._visits.popitem(last=False)
        return max(0.0, since + _WINDOW_S - now) if calls >= limit else 0.0


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
    *, form_targets: Sequence[str], is_https: bool, limit: RateLimit, proxies: Sequence[Network]
) -> Middleware:
    """Build the outermost middleware.

    Parameters
    ----------
    form_targets
        Origins that a form may lead to, also by redirects: browsers check each step.
    """
    targets = " ".join(["'self'", *form_targets])

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        visitor = visitor_of(request, proxies)
        wait_s = limit.wait_s(visitor)
        if wait_s:
            response: web.StreamResponse = problem_page(
                429, "Too many requests", "Wait a minute, then load this page again."
            )
            response.headers["Retry-After"] = str(int(wait_s) + 1)
        else:
            response = await _answer(request, handler)
        protect(response, targets, is_https=is_https)
        return response

    return middleware


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        async with asyncio.timeout(REQUEST_DEADLINE_S):
            return await handler(request)
    except TastemapError as error:
        _log.info("page refused: %s", type(error).__name__)
        return problem_page(400, "That did not work", sentence(error).replace("`", ""))
    except web.HTTPException as error:
        if error.status in {404, 405}:
            return problem_page(error.status, "Nothing here", "Start a login with /login in Discord.")
        return problem_page(error.status, "That did not work", "Start again with /login in Discord.")
    except TimeoutError:
        return problem_page(504, "That took too long", "Start again with /login in Discord.")
    except Exception as error:  # noqa: BLE001  (the last line of defence of the pages)
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


async def hide_server(_request: web.Request, response: web.StreamResponse) -> None:
    """Say nothing about the software; for `on_response_prepare`."""
    response.headers.pop(hdrs.SERVER, None)
