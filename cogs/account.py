"""`/login` and `/logout`: the way to one's own playlists and back."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

import discord
from discord import app_commands
from discord.ext import commands

from cogs.components import ComponentRouter, typed_text
from cogs.progress import OnStage
from cogs.replies.account import link_card, linked_card, logged_out_card, paste_card, sent_card
from cogs.replies.forms import FIELD, text_form
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.wanted import Wanted
from cogs.work import Work
from services.accounts.linking import LinkingService
from services.domain.accounts import Linked
from services.domain.errors.accounts import LoginInterruptedError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.jobs import Job, JobKind
from services.domain.spotify import READ_SCOPES

_CLOSED_DMS = frozenset({50007, 50278})
"""Discord: direct messages are closed; no common server."""
_CODE_LENGTH = 12
_ADDRESS_LENGTH = 2000

_SERVER = "server"
_CLOCKS_DIFFER_BY = timedelta(minutes=1)

_log = logging.getLogger(__name__)

OpenChannel = Callable[[int], Awaitable[discord.abc.Messageable | None]]
"""Opens the direct messages with a person, while the bot is connected."""


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


class _Step(StrEnum):
    """What a request wants of the link, as its row says it."""

    BEGIN = "begin"
    FINISH = "finish"
    END = "end"


class AccountCog(commands.Cog):
    """Connect and disconnect. Each step is accepted work: killed in between, the next start answers it."""

    def __init__(
        self,
        *,
        login: Login | None,
        components: ComponentRouter,
        wanted: Wanted,
        work: Work,
        direct_message: OpenChannel,
    ) -> None:
        self._login = login
        self._wanted = wanted
        self._work = work
        self._direct_message = direct_message
        self._entered: dict[int, str] = {}
        """What people typed, by request. Never written down: a restart asks for it once more."""
        work.register(JobKind.ACCOUNT, self, stoppable=False)
        components.register(Action.CONNECT, self.connect)
        components.register(Action.FINISH, self.finish)

    @app_commands.command(name="login", description="Connect your Spotify account to use your own playlists.")
    async def login(self, interaction: discord.Interaction[Any]) -> None:
        """Send the link of a login."""
        await self._begin(interaction, READ_SCOPES, "")

    @app_commands.command(name="logout", description="Disconnect Spotify and forget everything read with it.")
    async def logout(self, interaction: discord.Interaction[Any]) -> None:
        """Forget the link."""
        await self._take_on(interaction, _Step.END)

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
        self._entered[interaction.id] = typed_text(interaction, FIELD)
        try:
            await self._take_on(interaction, _Step.FINISH)
        finally:
            self._entered.pop(interaction.id, None)
        await login.fetch_list(interaction.user.id)

    async def perform(self, job: Job, _say: OnStage) -> Reply:
        """Do one step; nothing of it is for others to see."""
        login = self._required()
        match _Step(job.arguments["step"]):
            case _Step.BEGIN:
                return await self._hand_over(login, job)
            case _Step.FINISH:
                return linked_card(await self._finished(login, job))
            case _Step.END:
                had_link = await login.linking.unlink(job.asked.owner_id)
                await login.forget_fetched(job.asked.owner_id)  # afterwards: nothing more comes in
                return logged_out_card(had_link=had_link or job.attempts > 0)

    async def card(self, job: Job) -> Reply:
        """Never asked for: each step is told to the person alone."""
        raise NotImplementedError

    async def _begin(
        self, interaction: discord.Interaction[Any], scopes: frozenset[str], wanted: str
    ) -> None:
        await self._take_on(
            interaction,
            _Step.BEGIN,
            scopes=" ".join(sorted(scopes)),
            wanted=wanted,
            name=_name_of(interaction.user),
            place=_SERVER if _is_at_home(interaction) else "",
        )

    async def _take_on(self, interaction: discord.Interaction[Any], step: _Step, **arguments: str) -> None:
        await self._work.take_on(interaction, JobKind.ACCOUNT, {"step": step, **arguments}, private=True)

    async def _hand_over(self, login: Login, job: Job) -> Reply:
        chosen = job.arguments
        token = await login.linking.begin(
            job.asked.owner_id,
            discord_name=chosen["name"],
            scopes=frozenset(chosen["scopes"].split()),
            wanted=chosen["wanted"],
        )
        if login.is_pasted:
            return paste_card(await login.linking.open_pasted(token))
        proven = login.linking.proves_identity
        card = link_card(login.url_of(token), proven=proven)
        # Begun a second time, it may have written to the person already; the link in there is void now.
        if chosen["place"] == _SERVER and not job.attempts and await self._send(job.asked.owner_id, card):
            return sent_card(proven=proven)
        return card

    async def _finished(self, login: Login, job: Job) -> Linked:
        user_id = job.asked.owner_id
        if job.attempts:
            linked = await login.linking.linked_since(user_id, job.asked.at - _CLOCKS_DIFFER_BY)
            if linked is not None:
                return linked
        entered = self._entered.get(job.job_id)
        if entered is None:
            raise LoginInterruptedError
        if login.is_pasted:
            return await login.linking.finish_pasted(user_id, entered)
        return await login.linking.finish(user_id, entered)

    async def _send(self, user_id: int, card: Reply) -> bool:
        try:
            channel = await self._direct_message(user_id)
            if channel is None:
                return False
            await channel.send(view=card.view())
        except discord.HTTPException as error:
            if error.code not in _CLOSED_DMS:
                _log.info("a direct message was refused: %s", error.code)
            return False
        return True

    def _required(self) -> Login:
        if self._login is None:
            raise SpotifyOffError
        return self._login


def tell_linked(open_channel: OpenChannel) -> Callable[[Linked], Awaitable[None]]:
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


def _name_of(user: discord.User | discord.Member) -> str:
    shown = user.display_name
    return shown if shown == user.name else f"{shown} (@{user.name})"
