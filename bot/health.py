"""Answer monitors: `/healthz`, `/readyz` and `/metrics` on a port of their own."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.status import StatusReader

_log = logging.getLogger(__name__)


@asynccontextmanager
async def serve_health(status: StatusReader, *, host: str, port: int) -> AsyncIterator[int | None]:
    """Listen while the block runs, and give the port; None where the port could not be had.

    A bot that can't be watched is better than none, so that only costs a line in the log.
    """
    runner = web.AppRunner(health_pages(status), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            _log.warning("nobody can watch this bot: %s:%d can't be opened (%s)", host, port, error.strerror)
            yield None
        else:
            bound: int = runner.addresses[0][1]
            _log.info("health and metrics at http://%s:%d", host, bound)
            yield bound
    finally:
        await runner.cleanup()


def health_pages(status: StatusReader) -> web.Application:
    """Build the three pages. They hold numbers, and nothing about people."""
    vitals = status.vitals

    async def healthz(_request: web.Request) -> web.Response:
        alive = vitals.alive
        return web.Response(text="alive\n" if alive else "stuck\n", status=200 if alive else 503)

    async def readyz(_request: web.Request) -> web.Response:
        found = await vitals.readiness()
        parts = {"gateway": found.gateway, "database": found.database, "workers": found.workers}
        # Why the database fails is for the log and for /admin status: it may name paths.
        return web.json_response(parts, status=200 if found.ready else 503)

    async def metrics(_request: web.Request) -> web.Response:
        await status.refresh()
        return web.Response(body=vitals.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    pages = web.Application()
    pages.router.add_get("/healthz", healthz)
    pages.router.add_get("/readyz", readyz)
    pages.router.add_get("/metrics", metrics)
    return pages
