"""A loopback ReccoBeats that behaves, and misbehaves, as the real one was seen to."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from aiohttp import web

from sandbox.catalogue import Catalogue, CatalogueTrack, build_catalogue
from sandbox.faults import Fault, FaultKind
from sandbox.misbehaviour import STREAMS, Misbehaving, Timed, stream_fault
from sandbox.reccobeats_analysis import ANY_BYTES, CLIENTS_TURNED_AWAY, SandboxAnalysis
from services.domain.features import Feature

MOST_IDS = 40
_TOO_MANY = {
    "status": 4004,
    "errors": [{"path": "getAudioFeatures.ids", "message": "size must be between 1 and 40"}],
}


FEATURES, TRACKS, SEARCH = "/v1/audio-features", "/v1/track", "/v1/track/search"
_MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Call(Timed):
    """One request as the server saw it."""

    at: float
    ids: tuple[str, ...]
    status: int
    """0 where no status was ever sent."""
    user_agent: str
    headers: tuple[tuple[str, str], ...]
    not_before: float
    path: str = FEATURES


class SandboxReccoBeats(Misbehaving):
    """The server side of features, titles and search, with a log of who asked for what, and when.

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
        super().__init__(clock, faults)
        self.catalogue = catalogue or build_catalogue()
        self.calls: list[Call] = []
        self.malformed = set(malformed)
        self.analysis = SandboxAnalysis(clock=clock)
        self._burst = burst
        self._random = Random(seed)
        self._arrival = asyncio.Condition()

    def app(self) -> web.Application:
        """Build the web application; its base URL for clients ends in `/v1`."""
        app = web.Application(client_max_size=ANY_BYTES)
        for path in (FEATURES, TRACKS, SEARCH):
            app.router.add_get(path, self._watched)
        self.analysis.add_to(app)
        app.on_shutdown.append(self._let_go)
        return app

    @property
    def ids_asked(self) -> list[str]:
        """Every id whose features were asked for, in the order of arrival."""
        return [key for call in self.calls if call.path == FEATURES for key in call.ids]

    def calls_of(self, path: str) -> list[Call]:
        """List the calls of one kind."""
        return [call for call in self.calls if call.path == path]

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
        self.analysis.closing.set()

    async def _watched(self, request: web.Request) -> web.StreamResponse:
        ids = tuple(key for value in request.query.getall("ids", []) for key in value.split(",") if key)
        fault = self._next_fault()
        if fault is None and self._is_burst():
            fault = Fault(FaultKind.RATE_LIMIT, retry_after_s=10)
        at = self._clock()
        number = len(self.calls)
        headers = tuple(request.headers.items())
        agent = request.headers.get("User-Agent", "")
        self.calls.append(Call(at, ids, 0, agent, headers, self._not_before, request.path))
        async with self._arrival:
            self._arrival.notify_all()
        response = await self._answer(request, ids, fault)
        self.calls[number] = replace(self.calls[number], status=response.status)
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
        if not agent or agent.startswith(CLIENTS_TURNED_AWAY):
            return self._blocked()
        if fault is not None:
            return await self._misbehave(request, ids, fault)
        if request.path == SEARCH:
            return self._search(request)
        if not 1 <= len(ids) <= MOST_IDS:
            return web.json_response(_TOO_MANY, status=400)
        if self.malformed.intersection(ids):
            problem = {"path": "getAudioFeatures.ids", "message": "invalid value"}
            return web.json_response({"status": 4001, "errors": [problem]}, status=400)
        return web.json_response(
            {"content": self._named_rows(ids) if request.path == TRACKS else self._rows(ids)}
        )

    def _named_rows(self, ids: Sequence[str]) -> list[dict[str, object]]:
        entries = [self.catalogue.by_id[key] for key in dict.fromkeys(ids) if key in self.catalogue.by_id]
        rows = [named_row(entry) for entry in entries if entry.known]
        self._random.shuffle(rows)
        return rows

    def _search(self, request: web.Request) -> web.Response:
        """Look for a title, literally: artist and title together find nothing; covers come first."""
        words, size = request.query.get("searchText", "").casefold(), int(request.query.get("size", "25"))
        if size > _MOST_FOUND or not words:
            problem = {"path": "searchTrack.size", "message": "must be less than or equal to 50"}
            return web.json_response({"status": 4001, "errors": [problem]}, status=400)
        found = [
            entry for entry in self.catalogue.tracks if words in entry.track.title.casefold() and entry.known
        ]
        found.sort(key=lambda entry: entry.track.popularity or 0)
        return web.json_response({"content": [named_row(entry) for entry in found[:size]], "page": 0})

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
            return web.json_response({"status": 4291, "errors": []}, status=429, headers=self._rest(fault))
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


def named_row(entry: CatalogueTrack) -> dict[str, object]:
    """Write the names of a track as ReccoBeats does."""
    track = entry.track
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, str(track.id))),
        "trackTitle": track.title,
        "artists": [
            {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "name": name} for name in track.artists
        ],
        "durationMs": track.duration_ms,
        "isrc": track.isrc,
        "href": f"https://open.spotify.com/track/{track.id}",
        "popularity": track.popularity,
    }


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
