"""A link ends: by `/logout`, by an operator, with all that was read with it and nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import discord
import pytest

from cogs.replies.ids import Action, ComponentRef
from sandbox.spotify_library import SandboxList
from services.compute import ComputePool
from services.domain.analysis import AnalysisOptions
from services.domain.errors.sources import NotLinkedError
from services.storage.persons import PersonStore
from tests.discord.cards import check_limits, check_message, menu_of, text_of
from tests.discord.conftest import Room
from tests.discord.connected import ConnectedRoom, connected_room, doubled
from tests.discord.test_login import letters
from tests.discord.test_refusals import answer_of, forge, menu
from tests.discord.test_saving import press

CANARY = "Kanarienvogelliste"


@dataclass
class World:
    """A room in which Ann has used what her login opens in every way there is."""

    connected: ConnectedRoom
    listed: SandboxList
    map: Any
    boss: Any
    """Runs the server, and not the bot."""

    @property
    def room(self) -> Room:
        return self.connected.room

    async def stored(self) -> dict[str, int]:
        """Count what is stored about Ann, but for the day's calls: a new login brings no new share."""
        counts = dict(await PersonStore(self.room.app.database).count(self.room.ann.id))
        counts.pop("person_calls", None)
        return counts

    async def all_of_it(self) -> str:
        """Return everything that is stored about Ann, readable."""
        written = io.BytesIO()
        await self.room.app.workflows.privacy.write_export(self.room.ann.id, written)
        return written.getvalue().decode()

    def names_of_it(self) -> list[str]:
        """Return what must not be found any more."""
        return [CANARY, *self.listed.track_ids[:20]]


@pytest.fixture
async def world(tmp_path: Path, pool: ComputePool) -> AsyncIterator[World]:
    async with connected_room(tmp_path, pool) as connected:
        room = connected.room
        listed = connected.list_of(doubled(), CANARY)
        link = f"https://open.spotify.com/playlist/{listed.id}"
        await room.ann.slash(room.channel, "playlists")
        shown = (await room.ann.slash(room.channel, "analyze", playlist=link)).response
        card = (await room.ann.slash(room.channel, "tidy", playlist=link)).response
        await press(room, card, "decide.0.remove")
        await press(room, card, "review")
        await press(room, card, "replace")
        await room.ann.slash(room.channel, "sharing on", playlist=link)
        group = (await room.ann.slash(room.channel, "group start")).response
        form = await room.ann.click(group, label="Choose source")
        await room.ann.submit_modal(form, {"links": link})
        yield World(connected, listed, shown, connected.env.create_user("boss"))


async def test_after_a_logout_nothing_is_left_that_was_read_with_it(world: World, tmp_path: Path) -> None:
    room = world.room
    await room.analyze(private=True)
    before = await world.stored()
    assert {"reports", "drafts", "playlist_writes", "sharings", "lobby_members", "links"} <= before.keys()
    held = await world.all_of_it()
    assert all(name in held for name in world.names_of_it())
    assert CANARY in text_of(world.map)

    card = await answer_of(await room.ann.slash(room.channel, "logout"))

    check_message(card)
    said = text_of(card)
    assert "all that was read with it" in said
    assert f"{before['drafts']} draft" in said
    assert "1 saved change of a playlist" in said
    assert "can no longer be undone" in said
    assert await world.stored() == {"reports": 1}
    held = await world.all_of_it()
    assert not [name for name in world.names_of_it() if name in held]
    assert json.loads(held)["tables"]["reports"][0]["playlist_name"] != CANARY
    for file in tmp_path.iterdir():
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file.name
    assert "taken back" in text_of(world.map)
    assert CANARY not in text_of(world.map)
    assert not world.map.attachments
    undo = text_of(await answer_of(await room.ann.slash(room.channel, "undo")))
    assert CANARY not in undo
    room.env.refusals()


async def operator(world: World) -> Any:
    """Let somebody run the bot; Discord shows them its commands."""
    user = world.room.env.create_user("root")
    settings = world.room.app.settings.model_copy(update={"operator_ids": (user.id,)})
    await world.room.env.restart_bot(replace(world.room.app, settings=settings).new_bot())
    role = world.room.guild.create_role("admins", permissions=discord.Permissions(administrator=True))
    world.boss = world.room.guild.add_member(world.boss, roles=[role])
    return world.room.guild.add_member(user, roles=[role])


async def test_a_released_seat_leaves_what_a_logout_leaves_and_the_person_hears_of_it(world: World) -> None:
    room, root = world.room, await operator(world)
    card = (await root.slash(room.channel, "admin seats")).response
    assert card.ephemeral
    assert "1 of 5 seats" in text_of(card)
    await root.select(card, [str(room.ann.id)], custom_id=menu_of(card, "seat")["custom_id"])
    assert "0 of 5 seats" in text_of(card)
    assert await world.stored() == {}
    held = await world.all_of_it()
    assert not [name for name in world.names_of_it() if name in held]
    (told,) = letters(room.ann)
    check_limits(told.components, [])
    assert "released your seat" in text_of(told)
    assert "1 saved change of a playlist" in text_of(told)
    assert "`/login`" in text_of(told)


async def test_a_closed_mailbox_or_a_broken_connection_keeps_no_seat(world: World) -> None:
    room, root = world.room, await operator(world)
    card = (await root.slash(room.channel, "admin seats")).response
    room.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=1)
    await root.select(card, [str(room.ann.id)], custom_id=menu_of(card, "seat")["custom_id"])
    assert "0 of 5 seats" in text_of(card)
    assert await world.stored() == {}


async def test_who_is_no_operator_can_neither_see_nor_release_seats(world: World) -> None:
    room, root = world.room, await operator(world)
    before = await world.stored()
    boss = world.boss
    answer = await answer_of(await boss.slash(room.channel, "admin seats"))
    assert "Only the people who run this bot" in text_of(answer)
    assert "seats are taken" not in text_of(answer)
    card = (await root.slash(room.channel, "admin seats")).response
    custom_id = menu_of(card, "seat")["custom_id"]
    assert custom_id == ComponentRef(Action.SEAT, "release").select()
    copied = await forge(room, menu(custom_id, str(room.ann.id)))
    answer = await answer_of(await boss.select(copied, [str(room.ann.id)]))
    assert "Only the people who run this bot" in text_of(answer)
    assert await world.stored() == before
    assert letters(room.ann) == []
    room.env.refusals()


async def test_what_is_read_while_the_link_ends_is_not_kept(world: World) -> None:
    room = world.room
    link = f"https://open.spotify.com/playlist/{world.listed.id}"
    accounts, analyze = room.app.accounts, room.app.workflows.analyze
    assert accounts is not None
    read = await accounts.library.read(room.ann.id, world.listed.id)
    analysis = await analyze.run(read, AnalysisOptions())
    await accounts.disconnect(room.ann.id)
    answer = await answer_of(await room.ann.slash(room.channel, "analyze", playlist=link))
    assert "`/login`" in text_of(answer) or "Connect" in str(answer.components)
    room.env.refusals()
    with pytest.raises(NotLinkedError):
        await room.app.workflows.reports.keep(room.ann.id, analysis, private=True)
    assert await world.stored() == {}


async def test_me_says_that_nothing_is_stored_but_the_link(tmp_path: Path, pool: ComputePool) -> None:
    async with connected_room(tmp_path, pool) as connected:
        room = connected.room
        assert "Nothing but the link to Spotify." in text_of(
            (await room.ann.slash(room.channel, "me")).response
        )
        assert "**Stored**\nNothing." in text_of((await room.bob.slash(room.channel, "me")).response)
