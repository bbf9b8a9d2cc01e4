"""Deliver answers: into the reply while its token lives, else to the channel or to the person."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, in_words, note, text, with_contents
from cogs.words.answers import PERHAPS_SEEN, your_result
from cogs.words.text import small
from cogs.work.host import Interaction
from cogs.work.reaching import DiscordUnreachableError, answer_now, is_outage, pause, reaching_discord
from services.domain.jobs import Job, JobStatus
from services.domain.requests import PressRequest

TOKEN_LIFE = timedelta(minutes=14)
"""Interaction tokens die after 15 minutes; the last one is for the request on its way."""

_EXPIRED = frozenset({50027, 10015, 10062})
"""Invalid webhook token, unknown webhook, unknown interaction."""

PLACEHOLDER = "…"
"""What completes a public "thinking…" for the moment until a private answer is there."""

REPLY_AGAIN_S = (2.0, 5.0, 10.0, 20.0, 30.0, *(60.0,) * 12)
"""Nearly the 14 minutes for which a reply can be changed."""

_DELIVERY_AGAIN_S = (*REPLY_AGAIN_S, *(60.0,) * 46)
"""The answer of accepted work waits for Discord for an hour: it can come as a new message too."""

_PERHAPS_SEEN = "perhaps seen"
"""Mark of an interaction whose private answer may have been given by a process that ended."""
_AGAIN_AFTER_S = (1.0, 3.0)
_TOO_LARGE = 40005
_HTTP_TOO_LARGE = 413

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class NobodyReachedError(Exception):
    """An answer can't be given now: its reply is closed, and so are the channel and the person's messages."""


@contextlib.contextmanager
def _unless_expired() -> Iterator[None]:
    """Go on after the block where the token has died meanwhile."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code not in _EXPIRED:
            raise


