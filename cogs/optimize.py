"""`/optimize`: show a better order of a playlist, and do with it what the person wants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import show
from cogs.components import ComponentRouter, chosen_value, typed_text
from cogs.progress import OnStage
from cogs.reading import PlaylistDesk
from cogs.replies.forms import FIELD, text_form
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, text
from cogs.replies.lists import list_files
from cogs.replies.optimize import in_place_card, order_card, order_files_card
from cogs.work import Work
from cogs.writes import DraftWrites, Wanted, Written
from services.domain.errors.drafts import DraftNotFoundError
from services.domain.jobs import Job, JobKind
from services.domain.locking import write_locks
from services.domain.ordering import Goal, OrderOptions
from services.workflows.optimize import OptimizeWorkflow, OrderDraft, read_locks, tracks_of

_DRAFTS = "order"
_LONGEST_LOCKS = 1_000
_PLACES = ("start", "end", "lock")


class OptimizeCog(commands.Cog):
    """Orders of a playlist."""

    def __init__(
        self,
        *,
        optimize: OptimizeWorkflow,
        desk: PlaylistDesk,
        writes: DraftWrites,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._optimize = optimize
        self._desk = desk
        self._writes = writes
        writes.register(_DRAFTS, self._write)
        work.register(JobKind.OPTIMIZE, self)
        components.register(Action.OPTIMIZE, self.press)

    @app_commands.command(
        name="optimize", description="Put a playlist in an order that flows, or that follows an arc."
    )
    @app_commands.describe(
        playlist="A playlist of yours, or a link; left empty, your latest map",
        file="An exported playlist instead",
        goal="What the order is to do; left empty, it flows",
        start="Track to begin with: its number in the list, or words of its title",
        end="Track to end with, likewise",
        lock="Tracks that keep their place, like 1-3, 7; 12@20 puts track 12 at place 20",
    )
    @app_commands.choices(goal=[app_commands.Choice(name=goal.words, value=goal.value) for goal in Goal])
    async def optimize(  # noqa: PLR0917  (Discord gives them by name)
        self,
        interaction: discord.Interaction[Any],
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        goal: str = Goal.FLOW.value,
        start: app_commands.Range[str, 1, 100] | None = None,
        end: app_commands.Range[str, 1, 100] | None = None,
        lock: app_commands.Range[str, 1, 200] | None = None,
    ) -> None:
        """Show a new order; only the person sees it."""
        places = dict(zip(_PLACES, (start or "", end or "", lock or ""), strict=True))
        await self._desk.take_on(
            interaction, JobKind.OPTIMIZE, playlist=playlist, file=file, about=goal, more=places
        )

    @optimize.autocomplete("playlist")
    async def suggest(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await self._desk.suggest(interaction, typed)

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Analyse the playlist and keep a first order."""
        stored = await self._desk.report(job, say)
        places = {name: job.arguments.get(name, "") for name in _PLACES}
        if isinstance(stored, Reply):
            if not any(places.values()):
                return stored
            hint = text("Choose the list first; then say with **Lock…** which tracks keep their place.")
            return replace(stored, blocks=(hint, *stored.blocks))
        tracks = [entry.track for entry in stored.report.tracks]
        options = OrderOptions(goal=Goal(job.arguments["about"]), locks=read_locks(tracks, **places))
        await say(f"Ordering {len(tracks):,} tracks…")
        await self._optimize.begin(stored, options, draft_id=job.result_id)
        return None

    async def card(self, job: Job) -> Reply:
        """Build the preview."""
        return await self._card(await self._optimize.open(job.result_id, job.asked.owner_id))

    async def press(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Answer the buttons, the menu and the form of a preview: the argument says which."""
        match ref.argument:
            case "lock":
                await self._ask_locks(interaction, ref)
            case "w" | "n":
                await self._writes.take_on(interaction, _DRAFTS, ref.subject, in_place=ref.argument == "w")
            case "x":
                await self._export(interaction, ref)
            case _:
                await interaction.response.defer()
                await show(interaction, await self._change(interaction, ref))

    async def _change(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> Reply:
        draft_id, user_id = ref.subject, interaction.user.id
        match ref.argument:
            case "again":
                return await self._card(await self._optimize.again(draft_id, user_id))
            case "goal" if (chosen := chosen_value(interaction)) in set(Goal):
                return await self._card(await self._optimize.aim(draft_id, user_id, Goal(chosen)))
            case "locked":
                return await self._card(
                    await self._optimize.lock(draft_id, user_id, typed_text(interaction, FIELD))
                )
            case "place":
                draft = await self._optimize.open(draft_id, user_id)
                return in_place_card(draft.stored.report, draft_id, draft.state.result)
            case "b":
                return await self._card(await self._optimize.open(draft_id, user_id))
            case _:
                raise DraftNotFoundError(draft_id)

    async def _ask_locks(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        draft = await self._optimize.open(ref.subject, interaction.user.id)
        form = text_form(
            ComponentRef(Action.OPTIMIZE, ref.subject, "locked"),
            title="Tracks that keep their place",
            label="Numbers in the list as it was",
            value=write_locks(draft.state.options.locks),
            longest=_LONGEST_LOCKS,
            hint="1-3, 7 stay where they were; 12@20 puts track 12 at place 20; empty frees all",
            required=False,
        )
        await interaction.response.send_modal(form)

    async def _write(self, wanted: Wanted) -> Written:
        draft = await self._optimize.open(wanted.draft_id, wanted.user_id)
        writes = await self._optimize.save(
            wanted.draft_id, wanted.user_id, in_place=wanted.in_place, request=wanted.request
        )
        return Written(writes, sum(track.id is None for track in tracks_of(draft)))

    async def _export(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = await self._optimize.open(ref.subject, interaction.user.id)
        files = list_files([(draft.stored.report.playlist.name, tracks_of(draft))], "order")
        await show(interaction, order_files_card(draft.stored.report, draft.state.result, files))

    async def _card(self, draft: OrderDraft) -> Reply:
        chart = await self._optimize.chart(draft)
        can_write = self._optimize.saving is not None
        return order_card(draft.stored.report, draft.draft_id, draft.state, chart, can_write=can_write)
