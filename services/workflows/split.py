"""Split a playlist by its groups: analyse, let the person name and merge, write or hand out the parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.domain.analysis import AnalysisOptions
from services.domain.drafts import Derivation, Derived, NewList, Part, SplitState, plan_split
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.storage import DraftNotFoundError, NothingDecidedError, NothingToSplitError
from services.domain.messages import OnProgress, quiet
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from services.domain.requests import DraftToWrite, SplitRequest
from services.domain.writes import Wish, Written, writable
from services.workflows.analyze import AnalyzeWorkflow, Keeping
from services.workflows.drafts import DraftsWorkflow, OpenDraft
from services.workflows.reading import PlaylistChoice
from services.workflows.saving import SavingWorkflow

SplitDraft = OpenDraft[SplitState]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWorkflow:
    """Names and merges of the parts. Nothing is written before `write`."""

    analyze: AnalyzeWorkflow
    drafts: DraftsWorkflow[SplitState]
    saving: SavingWorkflow | None
    """None where no Spotify app is configured: the lists can be exported then."""
    words: Callable[[Derived], NewList]
    """Names what is written, and describes it."""

    async def split(
        self, person: int, request: SplitRequest, say: OnProgress = quiet, *, keep_as: Keeping
    ) -> SplitDraft | PlaylistChoice:
        """Make one part of each group of a playlist: read, analyse, begin a draft.

        A draft that the same work began before a crash stays as it is.

        Raises
        ------
        NothingToSplitError
            The playlist has no two groups.
        TastemapError
            As in `AnalyzeWorkflow.analyze`.
        """
        options = AnalysisOptions(groups=request.groups, by=request.by)
        stored = await self.analyze.analyze(
            person, request.what, options, say, keep_as=keep_as, reuse=True, for_lists=True
        )
        if isinstance(stored, PlaylistChoice):
            return stored
        if len(stored.report.clusters) < 2:
            raise NothingToSplitError(stored.report.playlist.name, len(stored.report.tracks))
        return await self.drafts.begin(stored, plan_split(stored.report), draft_id=keep_as.report_id)

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

    async def write(self, user_id: int, what: DraftToWrite) -> Written:
        """Save each chosen part as a new private playlist; the playlist itself stays as it is.

        Raises
        ------
        NothingDecidedError
            Every part was left out.
        SpotifyOffError
            No Spotify app is configured.
        TastemapError
            As in `SavingWorkflow.write`.
        """
        if self.saving is None:
            raise SpotifyOffError
        draft = await self.drafts.open(what.draft_id, user_id)
        wishes = [
            Wish(
                name=part.name,
                tracks=tracks,
                description=self.words(_derived(draft, part)).description,
            )
            for part in draft.state.chosen
            if (tracks := writable(tracks_of(draft, part)))
        ]
        if not wishes:
            raise NothingDecidedError
        writes = await self.saving.write(user_id, wishes, request=what.name)
        return Written(writes, sum(each.track.id is None for _, tracks in lists_of(draft) for each in tracks))

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


def lists_of(draft: SplitDraft) -> tuple[tuple[str, tuple[EnrichedTrack, ...]], ...]:
    """Return the chosen parts by name, with all that is known of their tracks."""
    tracks = draft.stored.report.tracks
    return tuple((part.name, tuple(tracks[row] for row in part.rows)) for part in draft.state.chosen)


def _derived(draft: SplitDraft, part: Part) -> Derived:
    report = draft.stored.report
    return Derived(Derivation.PART, report.playlist.name, report.clusters[part.groups[0]])
