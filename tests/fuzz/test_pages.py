"""Whatever bytes are sent to the login pages: no 5xx, and every header in place."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.fuzz.pages import open_pages

HEADERS = (
    b"content-security-policy: default-src 'none'",
    b"referrer-policy: no-referrer",
    b"cache-control: no-store",
)
any_value = st.binary(max_size=40).map(lambda value: bytes(byte for byte in value if byte not in b"\0\r\n"))
any_path = st.sampled_from(
    [b"/link/", b"/link/TOKEN", b"/callback?code=a&state=", b"/done?", b"/callback?error="]
)
any_request = st.tuples(
    st.sampled_from([b"GET", b"POST"]), any_path, any_value, any_value, any_value, any_value
)


async def send(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.lower()


async def test_no_request_breaks_the_pages(tmp_path: Path) -> None:
    async with open_pages(tmp_path) as pages:
        loop = asyncio.get_running_loop()

        @settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
        @given(any_request)
        def search(parts: tuple[bytes, ...]) -> None:
            method, path, rest, cookie, forwarded, csrf = parts
            target = path.replace(b"TOKEN", pages.token.encode()) + b"".join(
                b"%%%02X" % byte for byte in rest
            )
            body = b"csrf=" + csrf
            request = b"\r\n".join(
                (
                    method + b" " + target + b" HTTP/1.1",
                    b"Host: tastemap.example",
                    b"Connection: close",
                    b"Cookie: __Host-tastemap=" + cookie + b"; tastemap=" + cookie,
                    b"X-Forwarded-For: " + forwarded + b", 127.0.0.1",
                    b"Content-Type: application/x-www-form-urlencoded",
                    b"Content-Length: %d" % len(body),
                    b"",
                    body,
                )
            )
            answer = asyncio.run_coroutine_threadsafe(send(pages.port, request), loop).result(10)
            status = answer.split(b" ", 2)[1]
            assert status in {b"200", b"303", b"400", b"404", b"405"}, answer
            if b"<!doctype" in answer:  # a page of ours, not the server's word about bytes that are no HTTP
                assert all(header in answer for header in HEADERS), answer
            assert b"traceback" not in answer

        await asyncio.to_thread(search)
