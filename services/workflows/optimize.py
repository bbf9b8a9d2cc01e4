"""Put a playlist in another order, show it first, and write or hand out what the person takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.compute import ComputePool
from services.domain.charts import Chart
from services.domain.errors.ordering import TooFewToOrderError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.locking import find_row, join_locks, parse_locks
from services.domain.music import Track
from services.domain.ordering import Goal, Lock, OrderOptions, OrderResult, OrderState, Transition
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.writes import Wish, Write, writable
from services.workflows import tasks
from services.workflows.drafts import DraftsWorkflow, OpenDraft
from services.workflows.reports import StoredReport
from services.workflows.saving import SavingWorkflow

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
    TooFewToOrderError
        There is nothing to order.
    DeadlineExceededError, WorkerLostError
        The work could not be finished.
    """
    if len(tracks) < FEWEST:
        raise TooFewToOrderError(len(tracks))
    return await compute.run("order", tasks.order, tuple(tracks), options, deadline_s=ORDER_DEADLINE_S)


async def describe_transitions(
    compute: ComputePool, tracks: Sequence[EnrichedTrack], result: OrderResult
) -> tuple[Transition, ...]:
    """Describe every step of an order, in a worker."""
    return await compute.run(
        "transitions", tasks.describe_transitions, tuple(tracks), result.order, result.goal
    )


def read_locks(
    tracks: Sequence[Track], *, start: str = "", end: str = "", lock: str = ""
) -> tuple[Lock, ...]:
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
class OptimizeWorkflow:
    """Orders of playlists, tried until one is taken. Nothing is written before `save`."""

    compute: ComputePool
    drafts: DraftsWorkflow[OrderState]
    saving: SavingWorkflow | None
    """None where no Spotify app is configured: the lists can be exported then."""

    async def begin(
        self, stored: StoredReport, options: OrderOptions, *, draft_id: str | None = None
    ) -> OrderDraft:
        """Find a first order; a draft of that id that exists is kept. Raises like `order_tracks`."""
        result = await order_tracks(self.compute, stored.report.tracks, options)
        return await self.drafts.begin(stored, OrderState(options, result), draft_id=draft_id)

    async def open(self, draft_id: str, user_id: int) -> OrderDraft:
        """Load a draft for its owner; raises like `DraftsWorkflow.open`."""
        return await self.drafts.open(draft_id, user_id)

    async def again(self, draft_id: str, user_id: int) -> OrderDraft:
        """Find another good order for the same wishes."""
        draft = await self.open(draft_id, user_id)
        options = draft.state.options
        return await self._order(draft, replace(options, seed=options.seed + 1))

    async def aim(self, draft_id: str, user_id: int, goal: Goal) -> OrderDraft:
        """Find the best order for another goal; locks stay."""
        draft = await self.open(draft_id, user_id)
        return await self._order(draft, replace(draft.state.options, goal=goal, seed=0))

    async def lock(self, draft_id: str, user_id: int, text: str) -> OrderDraft:
        """Find the best order with other locks, or with none; raises like `read_locks` too."""
        draft = await self.open(draft_id, user_id)
        locks = parse_locks(text, len(draft.stored.report.tracks))
        return await self._order(draft, replace(draft.state.options, locks=locks, seed=0))

    async def chart(self, draft: OrderDraft) -> Chart:
        """Draw the way before and after."""
        return await draw_order(self.compute, draft.stored.report, draft.state.result)

    async def save(self, draft_id: str, user_id: int, *, in_place: bool, request: str) -> tuple[Write, ...]:
        """Write the order to a new private playlist, or to the playlist itself.

        Parameters
        ----------
        request
            As in `SavingWorkflow.write`, whose errors this raises too.

        Raises
        ------
        SpotifyOffError
            No Spotify app is configured.
        """
        if self.saving is None:
            raise SpotifyOffError
        draft = await self.open(draft_id, user_id)
        playlist = draft.stored.report.playlist
        goal = draft.state.result.goal.value
        wish = Wish(
            name=playlist.name if in_place else f"{playlist.name} · {goal}",
            tracks=writable(tracks_of(draft)),
            description=f"{playlist.name}, in another order ({goal})",
            in_place_of=playlist if in_place else None,
        )
        return await self.saving.write(user_id, [wish], request=request)

    async def _order(self, draft: OrderDraft, options: OrderOptions) -> OrderDraft:
        result = await order_tracks(self.compute, draft.stored.report.tracks, options)
        return await self.drafts.change(
            draft.draft_id, draft.owner_id, lambda _draft: OrderState(options, result)
        )


async def draw_order(compute: ComputePool, report: AnalysisReport, result: OrderResult) -> Chart:
    """Draw the way of a playlist before and after, in a worker."""
    return await compute.run("order chart", tasks.draw_order, report, result)


def tracks_of(draft: OrderDraft) -> tuple[Track, ...]:
    """Return the tracks in their new order."""
    return tuple(draft.stored.report.tracks[row].track for row in draft.state.result.order)
