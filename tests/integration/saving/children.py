"""A process of its own that writes, until somebody kills it."""

from __future__ import annotations

import asyncio
import sys
from random import Random

from services.accounts.tokens import SpotifyAccess
from services.domain.music import Playlist, PlaylistId, Track
from services.sources.clock import Clock
from services.sources.spotify_api import SpotifyApi
from services.sources.spotify_client import SpotifyClient
from services.storage.database import Database
from services.storage.writes import WriteStore
from services.workflows.saving import SavingWorkflow
from services.workflows.saving.spotify import SpotifyPlaylists
from tests.integration.saving.world import BACKWARDS, LONG, SAM, OneLink
from tests.unit.services.sources.fakes import session
from tests.unit.services.sources.spotify_world import Ledger
from tests.unit.services.workflows.saving.shelf import apply


async def write(database_url: str, api_url: str, playlist_id: str) -> None:
    """Save 250 tracks as a new playlist, or put them in place of those in `playlist_id`."""
    async with Database.open(database_url) as database, session() as opened:
        api = SpotifyApi(opened, ledger=Ledger(), base_url=api_url, random=Random(3), min_gap_s=0.0)
        access = SpotifyAccess(client=SpotifyClient(api), tokens=OneLink())
        saving = SavingWorkflow(
            journal=WriteStore(database), playlists=SpotifyPlaylists(access=access), clock=Clock().now
        )
        if playlist_id == "new":
            await saving.save_new(SAM, name="Ordered", tracks=BACKWARDS, request="1")
            return
        tracks = tuple(Track(id=each) for each in LONG)
        playlist = Playlist(name="Late Drive", tracks=tracks, id=PlaylistId(playlist_id))
        await apply(saving, SAM, playlist, BACKWARDS, request="1")


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
