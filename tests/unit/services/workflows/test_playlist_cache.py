"""Each use of a kept playlist, and each that had to be fetched, is counted once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from services.domain.music import Playlist, Track
from services.storage.database import Database
from services.storage.playlist_cache import KeptPlaylist, PlaylistStore
from services.workflows.playlist_cache import LIKED, PlaylistCache
from tests.databases import sqlite_at

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def test_a_fetched_playlist_is_a_miss_and_a_kept_one_a_hit(tmp_path: Path) -> None:
    counted: list[tuple[str, int, int]] = []
    async with Database.open(sqlite_at(tmp_path / "test.db")) as database:
        playlist_cache = PlaylistCache(
            store=PlaylistStore(database),
            clock=lambda: NOON,
            looked_up=lambda *counts: counted.append(counts),
        )
        liked = Playlist(name="Liked", tracks=(Track(title="Song"),))
        await playlist_cache.keep(1, LIKED, liked)
        await playlist_cache.use(1, LIKED, KeptPlaylist(playlist=liked, snapshot_id="", fetched_at=NOON))
    assert counted == [("playlists", 0, 1), ("playlists", 1, 0)]
