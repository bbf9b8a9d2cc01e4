"""Three people in a room with a channel, and what they do to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simcord.results import ResponseMessage

from cogs.work.servers import GroupEvents
from sandbox.playlists import load
from services.compute import ComputePool
from tests.discord.cards import check_message
from tests.discord.conftest import Room, furnish, open_app, simulate

FILES = {"ann": "mika.csv", "bob": "noor.csv", "cat": "tam.csv"}


@dataclasses.dataclass
class Party:
    """A room with a third person, and what the three do in it."""

    room: Room
    cat: Any
    times: list[datetime]

    @property
    def people(self) -> dict[str, Any]:
        return {"ann": self.room.ann, "bob": self.room.bob, "cat": self.cat}

    async def start(self) -> Any:
        result = await self.room.ann.slash(self.room.channel, "group start")
        check_message(result.response)
        return result.response

    async def join(self, card: Any, name: str) -> Any:
        return await self.people[name].click(card, label="Join")

    async def bring(self, card: Any, name: str, file: str | None = None) -> Any:
        form = await self.people[name].click(card, label="Choose source")
        assert form.modal is not None
        filename = file or FILES[name]
        result = await self.people[name].submit_modal(form, {"file": (filename, load(filename))})
        check_message(result.response)
        return result.response

    async def gather(self) -> Any:
        """Open a lobby in which three people are ready."""
        card = await self.start()
        for name in ("bob", "cat"):
            await self.join(card, name)
        for name in FILES:
            await self.bring(card, name)
        return card

    async def compare(self, card: Any) -> Any:
        result = await self.room.ann.click(card, label="Compare")
        check_message(result.response)
        return result.response

    @property
    def cog(self) -> GroupEvents:
        cog = self.room.env.bot.get_cog("GroupEvents")
        assert isinstance(cog, GroupEvents)
        return cog

    @property
    def last_post(self) -> ResponseMessage:
        """The newest message of the channel, as it is whenever one looks at it."""
        backend, channel = self.room.env.backend, self.room.channel
        return ResponseMessage(self.room.env, backend.get_message(channel.id, self.room.posts()[-1].id))

    def later(self, seconds: float) -> None:
        """Let time pass: who was seen a moment ago counts as there."""
        self.times.append(self.times[-1] + timedelta(seconds=seconds))

    async def tend(self) -> None:
        await self.cog.tend()


@pytest.fixture
async def party(tmp_path: Path, pool: ComputePool) -> AsyncIterator[Party]:
    times = [datetime(2026, 3, 1, 12, tzinfo=UTC)]

    def clock() -> datetime:
        return times[-1]

    async with open_app(tmp_path, pool) as opened:
        flows = opened.workflows
        parts = {
            name: dataclasses.replace(getattr(flows, name), clock=clock)
            for name in ("lobbies", "group_results", "posted_cards", "sharing", "server_map", "digests")
        }
        app = dataclasses.replace(
            opened,
            workflows=dataclasses.replace(flows, **parts),
            monotonic=lambda: clock().timestamp(),
        )
        async with simulate(app) as simulated:
            room = await furnish(app, simulated)
            cat = room.guild.add_member(simulated.create_user("cat"))
            yield Party(room, cat, times)
