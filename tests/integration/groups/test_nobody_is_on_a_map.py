"""Random consents, withdrawals, kicks, maps and digests: no message shows whom it should not.

The model is one set: who is on the map by a press of their own. What people see is followed on a screen,
as Discord would show it, which only changes when a message is drawn anew.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select

from services.domain.groups import Presence
from services.domain.music import PlaylistSource
from services.domain.server_map import FEWEST_ON_MAP, WEEK
from services.storage.database import Database
from services.storage.group_rows import map_member_row
from services.storage.persons import PersonStore
from services.storage.posted_cards import PostedCardStore
from services.storage.schema.groups import digest_news, digest_posts, digests, group_messages, map_members
from services.storage.server_maps import LEASE
from services.storage.upserts import upsert
from services.storage.withdrawals import WithdrawalStore, forget_read
from tests.databases import sqlite_at
from tests.depth import examples
from tests.integration.groups.house import NOON, Clock, Server
from tests.integration.groups.maps import (
    CHANNEL,
    GUILD,
    Screen,
    digests_on,
    memory_folder,
    nothing,
    on_map,
    sound,
)

STEPS = examples(200, night=10_000)
"""Steps in all."""
_STEPS_PER_STORY = 50
PEOPLE = range(101, 107)
TABLES = (map_members, digest_news, digest_posts, digests, group_messages)
WAYS = ("leaves", "is private again", "is forgotten", "disconnects")


class ProcessEndedError(Exception):
    """The bot dies while a message is on its way."""


class Life:
    """One server, until its next story begins."""

    def __init__(self, database: Database, chance: random.Random) -> None:
        self.database, self.chance = database, chance
        self.clock, self.server = Clock(NOON), Server(set(PEOPLE))
        self.screen = Screen(PostedCardStore(database=database, clock=self.clock))
        self.digests = digests_on(database, self.clock)
        self.withdrawals = WithdrawalStore(database)
        self.agreed: dict[int, bool] = {}
        """Who said yes, and whether with a list that was read with a login."""
        self.done: list[str] = []
        self.counts: Counter[str] = Counter()

    async def begin(self) -> None:
        """Begin with a map and a digest that somebody wants."""
        async with self.database.transaction() as connection:
            for table in TABLES:
                await connection.execute(delete(table))
        for who in PEOPLE[:4]:
            await self.agree(who)
        await self.digests.switch_on(GUILD, CHANNEL)

    def somebody(self) -> int:
        return self.chance.choice(PEOPLE)

    async def step(self) -> None:
        """Do something, draw what is stale as a minute later, and look at every message and row."""
        deeds = {
            self.agree: 4,
            self.map_again: 3,
            self.somebody_withdraws: 3,
            self.kick: 1,
            self.come_back: 2,
            self.post_a_map: 3,
            self.look_daily: 1,
            self.a_week_passes: 4,
            self.a_month_passes: 0.3,
            self.switch: 0.7,
        }
        (deed,) = self.chance.choices(list(deeds), list(deeds.values()))
        self.done.append(deed.__name__)
        await deed()
        await self.screen.draw()
        for shown in self.screen.shown.values():
            assert shown <= set(self.agreed), (self.done, shown)
        news = select(digest_news.c.user_id).union(select(digest_news.c.owner_id))
        async with self.database.reading() as connection:
            kept = set((await connection.scalars(select(map_members.c.user_id))).all())
            kept |= set((await connection.scalars(news)).all())
        assert kept - {None} <= set(self.agreed), self.done
        assert len(self.screen.weeks) == len(set(self.screen.weeks)), self.done

    async def agree(self, who: int | None = None) -> None:
        who = who or self.somebody()
        if who not in self.server.people:
            return
        with_login = self.chance.random() < 0.4
        source = PlaylistSource.SPOTIFY if with_login else PlaylistSource.UPLOAD
        row = map_member_row(on_map(who, self.chance.uniform(-2, 2), self.clock(), source=source))
        async with self.database.transaction() as connection:
            await upsert(connection, map_members, [row])
        self.agreed[who] = with_login

    async def map_again(self) -> None:
        who = self.somebody()
        member = await self.digests.maps.find(GUILD, who)
        if member is not None:
            level = self.chance.uniform(-2, 2)
            await self.digests.maps.members.move(GUILD, [(who, member.list, sound(level))])

    async def withdraw(self) -> None:
        who, how = self.somebody(), self.chance.choice(WAYS)
        match how:
            case "leaves":
                await self.withdrawals.leave_map(GUILD, who)
            case "is private again":
                await self.withdrawals.stop_sharing(GUILD, who)
            case "is forgotten":
                await PersonStore(self.database).erase(who)
            case "disconnects":
                async with self.database.transaction() as connection:
                    await forget_read(connection, who)
        if who in self.agreed and (how != "disconnects" or self.agreed[who]):
            self.counts[how] += 1
            del self.agreed[who]

    async def meanwhile(self) -> None:
        """Happen while a message is on its way."""
        if self.chance.random() < 0.6:
            self.counts["withdrew meanwhile"] += 1
            await self.withdraw()

    async def somebody_withdraws(self) -> None:
        await self.withdraw()

    async def kick(self) -> None:
        self.server.people.discard(self.somebody())

    async def come_back(self) -> None:
        self.server.people.add(self.somebody())

    async def who_is_there(
        self, guild_id: int, channel_id: int | None, user_ids: Collection[int]
    ) -> Presence:
        """Look who is in the server; whoever has left it is off the map from then on."""
        seen = await self.server(guild_id, channel_id, user_ids)
        for who in seen.absent:
            self.agreed.pop(who, None)
        return seen

    async def post_a_map(self) -> None:
        there, _ = await self.digests.maps.look(GUILD, self.who_is_there)
        shown = {member.user_id for member in there}
        assert shown == set(self.agreed)
        if len(shown) >= FEWEST_ON_MAP:
            self.counts["posted a map"] += 1
            self.screen.meanwhile = self.meanwhile
            await self.screen.post_map(shown)

    async def look_daily(self) -> None:
        await self.digests.maps.end_left(self.who_is_there)

    async def a_week_passes(self) -> None:
        """Post what is due; somebody may withdraw while it is sent, and the process may end then."""
        await self.map_again()
        self.clock.now += WEEK + timedelta(minutes=1)

        async def meanwhile() -> None:
            await self.meanwhile()
            if self.chance.random() < 0.3:
                self.counts["died while sending"] += 1
                raise ProcessEndedError

        self.screen.meanwhile = meanwhile
        with contextlib.suppress(ProcessEndedError):
            for due in await self.digests.due():
                self.counts["posted a digest"] += await self.digests.post(due, self.screen, self.who_is_there)
        self.screen.meanwhile = nothing
        await self.screen.draw()
        self.clock.now += LEASE
        for post in await self.digests.left_behind():
            await self.digests.finish(post, self.screen)

    async def a_month_passes(self) -> None:
        self.clock.now += timedelta(days=31)
        await self.digests.purge()

    async def switch(self) -> None:
        if self.chance.random() < 0.7:
            await self.digests.switch_on(GUILD, CHANNEL)
        else:
            await self.digests.store.switch_off(GUILD)


async def test_nobody_is_on_a_map_or_in_a_digest_who_did_not_agree() -> None:
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        async with Database.open(sqlite_at(Path(folder) / "test.db")) as database:
            for story in range(STEPS // _STEPS_PER_STORY):
                life = Life(database, random.Random(story))
                await life.begin()
                for _ in range(_STEPS_PER_STORY):
                    await life.step()
                counts += life.counts
    print(dict(counts))
    for what in (*WAYS, "posted a map", "posted a digest", "withdrew meanwhile", "died while sending"):
        assert counts[what], f"the stories never came to: {what}"
