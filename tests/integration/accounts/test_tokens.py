"""Access tokens over the six months of a consent, whatever the token endpoint says."""

from __future__ import annotations

import asyncio

import pytest

from cogs.words.messages import renewal_line
from services.accounts.tokens import rotate_keys
from services.domain.errors import TastemapError
from services.domain.errors.sources import (
    AppMisconfiguredError,
    NotLinkedError,
    RateLimitedError,
    RelinkNeededError,
    ScopeMissingError,
    SourceUnavailableError,
)
from services.domain.spotify import READ_SCOPES, Link
from services.domain.writes import WRITE_SCOPES
from services.sealing import new_key
from services.storage.database import Database
from services.storage.links import LinkStore
from tests.integration.accounts.world import ANN, ANNA, BOB, ROBERT, LoginWorld, login_world


@pytest.mark.parametrize("rotates", [False, True])
async def test_half_a_year_of_refreshes_then_one_call_and_a_new_login(
    database: Database, rotates: bool
) -> None:
    async with login_world(database, rotates=rotates) as world:
        link = await world.link()
        seen = set()
        for _ in range(17):
            world.pass_time(days=10)
            seen.add(await world.tokens.access_token(ANN))
            assert await world.tokens.access_token(ANN) in seen
        assert len(seen) == 17
        assert world.trades.count("refresh_token") == 17
        world.time.at = link.ends_at.timestamp()
        for _ in range(3):
            with pytest.raises(RelinkNeededError):
                await world.tokens.access_token(ANN)
        assert world.trades.count("refresh_token") == 17
        await world.link()
        assert world.owner_of(await world.tokens.access_token(ANN)) == ANNA


@pytest.mark.parametrize("body", ["Refresh token expired", "Refresh token revoked", "whatever"])
async def test_a_consent_that_spotify_has_ended_is_asked_for_once(world: LoginWorld, body: str) -> None:
    await world.link()
    world.pass_time(hours=2)
    world.accounts.faults.append((400, f'{{"error": "invalid_grant", "error_description": "{body}"}}'))
    for _ in range(3):
        with pytest.raises(RelinkNeededError):
            await world.tokens.access_token(ANN)
    assert world.trades.count("refresh_token") == 1
    (link,) = await world.links.all()
    assert (link.refresh_sealed, link.access_sealed) == (None, None)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([(500, "")] * 3, SourceUnavailableError),
        ([(503, "upstream connect error")] * 3, SourceUnavailableError),
        ([(200, "<html>")] * 3, SourceUnavailableError),
        ([(200, "[]")], SourceUnavailableError),
        ([(429, "")] * 3, RateLimitedError),
        ([(400, '{"error": "invalid_client"}')], AppMisconfiguredError),
        ([(400, '{"error": "invalid_request"}')], AppMisconfiguredError),
        ([(403, "")], AppMisconfiguredError),
    ],
)
async def test_whatever_else_goes_wrong_leaves_the_link(
    world: LoginWorld, answers: list[tuple[int, str]], error: type[TastemapError]
) -> None:
    await world.link()
    world.pass_time(hours=2)
    world.accounts.faults.extend(answers)
    with pytest.raises(error):
        await world.tokens.access_token(ANN)
    assert not world.accounts.faults
    world.pass_time(minutes=10)
    assert world.owner_of(await world.restarted().tokens.access_token(ANN)) == ANNA


async def test_a_short_trouble_is_not_even_noticed(world: LoginWorld) -> None:
    await world.link()
    world.pass_time(hours=2)
    world.accounts.faults.append((502, "bad gateway"))
    assert world.owner_of(await world.tokens.access_token(ANN)) == ANNA


async def test_a_rotated_token_survives_a_restart_at_once(database: Database) -> None:
    async with login_world(database, rotates=True) as world:
        await world.link()
        for _ in range(3):
            world.pass_time(hours=2)
            assert world.owner_of(await world.restarted().tokens.access_token(ANN)) == ANNA


async def test_a_token_is_replaced_a_minute_before_it_ends(world: LoginWorld) -> None:
    await world.link()
    first = await world.tokens.access_token(ANN)
    world.pass_time(seconds=3600 - 61)
    assert await world.tokens.access_token(ANN) == first
    world.pass_time(seconds=1)
    assert await world.tokens.access_token(ANN) != first


async def test_nobody_gets_a_token_without_a_link_or_a_scope(world: LoginWorld) -> None:
    with pytest.raises(NotLinkedError):
        await world.tokens.access_token(ANN)
    with pytest.raises(NotLinkedError):
        await world.tokens.refreshed(ANN, "stale")
    await world.link()
    await world.tokens.access_token(ANN, scopes=READ_SCOPES)
    with pytest.raises(ScopeMissingError) as refusal:
        await world.tokens.access_token(ANN, scopes=READ_SCOPES | WRITE_SCOPES)
    assert refusal.value.scopes == WRITE_SCOPES - READ_SCOPES
    await world.linking.unlink(ANN)
    with pytest.raises(NotLinkedError):
        await world.tokens.access_token(ANN)


@pytest.mark.parametrize(
    ("day", "line"),
    [(0, ""), (164, ""), (165, "in 15 days"), (178, "in 2 days"), (179, "tomorrow"), (179.5, "today")],
)
async def test_the_end_is_announced_from_day_165(world: LoginWorld, day: float, line: str) -> None:
    link = await world.link()
    world.pass_time(days=day)
    now = world.time.now()
    assert link.needs_reminder(now) == bool(line)
    assert not line or line in renewal_line(link.days_left(now))


