"""A room whose bot is connected to a loopback Spotify, with people who have linked and who have not."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_library import Grant, SandboxUser
from sandbox.spotify_samples import MIKA, YOU, sample_library
from sandbox.spotify_shapes import Shape
from services.accounts.tokens import ACCESS, REFRESH
from services.compute import ComputePool
from services.domain.spotify import READ_SCOPES, Link
from tests.discord.conftest import Room, furnish, keep_no_connection, open_app, simulate
from tests.unit.services.sources.fakes import EPOCH, serve

KEY = "A" * 43 + "="


@dataclass(frozen=True, slots=True)
class ConnectedRoom:
    """A room and its Spotify."""

    room: Room
    spotify: SandboxSpotify

    async def link(self, person: Any, account: SandboxUser, scopes: frozenset[str] = READ_SCOPES) -> None:
        """Let somebody have finished a login."""
        accounts = self.room.app.accounts
        assert accounts is not None
        now = accounts.clock.now()
        await accounts.links.save(
            Link(
                user_id=person.id,
                account_id=account.account_id,
                spotify_user_id=account.id,
                name=account.name,
                refresh_sealed=accounts.tokens.seal(person.id, REFRESH, "refresh"),
                access_sealed=accounts.tokens.seal(person.id, ACCESS, account.id),
                access_expires_at=now + timedelta(hours=1),
                scopes=scopes,
                authorized_at=now,
            )
        )

    def playlist(self, name: str) -> Any:
        """Find a list of the library by its name."""
        (found,) = (each for each in self.spotify.library.lists.values() if each.name == name)
        return found

    def address(self, name: str) -> str:
        """Return what somebody would paste."""
        return f"https://open.spotify.com/playlist/{self.playlist(name).id}?si=abc"


@asynccontextmanager
async def connected_room(
    folder: Path,
    pool: ComputePool,
    shape: Shape = Shape.NEW,
    *,
    with_features: bool = False,
    scopes: frozenset[str] = READ_SCOPES,
) -> AsyncIterator[ConnectedRoom]:
    """Open an application with a Spotify app; Ann has linked, Bob has not.

    With features there is a ReccoBeats too, which takes its time.
    """
    grants = {user.id: Grant(user, scopes) for user in (YOU, MIKA)}
    spotify = SandboxSpotify(sample_library(), check_token=grants.get, clock=lambda: EPOCH, shape=shape)
    reccobeats = SandboxReccoBeats(sample_catalogue(), clock=time.monotonic)
    async with (
        serve(keep_no_connection(spotify.app())) as url,
        serve(keep_no_connection(reccobeats.app())) as features_url,
        open_app(
            folder,
            pool,
            reccobeats_url=f"{features_url}v1" if with_features else "",
            spotify_client_id="client",
            token_keys=KEY,
            spotify_api_url=f"{url}v1",
            spotify_accounts_url=f"{url}accounts",
        ) as app,
        simulate(app) as env,
    ):
        room = ConnectedRoom(await furnish(app, env), spotify)
        await room.link(room.room.ann, YOU, scopes)
        yield room
