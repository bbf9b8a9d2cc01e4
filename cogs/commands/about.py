"""`/help`, `/about` and `/admin`: what Tastemap does, how its numbers are made, and how the bot itself is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from discord import app_commands
from discord.ext import commands

from cogs.replies.about import files_card, help_card, score_card, seats_card, status_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, note
from cogs.words.about import TOPIC_LINES, TOPICS, HelpTopic, LinkState
from cogs.words.account import LinkEnd
from cogs.words.controls import COMMANDS
from cogs.work.components import ComponentRouter
from cogs.work.host import Interaction, chosen_value
from cogs.work.logins import Login
from cogs.work.posted_cards import CleanUp
from cogs.work.reaching import accept_press, answer_now, in_time, promise
from services.domain.errors.jobs import NotOperatorError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.sources import (
    NotLinkedError,
    RelinkNeededError,
    SeatBusyError,
    UnfinishedWritesError,
)
from services.domain.installation import Status
from services.domain.scoring import ScoreRules
from services.domain.spotify import Disconnected, Link
from services.workflows.reports import ReportsWorkflow

LinkOf = Callable[[int], Awaitable[Link]]
"""Returns a person's link, or raises what is wrong with it."""


class HelpCog(commands.Cog):
    """`/help` and its buttons."""

    def __init__(
        self, *, reports: ReportsWorkflow, link_of: LinkOf | None, components: ComponentRouter
    ) -> None:
        self._reports = reports
        self._link_of = link_of
        components.register(Action.HELP, self.press)

    @app_commands.command(name="help", description=COMMANDS["help"])
    async def help(self, interaction: Interaction) -> None:
        """Explain the next step."""
        await answer_now(interaction, await in_time(interaction, self._card(interaction.user.id)))

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Explain what can be read, one thing more, or the next step."""
        client = interaction.client
        match ref.subject:
            case HelpTopic.FILES:
                reply = files_card(has_spotify=client.has_spotify, has_lists=client.has_lists)
            case HelpTopic.MAP | HelpTopic.LISTS | HelpTopic.TOGETHER as word:
                topic = HelpTopic(word)
                reply = note(f"## {TOPICS[topic]}", *TOPIC_LINES[topic])
            case _:
                reply = await in_time(interaction, self._card(interaction.user.id))
        await answer_now(interaction, reply)

    async def _card(self, user_id: int) -> Reply:
        return help_card(await self._reports.recent(user_id), await self._link_state(user_id))

    async def _link_state(self, user_id: int) -> LinkState:
        if self._link_of is None:
            return LinkState.FILES_ONLY
        try:
            await self._link_of(user_id)
        except NotLinkedError:
            return LinkState.UNLINKED
        except RelinkNeededError:
            return LinkState.ENDED
        return LinkState.LINKED


class AboutCog(commands.GroupCog, group_name="about", group_description=COMMANDS["about"]):
    """`/about score`: the published formula."""

    def __init__(self, *, rules: ScoreRules) -> None:
        self._rules = rules

    @app_commands.command(name="score", description=COMMANDS["about score"])
    async def score(self, interaction: Interaction) -> None:
        """Explain the formula with its calibration."""
        await answer_now(interaction, score_card(self._rules))


@app_commands.default_permissions(administrator=True)
class AdminCog(commands.GroupCog, group_name="admin", group_description=COMMANDS["admin"]):
    """Discord hides the group from most people; the settings decide who may use it."""

    def __init__(
        self,
        *,
        read_status: Callable[[], Awaitable[Status]],
        operators: frozenset[int],
        login: Login | None,
        tell: Callable[[Disconnected, LinkEnd], Awaitable[None]],
        clean_up: CleanUp,
        components: ComponentRouter,
    ) -> None:
        self._read_status = read_status
        self._operators = operators
        self._login = login
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
        await self._show_seats(interaction, self._required())

    async def release(self, interaction: Interaction, _ref: ComponentRef) -> None:
        """Disconnect the chosen person and tell them; they may log in again while there is a seat."""
        self._admit(interaction)
        await accept_press(interaction)
        login, chosen = self._required(), chosen_value(interaction)
        if chosen.isdecimal():
            try:
                ended = await login.disconnect(int(chosen))
            except UnfinishedWritesError:
                raise SeatBusyError from None  # whose playlists these are is not the operator's to know
            if ended.had_link:
                await self._tell(ended, LinkEnd.RELEASED)
        await self._show_seats(interaction, login)
        await self._clean_up()

    async def _show_seats(self, interaction: Interaction, login: Login) -> None:
        card = seats_card(await login.linking.taken_seats(), login.linking.seats)
        await interaction.edit_original_response(view=card.view())

    def _required(self) -> Login:
        if self._login is None:
            raise SpotifyOffError
        return self._login

    def _admit(self, interaction: Interaction) -> None:
        """Let operators in, and nobody else.

        Not a check of discord.py's: what those raise must be one of its own errors.

        Raises
        ------
        NotOperatorError
        """
        if interaction.user.id not in self._operators:
            raise NotOperatorError(interaction.user.id)
