"""Comparisons of people, on both kinds of database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.domain.errors.groups import NotInLobbyError
from services.domain.groups import (
    MOST,
    GroupKind,
    GroupMessage,
    Lobby,
    LobbyState,
    Member,
    Membership,
    MessageKind,
    Sharing,
)
from services.storage.consents import SharingStore
from services.storage.database import Database
from services.storage.group_results import GroupResultStore, StoredComparison
from services.storage.lobbies import LobbyStore
from services.storage.posted_cards import PostedCardStore
from services.storage.schema.groups import group_messages
from services.storage.withdrawals import WithdrawalStore
from services.workflows.compare import Brought
from services.workflows.group_results import person_key
from tests.integration.groups.house import comparison_of, playlist_of
from tests.integration.storage.samples import NOON

SAM, KIM, LEE = 123_456_789_012_345_678, 2, 3
LATER = NOON + timedelta(hours=1)


def member(user_id: int, standing: Membership = Membership.IN) -> Member:
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
def cards(database: Database) -> PostedCardStore:
    return PostedCardStore(database=database, clock=lambda: NOON)


@pytest.fixture
def withdrawals(database: Database) -> WithdrawalStore:
    return WithdrawalStore(database)


async def bring(lobbies: LobbyStore, user_id: int, bring_id: str = "b1") -> None:
    await lobbies.bring(
        "l1", user_id, brought="A list", bring_id=bring_id, playlist=playlist_of(user_id), now=NOON
    )


async def compare(results: GroupResultStore, *user_ids: int, bring_id: str = "b1") -> bool:
    people = [Brought(person_key(each), str(each), playlist_of(each)) for each in user_ids]
    brought = dict.fromkeys(user_ids, bring_id)
    stored = StoredComparison(
        result_id="r1",
        lobby_id="l1",
        created_at=NOON,
        user_ids=user_ids,
        comparison=comparison_of(people),
    )
    return await results.save(stored, brought)


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
    assert await lobbies.end_due(NOON) == ()
    assert await lobbies.end_due(LATER) == ("l1", "l2")
    assert await lobbies.end_due(LATER) == ()


async def test_the_last_place_is_given_once(lobbies: LobbyStore) -> None:
    await lobbies.create(lobby("l1", *(member(each) for each in range(1, MOST))))
    await asyncio.gather(*(lobbies.join("l1", member(100 + each), NOON) for each in range(5)))
    after = await lobbies.load("l1")
    assert after is not None
    assert len(after.inside) == MOST


async def test_who_declines_is_not_in_and_nothing_that_was_brought_is_kept(lobbies: LobbyStore) -> None:
    asked = lobby("l1", member(SAM), member(KIM, Membership.ASKED), kind=GroupKind.PAIR)
    await lobbies.create(asked, {SAM: playlist_of(SAM)})
    assert not await lobbies.decline("l1", SAM)
    with pytest.raises(NotInLobbyError):
        await lobbies.bring("l1", KIM, brought="x", bring_id="b", playlist=playlist_of(KIM), now=NOON)
    assert await lobbies.decline("l1", KIM)
    assert not await lobbies.decline("l1", KIM)
    after = await lobbies.load("l1")
    assert after is not None
    assert after.state is LobbyState.DECLINED
    assert after.ready == ()
    assert await lobbies.playlists("l1", [SAM, KIM]) == {}


async def test_a_result_is_kept_only_of_who_is_still_in_with_the_same(
    lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore
) -> None:
    await lobbies.create(lobby("l1", member(SAM), member(KIM)))
    await bring(lobbies, SAM)
    await bring(lobbies, KIM, "b2")
    assert not await compare(results, SAM, KIM)
    await bring(lobbies, KIM)
    await lobbies.press_compare("l1", KIM, 1, NOON)
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
    lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore, cards: PostedCardStore
) -> None:
    await lobbies.create(lobby("l1", member(SAM), member(KIM), member(LEE)))
    for each in (SAM, KIM, LEE):
        await bring(lobbies, each)
    assert await compare(results, SAM, KIM)
    assert await cards.note(message(21, MessageKind.CARD))
    assert await cards.note(message(22, MessageKind.RESULT, "r1"))
    assert await cards.stale() == ()
    assert await cards.note(message(24, MessageKind.CARD))
    of_a_newer_version = (
        update(group_messages).where(group_messages.c.message_id == 24).values(kind="sculpture")
    )
    async with cards.database.transaction() as connection:
        await connection.execute(of_a_newer_version)

    assert (await withdrawals.leave("l1", [LEE])).results == ()
    assert [each.message_id for each in await cards.stale()] == [21]
    without_lee = await lobbies.load("l1")
    assert without_lee is not None
    assert without_lee.host_id == SAM, "who stays stays the host"
    drawing = await cards.begin(message(21, MessageKind.CARD))
    assert drawing is not None
    await withdrawals.leave("l1", [SAM])
    await cards.done(drawing)
    assert [each.message_id for each in await cards.stale()] == [21, 22], "the later change is not lost"
    assert await results.load("r1") is None
    assert not await cards.note(message(23, MessageKind.BLEND, "r1"))
    after = await lobbies.load("l1")
    assert after is not None
    assert after.host_id == KIM, "somebody else is the host now"
    await withdrawals.leave("l1", [KIM])
    assert await lobbies.load("l1") is None


@pytest.mark.parametrize("is_first_done_first", [True, False])
async def test_a_message_that_two_processes_drew_at_once_is_drawn_once_more(
    lobbies: LobbyStore, withdrawals: WithdrawalStore, cards: PostedCardStore, is_first_done_first: bool
) -> None:
    await lobbies.create(lobby("l1", member(SAM), member(KIM), member(LEE)))
    card = message(21, MessageKind.CARD)
    assert await cards.note(card)
    drawings = []
    for leaver in (SAM, KIM):
        await withdrawals.leave("l1", [leaver])
        drawings.append(await cards.begin(card))
    for drawing in drawings if is_first_done_first else reversed(drawings):
        assert drawing is not None
        await cards.done(drawing)
    last = await cards.begin(card)
    assert last is not None, "the older of the two may be what people see"
    await cards.done(last)
    assert await cards.stale() == ()


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
    by_sharing = Member(
        user_id=KIM,
        name="Kim",
        standing=Membership.IN,
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


async def test_the_end_of_sharing_leaves_what_was_joined_by_a_press(
    database: Database, lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore
) -> None:
    sharing = Sharing(guild_id=7, user_id=KIM, name="Kim", brought="A list", tracks=2, granted_at=NOON)
    await SharingStore(database).grant(sharing, playlist_of(KIM))
    await lobbies.create(lobby("l1", member(SAM), member(KIM)))
    for user_id in (SAM, KIM):
        await bring(lobbies, user_id)
    assert await compare(results, SAM, KIM)
    before = await lobbies.load("l1")
    taken = await withdrawals.stop_sharing(7, KIM)
    assert taken is not None
    assert (taken.lobbies, taken.results) == ((), ())
    assert await lobbies.load("l1") == before
    assert await results.load("r1") is not None


async def test_a_server_or_a_channel_goes_with_everything(
    database: Database,
    lobbies: LobbyStore,
    results: GroupResultStore,
    withdrawals: WithdrawalStore,
    cards: PostedCardStore,
) -> None:
    for drop in (withdrawals.drop_guild(7), withdrawals.drop_channel(8)):
        await lobbies.create(lobby("l1", member(SAM), member(KIM)))
        await cards.note(message(21, MessageKind.CARD))
        assert await lobbies.guilds() == {7}
        await drop
        assert await lobbies.guilds() == frozenset()
        async with database.reading() as connection:
            assert (await connection.execute(select(group_messages))).all() == []


async def test_what_is_old_goes_and_what_showed_it_is_marked(
    lobbies: LobbyStore, results: GroupResultStore, withdrawals: WithdrawalStore, cards: PostedCardStore
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
    await cards.note(message(22, MessageKind.RESULT, "r1"))

    assert await purge(2) == 0
    assert await lobbies.playlists("l2", [SAM]) == {}
    assert len(await lobbies.playlists("l1", [SAM, KIM])) == 2
    assert await purge(8) == 0
    assert await lobbies.load("l2") is None
    assert await lobbies.load("l1") is not None
    assert await purge(31) == 1
    assert await lobbies.load("l1") is None
    assert [each.message_id for each in await cards.stale()] == [22]
