"""Who is in a server and sees a channel of it, asked of Discord: there, not there, or unknown.

What is not in discord.py's cache is unknown, never absent: a server before it has arrived, a thread that
fell asleep, any server of another process's shard. Then Discord is asked itself, and only its answer
about that very person, channel or server counts.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import discord

from cogs.work.host import Host, Interaction
from services.domain.errors import TastemapError
from services.domain.errors.groups import CannotLookError, CannotTakeBackError
from services.domain.groups import Presence
from services.domain.jobs import Job

_THERE_S, _NOT_THERE_S = 30.0, 10.0
"""How long an answer counts: a comparison and the presses on it cost one look-up, not one each."""
_AT_ONCE = 100
"""People that the gateway looks up in one request."""
_ANSWER_S = 5.0
"""The gateway answers such a request within a second, or not at all."""
_DEAF_S = 60.0
"""How long people are looked up one by one after the gateway gave no answer."""
_ARRIVAL_S, _LOOK_EVERY_S = 600.0, 0.2
"""Servers arrive within seconds of a start; one that an outage holds back is not waited for all day."""

_NO_MEMBER = frozenset({10007, 10013})
"""Unknown member, and unknown user: the account is gone."""
_NO_CHANNEL, _NO_SERVER, _NO_ACCESS = 10003, 10004, 50001

_log = logging.getLogger(__name__)


class DiscordPresence:
    """Looks up who is in a server and sees a channel of it."""

    def __init__(self, client: Host, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._seen: dict[tuple[int, int | None, int], tuple[bool, float]] = {}
        """By server, channel and person: whether they are there, and until when that counts."""
        self._locks: WeakValueDictionary[tuple[int, int | None], asyncio.Lock] = WeakValueDictionary()
        self._deaf_until = float("-inf")

    async def __call__(self, guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:
        """Look who of these people is in the server and sees the channel; one request for all of them.

        Raises
        ------
        CannotTakeBackError
            The bot is not in the server, or not in the channel.
        """
        lock = self._locks.setdefault((guild_id, channel_id), asyncio.Lock())
        async with lock:
            now = self._monotonic()
            self._seen = {key: seen for key, seen in self._seen.items() if now < seen[1]}
            there: set[int] = set()
            absent: set[int] = set()
            asked = []
            for user_id in user_ids:
                answer = self._seen.get((guild_id, channel_id, user_id))
                if answer is None:
                    asked.append(user_id)
                else:
                    (there if answer[0] else absent).add(user_id)
            seen = Presence(frozenset(there), frozenset(absent))
            if asked:
                found = await self._look(guild_id, channel_id, asked)
                now = self._monotonic()
                for user_id in found.known:
                    is_there = user_id in found.there
                    until = now + (_THERE_S if is_there else _NOT_THERE_S)
                    self._seen[guild_id, channel_id, user_id] = (is_there, until)
                seen |= found
        return seen

    async def name_of(self, guild_id: int, user_id: int) -> str:
        """Look up how a server calls somebody.

        Raises
        ------
        CannotLookError
            Discord gives no answer, or the person is in the server no longer.
        CannotTakeBackError
            The bot is not in the server.
        """
        with _told_as_unknown():
            return (await (await self._server(guild_id)).fetch_member(user_id)).display_name

    def require_take_back(self, interaction: Interaction) -> tuple[int, int]:
        """Return server and channel of an interaction, if a message there could be changed later.

        Raises
        ------
        CannotTakeBackError
            The bot is not in this server, or does not see the channel.
        """
        guild_id, channel_id = interaction.guild_id, interaction.channel_id
        if guild_id is None or channel_id is None or not interaction.app_permissions.view_channel:
            raise CannotTakeBackError
        if self._client.get_guild(guild_id) is None and not interaction.is_guild_integration():
            raise CannotTakeBackError
        return guild_id, channel_id

    async def arrival(self, job: Job) -> None:
        """Wait until the server in which work was asked for has arrived, or clearly does not come."""
        guild_id = job.asked.guild_id
        if guild_id is None or not self._client.connects:
            return
        until = self._monotonic() + _ARRIVAL_S
        while not self._client.is_closed() and self._monotonic() < until:
            guild = self._client.get_guild(guild_id)
            if self._client.is_ready() if guild is None else not guild.unavailable:
                return
            await asyncio.sleep(_LOOK_EVERY_S)

    async def is_out_of(self, guild_id: int) -> bool:
        """Whether Discord says that the bot is no longer in a server; no answer is no such answer."""
        try:
            with _told_as_unknown():
                await self._server(guild_id)
        except CannotTakeBackError:
            return True
        except CannotLookError:
            pass
        return False

    async def _look(self, guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:
        everybody = frozenset(user_ids)
        try:
            with _told_as_unknown():
                guild = await self._server(guild_id)
                place = None if channel_id is None else await _place(guild, channel_id)
        except CannotLookError:
            return Presence(unknown=everybody)
        if channel_id is not None and place is None:
            return Presence(absent=everybody)
        listed = await self._listed(guild, user_ids)
        people: dict[bool | None, set[int]] = {True: set(), False: set(), None: set()}
        for each in user_ids:
            people[await _is_there(guild, place, each, listed.get(each))].add(each)
        return Presence(frozenset(people[True]), frozenset(people[False]), frozenset(people[None]))

    async def _server(self, guild_id: int) -> discord.Guild:
        guild = self._client.get_guild(guild_id)
        if guild is not None and not guild.unavailable:
            return guild
        try:
            return await self._client.fetch_guild(guild_id, with_counts=False)
        except discord.HTTPException as error:
            if error.code in {_NO_SERVER, _NO_ACCESS}:
                raise CannotTakeBackError from error
            raise

    async def _listed(self, guild: discord.Guild, user_ids: Collection[int]) -> dict[int, discord.Member]:
        """Look people up by one request to the gateway; empty where it is not there or says nothing."""
        if self._client.get_guild(guild.id) is not guild or self._monotonic() < self._deaf_until:
            return {}
        found: dict[int, discord.Member] = {}
        ids = list(user_ids)
        try:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                async with asyncio.timeout(_ANSWER_S):
                    members = await guild.query_members(user_ids=some, limit=_AT_ONCE, cache=False)
                found |= {member.id: member for member in members}
        except Exception as error:  # noqa: BLE001  (a connection that is just being lost raises anything)
            _log.info("people are looked up one by one, as the gateway gave no answer: %r", error)
            self._deaf_until = self._monotonic() + _DEAF_S
        return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A channel, or a thread with the channel that it belongs to."""

    channel: Any
    parent: Any

    async def shows_to(self, member: discord.Member) -> bool:
        """Whether a member sees it; a private thread is seen by who was added or manages threads."""
        permissions: discord.Permissions = self.parent.permissions_for(member)
        thread = self.channel
        if not permissions.view_channel:
            return False
        if not isinstance(thread, discord.Thread) or not thread.is_private() or permissions.manage_threads:
            return True
        try:
            await thread.fetch_member(member.id)
        except discord.NotFound as error:
            if error.code not in _NO_MEMBER:
                raise
            return False
        return True


