"""Listen for the pages, and keep slow or silly connections from taking the place of others."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.web.guard import BODY_LIMIT_BYTES, Network, RateLimit, guard, hide_server, protect
from bot.web.login import LoginPages

_HEADERS_WITHIN_S = 8.0
"""Time to send the headers of a request; aiohttp itself waits for ever."""
_KEEP_ALIVE_S = 5.0
_MOST_CONNECTIONS = 200
_LOOKS = 8
"""Looks at the connections in the time that headers may take."""

_log = logging.getLogger(__name__)


def build_pages(
    pages: LoginPages,
    *,
    form_targets: Sequence[str],
    is_https: bool,
    limit: RateLimit | None = None,
    proxies: Sequence[Network] = (),
) -> web.Application:
    """Build the web application of the login."""
    app = web.Application(
        client_max_size=BODY_LIMIT_BYTES,
        middlewares=[
            guard(form_targets=form_targets, is_https=is_https, limit=limit or RateLimit(), proxies=proxies)
        ],
    )
    app.on_response_prepare.append(hide_server)
    pages.add_to(app)
    return app


@asynccontextmanager
async def listen(
    app: web.Application, *, host: str, port: int, headers_within_s: float = _HEADERS_WITHIN_S
) -> AsyncIterator[int]:
    """Serve inside the block; yields the port. No access log: its lines hold codes and states."""
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=5.0)
    await runner.setup()
    server: Any = runner.server
    loop = asyncio.get_running_loop()

    def answer() -> web.RequestHandler:
        no_log: Any = None
        return _Discreet(server, loop=loop, access_log=no_log, keepalive_timeout=_KEEP_ALIVE_S)

    reaper = asyncio.create_task(_reap(runner, headers_within_s))
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
        protect(response, "'none'", is_https=False)
        response.force_close()
        return response


class _Bare(web.Response):
    """A response to which no application belongs, so that `hide_server` does not see it."""

    async def _prepare_headers(self) -> None:
        """Leave out the software; private in aiohttp, so a test notices when it goes."""
        await super()._prepare_headers()
        self.headers.pop(hdrs.SERVER, None)


async def _reap(runner: web.AppRunner, headers_within_s: float) -> None:
    """Close connections that send no request for too long, and the oldest when there are too many.

    Reads `RequestHandler._current_request`, which is private: a test notices when it goes.
    """
    waiting: dict[Any, float] = {}
    while True:
        await asyncio.sleep(headers_within_s / _LOOKS)
        connections: list[Any] = list(runner.server.connections) if runner.server else []
        now = time.monotonic()
        waiting = {each: waiting.get(each, now) for each in connections if each._current_request is None}
        late = [each for each, since in waiting.items() if now - since > headers_within_s]
        surplus = len(connections) - _MOST_CONNECTIONS
        late += sorted(waiting, key=waiting.__getitem__)[: max(0, surplus)]
        for each in late:
            each.force_close()
            if each.transport is not None:
                each.transport.abort()


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
