"""`/digest`: once a week say in a channel what happened on the map, until one press ends it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands import IN_SERVERS, TO_SERVERS
from cogs.replies.digest import STOP, digest_off_note, digest_on_note
from cogs.replies.ids import Action, ComponentRef
from cogs.words.commands import COMMANDS, OPTIONS
from cogs.work.components import ComponentRouter
from cogs.work.errors import UnknownComponentError
from cogs.work.first_response import answer_now, in_time
from cogs.work.host import Interaction
from services.domain.errors.groups import NotChannelManagerError
from services.workflows.server_map import DigestWorkflow

_NEEDED = ("view_channel", "send_messages", "read_message_history")
"""Without the last one nobody could find out after a crash whether a digest is there."""


class DigestCog(commands.Cog):
    """Switches digests on and off, for those who manage channels."""

    group = app_commands.Group(
        name="digest",
        description=COMMANDS["digest"],
        allowed_contexts=IN_SERVERS,
        allowed_installs=TO_SERVERS,
        default_permissions=discord.Permissions(manage_channels=True),
    )

    def __init__(self, *, digests: DigestWorkflow, components: ComponentRouter) -> None:
        self._digests = digests
        components.register(Action.DIGEST, self.press)

    @group.command(name="on", description=COMMANDS["digest on"])
    @app_commands.describe(**OPTIONS["digest on"])
    async def on(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Want a digest."""
        _require_manager(interaction)
        channel_id = channel.id if channel is not None else interaction.channel_id or 0
        guild = interaction.guild
        place = guild.get_channel(channel_id) if guild is not None else None
        if guild is not None and place is not None and guild.me is not None:
            allowed = place.permissions_for(guild.me)
            if lacking := [each for each in _NEEDED if not getattr(allowed, each)]:
                raise app_commands.BotMissingPermissions(lacking)
        digest = await in_time(interaction, self._digests.switch_on(interaction.guild_id or 0, channel_id))
        await answer_now(interaction, digest_on_note(digest))

    @group.command(name="off", description=COMMANDS["digest off"])
    async def off(self, interaction: Interaction) -> None:
        """Want none any more."""
        await self._end(interaction)

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """End digests from the button below one."""
        if not ref.argument.startswith(f"{STOP}."):
            raise UnknownComponentError(ref.argument)
        await self._end(interaction)

    async def _end(self, interaction: Interaction) -> None:
        _require_manager(interaction)
        await in_time(interaction, self._digests.switch_off(interaction.guild_id or 0))
        await answer_now(interaction, digest_off_note())


def _require_manager(interaction: Interaction) -> None:
    """Refuse who may neither manage channels, nor messages, nor the server.

    Raises
    ------
    NotChannelManagerError
    """
    may = interaction.permissions
    if not (may.manage_channels or may.manage_messages or may.manage_guild):
        raise NotChannelManagerError
