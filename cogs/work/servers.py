"""Work for whole servers: draw their maps, post their digests, and end or forget what is over or gone."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import discord
from cachetools import TTLCache
from discord.ext import commands, tasks

from cogs.replies.layout import Reply, note
from cogs.replies.server_map import digest_card, map_card, map_in_words, map_over_note, stop_ref
from cogs.words.server_map import DIGEST_OVER
from cogs.work.host import Host
from cogs.work.kinds import Kind, request_of
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from services.domain.group_requests import MapVerb, ServerMapRequest
from services.domain.groups import GroupMessage, MessageKind, Redraw
from services.domain.jobs import Job
from services.domain.messages import Activity, OnProgress, Progress
from services.domain.requests import JobKind
from services.domain.server_map import DigestPost, DrawnMap, News
from services.maintenance import Maintenance
from services.workflows.lobbies import LobbiesWorkflow, Visitor
from services.workflows.server_map import DigestWorkflow, ReadNews, ServerMapWorkflow

_POSTING_S = 15 * 60.0
"""For so long Discord takes an answer."""
_SEND_S = 60.0
"""Less than a claim lasts, so that nobody else posts while this process still waits."""
_CLOCKS_APART = timedelta(minutes=10)
"""By how much our clock may be ahead of Discord's; so much earlier a post is looked for too."""
_LOOKED_THROUGH = 2_000
_TEND_EVERY_S = 60
_POSTED_WITHIN, _PEOPLE_A_ROUND = timedelta(days=2), 500
"""Whose leaving is looked for each minute, without the intent that would tell it: five requests to the
gateway for those on maps that people still see. All the others are looked at once a day."""


class ServerMaps:
    """Server maps from the request to the card."""

    def __init__(self, *, maps: ServerMapWorkflow, cards: PostedCards, presence: DiscordPresence) -> None:
        self._maps = maps
        self._cards = cards
        self._presence = presence
        self._shown: TTLCache[int, tuple[int, ...]] = TTLCache(maxsize=100, ttl=_POSTING_S)
        """Whom the map of a job shows, until it is noted where it was posted; it may never be."""
        cards.draws(MessageKind.SERVER_MAP, self.redraw)

    def kinds(self) -> Mapping[JobKind, Kind]:
        """Describe the work that is done here."""
        return {
            JobKind.SERVER_MAP: Kind(
                do=self._draw,
                card=self._card,
                stored=self._load,
                ready=self._presence.arrival,
                posted=self._note,
            )
        }

    async def redraw(self, redraw: Redraw) -> Reply:
        """Draw a posted map as it is now, or empty it."""
        if redraw.is_over:
            return map_over_note(redraw.message.guild_id)
        drawn = await self._maps.picture(redraw.message.guild_id, redraw.on_map)
        return map_card(drawn, posted=True)

    async def _draw(self, job: Job, say: OnProgress) -> DrawnMap:
        request = request_of(job, ServerMapRequest)
        await say(Progress(Activity.DRAWING_PEOPLE))
        if request.wish is MapVerb.JOIN:
            await self._maps.join(request.guild_id, Visitor(job.asked.owner_id, request.name))
        elif request.wish is MapVerb.POST and job.message_id is not None:
            message = _map_message(job, job.asked.channel_id or 0, job.message_id)
            await self._cards.claim(message)
            # Before anybody is drawn: whoever leaves from now on is taken out of it.
            await self._cards.note(message, shown=())
        return await self._load(job)

    async def _load(self, job: Job) -> DrawnMap:
        request = request_of(job, ServerMapRequest)
        is_posted = request.wish is MapVerb.POST
        if is_posted:
            await self._maps.require_member(request.guild_id, job.asked.owner_id)
        viewer = None if is_posted else job.asked.owner_id
        drawn = await self._maps.draw(request.guild_id, viewer, who_is_there=self._presence)
        if is_posted:
            self._shown[job.job_id] = drawn.user_ids
        return drawn

    async def _card(self, job: Job, drawn: DrawnMap) -> Reply:
        wish = request_of(job, ServerMapRequest).wish
        if wish is MapVerb.READ:
            return map_in_words(drawn)
        return map_card(drawn, posted=wish is MapVerb.POST)

    async def _note(self, job: Job, channel_id: int, message_id: int) -> None:
        """Remember where the channel sees a map; who left since it was drawn is taken out at once."""
        if request_of(job, ServerMapRequest).wish is MapVerb.POST:
            shown = self._shown.pop(job.job_id, None)
            await self._cards.note(_map_message(job, channel_id, message_id), shown=shown)


