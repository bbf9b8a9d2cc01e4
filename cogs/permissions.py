"""What the bot may do where it is asked, looked at before any work starts."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands


def require_files(interaction: discord.Interaction[Any], *, private: bool) -> None:
    """Refuse public work whose picture could not be posted into this channel.

    Discord says with each interaction what the bot may do in that very channel; rights of roles say
    less. Outside of servers and in private replies nothing is asked for.

    Raises
    ------
    app_commands.BotMissingPermissions
        The channel does not let the bot attach files.
    """
    if interaction.guild_id is not None and not private and not interaction.app_permissions.attach_files:
        raise app_commands.BotMissingPermissions(["attach_files"])
