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
from tests.depth import cases
from tests.integration.saving.world import BACKWARDS, LONG, assemble
from tests.unit.services.sources.fakes import serve
from tests.unit.services.sources.spotify_world import spotify_world

MOMENTS = {
    "create": (False, "/me/playlists", 1),
    "second batch": (False, "/items", 2),
    "reading back": (False, "/items", 4),
    "replace": (True, "/items", 4),
    "second batch in place": (True, "/items", 5),
}


@pytest.mark.parametrize("moment", cases(MOMENTS, gate=["second batch in place"]))
async def test_a_killed_process_leaves_enough_to_finish(tmp_path: Path, moment: str) -> None:
    in_place, path, number = MOMENTS[moment]
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    async with spotify_world() as world, serve(world.server.app()) as address:
        async with Database.open(url) as database:
            before = assemble(world, database, world.client)
            await before.link()
            listed = before.list_of(LONG) if in_place else None
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
