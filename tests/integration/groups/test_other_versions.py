"""What another version has stored can't be read: said so, and never taken for gone or changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from services.domain.errors.groups import UnreadablePlaylistError, UnreadableResultError
from services.domain.groups import Lobby
from services.storage.database import Database
from services.storage.schema.groups import group_results, lobby_members, map_members
from services.storage.server_maps import MapMemberStore
from services.workflows.lobbies import Place
from tests.databases import sqlite_at
from tests.integration.groups.house import House, Server, furnish, playlist_of, quiet, visitor
from tests.integration.groups.maps import GUILD, on_map
from tests.integration.storage.samples import NOON

ANN, BOB, CHANNEL = 101, 102, 11
SIGHT = Server(people={ANN, BOB})


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(sqlite_at(tmp_path / "test.db")) as opened:
        yield opened


async def gather(house: House) -> Lobby:
    lobby = await house.lobbies.start(Place(1, CHANNEL), visitor(ANN), timedelta(hours=1))
    await house.lobbies.join(lobby.lobby_id, visitor(BOB))
    for user_id in (ANN, BOB):
        await house.lobbies.bring(lobby.lobby_id, user_id, playlist_of(user_id))
    return lobby


async def test_a_playlist_of_another_version_is_named_with_its_owner(database: Database) -> None:
    house = furnish(database)
    lobby = await gather(house)
    async with database.transaction() as connection:
        others = update(lobby_members).where(lobby_members.c.user_id == BOB)
        await connection.execute(others.values(playlist=b"\x63 another version"))
    with pytest.raises(UnreadablePlaylistError) as caught:
        await house.results.run(lobby.lobby_id, "r1", who_is_there=SIGHT, say=quiet)
    assert caught.value.name == visitor(BOB).name
    await house.lobbies.bring(lobby.lobby_id, BOB, playlist_of(BOB))
    shown = await house.results.run(lobby.lobby_id, "r1", who_is_there=SIGHT, say=quiet)
    assert shown.stored.user_ids == (ANN, BOB)


async def test_a_result_of_another_version_is_not_told_as_deleted(database: Database) -> None:
    house = furnish(database)
    lobby = await gather(house)
    await house.results.run(lobby.lobby_id, "r1", who_is_there=SIGHT, say=quiet)
    async with database.transaction() as connection:
        await connection.execute(update(group_results).values(payload=b"\x63 another version"))
    with pytest.raises(UnreadableResultError):
        await house.results.open("r1", ANN, CHANNEL, who_is_there=SIGHT)


async def test_a_place_on_a_map_of_another_version_takes_nobody_else_off_it(database: Database) -> None:
    members = MapMemberStore(database)
    for user_id in (ANN, BOB):
        await members.agree(on_map(user_id, 0.0, NOON))
    async with database.transaction() as connection:
        others = update(map_members).where(map_members.c.user_id == BOB)
        await connection.execute(others.values(sound='{"of": "another version"}'))
    assert [member.user_id for member in await members.of_guild(GUILD)] == [ANN]
    assert await members.find(GUILD, BOB) is None
    await members.agree(on_map(BOB, 0.5, NOON))
    assert [member.user_id for member in await members.of_guild(GUILD)] == [ANN, BOB]
