"""Keep what was read at Spotify for as long and as little as its terms allow, and say how old it is.

A playlist stays for a day after it was used and for 30 days at the very most, Liked Songs for a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.domain.errors.sources import QuotaExceededError
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist
from services.storage.failures import forgiven
from services.storage.spotify import KeptPlaylist, PlaylistStore

LIKED = "liked"
"""The key under which Liked Songs are kept; no playlist id looks like it."""

KEPT_AFTER_USE = timedelta(days=1)
KEPT_AT_MOST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistCache:
    """Playlists that were read lately, each for the person whose login read it."""

    store: PlaylistStore
    clock: Callable[[], datetime]

    async def load(self, user_id: int, key: str) -> KeptPlaylist | None:
        """Take a playlist that is still kept."""
        return await self.store.load(user_id, key, self.clock())

    async def keep(self, user_id: int, key: str, playlist: Playlist) -> None:
        """Keep a playlist under the snapshot that it had when its reading began.

        One that changed meanwhile has another snapshot by now, and so is not taken for current later.
        """
        now = self.clock()
        kept = KeptPlaylist(playlist=playlist, snapshot_id=playlist.snapshot_id or "", fetched_at=now)
        with forgiven("a playlist can't be kept"):
            await self.store.save(user_id, key, kept, expires_at=now + KEPT_AFTER_USE)

    async def use(self, user_id: int, key: str, kept: KeptPlaylist) -> Playlist:
        """Use a playlist once more, which makes it stay for another while."""
        longest = KEPT_AFTER_USE if key == LIKED else KEPT_AT_MOST
        expires_at = min(self.clock() + KEPT_AFTER_USE, kept.fetched_at + longest)
        with forgiven("a playlist can't be kept for longer"):
            await self.store.prolong(user_id, key, expires_at=expires_at)
        return kept.playlist

    async def use_instead(
        self, user_id: int, key: str, kept: KeptPlaylist | None, error: Exception
    ) -> Playlist:
        """Use what was read before in place of what can't be read now, and say so.

        Raises
        ------
        Exception
            `error` itself, where there is nothing to use.
        """
        if kept is None:
            raise error
        playlist = await self.use(user_id, key, kept)
        notice = self.as_it_was(NoteKind.OLD_PLAYLIST, kept.fetched_at, error)
        return replace(playlist, notes=(notice, *playlist.notes))

    async def drop(self, user_id: int, key: str) -> None:
        """Drop a playlist that the person can't read any more."""
        await self.store.delete(user_id, key)

    def as_it_was(self, kind: NoteKind, read_at: datetime, error: Exception) -> Note:
        """Say why something old is shown, how old it is, and when there will be new things."""
        now = self.clock()
        wait_s = (error.until - now).total_seconds() if isinstance(error, QuotaExceededError) else None
        return Note(kind, number=(now - read_at).total_seconds(), wait_s=wait_s)
