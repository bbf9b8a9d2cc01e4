"""Long work can be stopped by whoever asked for it, and by nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from simcord import actors

from bot.app import App
from cogs.work.errors import root_cause
from sandbox.faults import Fault, FaultKind
from sandbox.playlists import load
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue
from services.domain.errors.jobs import StoppedError
from tests.discord.cards import text_of
from tests.discord.conftest import Room, SimulatedDiscord, open_app


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    """The application with a ReccoBeats that takes the call and never answers."""
    silent = SandboxReccoBeats(sample_catalogue(), clock=time.monotonic)
    silent.always = Fault(FaultKind.SILENCE)
    server = TestServer(silent.app())
    await server.start_server()
    try:
        async with open_app(tmp_path, reccobeats_url=str(server.make_url("/v1"))) as opened:
            yield opened
    finally:
        silent.closing.set()
        await server.close()


async def press_stop(actor: Any, message: Any) -> Any:
    """Press Stop while the command still runs, which the simulator's own `click` waits for first."""
    return await actors._component_click(actor, message, label="Stop", custom_id=None)


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110  (the simulator tells nobody about an edit)
        await asyncio.sleep(0.01)


async def test_stop_ends_the_wait_and_leaves_nothing_in_the_channel(
    room: Room, env: SimulatedDiscord
) -> None:
    asked = asyncio.create_task(
        room.ann.slash(room.channel, "analyze", file=("trip.csv", load("road-trip-2026.csv")))
    )
    await _until(lambda: asked.done() or "Stop" in str([each.components for each in room.channel.history()]))
    waiting = room.channel.history()[-1]
    # Each of the three waits until the bot rests, so they have to wait together.
    stranger = asyncio.create_task(press_stop(room.bob, waiting))
    await asyncio.sleep(0)
    owner = asyncio.create_task(press_stop(room.ann, waiting))
    refused, _, result = await asyncio.gather(stranger, owner, asked)
    assert "Only the person who asked" in text_of(refused.response)
    assert "Stopped" in text_of(result.followups[-1])
    assert result.response is None
    assert [type(root_cause(error)) for error in env.refusals()] == [StoppedError]
