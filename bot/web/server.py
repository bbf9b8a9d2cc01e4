"""Listen for any of our pages, and keep slow or broken connections from taking the place of others."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import hdrs, web

from bot.web.guard import protect
from services.maintenance import Maintenance, RepeatedTask

_SENT_WITHIN_S = 8.0
"""Time to send the headers of a request, and again for its body; aiohttp itself waits for ever."""
_LINGER_S = 2.0
"""Time that what is left of a refused body is listened to."""
_KEEP_ALIVE_S = 5.0
_MOST_CONNECTIONS = 200
_AT_A_BURST = 2
"""So many times as many may come between two looks; whoever comes then is closed at once."""
_LOOKS = 8
"""Looks at the connections in the time that headers may take."""

_log = logging.getLogger(__name__)


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
            keepalive_timeout=_KEEP_ALIVE_S,
            lingering_time=_LINGER_S,
            is_https=is_https,
            is_full=lambda: len(server.connections) > _AT_A_BURST * most_connections,
        )

    reaper = asyncio.create_task(
        (maintenance or Maintenance()).repeat(
            [RepeatedTask("slow connections", _Reaper(runner, sent_within_s, most_connections))],
            every_s=sent_within_s / _LOOKS,
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