class Delivery:
    """One reply that is owed, and all ways to give it."""

    def __init__(self, interaction: Interaction, job: Job) -> None:
        self.interaction = interaction
        self.job = job
        self.claimed = False
        """Whether it is us who answer; set once the row says so."""
        self.shown_at: tuple[int, int] | None = None
        """Channel and message of the answer, once it was given for others to see."""
        self.given = False
        """Whether the answer is given: nothing may be told as its failure any more."""
        self._left_line = False
        """Whether a line of progress stands beside the answer."""

    @property
    def open(self) -> bool:
        """Whether the reply can still be changed."""
        return bool(self.job.asked.token) and discord.utils.utcnow() < self.open_until

    @property
    def open_until(self) -> datetime:
        """When Discord stops to let the reply be changed."""
        return self.job.asked.at + TOKEN_LIFE

    async def give(self, reply: Reply, *, private: bool) -> None:
        """Give the answer, for an hour of outages, and take the line of progress away; raises like `show`."""
        await insist(partial(self.show_privately if private else self.show, reply), _DELIVERY_AGAIN_S)
        self.given = True
        await self.take_line_away()

    async def show(self, reply: Reply) -> None:
        """Give the answer.

        Raises
        ------
        discord.HTTPException, DiscordUnreachableError
            Discord did not take it.
        NobodyReachedError
            The reply can't be changed any more, and no other way to the person is open.
        """
        if self.open:
            with _unless_expired():
                message = await show(self.interaction, reply)
                self.shown_at = (message.channel.id, message.id)
                return
        await self._give_late(reply, private=self.job.asked.private)

    async def show_privately(self, reply: Reply) -> None:
        """Give an answer that only the person may see; raises like `show`.

        Discord finds no private message without its id. Where the last process may have posted one, the
        answer is given again, and says so.
        """
        if self.open:
            with _unless_expired():
                self._left_line = not await answer_privately(self.interaction, reply)
                return
        await self._give_late(_with_doubt(self.interaction, reply), private=True)

    async def find_message(self) -> None:
        """Learn which message the answer takes the place of, where Discord's word about it was lost."""
        if self.job.message_id is None and self.open:
            try:
                with reaching_discord():
                    message = await self.interaction.original_response()
            except (discord.HTTPException, DiscordUnreachableError) as error:
                _log.info("the message of a reply could not be found: %r", error)
            else:
                self.job = replace(self.job, message_id=message.id)

    async def take_line_away(self) -> None:
        """Delete a line of progress that the answer did not take the place of; raises nothing.

        A private line can't be deleted once its token is dead, and a channel may be closed.
        """
        if not self._left_line or self.job.asked.private:
            return
        try:
            await insist(self._delete_line, REPLY_AGAIN_S)
        except Exception as error:  # noqa: BLE001  (the answer is given)
            _log.info("a line of progress stays beside its answer: %s", type(error).__name__)
        self._left_line = False

    async def _delete_line(self) -> None:
        with reaching_discord():
            if self.open:
                with _unless_expired():
                    await self.interaction.delete_original_response()
                    return
            channel = await self._channel()
            if channel is not None and self.job.message_id is not None:
                await channel.get_partial_message(self.job.message_id).delete()

    async def answered(self) -> bool:
        """Look whether the answer was given before the last process ended, or was never promised.

        A message that was pressed and stays looks answered from the start: it is if it was changed since, and
        no word of an answer is owed once its token is dead.
        """
        stays = isinstance(self.job.request, PressRequest) and self.job.request.stays
        if stays and not self.open:
            return True
        try:
            with reaching_discord():
                message = await self._message()
        except discord.NotFound:
            # A private answer takes the public "thinking…" away; where none ever appeared, nobody waits.
            return self.open
        except (discord.HTTPException, DiscordUnreachableError):
            return False
        if message is None:
            return False
        components = str([part.to_dict() for part in message.components])
        is_placeholder = f"'{PLACEHOLDER}'" in components
        # No look at Discord says whether the last process has told a private answer.
        perhaps_seen = (stays or is_placeholder) and self.job.status is JobStatus.POSTING
        self.interaction.extras[_PERHAPS_SEEN] = perhaps_seen
        if stays:
            return message.edited_at is not None and message.edited_at > self.job.asked.at
        in_progress = ComponentRef(Action.STOP, str(self.job.job_id)).button() in components
        return not (message.flags.loading or in_progress or is_placeholder)

    async def _message(self) -> discord.Message | None:
        if self.open:
            return await self.interaction.original_response()
        channel = await self._channel()
        if channel is None or self.job.message_id is None:
            return None
        found: discord.Message = await channel.fetch_message(self.job.message_id)
        return found

    async def _give_late(self, reply: Reply, *, private: bool) -> None:
        """Post into the channel or write to the person; the nonce keeps a repetition from showing twice."""
        asked = self.job.asked
        self._left_line = True
        with reaching_discord():
            channel = None if private else await self._channel()
        if channel is not None:
            mention = text(your_result(asked.owner_id))
            late = Reply((mention, *reply.blocks), reply.attached, reply.accent)
            mentions = discord.AllowedMentions(users=[discord.Object(asked.owner_id)])
            try:
                message = await self._send(channel, late, mentions)
            except (discord.Forbidden, discord.NotFound) as error:
                if is_outage(error):
                    raise
                _log.info("may not post into the channel; writing to the person instead")
            else:
                self.shown_at = (message.channel.id, message.id)
                return
        try:
            with reaching_discord():
                person = await self.interaction.client.create_dm(discord.Object(asked.owner_id))
            await self._send(person, reply, None)
        except (discord.Forbidden, discord.NotFound) as error:
            if is_outage(error):
                raise
            raise NobodyReachedError from error

    async def _send(
        self, place: discord.abc.Messageable, reply: Reply, mentions: discord.AllowedMentions | None
    ) -> discord.Message:
        view, files = reply.view(), reply.files()
        with reaching_discord():
            return await place.send(
                view=view,
                files=files,
                nonce=self.job.asked.interaction_id,
                allowed_mentions=mentions or discord.AllowedMentions.none(),
            )

    async def _channel(self) -> Any:
        """Find the channel of the server in which the work was asked for; None where there is none."""
        asked = self.job.asked
        if asked.private or asked.guild_id is None or asked.channel_id is None:
            return None
        client = self.interaction.client
        try:
            return client.get_channel(asked.channel_id) or await client.fetch_channel(asked.channel_id)
        except (discord.HTTPException, discord.InvalidData) as error:
            if is_outage(error):
                raise
            return None


async def insist(give: Callable[[], Awaitable[Result]], waits_s: tuple[float, ...]) -> Result:
    """Do something with Discord, after each of the waits once more as long as Discord is away.

    Raises
    ------
    Exception
        Discord refused, or was away for all that time.
    """
    for wait_s in waits_s:
        try:
            return await give()
        except Exception as error:
            if not is_outage(error):
                raise
            _log.info("Discord is away, trying again in %.0f s: %s", wait_s, type(error).__name__)
        await pause(wait_s)
    return await give()


