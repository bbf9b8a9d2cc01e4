"""Every call to another service against every mishap: an answer in time, in words, and nothing wrong stored.

Time between calls is invented; only the patience with a single call is real, and short.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import discord
import pytest

from bot.app.client import fetch_file
from bot.web.login import DiscordIdentity
from cogs.words.errors import UNEXPECTED
from cogs.words.messages import note_lines
from cogs.work.errors import refusal
from sandbox.fault_proxy import FaultProxy, Mishap
from services.accounts.linking import LinkingService
from services.accounts.tokens import REFRESH, TokenService
from services.domain.errors import TastemapError
from services.domain.music import PlaylistId, Track, TrackId
from services.domain.sources import FetchOutcome
from services.domain.spotify import Link, PlaylistSummary
from services.enrichment.coverage import compute_coverage
from services.enrichment.enricher import Enricher
from services.sealing import KeyRing
from services.sources.reccobeats import ReccoBeatsById, ReccoBeatsByIsrc, connect_reccobeats
from services.sources.session import Timeouts
from services.sources.spotify_api import SpotifyApi
from services.sources.spotify_auth import SpotifyAuth
from services.sources.spotify_client import SpotifyClient
from services.sources.spotify_features import SpotifyProbe
from services.sources.upstream import Patience
from services.storage.attempts import AttemptStore
from services.storage.database import Database
from services.storage.features import FeatureStore
from services.storage.links import LinkStore
from services.storage.spotify import CallStore
from tests.databases import sqlite_at
from tests.unit.services.sources.fakes import FakeClock, session

ANN = 123_456_789_012_345_678
SHORT = Timeouts(connect_s=0.3, read_s=0.15, total_s=0.3)
QUICK = Patience(timeouts=SHORT, retries=1, backoff_s=0.1)
REAL_DEADLINE_S = 8.0
"""Two tries with 0.3 s of patience each, and room for a busy machine."""
IDS = [TrackId(f"{number:022d}") for number in range(50)]
TRACKS = [
    Track(id=key, title=f"Song {n}", artists=("Somebody",), isrc=f"USAAA{n:07d}") for n, key in enumerate(IDS)
]
OWN = PlaylistSummary(
    id=PlaylistId("p" * 22), name="Own", owner_id="ann", owner_name="Ann", snapshot_id="s", total=60,
    is_own=True, is_collaborative=False,
)  # fmt: skip

SAYS_NOTHING = {"remove_playlist", "replace_items", "add_items"}
"""Calls whose success may come without a readable body: a snapshot or nothing."""


@dataclass
class Outside:
    """All clients of the house, talking to a server that misbehaves."""

    database: Database
    links: LinkStore
    attempts: AttemptStore
    keys: KeyRing
    time: FakeClock
    calls: dict[str, Awaitable[Any]]


@asynccontextmanager
async def outside(proxy: FaultProxy, url: str, folder: Path) -> AsyncIterator[Outside]:
    """Build each client anew, so that no breaker remembers an earlier mishap."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(sqlite_at(folder / "test.db")))
        time, base, keys = FakeClock(), proxy.address(url), KeyRing([bytes(32)])

        async def web() -> aiohttp.ClientSession:
            return await stack.enter_async_context(session())

        async def api() -> SpotifyClient:
            ledger = CallStore(database, budget=100_000)
            return SpotifyClient(
                SpotifyApi(
                    await web(),
                    ledger=ledger,
                    base_url=base,
                    clock=time.clock,
                    random=Random(1),
                    patience=QUICK,
                )
            )

        async def auth() -> SpotifyAuth:
            return SpotifyAuth(
                await web(), client_id="app", client_secret="secret", redirect_uri=f"{base}/callback",
                base_url=base, clock=time.clock, random=Random(1), patience=QUICK,
            )  # fmt: skip

        async def reccobeats() -> Any:
            return connect_reccobeats(
                await web(), base_url=base, clock=time.clock, random=Random(1), patience=QUICK
            )

        links, attempts = LinkStore(database), AttemptStore(database)
        sealed = keys.seal("the-refresh-token", purpose="spotify", owner_id=ANN, column=REFRESH)
        await links.save(
            Link(
                user_id=ANN, account_id="ann", spotify_user_id="ann", name="Ann", refresh_sealed=sealed,
                authorized_at=time.now() - timedelta(days=1),
            )
        )  # fmt: skip
        tokens = TokenService(links=links, keys=keys, auth=await auth(), clock=time.clock)
        linking = LinkingService(
            attempts=attempts, links=links, keys=keys, auth=await auth(), spotify=await api(), tokens=tokens,
            clock=time.clock, seats=5,
        )  # fmt: skip
        identity = DiscordIdentity(
            await web(), application_id=lambda: 1, client_secret="secret", redirect_uri=base, api_url=base,
            timeout=SHORT.within(1.0),
        )  # fmt: skip
        probe = SpotifyProbe(await web(), base_url=base, clock=time.clock, patience=QUICK)
        recco = await reccobeats()
        enricher = Enricher(
            store=FeatureStore(database),
            sources=[ReccoBeatsById(recco), ReccoBeatsByIsrc(recco)],
            clock=time.clock,
        )
        stack.push_async_callback(enricher.aclose)
        http = object.__new__(discord.http.HTTPClient)
        by_id, by_isrc = await reccobeats(), await reccobeats()
        one = {name: await api() for name in ("me", "list", "playlist", "rows", "liked", "create", "add")}
        one |= {name: await api() for name in ("replace", "remove")}
        token = "token"
        yield Outside(
            database, links, attempts, keys, time,
            {
                "reccobeats by id": by_id.fetch(IDS, deadline=time.deadline(30)),
                "reccobeats by isrc": by_isrc.fetch_by_isrc(
                    [track.isrc or "" for track in TRACKS], deadline=time.deadline(30)
                ),
                "enrich": enricher.look_up(TRACKS, deadline_s=30.0),
                "spotify features": probe.with_token(token).fetch(IDS, deadline=time.deadline(30)),
                "me": one["me"].me(token),
                "playlists": one["list"].playlists(token, own_id="ann"),
                "playlist": one["playlist"].playlist(token, OWN.id, own_id="ann"),
                "rows": one["rows"].rows(token, OWN),
                "liked": one["liked"].liked_page(token, 0),
                "create_playlist": one["create"].create_playlist(token, name="New", description=""),
                "add_items": one["add"].add_items(token, OWN.id, IDS),
                "replace_items": one["replace"].replace_items(token, OWN.id, IDS),
                "remove_playlist": one["remove"].remove_playlist(token, OWN.id),
                "refresh": tokens.access_token(ANN),
                "login": log_in(linking),
                "identity": identity.who("code"),
                "file": fetch_file(await web(), http, f"{base}/attachments/1/2/list.csv", SHORT),
            },
        )  # fmt: skip


