"""`/blend`: one playlist for everybody who was compared, to take home."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import show
from cogs.components import ComponentRouter
from cogs.errors import UnknownComponentError
from cogs.group_board import GroupBoard
from cogs.progress import OnStage
from cogs.replies.blend import FILES, SAVE, blend_card, blend_files_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.replies.lists import list_files
from cogs.work import Work
from cogs.writes import DraftWrites, Wanted, Written
from services.domain.blend import Blend, BlendMode
from services.domain.errors.groups import ResultGoneError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.groups import MessageKind
from services.domain.jobs import Job, JobKind
from services.workflows.groups.results import GroupResultsWorkflow, Shown
from services.workflows.saving import SavingWorkflow

_DRAFTS = "blend"
_SIZE, _SMALLEST, _LARGEST = 20, 5, 100

_MODES = [
    app_commands.Choice(name="fair: the least satisfied person first", value=BlendMode.FAIR.value),
    app_commands.Choice(name="joy: as much satisfaction as possible", value=BlendMode.JOY.value),
    app_commands.Choice(name="safe: nothing that is foreign to anybody", value=BlendMode.SAFE.value),
]


class BlendCog(commands.Cog):
    """Blends of comparisons."""

    def __init__(
        self,
        *,
        results: GroupResultsWorkflow,
        saving: SavingWorkflow | None,
        writes: DraftWrites,
        board: GroupBoard,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._results = results
        self._saving = saving
        self._board = board
        self._writes = writes
        self._work = work
        writes.register(_DRAFTS, self._write)
        components.register(Action.BLEND, self.press)
        work.register(JobKind.BLEND, self)

    @app_commands.command(name="blend", description="Mix a playlist for the people compared here last.")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(
        size="How many tracks",
        mode="What matters most where tastes pull apart; fair if you leave it out",
    )
    @app_commands.choices(mode=_MODES)
    async def blend(
        self,
        interaction: discord.Interaction[Any],
        size: app_commands.Range[int, _SMALLEST, _LARGEST] = _SIZE,
        mode: app_commands.Choice[str] | None = None,
    ) -> None:
        """Mix for the latest comparison of this channel."""
        shown = await self._results.latest(
            interaction.user.id, interaction.channel_id or 0, sight=self._board.sight
        )
        await self._take_on(interaction, shown, BlendMode(mode.value) if mode else BlendMode.FAIR, size)

    async def press(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Mix, or take a mix home: the argument is mode, size, and perhaps how."""
        mode_words, _, rest = ref.argument.partition(".")
        size_words, _, verb = rest.partition(".")
        if mode_words not in set(BlendMode) or not size_words.isdecimal():
            raise UnknownComponentError(ref.argument)
        mode, size = BlendMode(mode_words), min(max(int(size_words), _SMALLEST), _LARGEST)
        if verb == SAVE and self._saving is None:
            raise SpotifyOffError
        if verb == SAVE:
            draft = f"{ref.subject} {mode} {size} {interaction.channel_id or 0}"
            await self._writes.take_on(interaction, _DRAFTS, draft)
            return
        if verb == FILES:
            await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await self._results.open(
            ref.subject, interaction.user.id, interaction.channel_id, sight=self._board.sight
        )
        if verb != FILES:
            await self._take_on(interaction, shown, mode, size)
            return
        blend = await self._results.blend(shown, size=size, mode=mode)
        lists = [(_name(blend), [each.entry.track for each in blend.tracks])]
        await show(interaction, blend_files_card(list_files(lists, "blend")))

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Look whether there is something to mix; the blend, which is not stored, is mixed with its card."""
        await self._open(job)
        await say("Mixing…")
        return None

    async def card(self, job: Job) -> Reply:
        """Mix, and build the card."""
        shown = await self._open(job)
        mode, size = BlendMode(job.arguments["mode"]), int(job.arguments["size"])
        blend = await self._results.blend(shown, size=size, mode=mode)
        if not job.asked.private and job.message_id is not None:
            await self._note(shown, job.asked.channel_id or 0, job.message_id)
        return blend_card(blend, shown.stored.result_id, size, can_save=self._saving is not None)

    async def posted(self, job: Job, channel_id: int, message_id: int) -> None:
        """Remember where the channel sees a blend."""
        if job.asked.private:
            return
        try:
            shown = await self._open(job)
        except ResultGoneError:
            await self._board.take_down(
                job.arguments["lobby"], channel_id, message_id, job.asked.guild_id or 0
            )
            return
        await self._note(shown, channel_id, message_id)

    async def _take_on(
        self, interaction: discord.Interaction[Any], shown: Shown, mode: BlendMode, size: int
    ) -> None:
        arguments = {
            "result": shown.stored.result_id,
            "lobby": shown.lobby.lobby_id,
            "mode": mode.value,
            "size": str(size),
        }
        private = not shown.lobby.is_shown_to_channel or interaction.channel_id != shown.lobby.channel_id
        if not private:
            self._board.require_take_back(interaction)
        await self._work.take_on(interaction, JobKind.BLEND, arguments, private=private)

    async def _open(self, job: Job) -> Shown:
        return await self._results.open(
            job.arguments["result"], job.asked.owner_id, job.asked.channel_id, sight=self._board.sight
        )

    async def _note(self, shown: Shown, channel_id: int, message_id: int) -> None:
        await self._board.note(shown.lobby, MessageKind.BLEND, channel_id, message_id, shown.stored.result_id)

    async def _write(self, wanted: Wanted) -> Written:
        """Mix once more, as the press has named it, and save that."""
        if self._saving is None:
            raise SpotifyOffError
        result_id, mode, size, channel_id = wanted.draft_id.split()
        shown = await self._results.open(result_id, wanted.user_id, int(channel_id), sight=self._board.sight)
        blend = await self._results.blend(shown, size=int(size), mode=BlendMode(mode))
        ids = [each.entry.track.id for each in blend.tracks if each.entry.track.id]
        write = await self._saving.save_new(
            wanted.user_id, name=_name(blend), tracks=ids, request=wanted.request
        )
        return Written([write], len(blend.tracks) - len(ids))


def _name(blend: Blend) -> str:
    """Name the playlist after its people: they asked for it, and it is saved privately."""
    names = [person.name for person in blend.people]
    return f"Blend: {', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''}"
