"""`/group` and `/compare`: people who come together, and what they press."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands import IN_SERVERS, TO_SERVERS
from cogs.commands.inputs import input_of, suggest, suggest_lists
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, note
from cogs.replies.lobby import LobbyVerb, SourceField, joined_note, lobby_card, source_form
from cogs.words.controls import COMMANDS, COMPARE_TASTE, OPTIONS, WHERE
from cogs.words.lobby import (
    BOTH_WANT_IT,
    NEVER_LINES,
    NOTED,
    YOU_ARE_IN,
    YOU_HAVE_ASKED,
    noted_lines,
    out_line,
)
from cogs.work.accept import Work
from cogs.work.comparing import Comparing
from cogs.work.components import ComponentRouter
from cogs.work.errors import UnknownComponentError
from cogs.work.host import Interaction, chosen_in_form, typed_text, uploaded_in_form
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from cogs.work.reaching import accept_press, answer_now, ask, in_time, is_outage, promise
from services.domain.errors.groups import CompareWithNobodyError, NothingBroughtError, NotInLobbyError
from services.domain.errors.storage import DatabaseBusyError
from services.domain.group_requests import AskRequest, BringRequest, CompareRequest, Where
from services.domain.groups import GroupKind, Lobby
from services.workflows.lobbies import LobbiesWorkflow, Place, Visitor
from services.workflows.suggestions import Suggestions

_HOURS, _USUAL_HOURS = (1, 6, 24, 72), 24
_WHERE = [app_commands.Choice(name=words, value=where.value) for where, words in WHERE.items()]


class GroupsCog(commands.Cog):
    """Lobbies and everything that their cards ask for."""

    group = app_commands.Group(
        name="group", description=COMMANDS["group"], allowed_contexts=IN_SERVERS, allowed_installs=TO_SERVERS
    )

    def __init__(
        self,
        *,
        lobbies: LobbiesWorkflow,
        cards: PostedCards,
        presence: DiscordPresence,
        comparing: Comparing,
        suggestions: Suggestions,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._lobbies = lobbies
        self._cards = cards
        self._presence = presence
        self._comparing = comparing
        self._suggestions = suggestions
        self._work = work
        self._answers = {
            LobbyVerb.JOIN: self._join,
            LobbyVerb.LEAVE: self._leave,
            LobbyVerb.COMPARE: self._compare,
            LobbyVerb.DECLINE: self._decline,
            LobbyVerb.NEVER: self._never,
            LobbyVerb.REOPEN: self._reopen,
            LobbyVerb.SHOW: self._show,
            LobbyVerb.START: self._start_anew,
        }
        components.register(Action.LOBBY, self.press)
        components.register(Action.BRING, self.choose_source)

    @group.command(name="start", description=COMMANDS["group start"])
    @app_commands.describe(**OPTIONS["group start"])
    @app_commands.choices(hours=[app_commands.Choice(name=f"{each} h", value=each) for each in _HOURS])
    async def start(self, interaction: Interaction, hours: app_commands.Choice[int] | None = None) -> None:
        """Post a lobby card."""
        await self._start(interaction, timedelta(hours=hours.value if hours else _USUAL_HOURS))

    async def _start_anew(self, interaction: Interaction, _lobby_id: str) -> None:
        await self._start(interaction, timedelta(hours=_USUAL_HOURS))

    async def _start(self, interaction: Interaction, lasts: timedelta) -> None:
        guild_id, channel_id = self._presence.require_take_back(interaction)
        start = self._lobbies.start(Place(guild_id, channel_id), _visitor(interaction.user), lasts)
        lobby = await in_time(interaction, start)

        async def send() -> int | None:
            return await answer_now(interaction, lobby_card(lobby), private=False)

        try:
            await self._cards.post(
                lobby.message(interaction.id), send, shown=lobby, patience=partial(in_time, interaction)
            )
        except discord.HTTPException as error:
            if not is_outage(error):
                await self._lobbies.leave(lobby.lobby_id, interaction.user.id)  # nobody sees it
            raise

    @group.command(name="source", description=COMMANDS["group source"])
    @app_commands.describe(**OPTIONS["group source"])
    @app_commands.rename(name="from")
    async def source(
        self,
        interaction: Interaction,
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        name: str | None = None,
    ) -> None:
        """Bring a playlist without the form."""
        lobby = await in_time(interaction, self._current(interaction))
        request = BringRequest(input_of(playlist, file, name), lobby.lobby_id)
        await self._work.accept(interaction, request, private=True)

    @source.autocomplete("playlist")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await suggest(self._suggestions, interaction, typed)

    @source.autocomplete("name")
    async def suggest_lists(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List what can be read of a name at another service."""
        return await suggest_lists(self._suggestions, typed)

    @group.command(name="leave", description=COMMANDS["group leave"])
    async def leave_command(self, interaction: Interaction) -> None:
        """Leave without the button."""
        lobby = await in_time(interaction, self._current(interaction))
        await self._leave(interaction, lobby.lobby_id)

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Answer a button of a lobby."""
        if ref.argument not in set(LobbyVerb):
            raise UnknownComponentError(ref.argument)
        await self._answers[LobbyVerb(ref.argument)](interaction, ref.subject)

    async def choose_source(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Open the form, or take what it brings."""
        if interaction.type is not discord.InteractionType.modal_submit:
            lobby = await in_time(interaction, self._lobbies.open(ref.subject))
            if not lobby.is_in(interaction.user.id):
                raise NotInLobbyError
            suggestions = await in_time(interaction, self._suggestions.playlists(interaction.user.id, ""))
            await ask(interaction, source_form(ref, suggestions))
            return
        file = uploaded_in_form(interaction, SourceField.FILE)
        words = typed_text(interaction, SourceField.LINKS).strip()
        words = words or chosen_in_form(interaction, SourceField.CHOSEN)
        if file is None and not words:
            raise NothingBroughtError
        request = BringRequest(input_of(words, file), ref.subject)
        await self._work.accept(interaction, request, private=True)

    async def _current(self, interaction: Interaction) -> Lobby:
        return await self._lobbies.current(interaction.user.id, interaction.channel_id or 0)

    async def _join(self, interaction: Interaction, lobby_id: str) -> None:
        await accept_press(interaction)
        lobby = await self._lobbies.join(lobby_id, _visitor(interaction.user))
        await self._cards.redraw(lobby_id)
        member = lobby.member(interaction.user.id)
        if lobby.kind is GroupKind.PAIR and lobby.host_id == interaction.user.id and lobby.asked is not None:
            said = note(YOU_HAVE_ASKED)
        elif member is not None and member.brought is None:
            said = joined_note(lobby)
        else:
            said = note(YOU_ARE_IN)
        await interaction.followup.send(view=said.view(), ephemeral=True)

    async def _decline(self, interaction: Interaction, lobby_id: str) -> None:
        await accept_press(interaction)
        await self._lobbies.decline(lobby_id, interaction.user.id)
        await self._cards.redraw(lobby_id)

    async def _never(self, interaction: Interaction, lobby_id: str) -> None:
        await accept_press(interaction)
        await self._lobbies.decline(lobby_id, interaction.user.id, never_again=True)
        await self._cards.redraw(lobby_id)
        said = note(*NEVER_LINES)
        await interaction.followup.send(view=said.view(), ephemeral=True)

    async def _reopen(self, interaction: Interaction, lobby_id: str) -> None:
        await accept_press(interaction)
        await self._lobbies.reopen(lobby_id, interaction.user.id)
        await self._cards.redraw(lobby_id)

    async def _leave(self, interaction: Interaction, lobby_id: str) -> None:
        await promise(interaction)
        taken = await self._lobbies.leave(lobby_id, interaction.user.id)
        await self._cards.redraw(lobby_id)
        said = out_line(len(taken.results))
        await interaction.edit_original_response(view=note(said).view())

    async def _compare(self, interaction: Interaction, lobby_id: str) -> None:
        self._presence.require_take_back(interaction)
        request = interaction.id
        press = self._lobbies.press_compare(lobby_id, interaction.user.id, request)
        lobby, is_enough = await in_time(interaction, press)
        if is_enough:
            try:
                await self._work.accept(interaction, CompareRequest(lobby.lobby_id), private=False)
            except DatabaseBusyError:
                raise  # it can't be given back in time either, and stands for some seconds only
            except Exception:
                await self._lobbies.give_compare_back(lobby_id, request)
                raise
            return
        await accept_press(interaction)
        await self._cards.redraw(lobby_id)
        said = note(*noted_lines(lobby))
        await interaction.followup.send(view=said.view(), ephemeral=True)

    async def _show(self, interaction: Interaction, lobby_id: str) -> None:
        await promise(interaction)
        lobby, is_new = await self._lobbies.agree_to_show(lobby_id, interaction.user.id)
        if is_new and lobby.is_shown_to_channel:
            try:
                await self._comparing.post_pair(lobby, interaction.user.id, request=interaction.id)
            except BaseException:
                await self._lobbies.take_show_back(lobby_id, interaction.user.id)
                raise
        await self._cards.redraw(lobby_id)
        if lobby.is_shown_to_channel:
            said: Reply = note(BOTH_WANT_IT)
        else:
            said = note(NOTED)
        await interaction.edit_original_response(view=said.view())


