"""A loopback ReccoBeats that behaves, and misbehaves, as the real one was seen to."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from aiohttp import web

from sandbox.catalogue import Catalogue, CatalogueTrack, build_catalogue
from sandbox.faults import Fault, FaultKind
from sandbox.misbehaviour import STREAMS, rest_headers, stream_fault
from services.domain.features import Feature

MOST_IDS = 40
_TOO_MANY = {
    "status": 4004,
    "errors": [{"path": "getAudioFeatures.ids", "message": "size must be between 1 and 40"}],
}
_CLIENTS_TURNED_AWAY = ("python-", "aiohttp", "python/", "curl", "wget", "go-http")
"""Cloudflare's "error code: 1010" greets whoever keeps the default User-Agent of a library."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the server saw it."""

    at: float
    """In seconds of the server's clock."""
    ids: tuple[str, ...]
    status: int
    """0 where no status was ever sent."""
    user_agent: str
    headers: tuple[tuple[str, str], ...]
    not_before: float
    """The earliest time that all earlier answers allowed for this call."""

    @property
    def is_early(self) -> bool:
        """Whether the client came back before it was allowed to."""
        return self.at < self.not_before


class SandboxReccoBeats:
    """The server side of `GET /v1/audio-features`, with a log of who asked for what, and when.

    Parameters
    ----------
    catalogue
        The music it knows; tracks that are not `known` are silently left out of answers.
    clock
        Seconds that the log and the dates run on. Give it the clock of the client under test.
    faults
        What goes wrong with the first answers, in this order; then all is well.
    malformed
        Ids that make the whole batch answer 400.
    burst
        Calls within ten seconds after which 429 is the answer; None for no limit. 25 were seen to pass.
    """

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        *,
        clock: Callable[[], float],
        faults: Iterable[Fault | None] = (),
        malformed: Iterable[str] = (),
        burst: int | None = None,
        seed: int = 1,
    ) -> None:
        self.catalogue = catalogue or build_catalogue()
        self.calls: list[Call] = []
        self.faults: deque[Fault | None] = deque(faults)
        self.always: Fault | None = None
        """What goes wrong with every answer, once `faults` are used up."""
        self.malformed = set(malformed)
        self._clock = clock
        self._burst = burst
        self._random = Random(seed)
        self._not_before = float("-inf")
        self._arrival = asyncio.Condition()
        self.closing = asyncio.Event()
        """Set to let go of the connections that hang."""

    def app(self) -> web.Application:
        """Build the web application; its base URL for clients ends in `/v1`."""
        app = web.Application()
        app.router.add_get("/v1/audio-features", self._audio_features)
        app.on_shutdown.append(self._let_go)
        return app

    @property
    def ids_asked(self) -> list[str]:
        """Every id of every call, in the order of arrival."""
        return [key for call in self.calls for key in call.ids]

    @property
    def early_calls(self) -> list[Call]:
        """Calls that came before they were allowed to."""
        return [call for call in self.calls if call.is_early]

    async def wait_for_calls(self, count: int) -> None:
        """Return when `count` calls have arrived, whether they were answered or not."""
        async with self._arrival:
            await self._arrival.wait_for(lambda: len(self.calls) >= count)

    async def _let_go(self, _: web.Application) -> None:
        self.closing.set()

    async def _audio_features(self, request: web.Request) -> web.StreamResponse:
        ids = tuple(key for value in request.query.getall("ids", []) for key in value.split(",") if key)
        fault = self.faults.popleft() if self.faults else self.always
        if fault is None and self._is_burst():
            fault = Fault(FaultKind.RATE_LIMIT, retry_after_s=10)
        at = self._clock()
        number = len(self.calls)
        self.calls.append(
            Call(
                at,
                ids,
                0,
                request.headers.get("User-Agent", ""),
                tuple(request.headers.items()),
                self._not_before,
            )
        )
        async with self._arrival:
            self._arrival.notify_all()
        response = await self._answer(request, ids, fault)
        call = self.calls[number]
        self.calls[number] = Call(
            call.at, call.ids, response.status, call.user_agent, call.headers, call.not_before
        )
        return response

    def _is_burst(self) -> bool:
        if self._burst is None:
            return False
        recent = [call for call in self.calls if call.at > self._clock() - 10 and call.status == 200]
        return len(recent) >= self._burst

    async def _answer(
        self, request: web.Request, ids: Sequence[str], fault: Fault | None
    ) -> web.StreamResponse:
        agent = request.headers.get("User-Agent", "").casefold()
        if not agent or agent.startswith(_CLIENTS_TURNED_AWAY):
            return self._blocked()
        if fault is not None:
            return await self._misbehave(request, ids, fault)
        if not 1 <= len(ids) <= MOST_IDS:
            return web.json_response(_TOO_MANY, status=400)
        if self.malformed.intersection(ids):
            problem = {"path": "getAudioFeatures.ids", "message": "invalid value"}
            return web.json_response({"status": 4001, "errors": [problem]}, status=400)
        return web.json_response({"content": self._rows(ids)})

    def _rows(self, ids: Sequence[str]) -> list[dict[str, object]]:
        rows = []
        for key in dict.fromkeys(ids):
            entry = self.catalogue.by_id.get(key)
            if entry is not None:
                rows += [wire_row(entry)] if entry.known else []
            else:
                releases = self.catalogue.by_isrc.get(key.upper(), ())
                rows += [wire_row(release) for release in releases if release.known]
        self._random.shuffle(rows)
        return rows

    @staticmethod
    def _blocked() -> web.Response:
        return web.Response(status=403, text="error code: 1010", content_type="text/plain")

    async def _misbehave(self, request: web.Request, ids: Sequence[str], fault: Fault) -> web.StreamResponse:
        body = json.dumps({"content": self._rows(ids)}).encode()
        kind = fault.kind
        if kind is FaultKind.RATE_LIMIT:
            return self._rate_limit(fault)
        if kind is FaultKind.BLOCKED:
            return self._blocked()
        if kind is FaultKind.STATUS:
            return web.json_response({"status": 5000, "errors": []}, status=fault.status)
        if kind is FaultKind.REDIRECT:
            return web.Response(status=302, headers={"Location": "/v1/elsewhere"})
        if kind in STREAMS:
            return await stream_fault(request, body, kind, self.closing)
        return web.Response(body=self._twisted(ids, body, kind), content_type="application/json")

    def _twisted(self, ids: Sequence[str], body: bytes, kind: FaultKind) -> bytes:
        rows = self._rows(ids)
        match kind:
            case FaultKind.HTML:
                return b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
            case FaultKind.GARBAGE:
                return self._random.randbytes(200)
            case FaultKind.CUT_JSON:
                return body[: len(body) // 2]
            case FaultKind.WRONG_SHAPE:
                return b'{"content": {"rows": 3}}'
            case FaultKind.NULLS:
                rows = [row | {feature.value: None for feature in Feature} for row in rows]
            case FaultKind.PARTLY_NULL:
                rows = [row | {"tempo": 0, "key": -1, "energy": None, "valence": 7.5} for row in rows]
            case FaultKind.STRANGERS:
                others = [entry for entry in self.catalogue.tracks if entry.track.id not in ids]
                rows = [wire_row(entry) for entry in others[:3]]
            case FaultKind.NAMELESS:
                rows = [row | {"href": None, "isrc": None} for row in rows]
            case _:
                rows = []
        return json.dumps({"content": rows}).encode()

    def _rate_limit(self, fault: Fault) -> web.Response:
        if fault.retry_after is None and fault.retry_after_s is not None:
            self._not_before = max(self._not_before, self._clock() + fault.retry_after_s)
        headers = rest_headers(fault, self._clock())
        return web.json_response({"status": 4290, "errors": []}, status=429, headers=headers)


def wire_row(entry: CatalogueTrack) -> dict[str, object]:
    """Write a track as ReccoBeats does: its own UUID as `id`, the Spotify id only in `href`."""
    values: dict[str, object] = {feature.value: entry.features.get(feature) for feature in Feature}
    for whole in (Feature.KEY, Feature.MODE):
        number = entry.features.get(whole)
        values[whole.value] = None if number is None else int(number)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, str(entry.track.id))),
        "href": f"https://open.spotify.com/track/{entry.track.id}",
        "isrc": entry.track.isrc,
    } | values
