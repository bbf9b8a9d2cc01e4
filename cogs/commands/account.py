"""`/login`, `/logout` and `/playlists`, and what is kept: `/privacy`, `/me`, `/mydata` and `/forget`."""

from __future__ import annotations

import asyncio
import gzip
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from typing import IO, Any

import discord
from cachetools import TTLCache
from discord import app_commands
from discord.ext import commands

from cogs.replies.account import YES, forget_card, me_card, mydata_card, privacy_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ENVELOPE_BYTES, Attached, Reply, note
from cogs.replies.library import FIELD, library_card, text_form
from cogs.replies.saving import GIVE_UP, handed_over_card, read_choice, unfinished_card
from cogs.words.account import (
    ADDRESS_HINT,
    ADDRESS_LABEL,
    CODE_HINT,
    CODE_LABEL,
    ERASE_EVERYTHING,
    EVERYTHING,
    forgotten_lines,
)
from cogs.words.controls import COMMANDS, Label
from cogs.words.messages import renewal_line
from cogs.words.saving import settled_lines
from cogs.work.accept import Work
from cogs.work.components import ComponentRouter
from cogs.work.deliver import answer_privately, show
from cogs.work.host import Interaction, typed_text
from cogs.work.logins import Login, PendingRequests, want
from cogs.work.posted_cards import CleanUp
from cogs.work.reaching import accept_press, answer_now, ask, promise
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.sources import UnfinishedWritesError
from services.domain.requests import AccountRequest, LoginStep
from services.domain.spotify import READ_SCOPES
from services.domain.writes import Settled, Settling
from services.workflows.library import LIST_IS_FRESH_FOR, LIST_IS_STEADY_FOR, LibraryWorkflow
from services.workflows.privacy import PrivacyWorkflow
from services.workflows.saving import SavingWorkflow

_CODE_LENGTH = 12
_ADDRESS_LENGTH = 2000

_SAY_IT_THEMSELVES = frozenset({"playlists", "login", "logout", "me", "forget"})
_SAY_IT_TOO = frozenset({Action.LIBRARY, Action.CONNECT, Action.FINISH, Action.FORGET, Action.STOP})
"""Commands and buttons whose own answers say when the consent ends, end it, or have no answer."""
_PEOPLE_LOOKED_AT, _AGAIN_AFTER_S = 2_000, 12 * 3_600.0
"""The line is wanted no sooner again, and a consent of half a year needs no closer look."""
_ANEW = "new"


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
            ref, title=Label.FINISH_LOGIN, label=ADDRESS_LABEL, hint=ADDRESS_HINT, longest=_ADDRESS_LENGTH
        )
    return text_form(ref, title=Label.FINISH_LOGIN, label=CODE_LABEL, hint=CODE_HINT, longest=_CODE_LENGTH)


def _is_at_home(interaction: Interaction) -> bool:
    """Whether the bot is a member where it was asked; else it can't write direct messages."""
    return interaction.is_guild_integration() and interaction.guild is not None


def _name_of(user: discord.User | discord.Member) -> str:
    return f"{user.display_name} (@{user.name})"  # the pages tell the two apart by the last bracket


class PrivacyCog(commands.Cog):
    """Commands about a person's own data."""

    def __init__(
        self,
        *,
        privacy: PrivacyWorkflow,
        saving: SavingWorkflow | None,
        components: ComponentRouter,
        stop_work: Callable[[int], None],
        clean_up: CleanUp,
        seats: int | None,
        report_days: int,
        policy_url: str | None,
    ) -> None:
        self._privacy = privacy
        self._saving = saving
        self._stop_work = stop_work
        self._clean_up = clean_up
        self._seats = seats
        self._report_days = report_days
        self._policy_url = policy_url
        components.register(Action.FORGET, self.forget_pressed)
        components.register(Action.MY_DATA, self.mydata_pressed)

    @app_commands.command(name="privacy", description=COMMANDS["privacy"])
    async def privacy(self, interaction: Interaction) -> None:
        """Explain in plain words."""
        card = privacy_card(report_days=self._report_days, policy_url=self._policy_url)
        await answer_now(interaction, card)

    @app_commands.command(name="me", description=COMMANDS["me"])
    async def me(self, interaction: Interaction) -> None:
        """Show what is stored."""
        await promise(interaction)
        stored = await self._privacy.stored(interaction.user.id)
        await answer_privately(interaction, me_card(stored, seats=self._seats))

    @app_commands.command(name="mydata", description=COMMANDS["mydata"])
    async def mydata(self, interaction: Interaction) -> None:
        """Hand over all of it."""
        await self._hand_over(interaction)

    @app_commands.command(name="forget", description=COMMANDS["forget"])
    async def forget(self, interaction: Interaction) -> None:
        """Ask once more."""
        await answer_now(interaction, forget_card())

    async def forget_pressed(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Ask once more, or do it; a playlist that is half written is made whole before."""
        word, write_ids = read_choice(ref)
        if word not in {YES, GIVE_UP, *Settling}:
            await answer_now(interaction, forget_card())
            return
        await promise(interaction)
        user_id = interaction.user.id
        tell: Callable[[Reply], Awaitable[object]] = partial(answer_privately, interaction)
        settled: tuple[Settled, ...] = ()
        try:
            if self._saving is not None and word in set(Settling):
                request = str(interaction.id)
                settled = await self._saving.undoing.settle(
                    user_id, Settling(word), write_ids, request=request
                )
            elif self._saving is not None and word == GIVE_UP:
                waiting = await self._saving.waiting_for(user_id)
                named = tuple(each for each in waiting if each.write_id in write_ids or not write_ids)
                if named:
                    await tell(handed_over_card(named))
                    await self._saving.give_up(user_id, named)
                    tell = partial(_tell_too, interaction)  # the lists stay where they are
            await self._privacy.require_final_writes(user_id)
            self._stop_work(user_id)
            gone = await self._privacy.forget(user_id)
        except UnfinishedWritesError as error:
            await tell(unfinished_card(error.writes, Action.FORGET, so_that=ERASE_EVERYTHING))
            return
        await tell(note(*forgotten_lines(settled_lines(settled), gone)))
        await self._clean_up()

    async def mydata_pressed(self, interaction: Interaction, _ref: ComponentRef) -> None:
        """Hand over all of it."""
        await self._hand_over(interaction)

    async def _hand_over(self, interaction: Interaction) -> None:
        await promise(interaction)
        limit = interaction.filesize_limit - ENVELOPE_BYTES
        with tempfile.TemporaryFile() as written:
            unreadable = await self._privacy.write_export(interaction.user.id, written)
            name, content = await asyncio.to_thread(_packed, written, limit)
        file = Attached(name, content, EVERYTHING)
        await answer_privately(interaction, mydata_card(file, unreadable=unreadable))


async def _tell_too(interaction: Interaction, reply: Reply) -> None:
    await interaction.followup.send(view=reply.view(), ephemeral=True)


def _packed(file: IO[bytes], limit: int) -> tuple[str, bytes]:
    """Read a file as it can be handed over, compressed where it is too large as it is."""
    name, size = "tastemap-my-data.json", file.tell()
    file.seek(0)
    return (f"{name}.gz", gzip.compress(file.read())) if size > limit else (name, file.read())


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
