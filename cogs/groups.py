"""`/group`: a lobby that people join, choose what to bring, and press Compare in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs.components import ComponentRouter, chosen_in_form, typed_text, uploaded_in_form
from cogs.errors import UnknownComponentError
from cogs.group_board import GroupBoard
from cogs.group_work import GroupWork
from cogs.reading import PlaylistDesk
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, note, small
from cogs.replies.lobby import (
    CHOSEN,
    COMPARE,
    DECLINE,
    FILE,
    JOIN,
    LEAVE,
    LINKS,
    REOPEN,
    SHOW,
    joined_note,
    lobby_card,
    source_form,
)
from cogs.replies.text import plural
from services.domain.errors.groups import NothingBroughtError, NotInLobbyError, TooFewReadyError
from services.domain.groups import FEWEST, Lobby, MessageKind
from services.domain.jobs import JobKind
from services.workflows.groups.lobbies import LobbiesWorkflow, Place, Visitor
from services.workflows.groups.messages import GroupMessagesWorkflow

_HOURS, _USUAL_HOURS = (1, 6, 24, 72), 24
_TEND_EVERY_S = 60


class GroupsCog(commands.Cog):
    """Lobbies and everything that their cards ask for."""

    group = app_commands.Group(
        name="group",
        description="Compare the music of several people.",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(
        self,
        *,
        lobbies: LobbiesWorkflow,
        messages: GroupMessagesWorkflow,
        board: GroupBoard,
        work: GroupWork,
        desk: PlaylistDesk,
        components: ComponentRouter,
        client: discord.Client,
    ) -> None:
        self._lobbies = lobbies
        self._messages = messages
        self._board = board
        self._work = work
        self._desk = desk
        self._client = client
        components.register(Action.LOBBY, self.press)
        components.register(Action.BRING, self.choose_source)

    async def cog_load(self) -> None:
        """Look from time to time what has ended and what is still to be changed."""
        self.tend_on.start()

    async def cog_unload(self) -> None:
        """Stop looking; what is to be changed is written down."""
        self.tend_on.cancel()

    @group.command(name="start", description="Open a comparison in this channel that others can join.")
    @app_commands.describe(hours="How long people can join and compare; it ends by itself")
    @app_commands.choices(hours=[app_commands.Choice(name=f"{each} h", value=each) for each in _HOURS])
    async def start(
        self, interaction: discord.Interaction[Any], hours: app_commands.Choice[int] | None = None
    ) -> None:
        """Post a lobby card."""
        guild_id, channel_id = self._board.require_take_back(interaction)
        lasts = timedelta(hours=hours.value if hours else _USUAL_HOURS)
        lobby = await self._lobbies.start(Place(guild_id, channel_id), visitor(interaction.user), lasts)
        posted = await interaction.response.send_message(view=lobby_card(lobby).view())
        await self._note(lobby, interaction, posted)

    @group.command(name="source", description="Choose what you compare with in this channel.")
    @app_commands.describe(
        playlist="A playlist of yours, Liked Songs, or links; left empty, your latest map",
        file="An exported playlist instead",
    )
    async def source(
        self,
        interaction: discord.Interaction[Any],
        playlist: str | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        """Bring a playlist without the form."""
        lobby = await self._lobbies.current(interaction.user.id, interaction.channel_id or 0)
        await self._desk.take_on(
            interaction, JobKind.BRING, playlist=playlist, file=file, about=lobby.lobby_id
        )

    @source.autocomplete("playlist")
    async def suggest(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await self._desk.suggest(interaction, typed)

    @group.command(name="leave", description="Take yourself out of your latest comparison in this channel.")
    async def leave_command(self, interaction: discord.Interaction[Any]) -> None:
        """Leave without the button."""
        lobby = await self._lobbies.current(interaction.user.id, interaction.channel_id or 0)
        await self._leave(interaction, lobby.lobby_id)

    async def press(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Answer a button of a lobby."""
        answers = {
            JOIN: self._join,
            LEAVE: self._leave,
            COMPARE: self._compare,
            DECLINE: self._decline,
            REOPEN: self._reopen,
            SHOW: self._show,
        }
        answer = answers.get(ref.argument)
        if answer is None:
            raise UnknownComponentError(ref.argument)
        await answer(interaction, ref.subject)

    async def choose_source(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Open the form, or take what it brings."""
        if interaction.type is not discord.InteractionType.modal_submit:
            lobby = await self._lobbies.open(ref.subject)
            if not lobby.is_in(interaction.user.id):
                raise NotInLobbyError
            suggestions = await self._desk.suggestions(interaction.user.id)
            await interaction.response.send_modal(source_form(ref, suggestions))
            return
        file = uploaded_in_form(interaction, FILE)
        words = typed_text(interaction, LINKS).strip() or chosen_in_form(interaction, CHOSEN)
        if file is None and not words:
            raise NothingBroughtError
        await self._desk.take_on(
            interaction, JobKind.BRING, playlist=words or None, file=file, about=ref.subject
        )

    async def _join(self, interaction: discord.Interaction[Any], lobby_id: str) -> None:
        await interaction.response.defer()
        lobby = await self._lobbies.join(lobby_id, visitor(interaction.user))
        await self._board.changed(lobby_id)
        member = lobby.member(interaction.user.id)
        if member is not None and member.brought is None:
            await interaction.followup.send(view=joined_note(lobby).view(), ephemeral=True)

    async def _decline(self, interaction: discord.Interaction[Any], lobby_id: str) -> None:
        await interaction.response.defer()
        await self._lobbies.decline(lobby_id, interaction.user.id)
        await self._board.changed(lobby_id)

    async def _reopen(self, interaction: discord.Interaction[Any], lobby_id: str) -> None:
        await interaction.response.defer()
        await self._lobbies.reopen(lobby_id, interaction.user.id)
        await self._board.changed(lobby_id)

    async def _leave(self, interaction: discord.Interaction[Any], lobby_id: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        taken = await self._lobbies.leave(lobby_id, interaction.user.id)
        await self._board.redraw(lobby_id)
        gone = plural(len(taken.results), "result")
        said = f"You are out, and {gone} with you deleted." if taken.results else "You are out."
        await interaction.edit_original_response(view=note(said).view())

    async def _compare(self, interaction: discord.Interaction[Any], lobby_id: str) -> None:
        self._board.require_take_back(interaction)
        lobby, is_enough = await self._lobbies.press_compare(lobby_id, interaction.user.id)
        if len(lobby.ready) < FEWEST:
            raise TooFewReadyError(len(lobby.ready), len(lobby.inside))
        if is_enough:
            await self._work.compare(interaction, lobby)
            return
        await interaction.response.defer()
        await self._board.changed(lobby_id)
        said = note(
            f"Noted: {lobby.votes} of {lobby.votes_needed}.",
            small("It begins when enough of you press *Compare*, or whoever started this does."),
        )
        await interaction.followup.send(view=said.view(), ephemeral=True)

    async def _show(self, interaction: discord.Interaction[Any], lobby_id: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        lobby = await self._lobbies.agree_to_show(lobby_id, interaction.user.id)
        await self._board.changed(lobby_id)
        if lobby.is_shown_to_channel:
            await self._work.post_pair(lobby, interaction.user.id)
            said: Reply = note("Both of you want it: the result is in the channel now.")
        else:
            said = note("Noted. The channel sees the result once the other one presses *Show here* too.")
        await interaction.edit_original_response(view=said.view())

    async def _note(
        self,
        lobby: Lobby,
        interaction: discord.Interaction[Any],
        posted: discord.InteractionCallbackResponse[Any],
    ) -> None:
        message_id = posted.message_id or (await interaction.original_response()).id
        await self._board.note(lobby, MessageKind.CARD, lobby.channel_id, message_id)

    @tasks.loop(seconds=_TEND_EVERY_S)
    async def tend_on(self) -> None:
        """Do what time asks for."""
        await self.tend()

    async def tend(self) -> None:
        """End what is over, and draw whatever a crash or a refusal of Discord's left as it was."""
        for lobby_id in await self._lobbies.end_due():
            await self._messages.changed(lobby_id)
        await self._board.redraw_all()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Forget the servers that the bot was taken out of while it was away."""
        shards = getattr(self._client, "shards", {})
        count = self._client.shard_count or 1
        for guild_id in await self._messages.guilds():
            is_ours = not shards or (guild_id >> 22) % count in shards
            if is_ours and self._client.get_guild(guild_id) is None:
                await self._messages.drop_guild(guild_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server."""
        await self._messages.drop_guild(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Forget a channel."""
        await self._messages.drop_channel(channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Forget a thread."""
        await self._messages.drop_channel(payload.thread_id)


def visitor(user: discord.abc.User) -> Visitor:
    """Take down who somebody is, as the server calls them."""
    return Visitor(user.id, user.display_name)
