"""Comparisons of people, on both kinds of database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.domain.groups import (
    MOST,
    GroupKind,
    GroupMessage,
    Lobby,
    LobbyState,
    Member,
    MessageKind,
    Sharing,
    Standing,
)
from services.storage.database import Database
from services.storage.group_results import GroupResultStore
from services.storage.lobbies import LobbyStore
from services.storage.schema import group_messages
from services.storage.sharings import SharingStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.groups.ports import Brought
from services.workflows.groups.results import person_key
from tests.integration.groups.house import comparison_of, playlist_of
from tests.integration.storage.samples import NOON

SAM, KIM, LEE = 123_456_789_012_345_678, 2, 3
LATER = NOON + timedelta(hours=1)


def member(user_id: int, standing: Standing = Standing.IN) -> Member:
    joined_at = NOON + timedelta(seconds=user_id % 100)
    return Member(user_id=user_id, name=f"\ud83d Nö {user_id}", standing=standing, joined_at=joined_at)


def lobby(lobby_id: str = "l1", *members: Member, kind: GroupKind = GroupKind.LOBBY) -> Lobby:
    return Lobby(
        lobby_id=lobby_id,
        kind=kind,
        state=LobbyState.OPEN,
        guild_id=7,
        channel_id=8,
        host_id=(members[0] if members else member(SAM)).user_id,
        created_at=NOON,
        ends_at=LATER,
        members=members or (member(SAM),),
    )


def message(message_id: int, kind: MessageKind, result_id: str | None = None) -> GroupMessage:
    return GroupMessage(
        message_id=message_id, channel_id=8, guild_id=7, lobby_id="l1", kind=kind, result_id=result_id
    )


@pytest.fixture
def lobbies(database: Database) -> LobbyStore:
    return LobbyStore(database)


@pytest.fixture
def results(database: Database) -> GroupResultStore:
    return GroupResultStore(database)


@pytest.fixture
def withdrawals(database: Database) -> WithdrawalStore:
    return WithdrawalStore(database)


async def bring(lobbies: LobbyStore, user_id: int, bring_id: str = "b1") -> None:
    assert await lobbies.bring(
        "l1", user_id, brought="A list", bring_id=bring_id, playlist=playlist_of(user_id)
    )


async def compare(results: GroupResultStore, *user_ids: int, bring_id: str = "b1") -> bool:
    people = [Brought(person_key(each), str(each), playlist_of(each)) for each in user_ids]
    brought = dict.fromkeys(user_ids, bring_id)
    return await results.save("r1", "l1", brought, comparison_of(people), now=NOON)


async def test_people_come_choose_and_are_found_again(lobbies: LobbyStore) -> None:
    await lobbies.create(lobby())
    assert await lobbies.load("l2") is None
    after = await lobbies.join("l1", member(KIM), NOON)
    assert after is not None
    assert [each.user_id for each in after.inside] == [KIM, SAM]
    await bring(lobbies, KIM)
    await lobbies.join("l1", member(KIM), NOON)  # who is in already keeps what was brought
    loaded = await lobbies.load("l1")
    assert loaded is not None
    assert [each.user_id for each in loaded.ready] == [KIM]
    assert "\ud83d" not in loaded.members[1].name
    assert await lobbies.playlists("l1", [SAM, KIM]) == {KIM: playlist_of(KIM)}
    assert await lobbies.of_member(KIM, 8) == ("l1",)
    assert await lobbies.of_member(KIM, 9) == await lobbies.of_member(LEE, 8) == ()
    assert (await lobbies.memberships(KIM))[0]["frozen"] == [t.key for t in playlist_of(KIM).tracks]


async def test_nobody_comes_in_late_or_into_a_full_room(lobbies: LobbyStore) -> None:
    await lobbies.create(lobby("l1", *(member(each) for each in range(1, MOST + 1))))
    full = await lobbies.join("l1", member(LEE + MOST), NOON)
    assert full is not None
    assert len(full.inside) == MOST
    await lobbies.create(lobby("l2"))
    late = await lobbies.join("l2", member(KIM), LATER)
    assert late is not None
    assert not late.is_in(KIM)
    assert await lobbies.due(NOON) == ()
    assert set(await lobbies.due(LATER)) == {"l1", "l2"}
    await lobbies.set_state("l1", LobbyState.ENDED)
    assert await lobbies.due(LATER) == ("l2",)


async def test_the_last_place_is_given_once(lobbies: LobbyStore) -> None:
    await lobbies.create(lobby("l1", *(member(each) for each in range(1, MOST))))
    await asyncio.gather(*(lobbies.join("l1", member(100 + each), NOON) for each in range(5)))
    after = await lobbies.load("l1")
    assert after is not None
    assert len(after.inside) == MOST


async def test_who_declines_is_not_in_and_nothing_that_was_brought_is_kept(lobbies: LobbyStore) -> None:
    asked = lobby("l1", member(SAM), member(KIM, Standing.ASKED), kind=GroupKind.PAIR)
    await lobbies.create(asked, {SAM: playlist_of(SAM)})
    assert not await lobbies.decline("l1", SAM)
    assert not await lobbies.bring("l1", KIM, brought="x", bring_id="b", playlist=playlist_of(KIM))
    assert await lobbies.decline("l1", KIM)
    assert not await lobbies.decline("l1", KIM)
    after = await lobbies.load("l1")
    assert after is not None
    assert after.state is LobbyState.DECLINED
    assert after.ready == ()
    assert await lobbies.playlists("l1", [SAM, KIM]) == {}
    assert await lobbies.asks(7, SAM, KIM, NOON - timedelta(1)) == ("l1",)
    assert await lobbies.asks(7, SAM, KIM, NOON) == ()


async def test_a_result_is_kept_only_of_who_is_still_in_with_the_same(
    lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore
) -> None:
    await lobbies.create(lobby("l1", member(SAM), member(KIM)))
    await bring(lobbies, SAM)
    await bring(lobbies, KIM, "b2")
    assert not await compare(results, SAM, KIM)
    await bring(lobbies, KIM)
    await lobbies.vote("l1", KIM)
    assert await compare(results, KIM, SAM)
    stored = await results.load("r1")
    assert stored is not None
    assert stored.user_ids == (KIM, SAM)
    assert [person.key for person in stored.comparison.people] == [str(KIM), str(SAM)]
    after = await lobbies.load("l1")
    assert after is not None
    assert after.votes == 0
    assert await results.latest("l1") == await results.latest_in(8, "lobby") == "r1"
    assert await results.latest_in(8, "pair") is None
    assert [each for each, _ in await results.of(KIM)] == ["r1"]
    await withdrawals.leave("l1", [KIM])
    assert not await compare(results, SAM, KIM)


async def test_who_leaves_takes_the_result_along_and_every_message_is_marked(
    lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore
) -> None:
    await lobbies.create(lobby("l1", member(SAM), member(KIM), member(LEE)))
    for each in (SAM, KIM, LEE):
        await bring(lobbies, each)
    assert await compare(results, SAM, KIM)
    assert await results.note_message(message(21, MessageKind.CARD), NOON)
    assert await results.note_message(message(22, MessageKind.RESULT, "r1"), NOON)
    assert await results.stale() == ()

    assert (await withdrawals.leave("l1", [LEE])).results == ()
    assert [each.message_id for each in await results.stale()] == [21]
    changes = await results.changes(21)
    await withdrawals.leave("l1", [SAM])
    await results.settle(21, changes)
    assert [each.message_id for each in await results.stale()] == [21, 22], "the later change is not lost"
    assert await results.load("r1") is None
    assert not await results.note_message(message(23, MessageKind.BLEND, "r1"), NOON)
    after = await lobbies.load("l1")
    assert after is not None
    assert after.host_id == KIM, "somebody else is the host now"
    await withdrawals.leave("l1", [KIM])
    assert await lobbies.load("l1") is None


async def test_sharing_is_by_server_and_ends_with_all_that_it_allowed(
    database: Database, lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore
) -> None:
    sharings = SharingStore(database)
    for guild_id in (7, 70):
        sharing = Sharing(
            guild_id=guild_id, user_id=KIM, name="Kim", brought="A list", tracks=2, granted_at=NOON
        )
        await sharings.grant(sharing, playlist_of(KIM))
    assert (found := await sharings.find(7, KIM)) is not None
    assert found.brought == "A list"
    assert await sharings.find(7, SAM) is None
    assert await sharings.playlist(7, KIM) == playlist_of(KIM)
    by_sharing = Member(
        user_id=KIM,
        name="Kim",
        standing=Standing.IN,
        joined_at=NOON,
        by_sharing=True,
        brought="A list",
        tracks=2,
        bring_id="b1",
    )
    await lobbies.create(lobby("l1", member(SAM), by_sharing, kind=GroupKind.PAIR), {KIM: playlist_of(KIM)})
    await bring(lobbies, SAM)
    assert await compare(results, SAM, KIM)
    taken = await withdrawals.stop_sharing(7, KIM)
    assert taken is not None
    assert taken.results == ("r1",)
    assert await lobbies.load("l1") is None
    assert await withdrawals.stop_sharing(7, KIM) is None
    assert [each.guild_id for each in await sharings.of(KIM)] == [70]


async def test_a_server_or_a_channel_goes_with_everything(
    database: Database, lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore
) -> None:
    for drop in (withdrawals.drop_guild(7), withdrawals.drop_channel(8)):
        await lobbies.create(lobby("l1", member(SAM), member(KIM)))
        await results.note_message(message(21, MessageKind.CARD), NOON)
        assert await lobbies.guilds() == {7}
        await drop
        assert await lobbies.guilds() == frozenset()
        async with database.reading() as connection:
            assert (await connection.execute(select(group_messages))).all() == []


async def test_what_is_old_goes_and_what_showed_it_is_marked(
    lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore
) -> None:
    async def purge(days: int) -> int:
        now = LATER + timedelta(days=days)
        return await withdrawals.purge(
            results_before=now - timedelta(days=30),
            unused_before=now - timedelta(days=1),
            ended_before=now - timedelta(days=7),
        )

    await lobbies.create(lobby("l1", member(SAM), member(KIM)))
    await lobbies.create(lobby("l2"), {SAM: playlist_of(SAM)})
    await bring(lobbies, SAM)
    await bring(lobbies, KIM)
    await compare(results, SAM, KIM)
    await results.note_message(message(22, MessageKind.RESULT, "r1"), NOON)

    assert await purge(2) == 0
    assert await lobbies.playlists("l2", [SAM]) == {}
    assert len(await lobbies.playlists("l1", [SAM, KIM])) == 2
    assert await purge(8) == 0
    assert await lobbies.load("l2") is None
    assert await lobbies.load("l1") is not None
    assert await purge(31) == 1
    assert await lobbies.load("l1") is None
    assert [each.message_id for each in await results.stale()] == [22]
