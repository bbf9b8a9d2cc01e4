"""Ways in which any server can fail to answer: on the wire, below what the answer says."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from sandbox.faults import Fault, FaultKind

STREAMS = frozenset(
    {
        FaultKind.RESET,
        FaultKind.SILENCE,
        FaultKind.DRIP,
        FaultKind.ENDLESS,
        FaultKind.BOMB,
        FaultKind.TRUNCATED,
    }
)
"""Faults that `stream_fault` plays."""

_DRIP_S = 0.05
_MEBIBYTE = 1024 * 1024


class Timed:
    """A request that a service wrote down, with the time and when it was allowed."""

    __slots__ = ()

    at: float
    """In seconds of the service's clock."""
    not_before: float
    """The earliest time that all earlier answers allowed for this call."""

    @property
    def is_early(self) -> bool:
        """Whether the client came back before it was allowed to."""
        return self.at < self.not_before


class Misbehaving:
    """Base of whatever goes wrong on demand.

    Parameters
    ----------
    clock
        Seconds that the log and the dates run on.
    faults
        What goes wrong with the first answers, in this order; then all is well.
    """

    def __init__(self, clock: Callable[[], float], faults: Iterable[Fault | None]) -> None:
        self.faults: deque[Fault | None] = deque(faults)
        self.always: Fault | None = None
        """What goes wrong with every answer, once `faults` are used up."""
        self.closing = asyncio.Event()
        """Set to let go of the connections that hang."""
        self._clock = clock
        self._not_before = float("-inf")

    def _next_fault(self) -> Fault | None:
        return self.faults.popleft() if self.faults else self.always

    def _rest(self, fault: Fault) -> dict[str, str]:
        """Ask for a pause, and return the headers that say so."""
        if fault.retry_after is None and fault.retry_after_s is not None:
            self._not_before = max(self._not_before, self._clock() + fault.retry_after_s)
        return rest_headers(fault, self._clock())


def rest_headers(fault: Fault, now_s: float) -> dict[str, str]:
    """Write the headers of a 429: the date, and `Retry-After` in the form that the fault wants."""
    now = datetime.fromtimestamp(now_s, UTC)
    headers = {"Date": format_datetime(now, usegmt=True)}
    if fault.retry_after is not None:
        headers["Retry-After"] = fault.retry_after
    elif fault.retry_after_s is not None:
        until = now + timedelta(seconds=fault.retry_after_s)
        seconds = f"{fault.retry_after_s:.0f}"
        headers["Retry-After"] = format_datetime(until, usegmt=True) if fault.as_date else seconds
    return headers


async def stream_fault(
    request: web.Request, body: bytes, kind: FaultKind, closing: asyncio.Event
) -> web.StreamResponse:
    """Answer with a connection that breaks, hangs, never ends or explodes.

    Parameters
    ----------
    body
        The JSON that a good answer would have had.
    closing
        Lets go of the connections that hang.
    """
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    transport = request.transport
    if kind is FaultKind.RESET:
        if transport is not None:
            transport.abort()
        return response
    if kind is FaultKind.SILENCE:
        await closing.wait()
        return response
    if kind is FaultKind.TRUNCATED:
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if transport is not None:
            transport.close()
        return response
    if kind is FaultKind.BOMB:
        response.headers["Content-Encoding"] = "gzip"
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):  # the client had enough, as it should
        await _pour(response, kind, closing)
    return response


async def _pour(response: web.StreamResponse, kind: FaultKind, closing: asyncio.Event) -> None:
    if kind is FaultKind.DRIP:
        while not closing.is_set():
            await response.write(b" ")
            await asyncio.sleep(_DRIP_S)
    elif kind is FaultKind.BOMB:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        for _ in range(2048):
            await response.write(packer.compress(b"\0" * _MEBIBYTE))
            await asyncio.sleep(0)
    else:
        await response.write(b'{"content": [')
        while not closing.is_set():
            await response.write(b" " * 65_536)
            await asyncio.sleep(0)
