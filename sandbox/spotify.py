"""A loopback Spotify Web API that behaves, and misbehaves, as the real one is described.

The accounts half, which gives out the tokens, is a server of its own; what the two share is the
function that says whose token a request carries.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, FaultKind
from sandbox.misbehaviour import STREAMS, rest_headers, stream_fault
from sandbox.spotify_endpoints import Handler, RefusalError, SpotifyEndpoints
from sandbox.spotify_library import Grant, SandboxLibrary
from sandbox.spotify_shapes import Json, Shape

NOT_LISTED = "User not registered in the Developer Dashboard"
NO_PREMIUM = "Active premium subscription required for the owner of the app."

CheckToken = Callable[[str], Grant | None]
"""Says whose access token this is; None for one that is unknown, expired or revoked."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request as the server saw it, without its token."""

    method: str
    path: str
    """Below `/v1`."""
    query: Mapping[str, str]
    user_id: str | None
    json: Any
    status: int = 0
    """0 where no status was ever sent."""


class SandboxSpotify(SpotifyEndpoints):
    """The server side of the Web API, with a log of what was asked.

    Parameters
    ----------
    library
        What is stored there; tests change it as they please, also between two answers.
    check_token
        Supplied by the accounts half.
    clock
        Seconds that the dates of answers run on.
    shape
        Which answers the app gets.
    faults
        What goes wrong with the first answers, in this order; then all is well.
    quota
        Calls after which the daily quota is spent; None for no limit.
    """

    def __init__(
        self,
        library: SandboxLibrary,
        *,
        check_token: CheckToken,
        clock: Callable[[], float],
        shape: Shape = Shape.NEW,
        faults: Iterable[Fault | None] = (),
        quota: int | None = None,
    ) -> None:
        super().__init__(library, shape=shape)
        self.calls: list[ApiCall] = []
        self.faults: deque[Fault | None] = deque(faults)
        self.always: Fault | None = None
        """What goes wrong with every answer, once `faults` are used up."""
        self.quota = quota
        self.quota_returns_in_s = 48_925.0
        """As seen in the wild."""
        self.has_premium = True
        """Whether the owner of the app pays; without it every call is refused."""
        self.before: Callable[[web.Request], None] = lambda _request: None
        """Called before each answer is made, so that lists can change while they are read."""
        self.trapped: list[str] = []
        """Requests to addresses that only a `next` link or a redirect names."""
        self.closing = asyncio.Event()
        """Set to let go of the connections that hang."""
        self._check_token = check_token
        self._clock = clock

    def app(self) -> web.Application:
        """Build the web application; its base URL for clients ends in `/v1`."""
        app = web.Application()
        for method, path, handler in self.routes():
            app.router.add_route(method, path, self._logged(handler))
        app.router.add_get("/elsewhere/{tail:.*}", self._trap)
        app.on_shutdown.append(self._let_go)
        return app

    async def _let_go(self, _: web.Application) -> None:
        self.closing.set()

    async def _trap(self, request: web.Request) -> web.Response:
        self.trapped.append(f"{request.method} {request.path_qs}")
        return web.json_response({"items": [], "total": 0})

    def _logged(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def logged(request: web.Request) -> web.StreamResponse:
            self.before(request)
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            grant = self._check_token(token) if scheme == "Bearer" else None
            number = len(self.calls)
            call = ApiCall(
                method=request.method,
                path=request.path.removeprefix("/v1"),
                query=dict(request.query),
                user_id=grant.user.id if grant else None,
                json=_parsed(await request.text()),
            )
            self.calls.append(call)
            fault = self.faults.popleft() if self.faults else self.always
            response = await self._answer(request, grant, handler, fault)
            self.calls[number] = replace(call, status=response.status)
            return response

        return logged

    async def _answer(
        self, request: web.Request, grant: Grant | None, handler: Handler, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is not None and not fault.is_carried_out:
            return await self._misbehave(request, fault, b'{"items": [], "total": 0}')
        try:
            admitted = self._admitted(grant)
            if self._is_quota_spent():
                return self._too_many(Fault(FaultKind.QUOTA, retry_after_s=self.quota_returns_in_s))
            response = await handler(request, admitted)
        except RefusalError as refusal:
            error = {"status": refusal.status, "message": refusal.message}
            return web.json_response({"error": error}, status=refusal.status)
        if fault is not None:
            body = response.body if isinstance(response, web.Response) else None
            return await self._misbehave(request, fault, body if isinstance(body, bytes) else b"")
        return response

    def _admitted(self, grant: Grant | None) -> Grant:
        if grant is None:
            raise RefusalError(401, "The access token expired")
        if not self.has_premium:
            raise RefusalError(403, NO_PREMIUM)
        if not grant.user.is_listed:
            raise RefusalError(403, NOT_LISTED)
        return grant

    def _is_quota_spent(self) -> bool:
        if self.quota is None:
            return False
        self.quota = max(-1, self.quota - 1)
        return self.quota < 0

    async def _misbehave(self, request: web.Request, fault: Fault, body: bytes) -> web.StreamResponse:
        kind = fault.kind
        if kind in STREAMS:
            return await stream_fault(request, body, kind, self.closing)
        match kind:
            case FaultKind.RATE_LIMIT | FaultKind.QUOTA:
                return self._too_many(fault)
            case FaultKind.STATUS:
                return _status(fault)
            case FaultKind.REDIRECT:
                return web.Response(status=302, headers={"Location": "/elsewhere/redirect"})
            case FaultKind.HTML:
                page = "<!DOCTYPE html><title>Just a moment...</title>"
                return web.Response(text=page, content_type="text/html")
            case FaultKind.GARBAGE:
                body = bytes(range(128, 256))
            case FaultKind.CUT_JSON:
                body = body[: len(body) // 2]
            case FaultKind.WRONG_SHAPE:
                body = b'{"items": {"rows": 3}, "id": 7}'
            case FaultKind.NULLS:
                body = b"null"
            case _:
                body = b""
        return web.Response(body=body, content_type="application/json")

    def _too_many(self, fault: Fault) -> web.Response:
        error: Json = {"status": 429, "message": "API rate limit exceeded"}
        if fault.kind is FaultKind.QUOTA:
            error["reason"] = "QUOTA_EXCEEDED"
        headers = rest_headers(fault, self._clock())
        if fault.text is not None:
            return web.Response(status=429, text=fault.text, headers=headers)
        return web.json_response({"error": error}, status=429, headers=headers)


def _status(fault: Fault) -> web.Response:
    if fault.text is not None:
        return web.Response(status=fault.status, text=fault.text)
    error: Json = {"status": fault.status}
    if fault.message:
        error["message"] = fault.message
    return web.json_response({"error": error}, status=fault.status)


def _parsed(body: str) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body
