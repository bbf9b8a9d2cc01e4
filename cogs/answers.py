"""Answer so that only one person sees it, whatever was promised to the channel before."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import discord

from cogs.replies.layout import Reply, note
from cogs.replies.smaller import in_words, with_contents

_log = logging.getLogger(__name__)

PLACEHOLDER = "…"
"""What completes a public "thinking…" for the moment until a private answer is there."""

_AGAIN_AFTER_S = (1.0, 3.0)
_TOO_LARGE = 40005
_HTTP_TOO_LARGE = 413


async def answer_privately(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show `reply` to the person alone and leave nothing else of the interaction behind.

    Whether a reply is private is fixed when it is deferred, and the first follow-up of a deferred
    reply completes it in its place. So a public "thinking…" is completed with a placeholder first,
    and taken away once the private answer is there.

    Raises
    ------
    discord.HTTPException
        Discord did not take the answer.
    """
    response = interaction.response
    if not response.is_done():
        await response.send_message(view=reply.view(), files=reply.files(), ephemeral=True)
        return
    if response.type is not discord.InteractionResponseType.deferred_channel_message:
        await interaction.followup.send(view=reply.view(), files=reply.files(), ephemeral=True)
        return
    if await _is_private(interaction):
        await interaction.edit_original_response(view=reply.view(), attachments=reply.files())
        return
    with contextlib.suppress(discord.HTTPException):
        await interaction.edit_original_response(view=note(PLACEHOLDER).view(), attachments=[])
    try:
        await interaction.followup.send(view=reply.view(), files=reply.files(), ephemeral=True)
    finally:
        with contextlib.suppress(discord.HTTPException):
            await interaction.delete_original_response()


async def _is_private(interaction: discord.Interaction[Any]) -> bool:
    try:
        return (await interaction.original_response()).flags.ephemeral
    except discord.HTTPException:
        return False


async def show(interaction: discord.Interaction[Any], reply: Reply) -> discord.InteractionMessage:
    """Replace the deferred message by a card and its files: one edit; returns the message.

    Where the files are too large for the place, smaller pictures are tried, then words.

    Raises
    ------
    discord.HTTPException
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


async def _edit(interaction: discord.Interaction[Any], reply: Reply) -> discord.InteractionMessage:
    """Edit the reply; again where the connection breaks, as two of the same edit do no harm."""
    for wait_s in _AGAIN_AFTER_S:
        try:
            return await interaction.edit_original_response(view=reply.view(), attachments=reply.files())
        except discord.DiscordException:
            raise
        except Exception as error:  # noqa: BLE001  (whatever a broken connection raises)
            _log.info("the connection broke during an answer, trying again in %.0f s: %r", wait_s, error)
            await asyncio.sleep(wait_s)
    return await interaction.edit_original_response(view=reply.view(), attachments=reply.files())


async def _smaller(interaction: discord.Interaction[Any], reply: Reply) -> Reply:
    shrunk = {
        file.filename: await interaction.client.shrink(file.content)
        for file in reply.attached
        if file.filename.endswith(".png")
    }
    return with_contents(reply, shrunk)


def _is_too_large(error: discord.HTTPException) -> bool:
    return error.code == _TOO_LARGE or error.status == _HTTP_TOO_LARGE
