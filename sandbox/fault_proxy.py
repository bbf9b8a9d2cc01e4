"""A server that answers every request wrongly, in one way at a time, from the socket upwards."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from sandbox.service import unused_port

_PIECE = b" " * 65_536
_DRIP_S = 0.05


class Mishap(StrEnum):
    """What happens to a call."""

    REFUSED = "nobody listens"
    RESET = "the connection is reset"
    HALF_CLOSED = "the other side stops sending before it said anything"
    SLOW = "a byte now and then"
    SILENT = "nothing at all"
    TRUNCATED = "half of the announced body"
    GARBAGE = "bytes that are no HTTP"
    NO_JSON = "a body that is no JSON"
    HTML = "a page of HTML with status 200"
    WRONG_TYPE = "JSON of another type"
    S401 = "401"
    S403 = "403"
    S404 = "404"
    S429 = "429"
    S500 = "500"
    ENDLESS = "a body without end"


class FaultProxy:
    """Listens on a port of its own. `mishap` says how the next requests are answered."""

    def __init__(self) -> None:
        self.mishap = Mishap.S500
        self.requests: list[str] = []
        """The request lines that arrived."""
        self._closing = asyncio.Event()
        self._answering: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Serve inside the block and give the address."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            self._closing.set()
            server.close()
            await asyncio.gather(*self._answering, return_exceptions=True)

    def address(self, url: str) -> str:
        """Return where to send a request: for a refused connection a port that nobody has."""
        return f"http://127.0.0.1:{unused_port()}" if self.mishap is Mishap.REFUSED else url

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head.split(b"\r\n", 1)[0].decode("latin-1"))
            await self._misbehave(writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _misbehave(self, writer: asyncio.StreamWriter) -> None:
        match self.mishap:
            case Mishap.RESET:
                _reset(writer)
            case Mishap.HALF_CLOSED:
                writer.write_eof()
                await self._wait(5.0)
            case Mishap.SILENT:
                await self._wait(60.0)
            case Mishap.SLOW:
                writer.write(_head(200, 10_000))
                await self._pour(writer, b" ", _DRIP_S)
            case Mishap.ENDLESS:
                writer.write(_head(200, None) + b"[")
                await self._pour(writer, _PIECE, 0.0)
            case Mishap.TRUNCATED:
                writer.write(_head(200, 1_000) + b'{"id": "')
            case Mishap.GARBAGE:
                writer.write(b"\x00\xff\x16\x03 this is no HTTP\r\n\r\n")
            case _:
                status, body = _PLAIN[self.mishap]
                writer.write(_head(status, len(body)) + body)
        with contextlib.suppress(ConnectionError):
            await writer.drain()

    async def _pour(self, writer: asyncio.StreamWriter, piece: bytes, gap_s: float) -> None:
        while not self._closing.is_set() and not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(gap_s)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()


_PLAIN: dict[Mishap, tuple[int, bytes]] = {
    Mishap.NO_JSON: (200, b"\x80\x81 {not json"),
    Mishap.HTML: (200, b"<!DOCTYPE html><title>Just a moment...</title>"),
    Mishap.WRONG_TYPE: (200, b'["a list", 1, null]'),
    Mishap.S401: (401, b'{"error": {"status": 401, "message": "The access token expired"}}'),
    Mishap.S403: (403, b"error code: 1010"),
    Mishap.S404: (404, b'{"error": {"status": 404}}'),
    Mishap.S429: (429, b"slow down"),
    Mishap.S500: (500, b""),
}


def _head(status: int, length: int | None) -> bytes:
    size = "" if length is None else f"Content-Length: {length}\r\n"
    retry = "Retry-After: 3600\r\n" if status == 429 else ""
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n{size}{retry}\r\n"
    ).encode()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a reset in place of an orderly end."""
    handle: socket.socket = writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
