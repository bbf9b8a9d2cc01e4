"""`/admin`: what the people who run the bot see of it in Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord
from discord import app_commands
from discord.ext import commands

from cogs.components import ComponentRouter, chosen_value
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.seats import seats_card
from cogs.replies.status import status_card
from services.domain.accounts import Seat
from services.domain.errors.operators import NotOperatorError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.status import Status


class Seats(Protocol):
    """The part of `LinkingService` that is needed here."""

    @property
    def seats(self) -> int:
        """How many people Spotify lets this bot serve."""
        ...

    async def taken_seats(self) -> tuple[Seat, ...]:
        """List who holds one."""
        ...

    async def unlink(self, user_id: int) -> bool:
        """Forget a person's link."""
        ...


@app_commands.default_permissions(administrator=True)
class AdminCog(commands.GroupCog, group_name="admin", group_description="For the people who run this bot."):
    """Discord hides the group from most people; the settings decide who may use it."""

    def __init__(
        self,
        *,
        read_status: Callable[[], Awaitable[Status]],
        operators: frozenset[int],
        seats: Seats | None,
        components: ComponentRouter,
    ) -> None:
        self._read_status = read_status
        self._operators = operators
        self._seats = seats
        components.register(Action.SEAT, self.release)

    @app_commands.command(name="status", description="How the bot is: connection, queue, database, services.")
    async def status(self, interaction: discord.Interaction[Any]) -> None:
        """Show what monitors see, to the operator alone."""
        self._admit(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        card = status_card(await self._read_status())
        await interaction.edit_original_response(view=card.view())

    @app_commands.command(name="seats", description="Who holds the seats that Spotify gives this bot.")
    async def seats(self, interaction: discord.Interaction[Any]) -> None:
        """List who is connected, and offer to release a seat."""
        self._admit(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        card = seats_card(await self._required().taken_seats(), self._required().seats)
        await interaction.edit_original_response(view=card.view())

    async def release(self, interaction: discord.Interaction[Any], _ref: ComponentRef) -> None:
        """Disconnect the chosen person; they may log in again while there is a seat."""
        self._admit(interaction)
        await interaction.response.defer()
        chosen = chosen_value(interaction)
        if chosen.isdecimal():
            await self._required().unlink(int(chosen))
        card = seats_card(await self._required().taken_seats(), self._required().seats)
        await interaction.edit_original_response(view=card.view())

    def _required(self) -> Seats:
        if self._seats is None:
            raise SpotifyOffError
        return self._seats

    def _admit(self, interaction: discord.Interaction[Any]) -> None:
        """Let operators in, and nobody else.

        Not a check of discord.py's: what those raise must be one of its own errors.

        Raises
        ------
        NotOperatorError
        """
        if interaction.user.id not in self._operators:
            raise NotOperatorError(interaction.user.id)
