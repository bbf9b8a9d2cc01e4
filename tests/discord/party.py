"""Three people in a room with a channel, and what they do to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cogs.groups import GroupsCog
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
    def cog(self) -> GroupsCog:
        cog = self.room.env.bot.get_cog("GroupsCog")
        assert isinstance(cog, GroupsCog)
        return cog

    async def tend(self) -> None:
        await self.cog.tend()


@pytest.fixture
async def party(tmp_path: Path, pool: ComputePool) -> AsyncIterator[Party]:
    times = [datetime(2026, 3, 1, 12, tzinfo=UTC)]

    def clock() -> datetime:
        return times[-1]

    async with open_app(tmp_path, pool) as opened:
        groups = opened.groups
        parts = {
            name: dataclasses.replace(getattr(groups, name), clock=clock)
            for name in ("lobbies", "results", "messages", "sharing")
        }
        app = dataclasses.replace(opened, groups=dataclasses.replace(groups, **parts))
        async with simulate(app) as simulated:
            room = await furnish(app, simulated)
            cat = room.guild.add_member(simulated.create_user("cat"))
            yield Party(room, cat, times)
