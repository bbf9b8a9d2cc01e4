"""`/map`: the map of a server, of those who agreed to be on it."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from cogs.commands import IN_SERVERS, TO_SERVERS
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.server_map import left_note
from cogs.words.commands import COMMANDS
from cogs.work.accept import Work
from cogs.work.components import ComponentRouter
from cogs.work.errors import UnknownComponentError
from cogs.work.first_response import in_time, promise
from cogs.work.host import Interaction
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from services.domain.group_requests import MapVerb, ServerMapRequest
from services.workflows.server_map import ServerMapWorkflow


class ServerMapCog(commands.Cog):
    """The map of a server: shown privately, and posted only by somebody who is on it."""

    group = app_commands.Group(
        name="map",
        description=COMMANDS["map"],
        allowed_contexts=IN_SERVERS,
        allowed_installs=TO_SERVERS,
    )

    def __init__(
        self,
        *,
        maps: ServerMapWorkflow,
        cards: PostedCards,
        presence: DiscordPresence,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._maps = maps
        self._cards = cards
        self._presence = presence
        self._work = work
        components.register(Action.SERVER_MAP, self.press)

    @group.command(name="server", description=COMMANDS["map server"])
    async def server(self, interaction: Interaction) -> None:
        """Show the map to whoever asks, with the way onto it."""
        await self._ask(interaction, MapVerb.LOOK)

    @group.command(name="leave", description=COMMANDS["map leave"])
    async def leave(self, interaction: Interaction) -> None:
        """End the consent."""
        await self._leave(interaction)

    async def _leave(self, interaction: Interaction) -> None:
        await promise(interaction)
        await self._maps.leave(interaction.guild_id or 0, interaction.user.id)
        self._cards.look_soon()
        await interaction.edit_original_response(view=left_note(interaction.guild_id or 0).view())

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Answer the buttons of a map."""
        if ref.argument == MapVerb.LEAVE:
            await self._leave(interaction)
            return
        if ref.argument not in set(MapVerb):
            raise UnknownComponentError(ref.argument)
        await self._ask(interaction, MapVerb(ref.argument))

    async def _ask(self, interaction: Interaction, wish: MapVerb) -> None:
        guild_id = interaction.guild_id or 0
        if wish is MapVerb.POST:
            self._presence.require_take_back(interaction)
            await in_time(interaction, self._maps.require_member(guild_id, interaction.user.id))
        name = interaction.user.display_name if wish is MapVerb.JOIN else ""
        request = ServerMapRequest(guild_id, wish, name)
        await self._work.accept(interaction, request, private=wish is not MapVerb.POST)
