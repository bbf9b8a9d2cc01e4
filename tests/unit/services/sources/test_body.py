from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from services.sources.http.answers import MEBIBYTE, BodyTooLargeError, excerpt, parse_json, read_body
from tests.unit.services.sources.fakes import serve, session


def app_of(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.Application:
    app = web.Application()
    app.router.add_get("/", handler)
    return app


async def read(app: web.Application, limit: int) -> bytes:
    async with serve(app) as url, session() as opened, opened.get(url) as response:
        return await read_body(response, limit)


@pytest.mark.parametrize("length", [0, 1, 999, 1000])
async def test_reads_up_to_the_limit(length: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * length)

    assert await read(app_of(answer), 1000) == b"x" * length


@pytest.mark.parametrize("chunked", [True, False])
async def test_refuses_one_byte_more(chunked: bool) -> None:
    async def answer(request: web.Request) -> web.Response:
        response = web.Response(body=b"x" * 1001)
        if chunked:
            response.enable_chunked_encoding()
        return response

    with pytest.raises(BodyTooLargeError):
        await read(app_of(answer), 1000)


async def test_counts_what_comes_out_of_the_gzip() -> None:
    """128 MiB of zeros pack into an eighth of one; at no time are more than a few MiB held."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * MEBIBYTE) for _ in range(128)) + packer.flush()

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLargeError):
            await read(app_of(answer), MEBIBYTE)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MEBIBYTE


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_nothing(body: bytes) -> None:
    parse_json(body)
    assert "\n" not in excerpt(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        ('{"a": "ü"}'.encode("utf-16"), {"a": "ü"}),
        (b'{"a": NaN, "b": [-Infinity]}', {"a": None, "b": [None]}),
        (b"[" * 100_000, None),
        (b"<html>", None),
        (b"", None),
        (b"9" * 10_000, None),
    ],
)
def test_parses_json(body: bytes, value: object) -> None:
    assert parse_json(body) == value
