"""`/admin`: what the people who run the bot see of it in Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from discord import app_commands
from discord.ext import commands

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.status import seats_card, status_card
from cogs.words.account import LinkEnd
from cogs.words.commands import COMMANDS
from cogs.work.components import ComponentRouter
from cogs.work.first_response import accept_press, promise
from cogs.work.host import Interaction, chosen_value
from cogs.work.posted_cards import CleanUp
from services.domain.errors.jobs import NotOperatorError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.sources import SeatBusyError, UnfinishedWritesError
from services.domain.installation import Status
from services.domain.spotify import Disconnected, Seat


class Seats(Protocol):
    """The part of `LinkingService` that is needed here."""

    @property
    def seats(self) -> int:
        """How many people Spotify lets this bot serve."""
        ...

    async def taken_seats(self) -> tuple[Seat, ...]:
        """List who holds one."""
        ...


Disconnect = Callable[[int], Awaitable[Disconnected]]
"""Ends a person's link and forgets what was read with it."""


@app_commands.default_permissions(administrator=True)
class AdminCog(commands.GroupCog, group_name="admin", group_description=COMMANDS["admin"]):
    """Discord hides the group from most people; the settings decide who may use it."""

    def __init__(
        self,
        *,
        read_status: Callable[[], Awaitable[Status]],
        operators: frozenset[int],
        seats: Seats | None,
        disconnect: Disconnect | None,
        tell: Callable[[Disconnected, LinkEnd], Awaitable[None]],
        clean_up: CleanUp,
        components: ComponentRouter,
    ) -> None:
        self._read_status = read_status
        self._operators = operators
        self._seats = seats
        self._disconnect = disconnect
        self._tell = tell
        self._clean_up = clean_up
        components.register(Action.SEAT, self.release)

    @app_commands.command(name="status", description=COMMANDS["admin status"])
    async def status(self, interaction: Interaction) -> None:
        """Show what monitors see, to the operator alone."""
        self._admit(interaction)
        await promise(interaction)
        card = status_card(await self._read_status())
        await interaction.edit_original_response(view=card.view())

    @app_commands.command(name="seats", description=COMMANDS["admin seats"])
    async def seats(self, interaction: Interaction) -> None:
        """List who is connected, and offer to release a seat."""
        self._admit(interaction)
        await promise(interaction)
        card = seats_card(await self._required().taken_seats(), self._required().seats)
        await interaction.edit_original_response(view=card.view())

    async def release(self, interaction: Interaction, _ref: ComponentRef) -> None:
        """Disconnect the chosen person and tell them; they may log in again while there is a seat."""
        self._admit(interaction)
        await accept_press(interaction)
        chosen = chosen_value(interaction)
        if chosen.isdecimal() and self._disconnect is not None:
            try:
                ended = await self._disconnect(int(chosen))
            except UnfinishedWritesError:
                raise SeatBusyError from None  # whose playlists these are is not the operator's to know
            if ended.had_link:
                await self._tell(ended, LinkEnd.RELEASED)
        card = seats_card(await self._required().taken_seats(), self._required().seats)
        await interaction.edit_original_response(view=card.view())
        await self._clean_up()

    def _required(self) -> Seats:
        if self._seats is None:
            raise SpotifyOffError
        return self._seats

    def _admit(self, interaction: Interaction) -> None:
        """Let operators in, and nobody else.

        Not a check of discord.py's: what those raise must be one of its own errors.

        Raises
        ------
        NotOperatorError
        """
        if interaction.user.id not in self._operators:
            raise NotOperatorError(interaction.user.id)
