"""Put a playlist in another order, show it first, and write or hand out what the person takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.compute import ComputePool
from services.domain.analysis import AnalysisOptions
from services.domain.charts import Chart
from services.domain.drafts import Derivation, Derived
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.storage import TooFewToOrderError
from services.domain.messages import Activity, OnProgress, Progress, quiet
from services.domain.music import Track
from services.domain.ordering import (
    Goal,
    Lock,
    OrderOptions,
    OrderResult,
    OrderState,
    Transition,
    find_row,
    join_locks,
    parse_locks,
    require_keys,
)
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.requests import DraftToWrite, OptimizeRequest
from services.domain.writes import Wish, Written, writable
from services.workflows import tasks
from services.workflows.analyze import Keeping
from services.workflows.drafts import DraftingWorkflow, OpenDraft
from services.workflows.reading import PlaylistChoice

OrderDraft = OpenDraft[OrderState]

ORDER_DEADLINE_S = 60.0
"""Ten thousand tracks take about ten seconds; the rest is room for a busy machine."""
FEWEST = 3


async def order_tracks(
    compute: ComputePool, tracks: Sequence[EnrichedTrack], options: OrderOptions
) -> OrderResult:
    """Put tracks in another order, in a worker.

    Raises
    ------
    TooFewToOrderError, TooFewKeysError
        There is nothing to order, or nothing to be in key.
    DeadlineExceededError, WorkerLostError
        The work could not be finished.
    """
    if len(tracks) < FEWEST:
        raise TooFewToOrderError(len(tracks))
    require_keys(options.goal, tracks)
    return await compute.run("order", tasks.order, tuple(tracks), options, deadline_s=ORDER_DEADLINE_S)


async def describe_transitions(
    compute: ComputePool, tracks: Sequence[EnrichedTrack], result: OrderResult
) -> tuple[Transition, ...]:
    """Describe every step of an order, in a worker."""
    return await compute.run(
        "transitions", tasks.describe_transitions, tuple(tracks), result.order, result.goal
    )


def read_locks(tracks: Sequence[Track], *, start: str, end: str, lock: str) -> tuple[Lock, ...]:
    """Read what somebody wrote about places: the first and the last track by number or name, and locks.

    Raises
    ------
    UnreadableLockError, NoSuchPlaceError, LockedTwiceError, TrackNotFoundError
        The words fit no place or no track, or contradict each other.
    """
    locks = list(parse_locks(lock, len(tracks)))
    if start.strip():
        locks.append(Lock(0, find_row(tracks, start)))
    if end.strip():
        locks.append(Lock(len(tracks) - 1, find_row(tracks, end)))
    return join_locks(locks)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizeWorkflow(DraftingWorkflow[OrderState]):
    """Orders of playlists, tried until one is taken."""

    compute: ComputePool

    async def optimize(
        self, person: int, request: OptimizeRequest, say: OnProgress = quiet, *, keep_as: Keeping
    ) -> OrderDraft | PlaylistChoice:
        """Find a first order of a playlist: read, analyse, order, begin a draft.

        A draft that the same work began before a crash stays as it is.

        Raises
        ------
        UnreadableLockError, NoSuchPlaceError, LockedTwiceError, TrackNotFoundError, TooFewToOrderError
            As in `read_locks` and `order_tracks`.
        TastemapError
            As in `AnalyzeWorkflow.analyze`.
        """
        stored = await self.analyze.analyze(
            person, request.what, AnalysisOptions(), say, keep_as=keep_as, reuse=True
        )
        if isinstance(stored, PlaylistChoice):
            return stored
        tracks = [entry.track for entry in stored.report.tracks]
        locks = read_locks(tracks, start=request.start, end=request.end, lock=request.lock)
        options = OrderOptions(goal=request.goal, locks=locks)
        await say(Progress(Activity.ORDERING, total=len(tracks)))
        result = await order_tracks(self.compute, stored.report.tracks, options)
        return await self.drafts.begin(stored, OrderState(options, result), draft_id=keep_as.report_id)

    async def again(self, draft_id: str, user_id: int) -> OrderDraft:
        """Find another good order for the same wishes."""
        draft = await self.drafts.open(draft_id, user_id)
        options = draft.state.options
        return await self._order(draft, replace(options, seed=options.seed + 1))

    async def aim(self, draft_id: str, user_id: int, goal: Goal) -> OrderDraft:
        """Find the best order for another goal; locks stay."""
        draft = await self.drafts.open(draft_id, user_id)
        return await self._order(draft, replace(draft.state.options, goal=goal, seed=0))

    async def lock(self, draft_id: str, user_id: int, text: str) -> OrderDraft:
        """Find the best order with other locks, or with none; raises like `read_locks` too."""
        draft = await self.drafts.open(draft_id, user_id)
        locks = parse_locks(text, len(draft.stored.report.tracks))
        return await self._order(draft, replace(draft.state.options, locks=locks, seed=0))

    async def chart(self, draft: OrderDraft, *, on_card: bool = True) -> Chart:
        """Draw the way before and after, for the card or with all that there is to see."""
        return await draw_order(self.compute, draft.stored.report, draft.state.result, on_card=on_card)

    async def steps(self, draft: OrderDraft) -> tuple[Transition, ...]:
        """Describe every step of the order."""
        return await describe_transitions(self.compute, draft.stored.report.tracks, draft.state.result)

    async def write(self, user_id: int, what: DraftToWrite) -> Written:
        """Write the order to a new private playlist, or to the playlist itself.

        Raises
        ------
        SpotifyOffError
            No Spotify app is configured.
        TastemapError
            As in `SavingWorkflow.write`.
        """
        if self.saving is None:
            raise SpotifyOffError
        draft, in_place = await self.drafts.open(what.draft_id, user_id), what.in_place
        playlist = draft.stored.report.playlist
        reordered = self.words(Derived(Derivation.REORDERED, playlist.name, goal=draft.state.result.goal))
        wish = Wish(
            name=playlist.name if in_place else reordered.name,
            tracks=writable(tracks_of(draft)),
            description=reordered.description,
            in_place_of=playlist if in_place else None,
        )
        writes = await self.saving.write(user_id, [wish], request=what.name)
        return Written(writes, sum(track.id is None for track in tracks_of(draft)))

    async def _order(self, draft: OrderDraft, options: OrderOptions) -> OrderDraft:
        result = await order_tracks(self.compute, draft.stored.report.tracks, options)
        return await self.drafts.change(
            draft.draft_id, draft.owner_id, lambda _draft: OrderState(options, result)
        )


async def draw_order(
    compute: ComputePool, report: AnalysisReport, result: OrderResult, *, on_card: bool = False
) -> Chart:
    """Draw the way of a playlist before and after, in a worker."""
    return await compute.run("order chart", tasks.draw_order, report, result, on_card)


def ordered_list(report: AnalysisReport, result: OrderResult) -> tuple[str, tuple[EnrichedTrack, ...]]:
    """Return the tracks of a report in the order that was found, under the name of its playlist."""
    return report.playlist.name, tuple(report.tracks[row] for row in result.order)


def tracks_of(draft: OrderDraft) -> tuple[Track, ...]:
    """Return the tracks in their new order."""
    return tuple(draft.stored.report.tracks[row].track for row in draft.state.result.order)
