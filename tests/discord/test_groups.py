"""Three people compare in a channel: the lobby, the result, and going again."""

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
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room, furnish, open_app, simulate
from tests.discord.test_refusals import log

__all__ = ["log"]

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

    async def tend(self) -> None:
        cog = self.room.env.bot.get_cog("GroupsCog")
        assert isinstance(cog, GroupsCog)
        await cog.tend()


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


async def test_three_people_compare_and_see_why(party: Party) -> None:
    card = await party.gather()
    said = text_of(card)
    assert all(name in said for name in FILES)
    assert "3 ready" in said
    result = await party.compare(card)
    assert not result.ephemeral
    for name in FILES:
        assert name in text_of(result)
    for label in ("Map", "Profiles", "Awards", "My data"):
        answer = (await party.room.bob.click(result, label=label)).response
        check_message(answer)
        assert answer.ephemeral
    menu = next(each for each in custom_ids(result).values() if each.startswith("tms:people"))
    person = (await party.room.bob.select(result, ["0"], custom_id=menu)).response
    check_message(person)
    menu = next(each for each in custom_ids(person).values() if ":pair" in each)
    pair = (await party.room.bob.select(person, ["0.1"], custom_id=menu)).response
    check_message(pair)
    blend = (await party.cat.click(result, label="Blend")).response
    check_message(blend)
