"""The real bot between a simulated Discord and a loopback Spotify, with one person who has connected."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.spotify import SandboxSpotify
from sandbox.spotify_library import SandboxLibrary, SandboxList, rows_of
from services.accounts.tokens import ACCESS, REFRESH
from services.compute import ComputePool
from services.domain.music import Track
from services.domain.spotify import Link
from tests.discord.conftest import Room, SimulatedDiscord, furnish, open_app, simulate
from tests.unit.services.sources.fakes import serve
from tests.unit.services.sources.spotify_world import ALL_SCOPES, ANN, TOKENS, TRACKS


@dataclass(frozen=True, slots=True, repr=False)
class ConnectedRoom:
    """A room in which Ann has connected her Spotify account."""

    room: Room
    env: SimulatedDiscord
    server: SandboxSpotify

    @property
    def own(self) -> list[SandboxList]:
        """What Ann sees in her library."""
        return self.server.library.library_of(ANN)

    def list_of(self, tracks: Any, name: str = "Late Drive") -> SandboxList:
        """Put a playlist into Ann's library."""
        return self.server.library.add(ANN, name, rows_of(tracks))


@asynccontextmanager
async def connected_room(
    folder: Path, pool: ComputePool, *, scopes: frozenset[str] = ALL_SCOPES
) -> AsyncIterator[ConnectedRoom]:
    """Open everything; Spotify is asked without the pauses that the real one needs."""
    server = SandboxSpotify(SandboxLibrary(TRACKS), check_token=TOKENS.get, clock=time.time)
    async with (
        serve(server.app()) as url,
        open_app(
            folder,
            pool,
            spotify_client_id="app",
            spotify_client_secret="secret",
            spotify_api_url=f"{url}v1",
            token_keys=base64.b64encode(bytes(32)).decode(),
            paste_login=True,
        ) as app,
        simulate(app) as env,
    ):
        accounts = app.accounts
        assert accounts is not None
        upstream = accounts.access.client._api._upstream
        upstream._pacer._min_gap_s = 0.0
        # A connection that is kept for later has a timer, and the simulator waits for all timers.
        upstream._session.connector._force_close = True
        room = await furnish(app, env)
        now = datetime.now(UTC)
        await accounts.links.save(
            Link(
                user_id=room.ann.id,
                account_id=ANN.account_id,
                spotify_user_id=ANN.id,
                name=ANN.name,
                refresh_sealed=accounts.tokens.seal(room.ann.id, REFRESH, "refresh"),
                access_sealed=accounts.tokens.seal(room.ann.id, ACCESS, "ann"),
                access_expires_at=now + timedelta(hours=1),
                scopes=scopes,
                authorized_at=now,
            )
        )
        yield ConnectedRoom(room, env, server)


def doubled(count: int = 120) -> list[Track]:
    """Invented tracks of which one is there twice."""
    tracks = list(TRACKS[:count])
    return [*tracks[:10], tracks[0], *tracks[10:]]
