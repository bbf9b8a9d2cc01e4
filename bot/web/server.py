"""Listen for the pages, and keep slow or silly connections from taking the place of others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.guard import BODY_LIMIT_BYTES, Network, RateLimit, guard, hide_server
from bot.web.login import LoginPages

_HEADERS_WITHIN_S = 8.0
"""Time to send the headers of a request; aiohttp itself waits for ever."""
_KEEP_ALIVE_S = 5.0
_MOST_CONNECTIONS = 200
_LOOK_EVERY_S = 1.0


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
async def listen(app: web.Application, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve inside the block; yields the port. No access log: its lines hold codes and states."""
    runner = web.AppRunner(
        app, access_log=None, keepalive_timeout=_KEEP_ALIVE_S, handle_signals=False, shutdown_timeout=5.0
    )
    await runner.setup()
    reaper = asyncio.create_task(_reap(runner))
    try:
        await web.TCPSite(runner, host, port, backlog=64).start()
        yield int(runner.addresses[0][1])
    finally:
        reaper.cancel()
        await asyncio.gather(reaper, return_exceptions=True)
        await runner.cleanup()


async def _reap(runner: web.AppRunner, clock: Callable[[], float] = time.monotonic) -> None:
    """Close connections that send no request for too long, and the oldest when there are too many.

    Reads `RequestHandler._current_request`, which is private: a test notices when it goes.
    """
    waiting: dict[Any, float] = {}
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        connections: list[Any] = list(runner.server.connections) if runner.server else []
        now = clock()
        waiting = {each: waiting.get(each, now) for each in connections if each._current_request is None}
        late = [each for each, since in waiting.items() if now - since > _HEADERS_WITHIN_S]
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
