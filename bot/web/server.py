"""Listen for any of our pages: headers on every answer, limits on every visitor and connection."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Protocol

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from cachetools import TTLCache

from bot.web.pages import Page, problem_page
from cogs.words.errors import sentence
from services.domain.errors import TastemapError
from services.maintenance import Maintenance, RepeatedTask

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


_SENT_WITHIN_S = 8.0
"""Time to send the headers of a request, and again for its body; aiohttp itself waits for ever."""
_LINGER_S = 2.0
"""Time that what is left of a refused body is listened to."""
_MOST_CONNECTIONS = 200
_AT_A_BURST = 2
"""So many times as many may come between two looks; whoever comes then is closed at once."""
_CHECKS = 8
"""Looks at the connections in the time that headers may take."""


@asynccontextmanager
async def listen(
    app: web.Application,
    *,
    host: str,
    port: int,
    is_https: bool = False,
    sent_within_s: float = _SENT_WITHIN_S,
    most_connections: int = _MOST_CONNECTIONS,
    maintenance: Maintenance | None = None,
) -> AsyncIterator[int]:
    """Serve inside the block; yields the port. No access log: its lines hold codes and states.

    Raises
    ------
    OSError
        The port can't be had.
    """
    app.on_response_prepare.append(_let_connection_end)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=5.0)
    await runner.setup()
    server: Any = runner.server
    loop = asyncio.get_running_loop()

    def answer() -> web.RequestHandler:
        no_log: Any = None
        return _Discreet(
            server,
            loop=loop,
            access_log=no_log,
            lingering_time=_LINGER_S,
            is_https=is_https,
            is_full=lambda: len(server.connections) > _AT_A_BURST * most_connections,
        )

    reaper = asyncio.create_task(
        (maintenance or Maintenance()).repeat(
            [RepeatedTask("slow connections", _Reaper(runner, sent_within_s, most_connections))],
            every_s=sent_within_s / _CHECKS,
        )
    )
    try:
        listening = await loop.create_server(answer, host, port, backlog=64)
        try:
            yield int(listening.sockets[0].getsockname()[1])
        finally:
            listening.close()
    finally:
        reaper.cancel()
        await asyncio.gather(reaper, return_exceptions=True)
        await runner.cleanup()


async def _let_connection_end(_request: web.Request, response: web.StreamResponse) -> None:
    """Take one request of each connection: a proxy that kept it might send a command as it closes.

    Discord sends none again. Between this process and a proxy a new connection takes far less than an answer.
    """
    response.force_close()
    response.headers[hdrs.CONNECTION] = "close"


class _Discreet(web.RequestHandler):
    """Answers what is no HTTP without repeating it, neither to whoever sent it nor in the log."""

    __slots__ = ("_is_full", "_is_https")

    def __init__(self, server: Any, *, is_https: bool, is_full: Callable[[], bool], **options: Any) -> None:
        super().__init__(server, **options)
        self._is_https = is_https
        self._is_full = is_full

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, or close it where there are too many."""
        super().connection_made(transport)
        if self._is_full():
            _end(self)

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Say that it was wrong and close the connection."""
        _log.info("a request was no HTTP: %s", type(exc).__name__)
        response = _Bare(status=status, text="Bad request")
        protect(response, "'self'", is_https=self._is_https)
        response.force_close()
        return response


class _Bare(web.Response):
    """A response to which no application belongs, so that `hide_server` does not see it."""

    async def _prepare_headers(self) -> None:
        """Leave out the software; private in aiohttp, so a test notices when it goes."""
        await super()._prepare_headers()
        self.headers.pop(hdrs.SERVER, None)


class _Reaper:
    """Closes connections that take too long to send a request, and the oldest when there are too many.

    Those that are still sending go first; a request that is being answered is over in a moment. Reads
    `RequestHandler._current_request`, which is private: a test notices when it goes.
    """

    def __init__(self, runner: web.AppRunner, sent_within_s: float, most_connections: int) -> None:
        self._runner = runner
        self._sent_within_s = sent_within_s
        self._most_connections = most_connections
        self._seen: dict[Any, tuple[int, bool, float]] = {}

    async def __call__(self) -> None:
        """Look once."""
        server, now = self._runner.server, time.monotonic()
        connections: list[Any] = list(server.connections) if server else []
        before, self._seen = self._seen, {}
        for each in connections:
            request = each._current_request
            is_sent = request is not None and request.content.is_eof()
            was = before.get(each)
            since = was[2] if was is not None and was[:2] == (id(request), is_sent) else now
            self._seen[each] = (id(request), is_sent, since)
        late = now - self._sent_within_s
        slow = {each for each, (_, is_sent, at) in self._seen.items() if not is_sent and at < late}
        surplus = max(0, len(connections) - self._most_connections)
        oldest = sorted(self._seen, key=lambda each: self._seen[each][1:])[:surplus]
        for each in slow.union(oldest):
            _end(each)


def _end(connection: Any) -> None:
    connection.force_close()
    if connection.transport is not None:
        connection.transport.abort()
