"""`/map`, `/digest` and `/sharing`: what a server sees of its people, and what happens on it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands import IN_SERVERS, TO_SERVERS
from cogs.commands.inputs import input_of, suggest
from cogs.replies.comparison import sharing_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import note
from cogs.replies.server_map import STOP, left_note
from cogs.words.controls import COMMANDS, OPTIONS
from cogs.words.lobby import CHANGES_THAT, direct_line, questions_line
from cogs.words.people import stopped_line
from cogs.words.server_map import DIGEST_OFF_LINES, digest_on_lines
from cogs.words.text import small
from cogs.work.accept import Work
from cogs.work.components import ComponentRouter
from cogs.work.errors import UnknownComponentError
from cogs.work.host import Interaction
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from cogs.work.reaching import answer_now, in_time, promise
from services.domain.errors.groups import NotChannelManagerError, NotServerAdminError
from services.domain.group_requests import MapVerb, ServerMapRequest, SharingRequest
from services.workflows.group_results import SharingWorkflow
from services.workflows.server_map import DigestWorkflow, ServerMapWorkflow
from services.workflows.suggestions import Suggestions

_NEEDED = ("view_channel", "send_messages", "read_message_history")
"""Without the last one nobody could find out after a crash whether a digest is there."""


class ServerMapCog(commands.Cog):
    """The map of a server: shown privately, and posted only by somebody who is on it."""

    group = app_commands.Group(
        name="map", description=COMMANDS["map"], allowed_contexts=IN_SERVERS, allowed_installs=TO_SERVERS
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
        """Want a digest, or the one that there is in another channel."""
        _require_manager(interaction)
        channel_id = channel.id if channel is not None else interaction.channel_id or 0
        guild = interaction.guild
        place = guild.get_channel(channel_id) if guild is not None else None
        if guild is not None and place is not None and guild.me is not None:
            allowed = place.permissions_for(guild.me)
            if lacking := [each for each in _NEEDED if not getattr(allowed, each)]:
                raise app_commands.BotMissingPermissions(lacking)
        switched = self._digests.switch_on(interaction.guild_id or 0, channel_id)
        digest, moved_from = await in_time(interaction, switched)
        await answer_now(interaction, note(*digest_on_lines(digest, moved_from)))

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
        await answer_now(interaction, note(*DIGEST_OFF_LINES))


def _require_manager(interaction: Interaction) -> None:
    """Refuse who may neither manage channels, nor messages, nor the server.

    Raises
    ------
    NotChannelManagerError
    """
    may = interaction.permissions
    if not (may.manage_channels or may.manage_messages or may.manage_guild):
        raise NotChannelManagerError


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
        await interaction.edit_original_response(view=note(stopped_line(len(taken.results))).view())

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
        asked = await in_time(interaction, self._sharing.may_be_asked(interaction.user.id))
        await answer_now(interaction, sharing_card(sharing, on_map=on_map is not None, may_be_asked=asked))
