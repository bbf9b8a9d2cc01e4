"""A linked person, the loopback Spotify, the real client and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from services.accounts.tokens import SpotifyAccess
from services.domain.errors.sources import NotLinkedError, ScopeMissingError
from services.domain.spotify import Link
from services.storage.database import Database
from services.storage.links import LinkStore
from services.storage.spotify import CallStore, LibraryStore, PlaylistStore
from services.workflows.library import LibraryWorkflow, PlaylistCache
from tests.databases import sqlite_at
from tests.unit.services.sources.spotify_world import ANN, BOB, TOKENS, SpotifyWorld, spotify_world

SAM, KIM, NOBODY = 11, 12, 13
"""Sam has linked Ann's account, Kim has linked Bob's."""


@dataclass
class Tokens:
    """Tokens by person, as the accounts room hands them out."""

    links: LinkStore
    tokens: dict[int, str] = field(default_factory=lambda: {SAM: "ann", KIM: "bob"})
    refreshes: list[tuple[int, str]] = field(default_factory=list)

    outlives: Link | None = None
    """A link that is still good for what is on its way, although it has gone from the database."""

    async def link_of(self, user_id: int) -> Link:
        link = await self.links.load(user_id) or self.outlives
        if link is None:
            raise NotLinkedError
        return link

    async def access_token(self, user_id: int, *, scopes: frozenset[str] = frozenset()) -> str:
        await self.link_of(user_id)
        token = self.tokens[user_id]
        grant = TOKENS.get(token)
        if grant is not None and scopes - grant.scopes:
            raise ScopeMissingError(scopes - grant.scopes)
        return token

    async def refreshed(self, user_id: int, stale: str) -> str:
        self.refreshes.append((user_id, stale))
        self.tokens[user_id] = {SAM: "ann", KIM: "bob"}[user_id]
        return self.tokens[user_id]


@dataclass
class Reading:
    """Everything that a test of reading needs."""

    world: SpotifyWorld
    library: LibraryWorkflow
    tokens: Tokens
    database: Database
    links: LinkStore

    def later(self, **time: float) -> None:
        self.world.time.at += timedelta(**time).total_seconds()

    @property
    def calls(self) -> int:
        return len(self.world.server.calls)


@pytest.fixture
async def reading(tmp_path: Path) -> AsyncIterator[Reading]:
    async with Database.open(sqlite_at(tmp_path / "test.db")) as database, spotify_world() as world:
        links = LinkStore(database)
        for user_id, account in ((SAM, ANN), (KIM, BOB)):
            await links.save(
                Link(
                    user_id=user_id,
                    account_id=account.account_id,
                    spotify_user_id=account.id,
                    name=account.name,
                    refresh_sealed="sealed",
                    authorized_at=world.time.now(),
                )
            )
        tokens = Tokens(links)
        calls = CallStore(database, budget=500)
        world.client._api._ledger = calls
        library = LibraryWorkflow(
            access=SpotifyAccess(client=world.client, tokens=tokens),
            lists=LibraryStore(database),
            playlist_cache=PlaylistCache(store=PlaylistStore(database), clock=world.time.now),
            calls=calls,
            clock=world.time.now,
        )
        yield Reading(world, library, tokens, database, links)
