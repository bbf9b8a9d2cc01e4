"""Write what a draft came to: accepted as a row like all long work, so that no press is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from cogs.progress import OnStage
from cogs.replies.layout import Reply
from cogs.replies.saved import saved_card
from cogs.work import Work
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.writes import WriteUnderWayError
from services.domain.jobs import Job, JobKind
from services.domain.writes import Write
from services.workflows.saving import SavingWorkflow

_LOOKS, _LOOK_EVERY_S = 60, 1.0
"""How long a write of before a restart is waited for; the journal itself goes on with it too."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One wish to write, as its row says it."""

    draft_id: str
    user_id: int
    in_place: bool
    request: str
    """The same after a restart: what was begun under it is gone on with, not done twice."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    writes: Sequence[Write]
    left_out: int
    """Tracks that have no Spotify id."""


class DraftWrites:
    """Presses on "write it", whichever command the draft belongs to."""

    def __init__(self, *, saving: SavingWorkflow | None, work: Work) -> None:
        self._saving = saving
        self._work = work
        self._writers: dict[str, Callable[[Wanted], Awaitable[Written]]] = {}
        work.register(JobKind.WRITE, self, stoppable=False)

    def register(self, drafts: str, writer: Callable[[Wanted], Awaitable[Written]]) -> None:
        """Let `writer` write the drafts of one command."""
        self._writers[drafts] = writer

    async def take_on(
        self, interaction: discord.Interaction[Any], drafts: str, draft_id: str, *, in_place: bool = False
    ) -> None:
        """Accept a press and write; only the person sees what came of it."""
        arguments = {"drafts": drafts, "draft": draft_id, "in_place": "yes" if in_place else ""}
        await self._work.take_on(interaction, JobKind.WRITE, arguments, private=True)

    async def perform(self, job: Job, _say: OnStage) -> Reply:
        """Write, or go on with what an earlier process had begun."""
        if self._saving is None:
            raise SpotifyOffError
        written = await self._patiently(job)
        await self._saving.mark_told(*written.writes)  # from here on the row sees to that
        return saved_card(written.writes, left_out=written.left_out)

    async def card(self, job: Job) -> Reply:
        """Never called: `perform` itself gives the answer."""
        raise LookupError(job.job_id)

    async def _patiently(self, job: Job) -> Written:
        writer = self._writers[job.arguments["drafts"]]
        wanted = Wanted(
            job.arguments["draft"],
            job.asked.owner_id,
            bool(job.arguments["in_place"]),
            request=str(job.job_id),
        )
        for _ in range(_LOOKS if job.attempts else 0):
            try:
                return await writer(wanted)
            except WriteUnderWayError:
                await asyncio.sleep(_LOOK_EVERY_S)  # the journal has taken it up before us
        return await writer(wanted)
