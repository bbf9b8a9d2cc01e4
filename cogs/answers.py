"""Answer so that only one person sees it, whatever was promised to the channel before."""

from __future__ import annotations

import contextlib
from typing import Any

import discord

from cogs.replies.layout import Reply, note


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
        await interaction.edit_original_response(view=note("…").view(), attachments=[])
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


async def show(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Replace the deferred message by a card and its files: one edit."""
    await interaction.edit_original_response(view=reply.view(), attachments=reply.files())
