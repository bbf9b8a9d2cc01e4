"""Post weekly digests into the channels that servers chose, each week once."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta
from functools import partial

import discord

from cogs.replies.layout import Reply
from cogs.replies.server_map import digest_card, empty_digest_note, stop_ref
from cogs.work.host import Host
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from services.domain.groups import GroupMessage, MessageKind, Redraw
from services.domain.server_map import DigestPost, News
from services.maintenance import Maintenance
from services.workflows.server_map import DigestWorkflow, ReadNews

_SEND_S = 60.0
"""Less than a claim lasts, so that nobody else posts while this process still waits."""
_CLOCKS_APART = timedelta(minutes=10)
"""By how much our clock may be ahead of Discord's; so much earlier a post is looked for too."""
_LOOKED_THROUGH = 2_000


class Digests:
    """Weekly digests: each is posted by the process that claims it first."""

    def __init__(
        self,
        *,
        digests: DigestWorkflow,
        cards: PostedCards,
        presence: DiscordPresence,
        client: Host,
        maintenance: Maintenance,
    ) -> None:
        self._digests = digests
        self._cards = cards
        self._presence = presence
        self._client = client
        self._maintenance = maintenance
        cards.draws(MessageKind.DIGEST, self.redraw)

    async def run(self) -> None:
        """Post what is due in the servers of this process, and what another one has left behind."""
        for due in await self._digests.due():
            if self._cards.is_ours(due.guild_id):
                step = partial(self._digests.post, due, self, self._presence)
                await self._maintenance.attempt("digests", step)
        for post in await self._digests.left_behind():
            if self._cards.is_ours(post.guild_id):
                await self._maintenance.attempt("digests", partial(self._digests.finish, post, self))

    async def redraw(self, redraw: Redraw) -> Reply:
        """Draw a posted digest without those who left the map, or empty it."""
        if redraw.is_over:
            return empty_digest_note()
        return digest_card(redraw.message.guild_id, int(redraw.message.result_id or 0), redraw.news)

    def new_request_id(self, now: datetime) -> int:
        """Make an id like Discord's, of the moment from which a lost message is looked for."""
        return discord.utils.time_snowflake(now - _CLOCKS_APART) + secrets.randbelow(1 << 22)

    async def find(self, post: DigestPost) -> bool:
        """Look whether a post is in its channel, and remember it then."""
        button = f"'{stop_ref(post.guild_id, post.week).button()}'"
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
        looked_through = 0
        async for each in channel.history(limit=_LOOKED_THROUGH):
            if button in str([part.to_dict() for part in each.components]):
                # Whoever left since it was sent may stand in it, so it is drawn anew in any case.
                await self._cards.note(_message(post, each.id), announced_as=post.request_id)
                return True
            looked_through += 1
            if each.created_at < post.claimed_at - _CLOCKS_APART:
                return False
        if looked_through == _LOOKED_THROUGH:
            raise LookupError("more was written since than can be looked through")
        return False

    async def send(self, post: DigestPost, read: ReadNews) -> None:
        """Post a digest, silently and without a ping."""
        named: set[int] = set()

        async def send() -> int | None:
            news = await read()  # now that whoever withdraws finds the message
            if not news:
                return None
            named.update(_named(news))
            channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
            async with asyncio.timeout(_SEND_S):
                sent = await channel.send(
                    view=digest_card(post.guild_id, post.week, news).view(),
                    nonce=post.request_id,
                    silent=True,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            return sent.id

        await self._cards.post(_message(post, post.request_id), send, shown=named)


def _named(news: tuple[News, ...]) -> set[int]:
    return {user_id for each in news for user_id in each.about}


def _message(post: DigestPost, message_id: int) -> GroupMessage:
    return GroupMessage(
        message_id=message_id,
        channel_id=post.channel_id,
        guild_id=post.guild_id,
        lobby_id=f"digest of {post.guild_id}",
        kind=MessageKind.DIGEST,
        result_id=str(post.week),
    )
