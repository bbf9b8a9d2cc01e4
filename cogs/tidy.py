"""`/tidy`: decide about doubles and what stands out, then apply it once."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import show
from cogs.components import ComponentRouter, typed_text
from cogs.progress import OnStage
from cogs.reading import PlaylistDesk
from cogs.replies.forms import FIELD, text_form
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.replies.lists import list_files
from cogs.replies.tidy import final_card, tidied_files_card, tidy_card
from cogs.work import Work
from cogs.writes import DraftWrites, Wanted, Written
from services.domain.errors.drafts import DraftNotFoundError, NothingDecidedError
from services.domain.jobs import Job, JobKind
from services.domain.tidying import Decision
from services.domain.writes import MAX_NAME
from services.workflows.tidy import TidyDraft, TidyWorkflow, lists_of, outcome

_DRAFTS = "tidy"


class TidyCog(commands.Cog):
    """Findings of a playlist, and what becomes of them."""

    def __init__(
        self,
        *,
        tidy: TidyWorkflow,
        desk: PlaylistDesk,
        writes: DraftWrites,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._tidy = tidy
        self._desk = desk
        self._writes = writes
        writes.register(_DRAFTS, self._write)
        work.register(JobKind.TIDY, self)
        components.register(Action.TIDY, self.press)

    @app_commands.command(
        name="tidy", description="Find doubles and what stands out in a playlist, and decide about each."
    )
    @app_commands.describe(
        playlist="A playlist of yours, or a link; left empty, your latest map",
        file="An exported playlist instead",
    )
    async def tidy(
        self,
        interaction: discord.Interaction[Any],
        playlist: str | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        """Look for what could be tidied; only the person sees it."""
        await self._desk.take_on(interaction, JobKind.TIDY, playlist=playlist, file=file)

    @tidy.autocomplete("playlist")
    async def suggest(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await self._desk.suggest(interaction, typed)

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Analyse the playlist and keep the findings."""
        stored = await self._desk.report(job, say)
        if isinstance(stored, Reply):
            return stored
        await say("Looking for doubles…")
        await self._tidy.begin(stored, draft_id=job.result_id)
        return None

    async def card(self, job: Job) -> Reply:
        """Build the first page of findings."""
        return _page(await self._tidy.open(job.result_id, job.asked.owner_id), 0)

    async def press(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Answer the buttons and the form of a draft: the first letter of the argument says which."""
        verb, *rest = ref.argument.split(".")
        match verb:
            case "r":
                await self._ask_name(interaction, ref)
            case "w" | "n":
                await self._writes.take_on(interaction, _DRAFTS, ref.subject, in_place=verb == "w")
            case "x":
                await self._export(interaction, ref)
            case _:
                await interaction.response.defer()
                await show(interaction, await self._decide(interaction, ref, verb, rest))

    async def _decide(
        self, interaction: discord.Interaction[Any], ref: ComponentRef, verb: str, rest: list[str]
    ) -> Reply:
        draft_id, user_id = ref.subject, interaction.user.id
        match verb, rest:
            case "d", [number, decision, page] if decision in set(Decision):
                draft = await self._tidy.decide(draft_id, user_id, int(number), Decision(decision))
                return _page(draft, int(page))
            case "s", [number, page]:
                return _page(await self._tidy.swap(draft_id, user_id, int(number)), int(page))
            case "a", [page]:
                return _page(await self._tidy.take_suggestions(draft_id, user_id), int(page))
            case "p", [page, *_]:
                return _page(await self._tidy.open(draft_id, user_id), int(page))
            case "f", []:
                return self._final(await self._tidy.open(draft_id, user_id))
            case "named", []:
                return self._final(await self._tidy.rename(draft_id, user_id, typed_text(interaction, FIELD)))
            case _:
                raise DraftNotFoundError(draft_id)

    def _final(self, draft: TidyDraft) -> Reply:
        result = outcome(draft)
        if not result.changes_something:
            raise NothingDecidedError
        can_write = self._tidy.saving is not None
        return final_card(draft.stored.report, draft.draft_id, draft.state, result, can_write=can_write)

    async def _ask_name(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        draft = await self._tidy.open(ref.subject, interaction.user.id)
        form = text_form(
            ComponentRef(Action.TIDY, ref.subject, "named"),
            title="Playlist for what is moved",
            label="Name",
            value=draft.state.moved_to,
            longest=MAX_NAME,
        )
        await interaction.response.send_modal(form)

    async def _write(self, wanted: Wanted) -> Written:
        draft = await self._tidy.open(wanted.draft_id, wanted.user_id)
        writes = await self._tidy.apply(
            wanted.draft_id, wanted.user_id, in_place=wanted.in_place, request=wanted.request
        )
        return Written(writes, sum(track.id is None for _, tracks in lists_of(draft) for track in tracks))

    async def _export(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = await self._tidy.open(ref.subject, interaction.user.id)
        files = list_files(lists_of(draft), "tidied")
        card = tidied_files_card(draft.stored.report, draft.state, outcome(draft), files)
        await show(interaction, card)


def _page(draft: TidyDraft, page: int) -> Reply:
    return tidy_card(draft.stored.report, draft.draft_id, draft.state, page)
