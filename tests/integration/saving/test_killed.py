"""The process is killed with SIGKILL in the middle of a write: another one finishes it from the journal."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from aiohttp import web

from services.storage.database import Database
from tests.conftest import ROOT
from tests.integration.saving.world import BACKWARDS, LONG, assemble
from tests.unit.services.sources.fakes import serve
from tests.unit.services.sources.spotify_world import spotify_world


@pytest.mark.parametrize(
    ("in_place", "path", "number"),
    [
        (False, "/me/playlists", 1),
        (False, "/items", 2),
        (False, "/items", 4),
        (True, "/items", 4),
        (True, "/items", 5),
    ],
    ids=["create", "second batch", "reading back", "replace", "second batch in place"],
)
async def test_a_killed_process_leaves_enough_to_finish(
    tmp_path: Path, in_place: bool, path: str, number: int
) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    async with spotify_world() as world, serve(world.server.app()) as address:
        listed = None
        if in_place:
            async with Database.open(url) as database:
                listed = assemble(world, database, world.client).list_of(LONG)
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.integration.saving.children",
            url,
            f"{address}v1",
            listed.id if listed else "new",
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        met = 0

        def kill(request: web.Request) -> None:
            nonlocal met
            met += request.path.endswith(path)
            if met == number and child.returncode is None:
                child.send_signal(signal.SIGKILL)

        world.server.before = kill
        _, said = await child.communicate()
        assert child.returncode == -signal.SIGKILL, said.decode()
        world.server.before = lambda _request: None

        async with Database.open(url) as database:
            after = assemble(world, database, world.client)
            (resumed,) = await after.saving.resume_due()
            assert resumed.is_done
            assert after.tracks_of(resumed.playlist_id) == BACKWARDS
            assert len(after.own) == 1
