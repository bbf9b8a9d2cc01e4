"""The part of the loopback ReccoBeats that takes sound: a clip a call, values that follow from its bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from sandbox.faults import Fault, FaultKind
from sandbox.misbehaviour import STREAMS, Misbehaving, Timed, stream_fault
from services.domain.features import FEATURE_RANGES, SOUND_FEATURES

CLIENTS_TURNED_AWAY = ("python-", "aiohttp", "python/", "curl", "wget", "go-http")
"""Cloudflare's "error code: 1010" greets whoever keeps the default User-Agent of a library."""
PATH = "/v1/analysis/audio-features"
MOST_BYTES = 5_000_000
ANY_BYTES = 64 * 1024 * 1024
_ODD = {"tempo": 0, "energy": None, "valence": 7.5, "danceability": "0.5", "liveness": float("nan")}
_MARKS = (b"RIFF", b"ID3", b"OggS", b"FORM", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body as the server saw it."""

    name: str
    filename: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of what was in it."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class ClipCall(Timed):
    """One request."""

    at: float
    status: int
    """0 where no status was ever sent."""
    user_agent: str
    headers: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    not_before: float


class SandboxAnalysis(Misbehaving):
    """The server side of `POST /v1/analysis/audio-features`, with a log of every byte that came.

    Parameters
    ----------
    clock
        Seconds that the log and the dates run on.
    faults
        What goes wrong with the first answers, in this order; then all is well.
    """

    def __init__(self, *, clock: Callable[[], float], faults: Iterable[Fault | None] = ()) -> None:
        super().__init__(clock, faults)
        self.calls: list[ClipCall] = []
        self.is_wrapped = False
        """Whether the values come as the first of a list, as some clients saw them."""
        self.most_bytes = MOST_BYTES

    def add_to(self, app: web.Application) -> None:
        """Answer this path of an application."""
        app.router.add_post(PATH, self._answer)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        parts = await _parts_of(request)
        fault = self._next_fault()
        agent = request.headers.get("User-Agent", "")
        number, at, not_before = len(self.calls), self._clock(), self._not_before

        def log(status: int) -> ClipCall:
            return ClipCall(at, status, agent, tuple(request.headers.items()), parts, not_before)

        self.calls.append(log(0))
        response = await self._respond(request, agent, parts, fault)
        self.calls[number] = log(response.status)
        return response

    async def _respond(
        self, request: web.Request, agent: str, parts: tuple[Part, ...], fault: Fault | None
    ) -> web.StreamResponse:
        if not agent or agent.casefold().startswith(CLIENTS_TURNED_AWAY):
            return web.Response(status=403, text="error code: 1010", content_type="text/plain")
        if not parts:
            given = request.headers.get("Content-Type")
            return _problem(415, f"Content-Type '{given or 'null'}' is not supported.", 4150)
        part = parts[0]
        if len(parts) != 1 or part.name != "audioFile" or not part.filename or not part.content_type:
            return _problem(400, "Required part 'audioFile' is not present.", 4001)
        if len(part.content) > self.most_bytes:
            return web.Response(
                status=413,
                text="<html><h1>413 Request Entity Too Large</h1></html>",
                content_type="text/html",
            )
        if not part.content.startswith(_MARKS):
            return _problem(400, "Unsupported file type", 4002)
        if fault is not None:
            return await self._misbehave(request, part, fault)
        values = clip_values(part.content)
        return web.json_response({"content": [values]} if self.is_wrapped else values)

    async def _misbehave(self, request: web.Request, part: Part, fault: Fault) -> web.StreamResponse:
        values: dict[str, object] = dict(clip_values(part.content))
        kind = fault.kind
        if kind is FaultKind.RATE_LIMIT:
            body = {"error": fault.message or "Too many requests", "status": 4291}
            return web.json_response(body, status=429, headers=self._rest(fault))
        if kind in STREAMS:
            return await stream_fault(request, json.dumps(values).encode(), kind, self.closing)
        if kind is FaultKind.STATUS and fault.text is not None:
            return web.Response(status=fault.status, text=fault.text, content_type="text/html")
        plain: dict[FaultKind, web.Response] = {
            FaultKind.BLOCKED: web.Response(status=403, text="error code: 1010"),
            FaultKind.REDIRECT: web.Response(status=302, headers={"Location": "/v1/elsewhere"}),
            FaultKind.HTML: web.Response(text="<html>Just a moment...</html>", content_type="text/html"),
            FaultKind.GARBAGE: web.Response(body=b"\x00\x01\x02", content_type="application/json"),
            FaultKind.CUT_JSON: web.Response(text=json.dumps(values)[:40], content_type="application/json"),
            FaultKind.WRONG_SHAPE: web.json_response([1, 2, 3]),
            FaultKind.NULLS: web.json_response(dict.fromkeys(values)),
            FaultKind.PARTLY_NULL: web.Response(
                text=json.dumps(values | _ODD), content_type="application/json"
            ),
        }
        return plain.get(kind) or _problem(fault.status, fault.message or "Internal error", 5001)


def clip_values(content: bytes) -> dict[str, float]:
    """Make the nine values of a clip out of its bytes: the same clip has the same, another one others."""
    digest = hashlib.sha256(content).digest()
    values = {}
    for place, feature in enumerate(SOUND_FEATURES):
        low, high = FEATURE_RANGES[feature]
        if low < 0:
            low, high = -20.0, -3.0
        elif high > 1:
            low, high = 80.0, 160.0
        values[feature.value] = round(low + (high - low) * (0.1 + 0.8 * digest[place] / 255), 4)
    return values


def _problem(status: int, error: str, code: int) -> web.Response:
    body = {"timestamp": "2026-11-28T00:00:00Z", "error": error, "path": f"uri={PATH}", "status": code}
    return web.json_response(body, status=status)


async def _parts_of(request: web.Request) -> tuple[Part, ...]:
    if not request.content_type.startswith("multipart/"):
        await request.read()
        return ()
    parts = []
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            content = bytes(await part.read())[:ANY_BYTES]
            parts.append(
                Part(part.name or "", part.filename or "", part.headers.get("Content-Type", ""), content)
            )
    return tuple(parts)
