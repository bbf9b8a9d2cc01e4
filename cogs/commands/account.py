"""`/login` and `/logout`: connect Spotify, and disconnect it."""

from __future__ import annotations

from typing import Any

import discord
from cachetools import TTLCache
from discord import app_commands
from discord.ext import commands

from cogs.replies.forms import FIELD, text_form
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import note
from cogs.words.account import ADDRESS_HINT, ADDRESS_LABEL, CODE_HINT, CODE_LABEL
from cogs.words.buttons import Label
from cogs.words.commands import COMMANDS
from cogs.words.messages import renewal_line
from cogs.work.accept import Work
from cogs.work.components import ComponentRouter
from cogs.work.first_response import ask
from cogs.work.host import Interaction, typed_text
from cogs.work.logins import Login
from cogs.work.pending import PendingRequests
from cogs.work.posted_cards import CleanUp
from services.domain.errors.playlists import SpotifyOffError
from services.domain.requests import AccountRequest, LoginStep
from services.domain.spotify import READ_SCOPES

_CODE_LENGTH = 12
_ADDRESS_LENGTH = 2000

_SAY_IT_THEMSELVES = frozenset({"playlists", "login", "logout", "me", "forget"})
_SAY_IT_TOO = frozenset({Action.LIBRARY, Action.CONNECT, Action.FINISH, Action.FORGET, Action.STOP})
"""Commands and buttons whose own answers say when the consent ends, end it, or have no answer."""
_PEOPLE_LOOKED_AT, _AGAIN_AFTER_S = 2_000, 12 * 3_600.0
"""The line is wanted no sooner again, and a consent of half a year needs no closer look."""


class AccountCog(commands.Cog):
    """Commands and buttons about the link to Spotify."""

    def __init__(
        self,
        *,
        login: Login | None,
        components: ComponentRouter,
        pending: PendingRequests,
        work: Work,
        clean_up: CleanUp,
    ) -> None:
        self._login = login
        self._pending = pending
        self._work = work
        self._clean_up = clean_up
        self._looked_at: TTLCache[int, bool] = TTLCache(_PEOPLE_LOOKED_AT, _AGAIN_AFTER_S)
        components.register(Action.CONNECT, self.connect)
        components.register(Action.FINISH, self.finish)

    @app_commands.command(name="login", description=COMMANDS["login"])
    async def login(self, interaction: Interaction) -> None:
        """Send the link of a login."""
        await self._begin(interaction, READ_SCOPES, "")

    @app_commands.command(name="logout", description=COMMANDS["logout"])
    async def logout(self, interaction: Interaction) -> None:
        """Forget the link."""
        await self._work.accept(interaction, AccountRequest(LoginStep.END), private=True)
        await self._clean_up()

    async def connect(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Begin a login from the button under a refusal; afterwards what was wanted can go on."""
        scopes, wanted = self._pending.take(ref.argument, interaction.user.id)
        await self._begin(interaction, READ_SCOPES | scopes, wanted)

    async def finish(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Ask for the code, or take it."""
        login = self._login
        if login is None:
            raise SpotifyOffError
        if interaction.type is not discord.InteractionType.modal_submit:
            await ask(interaction, _form(ref, is_pasted=login.is_pasted))
            return
        request = AccountRequest(LoginStep.FINISH, typed=typed_text(interaction, FIELD))
        await self._work.accept(interaction, request, private=True)

    @commands.Cog.listener()
    async def on_app_command_completion(
        self, interaction: Interaction, command: app_commands.Command[Any, Any, Any]
    ) -> None:
        """Say under the answer of a command that the consent ends soon."""
        if command.qualified_name not in _SAY_IT_THEMSELVES:
            await self._remind(interaction)

    @commands.Cog.listener()
    async def on_component_completion(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Say it under the answer of a button, a menu or a sent form."""
        is_form = interaction.response.type is discord.InteractionResponseType.modal
        if ref.action not in _SAY_IT_TOO and not is_form:
            await self._remind(interaction)

    async def _remind(self, interaction: Interaction) -> None:
        """Say under an answer that the consent ends soon, as was promised with the login."""
        user_id = interaction.user.id
        if self._login is None or user_id in self._looked_at:
            return
        days = await self._login.library.days_to_renew(user_id)
        self._looked_at[user_id] = True
        if days is not None:
            await interaction.followup.send(view=note(renewal_line(days)).view(), ephemeral=True)

    async def _begin(self, interaction: Interaction, scopes: frozenset[str], wanted: str) -> None:
        request = AccountRequest(
            LoginStep.BEGIN,
            scopes,
            wanted,
            name=_name_of(interaction.user),
            in_server=_is_at_home(interaction),
        )
        await self._work.accept(interaction, request, private=True)


def _form(ref: ComponentRef, *, is_pasted: bool) -> discord.ui.Modal:
    if is_pasted:
        return text_form(
            ref,
            title=Label.FINISH_LOGIN,
            label=ADDRESS_LABEL,
            hint=ADDRESS_HINT,
            longest=_ADDRESS_LENGTH,
        )
    return text_form(
        ref,
        title=Label.FINISH_LOGIN,
        label=CODE_LABEL,
        hint=CODE_HINT,
        longest=_CODE_LENGTH,
    )


def _is_at_home(interaction: Interaction) -> bool:
    """Whether the bot is a member where it was asked; else it can't write direct messages."""
    return interaction.is_guild_integration() and interaction.guild is not None


def _name_of(user: discord.User | discord.Member) -> str:
    return f"{user.display_name} (@{user.name})"  # the pages tell the two apart by the last bracket
