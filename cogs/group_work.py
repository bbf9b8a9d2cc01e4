"""The long work of comparisons: reading what somebody brings, and comparing."""

from __future__ import annotations

from typing import Any

import discord

from cogs.group_board import GroupBoard
from cogs.progress import OnStage
from cogs.reading import PlaylistDesk
from cogs.replies.comparison import result_card
from cogs.replies.layout import Reply, note
from cogs.replies.lobby import brought_note
from cogs.work import Work
from services.domain.charts import ChartKind
from services.domain.errors.groups import ResultGoneError
from services.domain.groups import FEWEST, GroupKind, Lobby, MessageKind
from services.domain.jobs import Job, JobKind
from services.workflows.groups.lobbies import LobbiesWorkflow
from services.workflows.groups.results import GroupResultsWorkflow, Shown


class GroupWork:
    """Performs `BRING` and `COMPARE`; both may begin again after a crash."""

    def __init__(
        self,
        *,
        lobbies: LobbiesWorkflow,
        results: GroupResultsWorkflow,
        board: GroupBoard,
        desk: PlaylistDesk,
        work: Work,
    ) -> None:
        self._lobbies = lobbies
        self._results = results
        self._board = board
        self._desk = desk
        self._work = work
        work.register(JobKind.BRING, self)
        work.register(JobKind.COMPARE, self)

    async def compare(self, interaction: discord.Interaction[Any], lobby: Lobby) -> None:
        """Compare everybody who is ready, for the channel to see."""
        await self._work.take_on(interaction, JobKind.COMPARE, {"about": lobby.lobby_id}, private=False)

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Bring a playlist, or compare. The second choice of a pair does both."""
        lobby_id = job.arguments["about"]
        if job.kind is JobKind.BRING:
            playlist = await self._desk.playlist(job, say)
            if isinstance(playlist, Reply):
                return playlist
            lobby = await self._lobbies.bring(lobby_id, job.asked.owner_id, playlist)
            await self._board.changed(lobby_id)
            if lobby.kind is GroupKind.LOBBY or len(lobby.ready) < FEWEST:
                return None
        shown = await self._results.run(lobby_id, job.result_id, sight=self._board.sight, on_stage=say)
        if job.kind is JobKind.COMPARE and job.message_id is not None:
            # Before it is there: whoever leaves from now on is taken out of it.
            await self._note(shown, job.asked.channel_id or 0, job.message_id)
        await self._board.changed(lobby_id)
        return None

    async def card(self, job: Job) -> Reply:
        """Build the result, or say what was brought."""
        owner_id = job.asked.owner_id
        try:
            shown = await self._results.open(
                job.result_id, owner_id, job.asked.channel_id, sight=self._board.sight
            )
        except ResultGoneError:
            if job.kind is JobKind.COMPARE:
                raise
            lobby = await self._lobbies.open(job.arguments["about"])
            member = lobby.member(owner_id)
            return brought_note(member, lobby) if member else note("You are out.")
        return await self.result(shown, None if job.kind is JobKind.COMPARE else owner_id)

    async def posted(self, job: Job, channel_id: int, message_id: int) -> None:
        """Remember where the channel sees a result."""
        if job.kind is not JobKind.COMPARE:
            return
        try:
            shown = await self._results.open(
                job.result_id, job.asked.owner_id, job.asked.channel_id, sight=self._board.sight
            )
        except ResultGoneError:
            lobby_id = job.arguments["about"]
            await self._board.take_down(lobby_id, channel_id, message_id, job.asked.guild_id or 0)
            return
        await self._note(shown, channel_id, message_id)

    async def post_pair(self, lobby: Lobby, viewer_id: int) -> None:
        """Show the result of a pair to the channel, because both want that."""
        shown = await self._results.latest(
            viewer_id, lobby.channel_id, lobby.lobby_id, sight=self._board.sight
        )
        reply = await self.result(shown, None)
        await self._board.post(lobby, reply, MessageKind.RESULT, shown.stored.result_id)

    async def result(self, shown: Shown, viewer_id: int | None) -> Reply:
        """Build the card of a result, for one of its people or for everybody."""
        (chart,) = await self._results.charts(shown, [ChartKind.COMPATIBILITY])
        return result_card(shown, chart, None if viewer_id is None else shown.key_of(viewer_id))

    async def _note(self, shown: Shown, channel_id: int, message_id: int) -> None:
        await self._board.note(
            shown.lobby, MessageKind.RESULT, channel_id, message_id, shown.stored.result_id
        )
