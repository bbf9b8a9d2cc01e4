"""The map of a server, of those who agreed to exactly this, and the weekly digest of what happened on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.compute import ComputePool
from services.domain.comparison import FEWEST_MEASURED
from services.domain.errors.groups import (
    CannotLookError,
    CannotTakeBackError,
    NoDigestError,
    NothingForMapError,
    NotOnMapError,
)
from services.domain.groups import distinct_names
from services.domain.server_map import (
    DIGEST_STANDS_FOR,
    FEWEST_ON_MAP,
    LATE_AT_MOST,
    Digest,
    DigestPost,
    DrawnMap,
    ListOfMap,
    MapMember,
    News,
    SoundSummary,
)
from services.storage.server_maps import DigestStore, MapMemberStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows import group_tasks
from services.workflows.group_results import WhoIsThere
from services.workflows.lobbies import Visitor

_PIECES = 4
"""In which many lists are summed up, so that several workers help."""
_DEADLINE_S = 60.0
"""200 people take less than a second; the rest is room for a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerMapWorkflow:
    """Maps of servers. Nobody is on one without having said so in that server."""

    members: MapMemberStore
    withdrawals: WithdrawalStore
    compute: ComputePool
    clock: Callable[[], datetime]

    async def join(self, guild_id: int, visitor: Visitor) -> MapMember:
        """Put somebody on the map of a server, by the latest list of theirs that has enough measured tracks.

        Raises
        ------
        NothingForMapError, MapFullError, NotLinkedError
        """
        lists = await self.members.latest_lists(visitor.user_id)
        payloads = [payload for _, payload in lists]
        sounds = await self.compute.run(
            "places on a server map", group_tasks.summarise_lists, payloads, deadline_s=_DEADLINE_S
        )
        for (chosen, _), sound in zip(lists, sounds, strict=True):
            if sound is not None:
                member = MapMember(
                    guild_id=guild_id,
                    user_id=visitor.user_id,
                    name=visitor.name,
                    list=chosen,
                    sound=sound,
                    agreed_at=self.clock(),
                )
                await self.members.agree(member)
                return member
        raise NothingForMapError(FEWEST_MEASURED, bool(lists))

    async def find(self, guild_id: int, user_id: int) -> MapMember | None:
        """Look whether somebody is on the map of a server."""
        return await self.members.find(guild_id, user_id)

    async def require_member(self, guild_id: int, user_id: int) -> None:
        """Make sure that somebody is on the map of a server; raises `NotOnMapError`."""
        if await self.members.find(guild_id, user_id) is None:
            raise NotOnMapError

    async def leave(self, guild_id: int, user_id: int) -> None:
        """Take somebody off the map of a server; posted ones are marked to be drawn without them.

        Raises
        ------
        NotOnMapError
        """
        if not await self.withdrawals.leave_map(guild_id, user_id):
            raise NotOnMapError

    async def draw(self, guild_id: int, viewer_id: int | None, *, who_is_there: WhoIsThere) -> DrawnMap:
        """Draw the map of a server for somebody, or for everybody there.

        Who has left the server is taken off it first; of whom nothing is known is left out this time.

        Raises
        ------
        CannotTakeBackError, CannotLookError
            As for `look`.
        """
        there, unseen = await self.look(guild_id, who_is_there)
        return await self.picture(guild_id, there, viewer_id, unseen=unseen)

    async def look(self, guild_id: int, who_is_there: WhoIsThere) -> tuple[tuple[MapMember, ...], int]:
        """Take off who has left the server, and move who mapped their list again.

        Returns
        -------
        tuple of MapMember
            Who is there.
        int
            Of how many more on the map nothing is known.

        Raises
        ------
        CannotTakeBackError
            The bot is not in the server.
        CannotLookError
            Of nobody is known whether they are there.
        """
        everybody = await self.members.of_guild(guild_id)
        seen = await who_is_there(guild_id, None, [member.user_id for member in everybody])
        if everybody and not seen.known:
            raise CannotLookError
        for member in everybody:
            if member.user_id in seen.absent:
                await self.withdrawals.leave_map(guild_id, member.user_id)
        await self._follow(await self.members.mapped_again(guild_id=guild_id))
        members = await self.members.of_guild(guild_id)
        there = tuple(member for member in members if member.user_id in seen.there)
        return there, len(members) - len(there)

    async def picture(
        self, guild_id: int, members: Sequence[MapMember], viewer_id: int | None = None, *, unseen: int = 0
    ) -> DrawnMap:
        """Draw the map of some people as they stand."""
        shown = tuple(members)
        you = next((member for member in shown if member.user_id == viewer_id), None)
        drawn = None
        if len(shown) >= FEWEST_ON_MAP:
            names = distinct_names([member.name for member in shown])
            sounds = [member.sound for member in shown]
            place = None if you is None else shown.index(you)
            drawn = await self.compute.run(
                "server map", group_tasks.draw_server_map, names, sounds, place, deadline_s=_DEADLINE_S
            )
        found, chart = drawn or (None, None)
        return DrawnMap(guild_id=guild_id, members=shown, found=found, chart=chart, you=you, unseen=unseen)

    async def follow(self, user_id: int) -> None:
        """Move somebody who has just mapped a list, so that whoever looks at a map need not wait for that."""
        await self._follow(await self.members.mapped_again(user_id=user_id))

    async def end_left(
        self, who_is_there: WhoIsThere, *, shown_within: timedelta | None = None, most: int = 0
    ) -> int:
        """Take people off of whom Discord says that they left the server; returns how many.

        Parameters
        ----------
        shown_within
            Look only at maps that were posted since, at so many people.
        most
            How many, about; the maps posted last come first.
        """
        if shown_within is None:
            everybody = await self.members.by_guild()
        else:
            everybody = await self.members.shown_since(self.clock() - shown_within, most)
        ended = 0
        for guild_id, user_ids in everybody.items():
            try:
                seen = await who_is_there(guild_id, None, user_ids)
            except CannotTakeBackError:
                continue
            for user_id in seen.absent:
                ended += await self.withdrawals.leave_map(guild_id, user_id)
        return ended

    async def _follow(self, again: Sequence[tuple[int, int, ListOfMap, bytes]]) -> None:
        """Move whoever has mapped their list again since."""
        if not again:
            return
        size = max(-(-len(again) // _PIECES), 1)
        pieces = [again[start : start + size] for start in range(0, len(again), size)]
        done = await asyncio.gather(
            *(
                self.compute.run(
                    "places on a server map",
                    group_tasks.summarise_lists,
                    [payload for *_, payload in piece],
                    deadline_s=_DEADLINE_S,
                )
                for piece in pieces
            )
        )
        sounds = [sound for piece in done for sound in piece]
        moves: dict[int, list[tuple[int, ListOfMap, SoundSummary | None]]] = {}
        for (guild_id, user_id, chosen, _), sound in zip(again, sounds, strict=True):
            moves.setdefault(guild_id, []).append((user_id, chosen, sound))
        for guild_id, moved in moves.items():
            await self.members.move(guild_id, moved)


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

    async def switch_on(self, guild_id: int, channel_id: int) -> tuple[Digest, int | None]:
        """Want a digest in a channel, the first in a week; returns also the channel that it moved from."""
        return await self.store.switch_on(guild_id, channel_id, self.clock())

    async def switch_off(self, guild_id: int) -> None:
        """Want none any more; raises `NoDigestError`."""
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
                "news of a map", group_tasks.find_news, told, before, deadline_s=_DEADLINE_S
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
