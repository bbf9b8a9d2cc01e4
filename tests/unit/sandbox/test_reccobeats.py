"""The loopback ReccoBeats against what was seen of the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from sandbox.catalogue import build_catalogue, invented_id
from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from tests.unit.services.sources.fakes import FakeClock, serve

CATALOGUE = build_catalogue()
KNOWN = [entry.track.id or "" for entry in CATALOGUE.tracks if entry.known]
AGENT = {"User-Agent": "Somebody/1.0 (+https://example.org)"}


@asynccontextmanager
async def ask(
    sandbox: SandboxReccoBeats, *ids: str, headers: dict[str, str] | None = None
) -> AsyncIterator[aiohttp.ClientResponse]:
    async with (
        serve(sandbox.app()) as url,
        aiohttp.ClientSession(headers=AGENT if headers is None else headers) as client,
    ):
        params = [("ids", key) for key in ids]
        async with client.get(f"{url}v1/audio-features", params=params) as response:
            yield response


def sandbox(*faults: Fault, burst: int | None = None) -> SandboxReccoBeats:
    return SandboxReccoBeats(CATALOGUE, clock=FakeClock().monotonic, faults=faults, burst=burst)


async def test_omits_unknown_ids_and_keeps_no_order() -> None:
    async with ask(sandbox(), *KNOWN[:30], invented_id("nobody")) as response:
        content = (await response.json())["content"]
    ids = [row["href"].rsplit("/", 1)[1] for row in content]
    assert set(ids) == set(KNOWN[:30])
    assert ids != KNOWN[:30]
    assert set(content[0]) == {
        "id", "href", "isrc", "acousticness", "danceability", "energy", "instrumentalness", "key", "liveness",
        "loudness", "mode", "speechiness", "tempo", "valence",
    }  # fmt: skip


async def test_takes_ids_parted_by_commas_too() -> None:
    async with ask(sandbox(), ",".join(KNOWN[:3])) as response:
        assert len((await response.json())["content"]) == 3


@pytest.mark.parametrize("count", [0, 41])
async def test_refuses_no_ids_and_more_than_forty(count: int) -> None:
    async with ask(sandbox(), *KNOWN[:count]) as response:
        assert response.status == 400
        assert (await response.json())["status"] == 4004


async def test_turns_away_the_default_user_agent() -> None:
    async with ask(sandbox(), KNOWN[0], headers={}) as response:
        assert response.status == 403
        assert "error code: 1010" in await response.text()


async def test_an_isrc_brings_a_row_per_release() -> None:
    isrc, releases = next(
        item for item in CATALOGUE.by_isrc.items() if len([r for r in item[1] if r.known]) == 2
    )
    async with ask(sandbox(), isrc) as response:
        content = (await response.json())["content"]
    assert len(content) == 2
    assert {row["isrc"] for row in content} == {isrc}
    assert {row["href"].rsplit("/", 1)[1] for row in content} == {r.track.id for r in releases}


async def test_a_burst_is_refused_after_25() -> None:
    server = sandbox(burst=25)
    async with serve(server.app()) as url, aiohttp.ClientSession(headers=AGENT) as client:
        statuses = []
        for _ in range(48):
            async with client.get(f"{url}v1/audio-features?ids={KNOWN[0]}") as response:
                statuses.append(response.status)
    assert statuses == [200] * 25 + [429] * 23
    assert len(server.early_calls) == 22


async def test_logs_who_came_too_early() -> None:
    time = FakeClock()
    server = SandboxReccoBeats(
        CATALOGUE, clock=time.monotonic, faults=[Fault(FaultKind.RATE_LIMIT, retry_after_s=5)]
    )
    async with serve(server.app()) as url, aiohttp.ClientSession(headers=AGENT) as client:
        for wait_s in (0, 4.9, 0.2):
            time.at += wait_s
            async with client.get(f"{url}v1/audio-features?ids={KNOWN[0]}"):
                pass
    assert [call.is_early for call in server.calls] == [False, True, False]
    assert [call.status for call in server.calls] == [429, 200, 200]