async def _place(guild: discord.Guild, channel_id: int) -> _Place | None:
    """Find a channel, an archived thread also; None where Discord says that there is no such channel."""
    try:
        channel: Any = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
        parent: Any = channel
        if isinstance(channel, discord.Thread):
            parent = channel.parent or await guild.fetch_channel(channel.parent_id)
    except discord.HTTPException as error:
        if error.code == _NO_CHANNEL:
            return None
        if error.code == _NO_ACCESS:
            raise CannotTakeBackError from error
        raise
    return _Place(channel, parent)


async def _is_there(
    guild: discord.Guild, place: _Place | None, user_id: int, member: discord.Member | None
) -> bool | None:
    """Whether somebody is in the server and sees the place; None where Discord gives no answer.

    Who is missing from the list is asked about by name, as only an answer about that very person counts.
    """
    try:
        with _told_as_unknown():
            try:
                member = member or await guild.fetch_member(user_id)
            except discord.NotFound as error:
                if error.code not in _NO_MEMBER:
                    raise
                return False
            return place is None or await place.shows_to(member)
    except CannotLookError:
        return None


@contextmanager
def _told_as_unknown() -> Iterator[None]:
    """Turn every failure to get an answer into one that says to try again."""
    try:
        yield
    except TastemapError:
        raise
    except Exception as error:  # Discord's refusals, and whatever a broken connection raises
        _log.warning("Discord gave no answer about a server: %r", error)
        raise CannotLookError from error
