"""Split a playlist by its groups: let the person name and merge them, and write or hand out the parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.domain.errors.drafts import DraftNotFoundError, NothingDecidedError, NothingToSplitError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.music import Track
from services.domain.splitting import Part, SplitState, plan_split
from services.domain.writes import Wish, Write, writable
from services.workflows.drafts import DraftsWorkflow, OpenDraft
from services.workflows.reports import StoredReport
from services.workflows.saving import SavingWorkflow

SplitDraft = OpenDraft[SplitState]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWorkflow:
    """Names and merges of the parts. Nothing is written before `create`."""

    drafts: DraftsWorkflow[SplitState]
    saving: SavingWorkflow | None
    """None where no Spotify app is configured: the lists can be exported then."""

    async def begin(self, stored: StoredReport, *, draft_id: str | None = None) -> SplitDraft:
        """Make one part of each group of a report; a draft of that id that exists is kept.

        Raises
        ------
        NothingToSplitError
            It has no two groups.
        """
        if len(stored.report.clusters) < 2:
            raise NothingToSplitError(stored.report.playlist.name, len(stored.report.tracks))
        return await self.drafts.begin(stored, plan_split(stored.report), draft_id=draft_id)

    async def open(self, draft_id: str, user_id: int) -> SplitDraft:
        """Load a draft for its owner; raises like `DraftsWorkflow.open`."""
        return await self.drafts.open(draft_id, user_id)

    async def rename(self, draft_id: str, user_id: int, number: int, name: str) -> SplitDraft:
        """Give a part another name."""
        return await self._change(draft_id, user_id, lambda state: state.renamed(number, name), number)

    async def toggle(self, draft_id: str, user_id: int, number: int) -> SplitDraft:
        """Leave a part out, or take it in again."""
        return await self._change(draft_id, user_id, lambda state: state.toggled(number), number)

    async def merge(self, draft_id: str, user_id: int, number: int, into: int) -> SplitDraft:
        """Put a part into another."""
        return await self._change(draft_id, user_id, lambda state: state.merged(number, into), number, into)

    async def start_over(self, draft_id: str, user_id: int) -> SplitDraft:
        """Return to one part for each group."""
        return await self.drafts.change(draft_id, user_id, lambda draft: plan_split(draft.stored.report))

    async def create(self, draft_id: str, user_id: int, *, request: str) -> tuple[Write, ...]:
        """Save each chosen part as a new private playlist; the playlist itself stays as it is.

        Raises
        ------
        NothingDecidedError
            Every part was left out.
        SpotifyOffError
            No Spotify app is configured.
        WriteError, TastemapError
            As in `SavingWorkflow.write`.
        """
        if self.saving is None:
            raise SpotifyOffError
        draft = await self.open(draft_id, user_id)
        wishes = [
            Wish(
                name=part.name,
                tracks=tracks,
                description=f"From {draft.stored.report.playlist.name}: {blurb_of(draft, part)}",
            )
            for part in draft.state.chosen
            if (tracks := writable(tracks_of(draft, part)))
        ]
        if not wishes:
            raise NothingDecidedError
        return await self.saving.write(user_id, wishes, request=request)

    async def _change(
        self, draft_id: str, user_id: int, change: Callable[[SplitState], SplitState], *numbers: int
    ) -> SplitDraft:
        def checked(draft: SplitDraft) -> SplitState:
            # After a merge the buttons of an older card point to parts that are no more.
            if not all(0 <= number < len(draft.state.parts) for number in numbers):
                raise DraftNotFoundError(draft_id)
            return change(draft.state)

        return await self.drafts.change(draft_id, user_id, checked)


def tracks_of(draft: SplitDraft, part: Part) -> tuple[Track, ...]:
    """Return the tracks of a part, in the order of the playlist."""
    return tuple(draft.stored.report.tracks[row].track for row in part.rows)


def lists_of(draft: SplitDraft) -> tuple[tuple[str, tuple[Track, ...]], ...]:
    """Return the chosen parts by name."""
    return tuple((part.name, tracks_of(draft, part)) for part in draft.state.chosen)


def blurb_of(draft: SplitDraft, part: Part) -> str:
    """Say in words how a part sounds, after its largest group."""
    return draft.stored.report.clusters[part.groups[0]].blurb
