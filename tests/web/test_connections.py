"""Visitors who hang up, dawdle or come all at once."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.storage.database import Database
from tests.web.site import Browser, Site, open_site


async def hang_up(site: Site, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(sent)
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await reader.read()


def half_a_form(address: str, cookie: str) -> bytes:
    path = urlsplit(address).path
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\nContent-Length: 900\r\n"
    return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf=".encode()


async def test_a_visitor_who_hangs_up_is_no_failure_of_ours(
    site: Site, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="bot.web")
    await browser.get(f"{site.url}/link/{await site.world.begin()}")
    cookie = "; ".join(f"{name}={each}" for name, each in browser.cookies.items())
    await hang_up(site, half_a_form(browser.address, cookie))
    async with asyncio.timeout(10):
        while "hung up" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("path", ["/", "/link/x", "/done", "/nowhere"])
async def test_nobody_sends_a_second_request_on_a_connection_that_may_close_meanwhile(
    site: Site, path: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    assert b"\r\nconnection: close\r\n" in answer.lower()


async def test_slow_bodies_are_closed_like_slow_headers(database_file: Path) -> None:
    async with (
        Database.open(f"sqlite:///{database_file}") as database,
        open_site(database, sent_within_s=0.4) as site,
    ):
        browser = Browser(site)
        await browser.get(f"{site.url}/link/{await site.world.begin()}")
        cookie = "; ".join(f"{name}={each}" for name, each in browser.cookies.items())
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(half_a_form(browser.address, cookie))
        async with asyncio.timeout(10):
            assert not await end_of(reader)
        writer.close()


async def end_of(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_requests_under_way_count_among_the_connections(database_file: Path) -> None:
    async with (
        Database.open(f"sqlite:///{database_file}") as database,
        open_site(database, sent_within_s=8.0, most_connections=10) as site,
    ):
        browser = Browser(site)
        await browser.get(f"{site.url}/link/{await site.world.begin()}")
        cookie = "; ".join(f"{name}={each}" for name, each in browser.cookies.items())
        crowd = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(60)]
        for _, writer in crowd:
            writer.write(half_a_form(browser.address, cookie))
        ends = [asyncio.ensure_future(end_of(reader)) for reader, _ in crowd]
        async with asyncio.timeout(6):  # earlier than any of them is too slow
            while sum(end.done() for end in ends) < 50:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (await browser.get(browser.address)).status == 200
        for _, writer in crowd:
            writer.transport.abort()
        await asyncio.gather(*ends)
