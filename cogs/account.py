"""`/login` and `/logout`: the way to one's own playlists and back."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import answer_privately
from cogs.components import ComponentRouter, typed_text
from cogs.replies.account import link_card, linked_card, logged_out_card, paste_card, sent_card
from cogs.replies.forms import FIELD, text_form
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.wanted import Wanted
from services.accounts.linking import LinkingService
from services.domain.accounts import Linked
from services.domain.errors.playlists import SpotifyOffError
from services.domain.spotify import READ_SCOPES

_CLOSED_DMS = frozenset({50007, 50278})
"""Discord: direct messages are closed; no common server."""
_CODE_LENGTH = 12
_ADDRESS_LENGTH = 2000

_log = logging.getLogger(__name__)


class Login(Protocol):
    """What an installation that has a Spotify app can do about logins."""

    @property
    def linking(self) -> LinkingService:
        """The logins."""
        ...

    @property
    def is_pasted(self) -> bool:
        """Whether there are no pages, and people paste the address they were sent back to."""
        ...

    def url_of(self, token: str) -> str:
        """Return the address of a login's start page."""
        ...

    async def forget_fetched(self, user_id: int) -> None:
        """Drop what was read with a person's token."""
        ...

    async def fetch_list(self, user_id: int) -> None:
        """Read the list of a person's playlists, so that they are offered while they type."""
        ...


class AccountCog(commands.Cog):
    """Connect and disconnect."""

    def __init__(self, *, login: Login | None, components: ComponentRouter, wanted: Wanted) -> None:
        self._login = login
        self._wanted = wanted
        components.register(Action.CONNECT, self.connect)
        components.register(Action.FINISH, self.finish)

    @app_commands.command(name="login", description="Connect your Spotify account to use your own playlists.")
    async def login(self, interaction: discord.Interaction[Any]) -> None:
        """Send the link of a login."""
        await self._begin(interaction, READ_SCOPES, "")

    @app_commands.command(name="logout", description="Disconnect Spotify and forget everything read with it.")
    async def logout(self, interaction: discord.Interaction[Any]) -> None:
        """Forget the link."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        login = self._required()
        had_link = await login.linking.unlink(interaction.user.id)
        await login.forget_fetched(interaction.user.id)  # afterwards: nothing more comes in
        await answer_privately(interaction, logged_out_card(had_link=had_link))

    async def connect(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Begin a login from the button under a refusal; afterwards what was wanted can go on."""
        scopes, wanted = self._wanted.take(ref.argument)
        await self._begin(interaction, READ_SCOPES | scopes, wanted)

    async def finish(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Ask for the code, or take it."""
        login = self._required()
        if interaction.type is not discord.InteractionType.modal_submit:
            await interaction.response.send_modal(_form(ref, is_pasted=login.is_pasted))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        entered = typed_text(interaction, FIELD)
        user_id = interaction.user.id
        if login.is_pasted:
            linked = await login.linking.finish_pasted(user_id, entered)
        else:
            linked = await login.linking.finish(user_id, entered)
        await answer_privately(interaction, linked_card(linked))
        await login.fetch_list(user_id)

    async def _begin(
        self, interaction: discord.Interaction[Any], scopes: frozenset[str], wanted: str
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        login = self._required()
        token = await login.linking.begin(
            interaction.user.id, discord_name=_name_of(interaction.user), scopes=scopes, wanted=wanted
        )
        if login.is_pasted:
            await answer_privately(interaction, paste_card(await login.linking.open_pasted(token)))
            return
        proven = login.linking.proves_identity
        card = link_card(login.url_of(token), proven=proven)
        if _is_at_home(interaction) and await _send(interaction.user, card):
            card = sent_card(proven=proven)
        await answer_privately(interaction, card)

    def _required(self) -> Login:
        if self._login is None:
            raise SpotifyOffError
        return self._login


def tell_linked(
    open_channel: Callable[[int], Awaitable[discord.abc.Messageable | None]],
) -> Callable[[Linked], Awaitable[None]]:
    """Build what tells a person in Discord that a login was finished in the browser."""

    async def tell(linked: Linked) -> None:
        try:
            channel = await open_channel(linked.link.user_id)
            if channel is not None:
                await channel.send(view=linked_card(linked).view())
        except discord.HTTPException as error:
            _log.info("a finished login could not be announced: %s", error.code)

    return tell


def _form(ref: ComponentRef, *, is_pasted: bool) -> discord.ui.Modal:
    if is_pasted:
        return text_form(
            ref,
            title="Finish login",
            label="Address of the page that did not load",
            hint="It begins with http and holds code= and state=. Paste it only here.",
            longest=_ADDRESS_LENGTH,
        )
    return text_form(
        ref,
        title="Finish login",
        label="Code from the page",
        hint="Six digits, shown in the browser after you agreed at Spotify.",
        longest=_CODE_LENGTH,
    )


def _is_at_home(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot is a member where it was asked; else it can't write direct messages."""
    return interaction.is_guild_integration() and interaction.guild is not None


async def _send(user: discord.User | discord.Member, card: Reply) -> bool:
    try:
        await user.send(view=card.view())
    except discord.HTTPException as error:
        if error.code not in _CLOSED_DMS:
            _log.info("a direct message was refused: %s", error.code)
        return False
    return True


def _name_of(user: discord.User | discord.Member) -> str:
    shown = user.display_name
    return shown if shown == user.name else f"{shown} (@{user.name})"