def _map_message(job: Job, channel_id: int, message_id: int) -> GroupMessage:
    guild_id = request_of(job, ServerMapRequest).guild_id
    return GroupMessage(
        message_id=message_id,
        channel_id=channel_id,
        guild_id=guild_id,
        lobby_id=map_key(guild_id),
        kind=MessageKind.SERVER_MAP,
    )


def map_key(guild_id: int) -> str:
    """Name the messages that show the map of a server together."""
    return f"map of {guild_id}"


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
            return note(DIGEST_OVER)
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
                await self._cards.note(_digest_message(post, each.id), announced_as=post.request_id)
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

        await self._cards.post(_digest_message(post, post.request_id), send, shown=named)


def _named(news: tuple[News, ...]) -> set[int]:
    return {user_id for each in news for user_id in each.about}


def _digest_message(post: DigestPost, message_id: int) -> GroupMessage:
    return GroupMessage(
        message_id=message_id,
        channel_id=post.channel_id,
        guild_id=post.guild_id,
        lobby_id=f"digest of {post.guild_id}",
        kind=MessageKind.DIGEST,
        result_id=str(post.week),
    )


class GroupEvents(commands.Cog):
    """What happens to comparisons without anybody's press."""

    def __init__(
        self,
        *,
        lobbies: LobbiesWorkflow,
        digests: Digests,
        maps: ServerMapWorkflow,
        cards: PostedCards,
        presence: DiscordPresence,
        client: Host,
        maintenance: Maintenance,
    ) -> None:
        self._lobbies = lobbies
        self._digests = digests
        self._maps = maps
        self._cards = cards
        self._presence = presence
        self._client = client
        self._maintenance = maintenance

    async def cog_load(self) -> None:
        """Look from time to time what has ended and what is still to be changed."""
        if self._client.performs:
            self.tend_on.start()

    async def cog_unload(self) -> None:
        """Stop looking; what is to be changed is written down."""
        self.tend_on.cancel()
        await self._cards.close()

    @tasks.loop(seconds=_TEND_EVERY_S)
    async def tend_on(self) -> None:
        """Do what time asks for."""
        await self.tend()

    async def tend(self) -> None:
        """End what is over, draw whatever a crash or a refusal of Discord's left as it was, post digests."""
        self._client.pending.expire()
        await self._maintenance.attempt("ended comparisons", self._end_due)
        await self._maintenance.attempt("people who left", self._end_left)
        await self._maintenance.attempt("cards", self._cards.redraw_all)
        await self._maintenance.attempt("digests", self._digests.run)

    def look_soon(self) -> None:
        """Draw everything that is stale, beside whatever asks for it."""
        self._cards.look_soon()

    async def _end_left(self) -> int:
        if not (self._client.connects and self._client.is_ready()):
            return 0  # one request for each person would be too many
        return await self._maps.end_left(self._presence, shown_within=_POSTED_WITHIN, most=_PEOPLE_A_ROUND)

    async def _end_due(self) -> int:
        return len(await self._lobbies.end_due())

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Forget the servers that the bot was taken out of while it was away, if Discord confirms that."""
        shards = self._client.shards
        count = self._client.shard_count or 1
        for guild_id in await self._lobbies.guilds():
            is_ours = not shards or (guild_id >> 22) % count in shards
            is_listed = self._client.get_guild(guild_id) is not None
            if is_ours and not is_listed and await self._presence.is_out_of(guild_id):
                await self._lobbies.drop_guild(guild_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server."""
        await self._lobbies.drop_guild(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Forget a channel."""
        await self._lobbies.drop_channel(channel.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Try again what was refused in a server whose rights may be others now."""
        self._cards.allow_again(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Try again what was refused in a server whose rights may be others now."""
        self._cards.allow_again(after.guild.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Forget a thread."""
        await self._lobbies.drop_channel(payload.thread_id)
