"""`/sharing`: let others of this server compare with you without asking each time, or not."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands import IN_SERVERS, TO_SERVERS
from cogs.commands.inputs import input_of, suggest
from cogs.replies.comparison import sharing_card, stopped_card
from cogs.replies.layout import note
from cogs.words.commands import COMMANDS, OPTIONS
from cogs.words.lobby import CHANGES_THAT, direct_line, questions_line
from cogs.words.text import small
from cogs.work.accept import Work
from cogs.work.first_response import answer_now, in_time, promise
from cogs.work.host import Interaction
from cogs.work.posted_cards import PostedCards
from services.domain.errors.groups import NotServerAdminError
from services.domain.group_requests import SharingRequest
from services.workflows.group_results import SharingWorkflow
from services.workflows.server_map import ServerMapWorkflow
from services.workflows.suggestions import Suggestions


class SharingCog(commands.Cog):
    """Consent to be compared with, for one server; without it a person is private."""

    group = app_commands.Group(
        name="sharing",
        description=COMMANDS["sharing"],
        allowed_contexts=IN_SERVERS,
        allowed_installs=TO_SERVERS,
    )

    def __init__(
        self,
        *,
        sharing: SharingWorkflow,
        maps: ServerMapWorkflow,
        cards: PostedCards,
        suggestions: Suggestions,
        work: Work,
    ) -> None:
        self._sharing = sharing
        self._maps = maps
        self._cards = cards
        self._suggestions = suggestions
        self._work = work

    @group.command(name="on", description=COMMANDS["sharing on"])
    @app_commands.describe(**OPTIONS["sharing on"])
    async def share(
        self, interaction: Interaction, playlist: str | None = None, file: discord.Attachment | None = None
    ) -> None:
        """Share a playlist in this server."""
        request = SharingRequest(input_of(playlist, file), interaction.guild_id or 0)
        await self._work.accept(interaction, request, private=True)

    @share.autocomplete("playlist")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await suggest(self._suggestions, interaction, typed)

    @group.command(name="off", description=COMMANDS["sharing off"])
    async def stop(self, interaction: Interaction) -> None:
        """End the sharing, and what only it allowed."""
        await promise(interaction)
        taken = await self._sharing.stop(interaction.guild_id or 0, interaction.user.id)
        for lobby_id in taken.lobbies:
            await self._cards.redraw(lobby_id)
        self._cards.look_soon()  # for maps of this server
        await interaction.edit_original_response(view=stopped_card(len(taken.results)).view())

    @group.command(name="questions", description=COMMANDS["sharing questions"])
    @app_commands.describe(**OPTIONS["sharing questions"])
    async def questions(self, interaction: Interaction, allow: bool) -> None:
        """Let everybody ask, or nobody."""
        await in_time(interaction, self._sharing.allow_questions(interaction.user.id, allowed=allow))
        said = questions_line(allow)
        await answer_now(interaction, note(said, small(CHANGES_THAT)))

    @group.command(name="server", description=COMMANDS["sharing server"])
    @app_commands.describe(**OPTIONS["sharing server"])
    async def server(self, interaction: Interaction, direct_messages: bool) -> None:
        """Allow or forbid questions by direct message from this server."""
        if not interaction.permissions.manage_guild:
            raise NotServerAdminError
        allow = self._sharing.allow_direct(interaction.guild_id or 0, allowed=direct_messages)
        await in_time(interaction, allow)
        said = direct_line(direct_messages)
        await answer_now(interaction, note(said))

    @group.command(name="status", description=COMMANDS["sharing status"])
    async def status(self, interaction: Interaction) -> None:
        """Say how it is."""
        who = interaction.guild_id or 0, interaction.user.id
        sharing = await in_time(interaction, self._sharing.find(*who))
        on_map = await in_time(interaction, self._maps.find(*who))
        await answer_now(interaction, sharing_card(sharing, on_map=on_map is not None))
