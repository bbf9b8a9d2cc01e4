"""The accepted work of server maps: put somebody on one, draw it, post it, and draw it without who left."""

from __future__ import annotations

from collections.abc import Mapping

from cachetools import TTLCache

from cogs.replies.layout import Reply
from cogs.replies.server_map import map_card, map_in_words, map_over_note
from cogs.work.kinds import Kind, request_of
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from services.domain.group_requests import MapVerb, ServerMapRequest
from services.domain.groups import GroupMessage, MessageKind, Redraw
from services.domain.jobs import Job
from services.domain.messages import Activity, OnProgress, Progress
from services.domain.requests import JobKind
from services.domain.server_map import DrawnMap
from services.workflows.lobbies import Visitor
from services.workflows.server_map import ServerMapWorkflow

_POSTING_S = 15 * 60.0
"""For so long Discord takes an answer."""


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
            # Before anybody is drawn: whoever leaves from now on is taken out of it.
            await self._cards.note(_message(job, job.asked.channel_id or 0, job.message_id), shown=())
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
            await self._cards.note(_message(job, channel_id, message_id), shown=shown)


def _message(job: Job, channel_id: int, message_id: int) -> GroupMessage:
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
