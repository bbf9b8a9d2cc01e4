"""`/playlists`: what somebody has at Spotify, how much it is, and what of it can be read."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.library import library_card
from cogs.words.buttons import Label
from cogs.words.commands import COMMANDS
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.first_response import accept_press, promise
from cogs.work.host import Interaction
from cogs.work.pending import want
from services.domain.errors.playlists import SpotifyOffError
from services.workflows.library import LIST_IS_FRESH_FOR, LIST_IS_STEADY_FOR, LibraryWorkflow

_ANEW = "new"


class PlaylistsCog(commands.Cog):
    """The list of one's own playlists; only its owner sees it."""

    def __init__(self, *, library: LibraryWorkflow | None, components: ComponentRouter) -> None:
        self._library = library
        components.register(Action.LIBRARY, self.turn)

    @app_commands.command(name="playlists", description=COMMANDS["playlists"])
    async def playlists(self, interaction: Interaction) -> None:
        """List the playlists, from the first page."""
        await promise(interaction)
        want(interaction, Label.SHOW_MY_PLAYLISTS, ComponentRef(Action.LIBRARY, "0").button())
        await self._show(interaction, 0, anew=False)

    async def turn(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Turn the page, or read the list anew; below a login, show the list for the first time."""
        if ref.argument:
            await accept_press(interaction)
        else:
            await promise(interaction)
        page = int(ref.subject) if ref.subject.isdecimal() else 0
        await self._show(interaction, page, anew=ref.argument == _ANEW)

    async def _show(self, interaction: Interaction, page: int, *, anew: bool) -> None:
        if self._library is None:
            raise SpotifyOffError
        fresh_for = LIST_IS_STEADY_FOR if anew else LIST_IS_FRESH_FOR
        library = await self._library.current(interaction.user.id, fresh_for=fresh_for)
        days = await self._library.days_to_renew(interaction.user.id)
        await show(interaction, library_card(library, page, days_to_renew=days))
