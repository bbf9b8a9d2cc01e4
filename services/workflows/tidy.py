"""Tidy a playlist: read, analyse, find, let the person decide, and write or hand out what they decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.compute import ComputePool
from services.domain.analysis import AnalysisOptions
from services.domain.drafts import (
    Decision,
    Derivation,
    Derived,
    NewList,
    Tidied,
    TidyState,
    suggested,
    tidied,
)
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.storage import DraftNotFoundError, NothingDecidedError
from services.domain.messages import Activity, OnProgress, Progress, quiet
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from services.domain.requests import DraftToWrite, TidyRequest
from services.domain.writes import Wish, Written, writable
from services.workflows import tasks
from services.workflows.analyze import AnalyzeWorkflow, Keeping
from services.workflows.drafts import DraftsWorkflow, OpenDraft
from services.workflows.reading import PlaylistChoice
from services.workflows.saving import SavingWorkflow

TidyDraft = OpenDraft[TidyState]


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyWorkflow:
    """Decisions about doubles and outliers. Nothing is written before `write`."""

    compute: ComputePool
    analyze: AnalyzeWorkflow
    drafts: DraftsWorkflow[TidyState]
    saving: SavingWorkflow | None
    """None where no Spotify app is configured: the lists can be exported then."""
    words: Callable[[Derived], NewList]
    """Names what is written, and describes it."""

    async def tidy(
        self, person: int, request: TidyRequest, say: OnProgress = quiet, *, keep_as: Keeping
    ) -> TidyDraft | PlaylistChoice:
        """Look through a playlist for what could be tidied: read, analyse, find, begin a draft.

        A draft that the same work began before a crash stays as it is.

        Raises
        ------
        TastemapError
            As in `AnalyzeWorkflow.analyze`.
        """
        stored = await self.analyze.analyze(
            person, request.what, AnalysisOptions(), say, keep_as=keep_as, reuse=True
        )
        if isinstance(stored, PlaylistChoice):
            return stored
        await say(Progress(Activity.FINDING_DUPLICATES))
        findings = await self.compute.run("tidying", tasks.find_tidying, stored.report)
        aside = self.words(Derived(Derivation.SET_ASIDE, stored.report.playlist.name))
        state = TidyState(findings, moved_to=aside.name)
        return await self.drafts.begin(stored, state, draft_id=keep_as.report_id)

    async def decide(self, draft_id: str, user_id: int, number: int, decision: Decision) -> TidyDraft:
        """Decide about a finding; the same decision again takes it back."""

        def change(draft: TidyDraft) -> TidyState:
            _check(draft, number)
            decisions = dict(draft.state.decisions)
            if decisions.get(number) is decision:
                del decisions[number]
            else:
                decisions[number] = decision
            return replace(draft.state, decisions=decisions)

        return await self.drafts.change(draft_id, user_id, change)

    async def swap(self, draft_id: str, user_id: int, number: int) -> TidyDraft:
        """Let the decision about a double fall on the other one of the two, or back."""

        def change(draft: TidyDraft) -> TidyState:
            _check(draft, number)
            return replace(draft.state, swapped=draft.state.swapped ^ {number})

        return await self.drafts.change(draft_id, user_id, change)

    async def take_suggestions(self, draft_id: str, user_id: int) -> TidyDraft:
        """Decide about everything that is still open as suggested."""
        return await self.drafts.change(
            draft_id,
            user_id,
            lambda draft: replace(
                draft.state, decisions={**suggested(draft.state.findings), **draft.state.decisions}
            ),
        )

    async def rename(self, draft_id: str, user_id: int, name: str) -> TidyDraft:
        """Name the playlist for moved tracks; an empty name changes nothing."""
        name = " ".join(name.split())
        return await self.drafts.change(
            draft_id,
            user_id,
            lambda draft: replace(draft.state, moved_to=name or draft.state.moved_to),
        )

    async def write(self, user_id: int, what: DraftToWrite) -> Written:
        """Write what was decided: the moved tracks to a new playlist first, then the tidied list.

        Raises
        ------
        NothingDecidedError
            The decisions change nothing.
        SpotifyOffError
            No Spotify app is configured.
        TastemapError
            As in `SavingWorkflow.write`.
        """
        if self.saving is None:
            raise SpotifyOffError
        draft = await self.drafts.open(what.draft_id, user_id)
        result = outcome(draft)
        if not result.changes_something:
            raise NothingDecidedError
        playlist = draft.stored.report.playlist
        wishes = []
        if result.moved:
            wishes.append(
                Wish(
                    name=draft.state.moved_to,
                    tracks=writable(tracks_of(draft, result.moved)),
                    description=self.words(Derived(Derivation.SET_ASIDE, playlist.name)).description,
                )
            )
        tidied_list = self.words(Derived(Derivation.TIDIED, playlist.name))
        wishes.append(
            Wish(
                name=playlist.name if what.in_place else tidied_list.name,
                tracks=writable(tracks_of(draft, result.kept)),
                description=tidied_list.description,
                in_place_of=playlist if what.in_place else None,
            )
        )
        writes = await self.saving.write(user_id, wishes, request=what.name)
        return Written(writes, sum(each.track.id is None for _, tracks in lists_of(draft) for each in tracks))


def outcome(draft: TidyDraft) -> Tidied:
    """Say what the decisions so far come to."""
    return tidied(len(draft.stored.report.tracks), draft.state)


def tracks_of(draft: TidyDraft, rows: tuple[int, ...]) -> tuple[Track, ...]:
    """Return the tracks in these rows."""
    return tuple(draft.stored.report.tracks[row].track for row in rows)


def lists_of(draft: TidyDraft) -> tuple[tuple[str, tuple[EnrichedTrack, ...]], ...]:
    """Return the lists that the decisions make, by name: the tidied one, and the moved tracks."""
    result, tracks = outcome(draft), draft.stored.report.tracks
    lists = [(draft.stored.report.playlist.name, tuple(tracks[row] for row in result.kept))]
    if result.moved:
        lists.append((draft.state.moved_to, tuple(tracks[row] for row in result.moved)))
    return tuple(lists)


def _check(draft: TidyDraft, number: int) -> None:
    if not 0 <= number < len(draft.state.findings):
        raise DraftNotFoundError(draft.draft_id)
