"""Where the answer of accepted work goes: into the reply while its token lives, else to the person."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import discord
from discord import ui

from cogs.answers import PLACEHOLDER, answer_privately, show
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, text
from services.domain.jobs import Asked, Job

TOKEN_LIFE = timedelta(minutes=14)
"""Interaction tokens die after 15 minutes; the last one is for the request on its way."""

_EXPIRED = frozenset({50027, 10015, 10062})
"""Invalid webhook token, unknown webhook, unknown interaction."""

_log = logging.getLogger(__name__)


class Desk:
    """One reply that is owed, and all ways to give it."""

    def __init__(self, interaction: discord.Interaction[Any], job: Job) -> None:
        self.interaction = interaction
        self.job = job
        self.claimed = False
        """Whether it is us who answer; set once the row says so."""
        self.shown_at: tuple[int, int] | None = None
        """Channel and message of the answer, once it was given for others to see."""

    @property
    def open(self) -> bool:
        """Whether the reply can still be changed."""
        asked = self.job.asked
        return bool(asked.token) and discord.utils.utcnow() - asked.at < TOKEN_LIFE

    async def show(self, reply: Reply) -> None:
        """Give the answer.

        Raises
        ------
        discord.HTTPException
            Discord took it nowhere.
        """
        if self.open:
            try:
                message = await show(self.interaction, reply)
            except discord.HTTPException as error:
                if error.code not in _EXPIRED:
                    raise
            else:
                self.shown_at = (message.channel.id, message.id)
                return
        await self._give_late(reply, private=self.job.asked.private)

    async def show_privately(self, reply: Reply) -> None:
        """Give an answer that only the person may see; raises like `show`."""
        if self.open:
            try:
                await answer_privately(self.interaction, reply)
            except discord.HTTPException as error:
                if error.code not in _EXPIRED:
                    raise
            else:
                return
        await self._give_late(reply, private=True)

    async def answered(self) -> bool:
        """Look whether the answer was given before the last process ended, or was never promised."""
        message: discord.Message
        try:
            if self.open:
                message = await self.interaction.original_response()
            elif (channel := await self._channel()) is not None and self.job.message_id is not None:
                message = await channel.fetch_message(self.job.message_id)
            else:
                return False
        except discord.NotFound:
            # A private answer takes the public "thinking…" away; where none ever appeared, nobody waits.
            return self.open
        except discord.HTTPException:
            return False
        components = str([part.to_dict() for part in message.components])
        unfinished = (ComponentRef(Action.STOP, str(self.job.job_id)).button(), f"'{PLACEHOLDER}'")
        return not message.flags.loading and not any(mark in components for mark in unfinished)

    async def _give_late(self, reply: Reply, *, private: bool) -> None:
        """Post into the channel or write to the person; the nonce keeps a repetition from showing twice."""
        asked = self.job.asked
        channel = None if private else await self._channel()
        if channel is not None:
            mention = text(f"<@{asked.owner_id}>, your result:")
            try:
                message = await channel.send(
                    view=Reply((mention, *reply.blocks), reply.attached, reply.accent).view(),
                    files=reply.files(),
                    nonce=asked.interaction_id,
                    allowed_mentions=discord.AllowedMentions(users=[discord.Object(asked.owner_id)]),
                )
            except (discord.Forbidden, discord.NotFound):
                _log.info("may not post into the channel; writing to the person instead")
            else:
                self.shown_at = (message.channel.id, message.id)
                await self._remove_progress(channel)
                return
        person = await self.interaction.client.create_dm(discord.Object(asked.owner_id))
        await person.send(view=reply.view(), files=reply.files(), nonce=asked.interaction_id)

    async def _channel(self) -> Any:
        """Find the channel of the server in which the work was asked for; None where there is none."""
        asked = self.job.asked
        if asked.private or asked.guild_id is None or asked.channel_id is None:
            return None
        client = self.interaction.client
        try:
            return client.get_channel(asked.channel_id) or await client.fetch_channel(asked.channel_id)
        except (discord.HTTPException, discord.InvalidData):
            return None

    async def _remove_progress(self, channel: Any) -> None:
        if self.job.message_id is not None:
            try:
                await channel.get_partial_message(self.job.message_id).delete()
            except discord.HTTPException as error:
                _log.info("the old progress line stays: %s", error)


def asked_of(interaction: discord.Interaction[Any], *, private: bool) -> Asked:
    """Write down where an interaction wants its answer."""
    return Asked(
        interaction_id=interaction.id,
        application_id=interaction.application_id,
        token=interaction.token,
        owner_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        private=private,
        at=interaction.created_at,
    )


def revive(client: discord.Client, asked: Asked) -> discord.Interaction[Any]:
    """Make the interaction again from what was written down: deferred, and ready to be answered.

    discord.py has no public way to do this; a test guards the two private names.
    """
    data: Any = {
        "id": str(asked.interaction_id),
        "application_id": str(asked.application_id),
        "type": discord.InteractionType.component.value,  # one without a command that would be looked up
        "token": asked.token,
        "version": 1,
        "attachment_size_limit": discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES,
        "user": {"id": str(asked.owner_id), "username": "", "discriminator": "0", "avatar": None},
    }
    interaction: discord.Interaction[Any] = discord.Interaction(data=data, state=client._connection)
    if asked.channel_id is not None:
        interaction.channel = client.get_partial_messageable(asked.channel_id)  # type: ignore[assignment]
    interaction.response._response_type = discord.InteractionResponseType.deferred_channel_message
    return interaction


def stop_row(job_id: int) -> ui.ActionRow[Any]:
    """Offer to stop a job."""
    stop = ComponentRef(Action.STOP, str(job_id)).button()
    return ui.ActionRow(ui.Button(label="Stop", custom_id=stop))
