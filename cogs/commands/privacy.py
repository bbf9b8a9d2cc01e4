"""`/me`, `/mydata`, `/forget` and `/privacy`: what people may ask back."""

from __future__ import annotations

import asyncio
import gzip
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from typing import IO

from discord import app_commands
from discord.ext import commands

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply
from cogs.replies.privacy import YES, forget_card, forgotten_card, me_card, mydata_card, privacy_card
from cogs.replies.unfinished import GIVE_UP, handed_over_card, read_choice, unfinished_card
from cogs.words.account import ERASE_EVERYTHING, EVERYTHING
from cogs.words.commands import COMMANDS
from cogs.words.saving import settled_lines
from cogs.work.components import ComponentRouter
from cogs.work.deliver import answer_privately
from cogs.work.first_response import answer_now, promise
from cogs.work.host import Interaction
from cogs.work.posted_cards import CleanUp
from services.domain.errors.sources import UnfinishedWritesError
from services.domain.writes import Settled, Settling
from services.workflows.privacy import PrivacyWorkflow
from services.workflows.saving import SavingWorkflow

_ENVELOPE_BYTES = 64 * 1024


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
        await tell(forgotten_card(gone, settled_lines(settled)))
        await self._clean_up()

    async def mydata_pressed(self, interaction: Interaction, _ref: ComponentRef) -> None:
        """Hand over all of it."""
        await self._hand_over(interaction)

    async def _hand_over(self, interaction: Interaction) -> None:
        await promise(interaction)
        limit = interaction.filesize_limit - _ENVELOPE_BYTES
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
