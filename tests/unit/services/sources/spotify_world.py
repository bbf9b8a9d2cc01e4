"""Two people at a loopback Spotify, and the real client that asks it on a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sandbox.catalogue import build_catalogue
from sandbox.faults import Fault
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_library import Grant, SandboxLibrary, SandboxUser
from sandbox.spotify_shapes import Shape
from services.domain.errors.sources import QuotaExceededError
from services.domain.music import Track
from services.domain.spotify import READ_SCOPES
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES
from services.sources.spotify_api import SpotifyApi
from services.sources.spotify_client import SpotifyClient
from services.sources.upstream import Patience
from tests.unit.services.sources.fakes import CALM, FakeClock, serve, session

ANN = SandboxUser("ann-at-spotify", "Ann", "acc-ann")
BOB = SandboxUser("bob-at-spotify", "Bob", "acc-bob")
STRANGER = SandboxUser("carl-at-spotify", "Carl", is_listed=False)
SPOTIFY = SandboxUser("spotify", "Spotify")
TRACKS: tuple[Track, ...] = tuple(entry.track for entry in build_catalogue().tracks)
ALL_SCOPES = READ_SCOPES | WRITE_SCOPES | REMOVE_SCOPES

TOKENS = {
    "ann": Grant(ANN, ALL_SCOPES),
    "ann-reads": Grant(ANN, READ_SCOPES),
    "ann-writes": Grant(ANN, READ_SCOPES | WRITE_SCOPES),
    "ann-private": Grant(ANN, frozenset({"playlist-read-private"})),
    "ann-nothing": Grant(ANN, frozenset()),
    "bob": Grant(BOB, ALL_SCOPES),
    "stranger": Grant(STRANGER, READ_SCOPES),
}


@dataclass
class Ledger:
    """A ledger in memory with no budget, which remembers everything."""

    admitted: int = 0
    blocked_until: datetime | None = None
    blocks: list[datetime] = field(default_factory=list)

    async def admit(self, now: datetime) -> None:
        if self.blocked_until is not None and now < self.blocked_until:
            raise QuotaExceededError(self.blocked_until)
        self.admitted += 1

    async def block(self, until: datetime) -> None:
        self.blocked_until = until
        self.blocks.append(until)


@dataclass
class SpotifyWorld:
    """The server, its library, and the client."""

    server: SandboxSpotify
    client: SpotifyClient
    ledger: Ledger
    time: FakeClock

    @property
    def library(self) -> SandboxLibrary:
        return self.server.library

    @property
    def paths(self) -> list[str]:
        return [call.path for call in self.server.calls]


@asynccontextmanager
async def spotify_world(
    shape: Shape = Shape.NEW,
    *,
    faults: Iterable[Fault | None] = (),
    quota: int | None = None,
    patience: Patience = CALM,
) -> AsyncIterator[SpotifyWorld]:
    time, ledger = FakeClock(), Ledger()
    server = SandboxSpotify(
        SandboxLibrary(TRACKS),
        check_token=TOKENS.get,
        clock=time.monotonic,
        shape=shape,
        faults=faults,
        quota=quota,
    )
    async with serve(server.app()) as url, session() as opened:
        api = SpotifyApi(
            opened,
            ledger=ledger,
            base_url=f"{url}v1",
            clock=time.clock,
            random=Random(3),
            patience=patience,
        )
        yield SpotifyWorld(server, SpotifyClient(api), ledger, time)
