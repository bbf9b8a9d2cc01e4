"""A loopback Spotify, the real client, a real journal, and ways to be killed at any point."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.spotify import SandboxSpotify
from sandbox.spotify_library import SandboxLibrary, SandboxList, rows_of
from services.accounts.tokens import SpotifyAccess
from services.domain.errors.sources import NotLinkedError, ScopeMissingError
from services.domain.music import Playlist, PlaylistId, PlaylistSource, Track, TrackId
from services.domain.spotify import Link
from services.domain.writes import Write
from services.sources.spotify_client import SpotifyClient
from services.storage.database import Database
from services.storage.links import LinkStore
from services.storage.writes import WriteStore
from services.workflows.saving import SavingWorkflow
from services.workflows.saving.spotify import SpotifyPlaylists
from tests.databases import sqlite_at
from tests.unit.services.sources.spotify_world import ALL_SCOPES, ANN, SpotifyWorld, spotify_world

SAM = 7
LONG = tuple(TrackId(f"{number:022d}") for number in range(250))
BACKWARDS = LONG[::-1]


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class OneLink:
    """The tokens of one person, as the accounts give them out."""

    token: str = "ann"
    fresh: str = "ann"
    scopes: frozenset[str] = ALL_SCOPES
    is_linked: bool = True

    async def link_of(self, user_id: int) -> Link:
        if not self.is_linked:
            raise NotLinkedError
        return Link(
            user_id=user_id,
            account_id=ANN.account_id,
            spotify_user_id=ANN.id,
            name=ANN.name,
            refresh_sealed="sealed",
            access_sealed=None,
            access_expires_at=None,
            scopes=self.scopes,
            authorized_at=datetime(2026, 11, 22, tzinfo=UTC),
        )

    async def access_token(self, user_id: int, *, scopes: frozenset[str] = frozenset()) -> str:
        link = await self.link_of(user_id)
        if scopes - link.scopes:
            raise ScopeMissingError(scopes - link.scopes)
        return self.token

    async def refreshed(self, user_id: int, stale: str) -> str:
        await self.link_of(user_id)
        self.token = self.fresh
        return self.token


@dataclass
class Killer:
    """The real way to Spotify, on which the process can end just before or just after any request."""

    real: SpotifyPlaylists
    before: int = 0
    """Which call from now is never made; 0 for none."""
    after: int = 0
    """After which call from now nothing more is heard."""
    between: Callable[[], None] | None = None
    """What somebody else does at that moment."""
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.real, name)

        async def called(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            self._tick("before")
            answer = await call(*args, **kwargs)
            self._tick("after")
            return answer

        return called

    def _tick(self, when: str) -> None:
        left = getattr(self, when)
        if not left:
            return
        setattr(self, when, left - 1)
        if left == 1:
            if self.between is not None:
                self.between()
            raise KilledError

    def spare(self) -> None:
        """Let everything live from now on."""
        self.before = self.after = 0


@dataclass
class SavingWorld:
    """One person with playlists, and what writes to them."""

    spotify: SpotifyWorld
    database: Database
    journal: WriteStore
    tokens: OneLink
    killer: Killer
    saving: SavingWorkflow

    @property
    def server(self) -> SandboxSpotify:
        return self.spotify.server

    @property
    def library(self) -> SandboxLibrary:
        return self.spotify.server.library

    def restart(self) -> None:
        """Begin with nothing in memory but the journal."""
        self.killer.spare()
        self.saving = replace_memory(self.saving)

    async def link(self) -> None:
        """Let the person log in, or log in again after they were forgotten."""
        await LinkStore(self.database).save(await self.tokens.link_of(SAM))

    def list_of(self, tracks: Sequence[TrackId], name: str = "Late Drive") -> SandboxList:
        """Put a playlist into the person's library."""
        return self.library.add(ANN, name, rows_of([Track(id=each, title=each) for each in tracks]))

    def tracks_of(self, playlist_id: PlaylistId | None) -> tuple[TrackId, ...]:
        assert playlist_id is not None
        return self.library.lists[playlist_id].track_ids

    @property
    def own(self) -> list[SandboxList]:
        """The playlists that the person sees."""
        return self.library.library_of(ANN)

    async def stages(self) -> list[str]:
        return [write.stage.value for write in await self.journal.unfinished()]

    async def only_write(self) -> Write:
        (write,) = await self.journal._find()
        return write


def replace_memory(saving: SavingWorkflow) -> SavingWorkflow:
    return SavingWorkflow(journal=saving.journal, playlists=saving.playlists, clock=saving.clock)


def seen(listed: SandboxList, **changes: Any) -> Playlist:
    """A playlist as a person saw it a while ago."""
    playlist = Playlist(
        name=listed.name,
        tracks=tuple(Track(id=each) for each in listed.track_ids),
        source=PlaylistSource.SPOTIFY,
        id=listed.id,
        snapshot_id=listed.snapshot_id,
    )
    return replace(playlist, **changes)


def insert(listed: SandboxList, place: int, track: str) -> None:
    """Add a track as somebody else would, in Spotify's own app."""
    rows = list(listed.rows)
    rows[place:place] = rows_of([Track(id=TrackId(track), title=track)])
    listed.change(rows)


def remove(listed: SandboxList, place: int) -> TrackId:
    """Remove a row as somebody else would."""
    rows = list(listed.rows)
    gone = rows.pop(place)
    listed.change(rows)
    assert gone.track is not None
    assert gone.track.id is not None
    return gone.track.id


@asynccontextmanager
async def saving_world(folder: Path, **spotify: Any) -> AsyncIterator[SavingWorld]:
    """Open everything; the journal is a real file."""
    async with (
        spotify_world(**spotify) as world,
        Database.open(sqlite_at(folder / "journal.db")) as database,
    ):
        opened = assemble(world, database, world.client)
        await opened.link()
        yield opened


def assemble(world: SpotifyWorld, database: Database, client: SpotifyClient) -> SavingWorld:
    tokens = OneLink()
    killer = Killer(SpotifyPlaylists(access=SpotifyAccess(client=client, tokens=tokens)))
    journal = WriteStore(database)
    saving = SavingWorkflow(journal=journal, playlists=killer, clock=world.time.now)
    return SavingWorld(world, database, journal, tokens, killer, saving)
