"""`/sharing`: let others of this server compare with you without asking each time, or not."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.group_board import GroupBoard
from cogs.progress import OnStage
from cogs.reading import PlaylistDesk
from cogs.replies.layout import Reply
from cogs.replies.sharing import sharing_card, stopped_card
from cogs.work import Work
from services.domain.jobs import Job, JobKind
from services.workflows.groups.lobbies import Visitor
from services.workflows.groups.sharing import SharingWorkflow


class SharingCog(commands.Cog):
    """Consent for one server, private without it."""

    group = app_commands.Group(
        name="sharing",
        description="Whether others of this server may compare with you without asking.",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(
        self, *, sharing: SharingWorkflow, board: GroupBoard, desk: PlaylistDesk, work: Work
    ) -> None:
        self._sharing = sharing
        self._board = board
        self._desk = desk
        work.register(JobKind.SHARING, self)

    @group.command(name="on", description="Let people of this server compare with one of your playlists.")
    @app_commands.describe(
        playlist="What they compare with; left empty, your latest map", file="An exported playlist instead"
    )
    async def share(
        self,
        interaction: discord.Interaction[Any],
        playlist: str | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        """Share a playlist in this server."""
        about = f"{interaction.guild_id or 0}"
        await self._desk.take_on(interaction, JobKind.SHARING, playlist=playlist, file=file, about=about)

    @share.autocomplete("playlist")
    async def suggest(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await self._desk.suggest(interaction, typed)

    @group.command(name="off", description="Be private in this server again, at once.")
    async def stop(self, interaction: discord.Interaction[Any]) -> None:
        """End the sharing, and what only it allowed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        taken = await self._sharing.stop(interaction.guild_id or 0, interaction.user.id)
        for lobby_id in taken.lobbies:
            await self._board.redraw(lobby_id)
        await interaction.edit_original_response(view=stopped_card(len(taken.results)).view())

    @group.command(name="status", description="What you share in this server.")
    async def status(self, interaction: discord.Interaction[Any]) -> None:
        """Say how it is."""
        sharing = await self._sharing.find(interaction.guild_id or 0, interaction.user.id)
        await interaction.response.send_message(view=sharing_card(sharing).view(), ephemeral=True)

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Freeze the playlist and share it."""
        playlist = await self._desk.playlist(job, say)
        if isinstance(playlist, Reply):
            return playlist
        person = await self._board.name_of(int(job.arguments["about"]), job.asked.owner_id)
        await self._sharing.share(int(job.arguments["about"]), Visitor(job.asked.owner_id, person), playlist)
        return None

    async def card(self, job: Job) -> Reply:
        """Say what is shared now."""
        return sharing_card(await self._sharing.find(int(job.arguments["about"]), job.asked.owner_id))
