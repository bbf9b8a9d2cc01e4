"""Sessions of ours, and answers that are read without trust."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st

from services.sources.session import (
    LONGEST_S,
    MEBIBYTE,
    SHORTEST_S,
    BodyTooLargeError,
    Timeouts,
    excerpt,
    parse_http_date,
    parse_json,
    read_body,
    retry_after_s,
    user_agent,
)
from tests.unit.services.sources.fakes import serve, session


def test_the_user_agent_says_who_and_where_to_complain() -> None:
    assert user_agent("1.2", "https://example.org") == "Tastemap/1.2 (+https://example.org)"
    assert user_agent("1.2") == "Tastemap/1.2"


async def test_no_cookie_is_ever_sent_back() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        response = web.Response()
        response.set_cookie("tracking", "1")
        return response

    app = web.Application()
    app.router.add_get("/", answer)
    async with serve(app) as url, session() as opened:
        for _ in range(2):
            async with opened.get(url):
                pass
    assert seen == [None, None]


def test_no_call_is_given_more_than_the_total_or_than_what_is_left() -> None:
    timeouts = Timeouts(connect_s=3, read_s=10, total_s=20)
    assert timeouts.within(90).total == 20
    assert timeouts.within(4).total == 4
    assert (timeouts.within(4).sock_connect, timeouts.within(4).sock_read) == (3, 10)


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


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("0", SHORTEST_S),
        ("-1", SHORTEST_S),
        ("1000000000", LONGEST_S),
        ("9" * 5000, LONGEST_S),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sunday, 22-Nov-26 12:00:30 GMT", 30.0),
        ("Sun Nov 22 12:00:30 2026", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", SHORTEST_S),
        ("Sun, 22 Nov 2126 11:00:00 GMT", LONGEST_S),
        ("soon", None),
        ("", None),
        (None, None),
        ("inf", None),
        ("nan", None),
        ("1e3", None),
        ("٧", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
        ("Sun, 22 Nov 2026 12:00:30 +9999999999", None),
    ],
)
def test_reads_both_forms_and_distrusts_the_rest(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, now=NOW) == seconds


@given(st.integers(1, 119), st.timedeltas(timedelta(0), timedelta(seconds=1)))
def test_never_returns_before_the_named_second(seconds: int, fraction: timedelta) -> None:
    until = NOW + timedelta(seconds=seconds)
    now = NOW + fraction
    wait_s = retry_after_s(format_datetime(until, usegmt=True), now=now)
    assert wait_s is not None
    assert now + timedelta(seconds=wait_s) >= until


@given(
    st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,4} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d [-+A-Z0-9]{1,12}")
)
@example("0, 0 0 0 0:0:0 0")
@example("Mon, 01 Jan 0001 00:00:00 +2359")
def test_any_text_gives_a_bearable_wait_or_none(header: str) -> None:
    wait_s = retry_after_s(header, now=NOW)
    assert wait_s is None or SHORTEST_S <= wait_s <= LONGEST_S


@given(st.integers(0, 7_000_000_000))
def test_dates_survive_the_way_over_the_wire(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert parse_http_date(format_datetime(moment, usegmt=True)) == moment


def test_another_service_may_be_given_more_patience() -> None:
    assert retry_after_s("50000", now=NOW, longest_s=24 * 3600) == 50_000
