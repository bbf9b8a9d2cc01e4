"""`/split`: make playlists of the groups of one, after names and merges are settled."""

from __future__ import annotations

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
from cogs.replies.layout import Reply
from cogs.replies.lists import list_files
from cogs.replies.split import dry_run_card, split_card, split_files_card
from cogs.work import Work
from cogs.writes import DraftWrites, Wanted, Written
from services.domain.errors.drafts import DraftNotFoundError, NothingDecidedError
from services.domain.jobs import Job, JobKind
from services.domain.writes import MAX_NAME
from services.workflows.split import SplitDraft, SplitWorkflow, lists_of

_DRAFTS = "split"


class SplitCog(commands.Cog):
    """Groups that become playlists."""

    def __init__(
        self,
        *,
        split: SplitWorkflow,
        desk: PlaylistDesk,
        writes: DraftWrites,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._split = split
        self._desk = desk
        self._writes = writes
        writes.register(_DRAFTS, self._write)
        work.register(JobKind.SPLIT, self)
        components.register(Action.SPLIT, self.press)

    @app_commands.command(name="split", description="Make several playlists of one, by how its tracks sound.")
    @app_commands.describe(
        playlist="A playlist of yours, or a link; left empty, your latest map",
        file="An exported playlist instead",
        groups="Into how many; left empty, the groups of the map",
    )
    async def split(
        self,
        interaction: discord.Interaction[Any],
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        groups: app_commands.Range[int, 2, 8] | None = None,
    ) -> None:
        """Show how a playlist would be split; only the person sees it."""
        await self._desk.take_on(interaction, JobKind.SPLIT, playlist=playlist, file=file, groups=groups)

    @split.autocomplete("playlist")
    async def suggest(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await self._desk.suggest(interaction, typed)

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Analyse the playlist and keep its parts."""
        stored = await self._desk.report(job, say)
        if isinstance(stored, Reply):
            return stored
        await self._split.begin(stored, draft_id=job.result_id)
        return None

    async def card(self, job: Job) -> Reply:
        """Build the card of the parts."""
        return _card(await self._split.open(job.result_id, job.asked.owner_id))

    async def press(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Answer the buttons, menus and the form of a draft: the argument begins with which."""
        verb, *rest = ref.argument.split(".")
        match verb:
            case "r":
                await self._ask_name(interaction, ref, rest)
            case "w":
                await self._writes.take_on(interaction, _DRAFTS, ref.subject)
            case "x":
                await self._export(interaction, ref)
            case _:
                await interaction.response.defer()
                await show(interaction, await self._change(interaction, ref, verb, rest))

    async def _change(
        self, interaction: discord.Interaction[Any], ref: ComponentRef, verb: str, rest: list[str]
    ) -> Reply:
        draft_id, user_id = ref.subject, interaction.user.id
        match verb, rest:
            case "pick", []:
                return _card(await self._split.open(draft_id, user_id), _number(chosen_value(interaction)))
            case "t", [number]:
                return _card(await self._split.toggle(draft_id, user_id, _number(number)), _number(number))
            case "m", [number]:
                into = _number(chosen_value(interaction))
                return _card(await self._split.merge(draft_id, user_id, _number(number), into))
            case "named", [number]:
                name = typed_text(interaction, FIELD)
                return _card(
                    await self._split.rename(draft_id, user_id, _number(number), name), _number(number)
                )
            case "o", []:
                return _card(await self._split.start_over(draft_id, user_id))
            case "b", []:
                return _card(await self._split.open(draft_id, user_id))
            case "f", []:
                return self._dry_run(await self._split.open(draft_id, user_id))
            case _:
                raise DraftNotFoundError(draft_id)

    def _dry_run(self, draft: SplitDraft) -> Reply:
        if not draft.state.chosen:
            raise NothingDecidedError
        can_write = self._split.saving is not None
        return dry_run_card(draft.stored.report, draft.draft_id, draft.state, can_write=can_write)

    async def _ask_name(
        self, interaction: discord.Interaction[Any], ref: ComponentRef, rest: list[str]
    ) -> None:
        draft = await self._split.open(ref.subject, interaction.user.id)
        number = _number("".join(rest))
        if not 0 <= number < len(draft.state.parts):
            raise DraftNotFoundError(ref.subject)
        form = text_form(
            ComponentRef(Action.SPLIT, ref.subject, f"named.{number}"),
            title="Name of the new playlist",
            label="Name",
            value=draft.state.parts[number].name,
            longest=MAX_NAME,
        )
        await interaction.response.send_modal(form)

    async def _write(self, wanted: Wanted) -> Written:
        draft = await self._split.open(wanted.draft_id, wanted.user_id)
        writes = await self._split.create(wanted.draft_id, wanted.user_id, request=wanted.request)
        return Written(writes, sum(track.id is None for _, tracks in lists_of(draft) for track in tracks))

    async def _export(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = await self._split.open(ref.subject, interaction.user.id)
        files = list_files(lists_of(draft), "split")
        await show(interaction, split_files_card(draft.stored.report, draft.state, files))


def _card(draft: SplitDraft, chosen: int | None = None) -> Reply:
    return split_card(draft.stored.report, draft.draft_id, draft.state, chosen)


def _number(text: str) -> int:
    """Read a number of a custom id or a menu; one that is none fits no part."""
    return int(text) if text.isdecimal() else -1