async def test_tokens_moved_to_another_row_open_for_nobody(world: LoginWorld) -> None:
    await world.link(ANN, ANNA)
    await world.link(BOB, ROBERT)
    async with world.database.transaction() as connection:
        await connection.exec_driver_sql(
            "UPDATE links SET refresh_sealed = (SELECT other.refresh_sealed FROM links other "
            "WHERE other.user_id = 102), access_sealed = (SELECT other.access_sealed FROM links other "
            "WHERE other.user_id = 102) WHERE user_id = 101"
        )
    with pytest.raises(RelinkNeededError):
        await world.tokens.access_token(ANN)
    assert world.trades.count("refresh_token") == 0
    assert world.owner_of(await world.tokens.access_token(BOB)) == ROBERT


async def test_columns_of_one_row_cannot_be_exchanged(world: LoginWorld) -> None:
    await world.link()
    async with world.database.transaction() as connection:
        await connection.exec_driver_sql(
            "UPDATE links SET refresh_sealed = access_sealed, access_sealed = refresh_sealed"
        )
    with pytest.raises(RelinkNeededError):
        await world.tokens.access_token(ANN)
    assert world.trades == ["authorization_code"]


async def test_a_key_that_was_taken_out_and_put_back_costs_nobody_the_link(world: LoginWorld) -> None:
    await world.link()
    without = world.restarted(keys=new_key())
    with pytest.raises(RelinkNeededError):
        await without.tokens.access_token(ANN)
    assert world.owner_of(await world.restarted().tokens.access_token(ANN)) == ANNA


class TestRotation:
    def rings(self, world: LoginWorld) -> tuple[str, str]:
        new = new_key()
        return f"{new},{world.keys}", new

    async def rotate(self, world: LoginWorld, keys: str) -> tuple[int, int]:
        process = world.restarted(keys=keys)
        return await rotate_keys(process.links, process.tokens.keys, batch=2)

    async def test_afterwards_the_old_key_can_go(self, world: LoginWorld) -> None:
        await world.link(ANN, ANNA)
        await world.link(BOB, ROBERT)
        both, new = self.rings(world)
        assert await self.rotate(world, both) == (2, 0)
        assert await self.rotate(world, both) == (0, 0)
        alone = world.restarted(keys=new)
        assert alone.owner_of(await alone.tokens.access_token(ANN)) == ANNA
        world.pass_time(hours=2)
        assert alone.owner_of(await alone.tokens.access_token(BOB)) == ROBERT

    async def test_a_link_that_no_key_opens_is_counted_and_left_alone(self, world: LoginWorld) -> None:
        await world.link()
        assert await self.rotate(world, new_key()) == (0, 1)
        assert world.owner_of(await world.tokens.access_token(ANN)) == ANNA

    async def test_an_ended_consent_is_no_trouble(self, world: LoginWorld) -> None:
        link = await world.link()
        assert await world.links.end_consent(link, world.time.now())
        both, _ = self.rings(world)
        assert await self.rotate(world, both) == (0, 0)

    async def test_stopped_half_way_it_is_gone_on_with(self, database: Database) -> None:
        async with login_world(database, rotates=True) as world:
            await world.link(ANN, ANNA)
            await world.link(BOB, ROBERT)
            both, new = self.rings(world)
            bot = world.restarted(keys=both)
            with pytest.raises(InterruptedError):
                await rotate_keys(StopsAfterOne(database), bot.tokens.keys, batch=1)
            world.pass_time(hours=2)
            with pytest.raises(RelinkNeededError):  # a process that was not restarted with the new key
                await world.tokens.access_token(ANN)
            assert world.owner_of(await world.tokens.access_token(BOB)) == ROBERT
            assert world.owner_of(await bot.tokens.access_token(ANN)) == ANNA
            assert await self.rotate(world, both) == (1, 0)
            world.pass_time(hours=2)
            alone = world.restarted(keys=new)
            for user_id, user in ((ANN, ANNA), (BOB, ROBERT)):
                assert alone.owner_of(await alone.tokens.access_token(user_id)) == user

    async def test_fifty_refreshes_meanwhile_lose_nothing(self, each_world: LoginWorld) -> None:
        await each_world.link(ANN, ANNA)
        await each_world.link(BOB, ROBERT)
        both, new = self.rings(each_world)
        bot = each_world.restarted(keys=both)
        each_world.pass_time(hours=2)
        await asyncio.gather(
            *(bot.tokens.access_token((ANN, BOB)[turn % 2]) for turn in range(50)),
            self.rotate(each_world, both),
            self.rotate(each_world, both),
        )
        await self.rotate(each_world, both)
        alone = each_world.restarted(keys=new)
        each_world.pass_time(hours=2)
        for user_id, user in ((ANN, ANNA), (BOB, ROBERT)):
            assert alone.owner_of(await alone.tokens.access_token(user_id)) == user


class StopsAfterOne(LinkStore):
    """A store whose process ends after one link was sealed anew."""

    has_resealed = False

    async def reseal(self, link: Link, *, refresh_sealed: str | None, access_sealed: str | None) -> bool:
        if self.has_resealed:
            raise InterruptedError
        self.has_resealed = True
        return await super().reseal(link, refresh_sealed=refresh_sealed, access_sealed=access_sealed)