def stop_row(job_id: int) -> ui.ActionRow[Any]:
    """Offer to stop a job."""
    stop = ComponentRef(Action.STOP, str(job_id)).button()
    return ui.ActionRow(ui.Button(label="Stop", custom_id=stop))


async def answer_privately(interaction: Interaction, reply: Reply) -> bool:
    """Show `reply` to the person alone; returns whether nothing else of the interaction is left behind.

    Whether a reply is private is fixed when it is deferred, and the first follow-up of a deferred
    reply completes it in its place. So a public "thinking…" is completed with a placeholder first,
    and taken away once the private answer is there, no sooner.

    Raises
    ------
    discord.HTTPException, DiscordUnreachableError
        Discord did not take the answer.
    """
    if not interaction.response.is_done():
        await answer_now(interaction, reply)
        return True
    if interaction.response.type is not discord.InteractionResponseType.deferred_channel_message:
        await _follow_up(interaction, reply)
        return True
    if await _is_private(interaction):
        await _edit(interaction, reply)
        return True
    with contextlib.suppress(discord.HTTPException, DiscordUnreachableError), reaching_discord():
        await interaction.edit_original_response(view=note(PLACEHOLDER).view(), attachments=[])
    await _follow_up(interaction, reply)
    try:
        with reaching_discord():
            await interaction.delete_original_response()
    except discord.NotFound:
        return True
    except (discord.HTTPException, DiscordUnreachableError) as error:
        _log.info("a placeholder stays for the moment: %r", error)
        return False
    return True


def _with_doubt(interaction: Interaction, reply: Reply) -> Reply:
    """Say where it is so that a private answer may come for the second time."""
    if not interaction.extras.get(_PERHAPS_SEEN):
        return reply
    return replace(reply, blocks=(text(small(PERHAPS_SEEN)), *reply.blocks))


async def _follow_up(interaction: Interaction, reply: Reply) -> None:
    reply = _with_doubt(interaction, reply)
    view, files = reply.view(), reply.files()
    with reaching_discord():
        await interaction.followup.send(view=view, files=files, ephemeral=True)


async def _is_private(interaction: Interaction) -> bool:
    try:
        with reaching_discord():
            return (await interaction.original_response()).flags.ephemeral
    except (discord.HTTPException, DiscordUnreachableError):
        return False


async def show(interaction: Interaction, reply: Reply) -> discord.InteractionMessage:
    """Replace the deferred message by a card and its files: one edit; returns the message.

    Where the files are too large for the place, smaller pictures are tried, then words.

    Raises
    ------
    discord.HTTPException, DiscordUnreachableError
        Discord did not take the answer.
    """
    try:
        return await _edit(interaction, reply)
    except discord.HTTPException as error:
        if not reply.attached or not _is_too_large(error):
            raise
    try:
        return await _edit(interaction, await _smaller(interaction, reply))
    except discord.HTTPException as error:
        if not _is_too_large(error):
            raise
        return await _edit(interaction, in_words(reply))


async def _edit(interaction: Interaction, reply: Reply) -> discord.InteractionMessage:
    """Edit the reply; again where the connection breaks, as two of the same edit do no harm."""
    for wait_s in _AGAIN_AFTER_S:
        try:
            return await _edit_once(interaction, reply)
        except DiscordUnreachableError as error:
            _log.info("the connection broke during an answer, trying again in %.0f s: %s", wait_s, error)
            await asyncio.sleep(wait_s)
    return await _edit_once(interaction, reply)


async def _edit_once(interaction: Interaction, reply: Reply) -> discord.InteractionMessage:
    view, files = reply.view(), reply.files()
    with reaching_discord():
        return await interaction.edit_original_response(view=view, attachments=files)


async def _smaller(interaction: Interaction, reply: Reply) -> Reply:
    shrunk = {
        file.filename: await interaction.client.shrink(file.content)
        for file in reply.attached
        if file.filename.endswith(".png")
    }
    return with_contents(reply, shrunk)


def _is_too_large(error: discord.HTTPException) -> bool:
    return error.code == _TOO_LARGE or error.status == _HTTP_TOO_LARGE
