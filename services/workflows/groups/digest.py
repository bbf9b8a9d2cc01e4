"""The weekly digest: find what happened, claim the week, post it once, and stay silent otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.compute import ComputePool
from services.domain.errors.groups import NoDigestError
from services.domain.server_map import DIGEST_STANDS_FOR, LATE_AT_MOST, Digest, DigestPost, News
from services.storage.server_maps import DigestStore
from services.workflows.groups import tasks
from services.workflows.groups.results import WhoIsThere
from services.workflows.groups.server_map import ServerMapWorkflow

_DEADLINE_S = 60.0

ReadNews = Callable[[], Awaitable[tuple[News, ...]]]
"""Reads what a post says at this moment; nothing where nobody is to be named any more."""


class DigestChannel(Protocol):
    """Where digests are posted. Whatever fails is raised: then nobody knows whether the post is there."""

    def new_request_id(self, now: datetime) -> int:
        """Make the number that stands for a message until Discord has named it."""
        ...

    async def find(self, post: DigestPost) -> bool:
        """Look whether a post is there, and remember where people see it then."""
        ...

    async def send(self, post: DigestPost, read: ReadNews) -> None:
        """Post a digest and remember where people see it; nothing is sent where `read` finds nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWorkflow:
    """Digests of servers: those who agreed to be on the map are named, and nobody else."""

    store: DigestStore
    maps: ServerMapWorkflow
    compute: ComputePool
    clock: Callable[[], datetime]

    async def switch_on(self, guild_id: int, channel_id: int) -> Digest:
        """Want a digest in a channel, the first in a week."""
        return await self.store.switch_on(guild_id, channel_id, self.clock())

    async def switch_off(self, guild_id: int) -> None:
        """Want none any more.

        Raises
        ------
        NoDigestError
        """
        if not await self.store.switch_off(guild_id):
            raise NoDigestError

    async def due(self) -> tuple[Digest, ...]:
        """List the digests whose time has come."""
        return await self.store.due(self.clock())

    async def left_behind(self) -> tuple[DigestPost, ...]:
        """List the posts that some process claimed and did not say to have posted."""
        return await self.store.left_behind(self.clock())

    async def post(self, due: Digest, channel: DigestChannel, who_is_there: WhoIsThere) -> bool:
        """Post the digest of a server, if something happened; True where it was posted.

        Who left the server is taken off its map first; of whom nothing is known is not named this week.
        """
        news: tuple[News, ...] = ()
        told = {}
        if self.clock() - due.next_at <= LATE_AT_MOST:
            there, _ = await self.maps.look(due.guild_id, who_is_there)
            known = await self.store.told(due.guild_id)
            told = {member.user_id: member.sound for member in there if member.user_id in known}
            before = {user_id: known[user_id] for user_id in told}
            news = await self.compute.run(
                "news of a map", tasks.find_news, told, before, deadline_s=_DEADLINE_S
            )
        now = self.clock()
        post = await self.store.claim(due, channel.new_request_id(now), news, told, now)
        if post is None:
            return False
        await self._send(post, channel)
        return True

    async def finish(self, post: DigestPost, channel: DigestChannel) -> bool:
        """Post what another process has left behind, unless it is there; True where it is dealt with."""
        if not await self.store.take_over(post, self.clock()):
            return False
        if await channel.find(post):
            await self.store.posted(post)
        elif self.clock() - post.claimed_at > LATE_AT_MOST:
            await self.store.give_up(post)
        else:
            await self._send(post, channel)
        return True

    async def purge(self) -> int:
        """Drop what old digests say; their messages are emptied."""
        return await self.store.purge(self.clock() - DIGEST_STANDS_FOR)

    async def _send(self, post: DigestPost, channel: DigestChannel) -> None:
        async def read() -> tuple[News, ...]:
            return await self.store.news(post) if await self.store.is_wanted(post) else ()

        await channel.send(post, read)
        await self.store.posted(post)
