"""Put the question of `/compare` to somebody, once, however often the work begins again."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping

import discord

from cogs.replies.layout import Reply, note
from cogs.replies.lobby import asked_note, lobby_card
from cogs.words.answers import ASKING
from cogs.work.first_response import revive
from cogs.work.host import Host
from cogs.work.kinds import Kind, request_of
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from services.domain.errors.groups import CannotLookError, CannotReachError, CannotSeeChannelError
from services.domain.group_requests import AskRequest, Where
from services.domain.groups import Lobby, MessageKind
from services.domain.jobs import Job
from services.domain.messages import OnProgress
from services.domain.requests import JobKind
from services.workflows.lobbies import LobbiesWorkflow, Place, Visitor

_log = logging.getLogger(__name__)


class Asking:
    """Questions of one person to one other."""

    def __init__(
        self,
        *,
        lobbies: LobbiesWorkflow,
        cards: PostedCards,
        presence: DiscordPresence,
        client: Host,
    ) -> None:
        self._lobbies = lobbies
        self._cards = cards
        self._presence = presence
        self._client = client

    def kinds(self) -> Mapping[JobKind, Kind]:
        """Describe the work that is done here."""
        return {JobKind.ASK: Kind(do=self._ask, card=self._tell, ready=self._presence.arrival)}

    async def _ask(self, job: Job, _say: OnProgress) -> Lobby:
        request = request_of(job, AskRequest)
        place = Place(job.asked.guild_id or 0, job.asked.channel_id or 0)
        watched = place.channel_id if request.where is Where.CHANNEL else None
        seen = await self._presence(place.guild_id, watched, [request.asked_id])
        if seen.unknown:
            raise CannotLookError
        if not seen.there:
            raise CannotSeeChannelError
        lobby = await self._lobbies.ask(
            place,
            Visitor(job.asked.owner_id, request.host_name),
            Visitor(request.asked_id, request.asked_name),
            job.result_id,
            direct=request.where is Where.MESSAGE,
        )
        if not await self._cards.are_posted(lobby.lobby_id):
            await self._post(job, lobby)
        return lobby

    async def _tell(self, job: Job, lobby: Lobby) -> Reply:
        return asked_note(lobby, directly=request_of(job, AskRequest).where is Where.MESSAGE)

    async def _post(self, job: Job, lobby: Lobby) -> None:
        request = request_of(job, AskRequest)
        posted: list[tuple[MessageKind, discord.Message]] = []
        try:
            if request.where is Where.MESSAGE:
                posted = await self._ask_directly(job, lobby, (job.asked.owner_id, request.asked_id))
            else:
                card = lobby.message(job.job_id)
                await self._cards.post(card, lambda: self._ask_here(job, lobby), shown=lobby)
        except Exception:
            await self._lobbies.withdraw_question(lobby.lobby_id)
            raise
        for kind, message in posted:
            card = lobby.message(message.id, kind, channel_id=message.channel.id)
            await self._cards.note(card, shown=lobby)

    async def _ask_here(self, job: Job, lobby: Lobby) -> int:
        """Post the card with the mention: a new message, as an edit of the reply notifies nobody.

        The nonce keeps a repetition after a crash from showing twice. Where the bot may not post by itself,
        it answers the command once more instead.
        """
        asked = [discord.Object(lobby.asked.user_id)] if lobby.asked else []
        mentions = discord.AllowedMentions(users=asked) if asked else discord.AllowedMentions.none()
        channel = self._client.get_partial_messageable(lobby.channel_id, guild_id=lobby.guild_id)
        try:
            message = await channel.send(
                view=lobby_card(lobby).view(), allowed_mentions=mentions, nonce=f"ask-{job.job_id}"
            )
        except discord.Forbidden:
            interaction = revive(self._client, job.asked)
        else:
            return message.id
        # The first follow-up would take the place of the private "thinking…", and be as private.
        await interaction.edit_original_response(view=note(ASKING).view())
        message = await interaction.followup.send(
            view=lobby_card(lobby).view(), allowed_mentions=mentions, wait=True
        )
        return message.id

    async def _ask_directly(
        self, job: Job, lobby: Lobby, person_ids: tuple[int, int]
    ) -> list[tuple[MessageKind, discord.Message]]:
        """Put the card into the messages of both: each of them sees there how it goes on."""
        sent: list[tuple[MessageKind, discord.Message]] = []
        try:
            kinds = (MessageKind.ASKER_CARD, MessageKind.CARD)
            for number, (person_id, kind) in enumerate(zip(person_ids, kinds, strict=True)):
                channel = await self._client.create_dm(discord.Object(person_id))
                nonce = f"ask-{job.job_id}-{number}"
                sent.append((kind, await channel.send(view=lobby_card(lobby, kind).view(), nonce=nonce)))
        except discord.HTTPException as error:
            _log.info("a question by direct message could not be put: %s", error)
            for _, message in sent:
                with contextlib.suppress(discord.HTTPException):
                    await message.delete()
            raise CannotReachError from error
        return sent