def _visitor(user: discord.abc.User) -> Visitor:
    """Take down who somebody is, as the server calls them."""
    return Visitor(user.id, user.display_name)


class CompareCog(commands.Cog):
    """Comparisons of two."""

    def __init__(self, *, presence: DiscordPresence, work: Work, tree: app_commands.CommandTree[Any]) -> None:
        self._presence = presence
        self._work = work
        self._tree = tree
        self._menu = app_commands.ContextMenu(
            name=COMPARE_TASTE,
            callback=self.compare_menu,
            allowed_installs=TO_SERVERS,
            allowed_contexts=IN_SERVERS,
        )

    async def cog_load(self) -> None:
        """Add the menu of a person, which a cog can't declare."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="compare", description=COMMANDS["compare"])
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(**OPTIONS["compare"])
    @app_commands.choices(where=_WHERE)
    async def compare(
        self, interaction: Interaction, user: discord.User, where: app_commands.Choice[str] | None = None
    ) -> None:
        """Ask somebody."""
        await self._ask(interaction, user, Where(where.value) if where else Where.CHANNEL)

    async def compare_menu(self, interaction: Interaction, user: discord.User) -> None:
        """Ask somebody from their menu, in this channel."""
        await self._ask(interaction, user, Where.CHANNEL)

    async def _ask(self, interaction: Interaction, user: discord.User | discord.Member, where: Where) -> None:
        if user.bot or user.id == interaction.user.id:
            raise CompareWithNobodyError
        self._presence.require_take_back(interaction)
        request = AskRequest(user.id, user.display_name, interaction.user.display_name, where)
        await self._work.accept(interaction, request, private=True)
