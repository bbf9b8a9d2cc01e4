"""Decisions of a person about a playlist, kept one by one: tidy it, or split it by its groups."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from services.compute import ComputePool
from services.domain.analysis import AnalysisOptions
from services.domain.drafts import (
    Decision,
    Derivation,
    Derived,
    NewList,
    Part,
    SplitState,
    Tidied,
    TidyState,
    plan_split,
    suggested,
    tidied,
)
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.storage import (
    DraftNotFoundError,
    NothingDecidedError,
    NothingToSplitError,
    NotYourReportError,
)
from services.domain.messages import Activity, OnProgress, Progress, quiet
from services.domain.music import Track
from services.domain.ordering import OrderState
from services.domain.report import EnrichedTrack, new_id
from services.domain.requests import DraftToWrite, SplitRequest, TidyRequest
from services.domain.writes import Wish, Written, writable
from services.storage.decisions import Draft, DraftStore
from services.workflows import tasks
from services.workflows.analyze import AnalyzeWorkflow, Keeping
from services.workflows.reading import PlaylistChoice
from services.workflows.reports import ReportsWorkflow, StoredReport
from services.workflows.saving import SavingWorkflow

StateT = TypeVar("StateT", TidyState, SplitState, OrderState)


@dataclass(frozen=True, slots=True)
class OpenDraft(Generic[StateT]):
    """Decisions so far, with the report that they are about."""

    draft_id: str
    owner_id: int
    stored: StoredReport
    state: StateT
    version: int = 0
    """How often it was changed."""


@dataclass(slots=True, kw_only=True)
class DraftsWorkflow(Generic[StateT]):
    """Drafts of one kind."""

    store: DraftStore
    reports: ReportsWorkflow
    clock: Callable[[], datetime]
    kind: type[StateT]
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def begin(
        self, stored: StoredReport, state: StateT, *, draft_id: str | None = None
    ) -> OpenDraft[StateT]:
        """Keep the first state of a draft; one of that id that is kept already stays as it is."""
        if draft_id is not None and await self.store.load(draft_id) is not None:
            return await self.open(draft_id, stored.owner_id)
        draft = Draft(draft_id or new_id(), stored.owner_id, stored.report_id, state)
        await self.store.save(draft, now=self.clock())
        return OpenDraft(draft.draft_id, draft.owner_id, stored, state)

    async def state(self, draft_id: str, user_id: int) -> StateT:
        """Load the decisions alone, without decoding the report they are about; raises like `open`."""
        return (await self._own(draft_id, user_id))[0]

    async def open(self, draft_id: str, user_id: int) -> OpenDraft[StateT]:
        """Load a draft for its owner.

        Raises
        ------
        DraftNotFoundError, ReportNotFoundError
            It is no longer stored.
        NotYourReportError
            It is somebody else's.
        """
        state, draft = await self._own(draft_id, user_id)
        stored = await self.reports.open(draft.report_id, user_id, owner_only=True)
        return OpenDraft(draft_id, user_id, stored, state, draft.version)

    async def _own(self, draft_id: str, user_id: int) -> tuple[StateT, Draft]:
        draft = await self.store.load(draft_id)
        if draft is None or not isinstance(draft.state, self.kind):
            raise DraftNotFoundError(draft_id)
        if draft.owner_id != user_id:
            raise NotYourReportError(draft.owner_id)
        return draft.state, draft

    async def change(
        self, draft_id: str, user_id: int, change: Callable[[OpenDraft[StateT]], StateT]
    ) -> OpenDraft[StateT]:
        """Make one decision; two at a time, in whichever processes, are made one after the other.

        Raises
        ------
        DraftNotFoundError, ReportNotFoundError, NotYourReportError
            Like `open`.
        """
        async with self._locks.setdefault(draft_id, asyncio.Lock()):
            while True:
                before = await self.open(draft_id, user_id)
                after = replace(before, state=change(before))
                if after.state == before.state:
                    return before
                draft = Draft(draft_id, user_id, before.stored.report_id, after.state, before.version)
                if await self.store.change(draft, now=self.clock()):
                    return replace(after, version=before.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftingWorkflow(Generic[StateT]):
    """What a command needs that makes drafts. Nothing is written before `write`."""

    analyze: AnalyzeWorkflow
    drafts: DraftsWorkflow[StateT]
    saving: SavingWorkflow | None
    """None where no Spotify app is configured: the lists can be exported then."""
    words: Callable[[Derived], NewList]
    """Names what is written, and describes it."""


TidyDraft = OpenDraft[TidyState]


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyWorkflow(DraftingWorkflow[TidyState]):
    """Decisions about doubles and outliers."""

    compute: ComputePool

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
            _check_finding(draft, number)
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
            _check_finding(draft, number)
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
                    tracks=writable(_tracks_in(draft, result.moved)),
                    description=self.words(Derived(Derivation.SET_ASIDE, playlist.name)).description,
                )
            )
        tidied_list = self.words(Derived(Derivation.TIDIED, playlist.name))
        wishes.append(
            Wish(
                name=playlist.name if what.in_place else tidied_list.name,
                tracks=writable(_tracks_in(draft, result.kept)),
                description=tidied_list.description,
                in_place_of=playlist if what.in_place else None,
            )
        )
        writes = await self.saving.write(user_id, wishes, request=what.name)
        return Written(
            writes, sum(each.track.id is None for _, tracks in tidied_lists(draft) for each in tracks)
        )


def outcome(draft: TidyDraft) -> Tidied:
    """Say what the decisions so far come to."""
    return tidied(len(draft.stored.report.tracks), draft.state)


def _tracks_in(draft: TidyDraft | SplitDraft, rows: tuple[int, ...]) -> tuple[Track, ...]:
    """Return the tracks in these rows."""
    return tuple(draft.stored.report.tracks[row].track for row in rows)


def tidied_lists(draft: TidyDraft) -> tuple[tuple[str, tuple[EnrichedTrack, ...]], ...]:
    """Return the lists that the decisions make, by name: the tidied one, and the moved tracks."""
    result, tracks = outcome(draft), draft.stored.report.tracks
    lists = [(draft.stored.report.playlist.name, tuple(tracks[row] for row in result.kept))]
    if result.moved:
        lists.append((draft.state.moved_to, tuple(tracks[row] for row in result.moved)))
    return tuple(lists)


def _check_finding(draft: TidyDraft, number: int) -> None:
    if not 0 <= number < len(draft.state.findings):
        raise DraftNotFoundError(draft.draft_id)


SplitDraft = OpenDraft[SplitState]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWorkflow(DraftingWorkflow[SplitState]):
    """Names and merges of the parts."""

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
            report = stored.report
            raise NothingToSplitError(
                report.playlist.name, len(report.tracks), report.evidence, report.structure.asked
            )
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
            if (tracks := writable(_tracks_in(draft, part.rows)))
        ]
        if not wishes:
            raise NothingDecidedError
        writes = await self.saving.write(user_id, wishes, request=what.name)
        return Written(
            writes, sum(each.track.id is None for _, tracks in split_lists(draft) for each in tracks)
        )

    async def _change(
        self, draft_id: str, user_id: int, change: Callable[[SplitState], SplitState], *numbers: int
    ) -> SplitDraft:
        def checked(draft: SplitDraft) -> SplitState:
            # After a merge the buttons of an older card point to parts that are no more.
            if not all(0 <= number < len(draft.state.parts) for number in numbers):
                raise DraftNotFoundError(draft_id)
            return change(draft.state)

        return await self.drafts.change(draft_id, user_id, checked)


def split_lists(draft: SplitDraft) -> tuple[tuple[str, tuple[EnrichedTrack, ...]], ...]:
    """Return the chosen parts by name, with all that is known of their tracks."""
    tracks = draft.stored.report.tracks
    return tuple((part.name, tuple(tracks[row] for row in part.rows)) for part in draft.state.chosen)


def _derived(draft: SplitDraft, part: Part) -> Derived:
    report = draft.stored.report
    return Derived(Derivation.PART, report.playlist.name, report.clusters[part.groups[0]])
