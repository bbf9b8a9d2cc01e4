"""Server maps and digests on a real database, and a screen that shows what Discord would show."""

from __future__ import annotations

import itertools
import os
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.domain.groups import GroupMessage, MessageKind
from services.domain.music import PlaylistSource
from services.domain.server_map import DigestPost, ListOfMap, MapMember, News, SoundSummary
from services.storage.database import Database
from services.storage.posted_cards import PostedCardStore
from services.storage.server_maps import DigestStore, MapMemberStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.server_map import DigestWorkflow, ReadNews, ServerMapWorkflow

GUILD, CHANNEL = 1, 11


def memory_folder() -> str | None:
    """Where files live in memory, so that a step waits for no disk; the database is as real as elsewhere."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Inline:
    """Computes at once, where the worker processes of a pool would."""

    async def run(self, _job: str, function: Callable[..., Any], *arguments: object, **_limits: Any) -> Any:
        return function(*arguments)


def sound(level: float, error: float = 0.02) -> SoundSummary:
    return SoundSummary(50, (level,) * 9, (error,) * 9, (error,) * 6)


def on_map(
    user_id: int, level: float, at: datetime, *, source: PlaylistSource = PlaylistSource.UPLOAD
) -> MapMember:
    chosen = ListOfMap(report_id=f"r{user_id}", fingerprint=f"f{user_id}", name="A list", source=source)
    return MapMember(
        guild_id=GUILD,
        user_id=user_id,
        name=f"Person {user_id}",
        list=chosen,
        sound=sound(level),
        agreed_at=at,
    )


def digests_on(database: Database, clock: Callable[[], datetime]) -> DigestWorkflow:
    compute: Any = Inline()
    maps = ServerMapWorkflow(
        members=MapMemberStore(database),
        withdrawals=WithdrawalStore(database),
        compute=compute,
        clock=clock,
    )
    return DigestWorkflow(store=DigestStore(database), maps=maps, compute=compute, clock=clock)


async def nothing() -> None:
    """Let nothing happen meanwhile."""


@dataclass
class Screen:
    """The messages of a channel and whom they show, posted and drawn anew in the order of the bot."""

    cards: PostedCardStore
    shown: dict[int, set[int]] = field(default_factory=dict)
    weeks: list[int] = field(default_factory=list)
    """Of the digests that were sent, once for each message."""
    meanwhile: Callable[[], Awaitable[None]] = nothing
    """Happens once, after it is read whom a message shows and before it is noted."""
    step: Callable[[str], None] = lambda _name: None
    """Told before and after whatever Discord does."""
    numbers: Any = field(default_factory=lambda: itertools.count(10_000))
    digests: dict[str, int] = field(default_factory=dict)

    def new_request_id(self, now: datetime) -> int:
        return next(self.numbers)

    async def _show(self, message: GroupMessage, people: Collection[int]) -> GroupMessage:
        self.step("before it is sent")
        message_id = next(self.numbers)
        self.shown[message_id] = set(people)
        if message.kind is MessageKind.DIGEST:
            self.digests[message.result_id or ""] = message_id
        self.step("after it is sent")
        happens, self.meanwhile = self.meanwhile, nothing
        await happens()
        return replace(message, message_id=message_id)

    async def send(self, post: DigestPost, read: ReadNews) -> None:
        message = _message(post)
        await self.cards.announce(message)
        news = await read()
        if not news:
            return
        posted = await self._show(message, named(news))
        self.weeks.append(post.week)
        await self.cards.note(posted, named(news), announced_as=post.request_id)
        self.step("after it is noted")

    async def find(self, post: DigestPost) -> bool:
        message_id = self.digests.get(str(post.week))
        if message_id is None:
            return False
        found = replace(_message(post), message_id=message_id)
        await self.cards.note(found, announced_as=post.request_id)
        return True

    async def post_map(self, people: Collection[int]) -> None:
        message = GroupMessage(
            message_id=next(self.numbers),
            channel_id=CHANNEL,
            guild_id=GUILD,
            lobby_id="map",
            kind=MessageKind.SERVER_MAP,
        )
        await self.cards.note(message, ())
        posted = await self._show(message, people)
        await self.cards.note(posted, people)

    async def draw(self) -> None:
        """Do what the bot does within a minute: draw what is stale."""
        for message in await self.cards.stale():
            if message.is_on_its_way:
                found = self.digests.get(message.result_id or "")
                if found is None:
                    await self.cards.drop(message.message_id)
                    continue
                message = await self.cards.found(message, found)  # noqa: PLW2901
            redraw = await self.cards.begin(message)
            if redraw is not None:
                people = {member.user_id for member in redraw.on_map} | named(redraw.news)
                self.shown[message.message_id] = people
                await self.cards.done(redraw)


def named(news: tuple[News, ...]) -> set[int]:
    return {user_id for each in news for user_id in each.about}


def _message(post: DigestPost) -> GroupMessage:
    return GroupMessage(
        message_id=post.request_id,
        channel_id=post.channel_id,
        guild_id=post.guild_id,
        lobby_id="digest",
        kind=MessageKind.DIGEST,
        result_id=str(post.week),
    )
