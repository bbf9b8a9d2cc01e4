"""What a person typed or pressed becomes a typed request, or a look at something stored."""

from discord import app_commands

IN_SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
TO_SERVERS = app_commands.AppInstallationType(guild=True, user=False)
"""Where commands can be used, and to whom they are installed, that need people in one place."""
