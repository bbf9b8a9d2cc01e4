from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from aiohttp import web

from sandbox.catalogue import build_catalogue
from services.domain.errors.sources import QuotaExceededError
from services.domain.features import Feature
from services.domain.music import Track, TrackId
from services.sources.spotify_features import SpotifyFeatures, SpotifyProbe
from tests.unit.services.sources.fakes import CALM, FakeClock, serve, session

ENTRIES = [entry for entry in build_catalogue().tracks if entry.track.id][:230]
IDS = [entry.track.id for entry in ENTRIES if entry.track.id]
BY_ID = {entry.track.id: entry for entry in ENTRIES}


class FakeSpotify:
    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.calls: list[tuple[str, list[str]]] = []

    async def answer(self, request: web.Request) -> web.Response:
        ids = request.query["ids"].split(",")
        self.calls.append((request.headers["Authorization"], ids))
        if self.status != 200:
            return web.json_response({"error": {"status": self.status}}, status=self.status)
        return web.json_response({"audio_features": [self.row(track_id) for track_id in ids]})

    def row(self, track_id: str) -> dict[str, object] | None:
        entry = BY_ID.get(TrackId(track_id))
        if entry is None:
            return None
        return {"id": track_id, "time_signature": 4} | {f.value: entry.features.get(f) for f in Feature}

    @asynccontextmanager
    async def source(self, time: FakeClock) -> AsyncIterator[Callable[[str], SpotifyFeatures]]:
        app = web.Application()
        app.router.add_get("/v1/audio-features", self.answer)
        async with serve(app) as url, session() as opened:
            probe = SpotifyProbe(opened, base_url=f"{url}v1", clock=time.clock, patience=CALM)
            yield probe.with_token


async def test_reads_features_in_batches_of_a_hundred() -> None:
    time, spotify = FakeClock(), FakeSpotify()
    unknown = TrackId("0" * 22)
    async with spotify.source(time) as source_for:
        outcome = await source_for("token-of-one").fetch([*IDS, unknown], deadline=time.deadline())
    assert set(outcome.found) == set(IDS)
    assert outcome.absent == {unknown}
    assert [len(ids) for _, ids in spotify.calls] == [100, 100, 31]
    assert outcome.found[IDS[0]].features == ENTRIES[0].features
    assert outcome.found[IDS[0]].source == "spotify"


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_one_probe_and_then_silence_for_a_day(status: int) -> None:
    time, spotify = FakeClock(), FakeSpotify(status)
    track = Track(id=IDS[0])
    async with spotify.source(time) as source_for:
        sources = [source_for(f"token-{n}") for n in range(10)]
        outcomes = await asyncio.gather(*(source.fetch(IDS, deadline=time.deadline()) for source in sources))
        assert len(spotify.calls) == 1
        assert all(set(outcome.failed) == set(IDS) and not outcome.notice for outcome in outcomes)
        assert source_for("another").key_of(track) is None
        time.at += 24 * 3600
        assert source_for("another").key_of(track) == IDS[0]


async def test_a_stale_token_closes_nothing() -> None:
    time, spotify = FakeClock(), FakeSpotify(401)
    async with spotify.source(time) as source_for:
        outcome = await source_for("stale").fetch(IDS, deadline=time.deadline())
        assert set(outcome.failed.values()) == {"HTTP 401"}
        assert len(spotify.calls) == 1
        spotify.status = 200
        assert len((await source_for("fresh").fetch(IDS, deadline=time.deadline())).found) == len(IDS)


async def test_a_token_that_is_none_is_never_put_into_a_header() -> None:
    time, spotify = FakeClock(), FakeSpotify()
    async with spotify.source(time) as source_for:
        outcome = await source_for("a\r\nHost: elsewhere").fetch(IDS[:1], deadline=time.deadline())
    assert spotify.calls == []
    assert set(outcome.failed) == {IDS[0]}


async def test_rows_in_another_order_are_not_believed() -> None:
    class Shuffled(FakeSpotify):
        def row(self, track_id: str) -> dict[str, object] | None:
            return super().row(IDS[0])

    time, spotify = FakeClock(), Shuffled()
    async with spotify.source(time) as source_for:
        outcome = await source_for("token").fetch(IDS[:3], deadline=time.deadline())
    assert set(outcome.found) == {IDS[0]}
    assert set(outcome.failed) == set(IDS[1:3])


async def test_each_try_counts_and_a_spent_quota_is_no_reason_to_ask() -> None:
    time = FakeClock()

    class Spent:
        async def admit(self, now: datetime) -> None:
            raise QuotaExceededError(now)

        async def block(self, until: datetime) -> None:
            raise AssertionError

    async with session() as opened:
        probe = SpotifyProbe(opened, ledger=Spent(), base_url="http://127.0.0.1:9", clock=time.clock)
        outcome = await probe.with_token("token").fetch([TrackId("a" * 22)], deadline=time.deadline())
    assert list(outcome.failed) == ["a" * 22]