async def log_in(linking: LinkingService, user_id: int = ANN + 1) -> None:
    """Go all the way to where the code is traded."""
    token = await linking.begin(user_id, discord_name="bob", scopes=frozenset())
    address = await linking.open(token, browser="browser")
    state = dict(part.split("=") for part in address.partition("?")[2].split("&"))["state"]
    received = await linking.receive(state=state, browser="browser", code="code", error=None)
    code, _ = await linking.finish_code(received.attempt_id, browser="browser")
    await linking.finish(user_id, code)


async def timed(call: Awaitable[Any]) -> Any:
    """Return what a call gives, or the failure that it raises; being late is no answer."""
    async with asyncio.timeout(REAL_DEADLINE_S):
        try:
            return await call
        except Exception as error:
            return error


@pytest.mark.parametrize("mishap", Mishap, ids=lambda mishap: mishap.name.lower())
async def test_every_call_ends_in_time_and_in_words_and_nothing_wrong_is_stored(
    mishap: Mishap, tmp_path: Path
) -> None:
    proxy = FaultProxy()
    proxy.mishap = mishap
    async with proxy.open() as url, outside(proxy, url, tmp_path) as world:
        before = await world.links.load(ANN)
        answers = dict(zip(world.calls, await asyncio.gather(*map(timed, world.calls.values())), strict=True))
        for call, answer in answers.items():
            if isinstance(answer, FetchOutcome):
                assert not answer.found, call
                assert set(answer.failed) | answer.absent, call
                assert not answer.absent, call
            elif call == "enrich":
                assert compute_coverage(answer.tracks).unknown == len(TRACKS)
                assert note_lines(answer.notices)
                assert "Error" not in str(note_lines(answer.notices))
            elif isinstance(answer, BaseException):
                assert isinstance(answer, TastemapError), (call, answer)
                assert refusal(answer) != UNEXPECTED, (call, answer)
            else:
                no_json = {Mishap.WRONG_TYPE, Mishap.HTML, Mishap.NO_JSON, Mishap.ENDLESS, Mishap.SLOW}
                file_of_any_kind = call == "file" and mishap in no_json
                assert call in SAYS_NOTHING or file_of_any_kind, (call, answer)
        # The link is as it was, nobody new is linked, no login is left half done, no track is known.
        assert await world.links.load(ANN) == before
        assert await world.links.load(ANN + 1) is None
        assert await world.attempts.of_user(ANN + 1, world.time.now()) is None
        store = FeatureStore(world.database)
        assert not await store.load_features(IDS)
        assert not await store.load_absences("reccobeats", IDS, world.time.now())
        assert bool(proxy.requests) != (mishap is Mishap.REFUSED)
