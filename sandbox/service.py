"""What loopback services share: a log of calls, and answers that go wrong on demand."""

from __future__ import annotations

import json
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from random import Random, SystemRandom
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, FaultKind
from sandbox.misbehaviour import STREAMS, Misbehaving, Timed, stream_fault

Handler = Callable[[web.Request], Awaitable[web.Response]]

_PORTS = range(20_000, 32_000)
"""Below those that systems take for outgoing connections: none of these gets in between."""


def unused_port() -> int:
    """Return a port of this machine on which nothing listens, for whoever has to know it beforehand."""
    while True:
        port = SystemRandom().choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@dataclass(frozen=True, slots=True)
class ServiceCall(Timed):
    """One request as a service saw it."""

    at: float
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    json: Any
    user_agent: str
    not_before: float
    status: int = 0


class SandboxService(Misbehaving):
    """Base of loopback services.

    Parameters
    ----------
    clock
        Seconds that the log and the dates run on.
    faults
        What goes wrong with the first answers, in this order; then all is well.
    window
        Calls and seconds: more calls in so many seconds answer 429. None for no limit.
    """

    resets_by_header = "Retry-After"
    """How a 429 says when to come back."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        faults: Iterable[Fault | None] = (),
        window: tuple[int, float] | None = None,
    ) -> None:
        super().__init__(clock, faults)
        self.calls: list[ServiceCall] = []
        self._window = window
        self._random = Random(1)

    @property
    def early_calls(self) -> list[ServiceCall]:
        """Calls that came before they were allowed to."""
        return [call for call in self.calls if call.is_early]

    def serve(self, routes: Iterable[tuple[str, str, Handler]]) -> web.Application:
        """Build the web application of some routes: method, path, and who answers."""
        app = web.Application(client_max_size=8 * 1024 * 1024)
        for method, path, handler in routes:
            app.router.add_route(method, path, self._watched(handler))
        app.on_shutdown.append(self._let_go)
        return app

    def _watched(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            number = len(self.calls)
            self.calls.append(await self._call_of(request))
            response = await self._answer(request, handler)
            self.calls[number] = replace(self.calls[number], status=response.status)
            return response

        return answer

    async def _call_of(self, request: web.Request) -> ServiceCall:
        try:
            body = json.loads(await request.read() or b"null")
        except ValueError:
            body = None
        return ServiceCall(
            at=self._clock(),
            method=request.method,
            path=request.path,
            query=tuple(request.query.items()),
            json=body,
            user_agent=request.headers.get("User-Agent", ""),
            not_before=self._not_before,
        )

    async def _let_go(self, _: web.Application) -> None:
        self.closing.set()

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self._next_fault()
        if fault is None and self._is_too_often():
            fault = Fault(FaultKind.RATE_LIMIT, retry_after_s=self._window[1] if self._window else 1)
        if fault is None:
            return await handler(request)
        good = (await handler(request)).body
        body = good if isinstance(good, bytes) else b"{}"
        match fault.kind:
            case FaultKind.RATE_LIMIT | FaultKind.QUOTA:
                return self.too_often(fault)
            case FaultKind.BLOCKED:
                return web.Response(status=403, text="error code: 1010")
            case FaultKind.STATUS:
                return web.Response(status=fault.status, text=fault.text or "<h1>Server Error</h1>")
            case FaultKind.REDIRECT:
                return web.Response(status=302, headers={"Location": "/elsewhere"})
            case kind if kind in STREAMS:
                return await stream_fault(request, body, kind, self.closing)
            case kind:
                return web.Response(body=self.twisted(body, kind), content_type="application/json")

    def too_often(self, fault: Fault) -> web.Response:
        """Answer that there were too many calls, and when to come back."""
        headers = self._rest(fault)
        if "Retry-After" in headers and not fault.as_date:
            headers[self.resets_by_header] = headers.pop("Retry-After")
        return web.json_response({"code": 429, "error": "too many calls"}, status=429, headers=headers)

    def twisted(self, body: bytes, kind: FaultKind) -> bytes:
        """Return a body that looks like an answer and is none."""
        match kind:
            case FaultKind.HTML:
                return b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
            case FaultKind.GARBAGE:
                return self._random.randbytes(200)
            case FaultKind.CUT_JSON:
                return body[: len(body) // 2]
            case FaultKind.WRONG_SHAPE:
                return b'"nothing"'
            case FaultKind.NULLS | FaultKind.PARTLY_NULL | FaultKind.NAMELESS:
                return json.dumps(_hollow(json.loads(body or b"null"))).encode()
            case FaultKind.STRANGERS:
                return self.strangers(body)
            case _:
                return b"null"

    def strangers(self, body: bytes) -> bytes:
        """Return an answer to questions that nobody asked."""
        rows = json.loads(body or b"null")
        return json.dumps(
            [{"index": 10_000, "artist_name": "x"}] if isinstance(rows, list) else {"x": {}}
        ).encode()

    def _is_too_often(self) -> bool:
        if self._window is None:
            return False
        most, seconds = self._window
        recent = [
            call for call in self.calls[:-1] if call.at > self._clock() - seconds and call.status != 429
        ]
        return len(recent) >= most


def _hollow(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hollow(each) for key, each in value.items()}
    return [_hollow(each) for each in value] if isinstance(value, list) else None
