"""Describe each kind of accepted work: how it is done, shown, and shown again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cogs.replies.details import numbers_card
from cogs.replies.layout import Reply
from cogs.replies.optimize import order_card
from cogs.replies.report import summary_card
from cogs.replies.saving import saved_card
from cogs.replies.sound import sound_card
from cogs.replies.tidying import split_card, tidy_card
from cogs.words.answers import CHOOSE_FIRST
from cogs.work.host import Interaction
from services.domain.analysis import AnalysisOptions
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.sources import WriteUnderWayError
from services.domain.jobs import Job
from services.domain.messages import OnProgress
from services.domain.requests import (
    AgainRequest,
    AnalyzeRequest,
    BlendToWrite,
    ClipsRequest,
    DraftsOf,
    JobKind,
    OptimizeRequest,
    PressRequest,
    SplitRequest,
    StatsRequest,
    TidyRequest,
    WriteRequest,
)
from services.domain.writes import Written
from services.workflows.analyze import AnalyzeWorkflow, Keeping
from services.workflows.drafts import SplitDraft, SplitWorkflow, TidyDraft, TidyWorkflow
from services.workflows.optimize import OptimizeWorkflow, OrderDraft
from services.workflows.reading import PlaylistChoice
from services.workflows.reports import ReportsWorkflow, StoredReport, overview
from services.workflows.saving import SavingWorkflow

_LOOKS, _LOOK_EVERY_S = 60, 1.0
"""How long a write of before a restart is waited for; the journal itself goes on with it too."""

RequestKind = TypeVar("RequestKind")


async def nothing_stored(job: Job) -> Any:
    """Refuse to show again what is kept nowhere; raises `LookupError`."""
    raise LookupError(job.job_id)


def request_of(job: Job, kind: type[RequestKind]) -> RequestKind:
    """Return the request of a job of a known kind."""
    if not isinstance(job.request, kind):
        raise TypeError(job.kind)
    return job.request


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of work is done and shown."""

    do: Callable[[Job, OnProgress], Awaitable[Any]]
    """Do the work and return what came of it. After a crash it runs again under the same `result_id`."""
    card: Callable[[Job, Any], Awaitable[Reply]]
    """Build the answer from what came of it."""
    stored: Callable[[Job], Awaitable[Any]] = nothing_stored
    """Load what came of it, for an answer that is given later."""
    stoppable: bool = True
    """Whether it may be cut half-way; what changes something outside may not."""
    ready: Callable[[Job], Awaitable[None]] | None = None
    """Return once the work can be done after a start; None where it needs nothing of the gateway."""
    posted: Callable[[Job, int, int], Awaitable[None]] | None = None
    """Take note of the channel and the message of a given answer, where it has to be changed later."""
    afterwards: Callable[[Job], Awaitable[None]] | None = None
    """Do what the next command needs, once the answer is given; nobody waits for it."""
    answer: Callable[[Interaction, Job], Awaitable[None]] | None = None
    """Answer the interaction, in place of `do` and `card`, where the answer is more than one card."""
    lost_by_choosing: Callable[[Job], str] = lambda _job: ""
    """What a choice among the playlists of a file does not repeat, and where to say it again."""


def keeping(job: Job) -> Keeping:
    """Say under which name a map that a job draws is stored."""
    return Keeping(report_id=job.result_id, private=job.asked.private, begun_before=job.attempts > 0)


def press_kinds(answer: Callable[[Interaction, str], Awaitable[None]]) -> dict[JobKind, Kind]:
    """Say how presses are answered that another process has acknowledged: as everywhere."""

    async def press(interaction: Interaction, job: Job) -> None:
        await answer(interaction, request_of(job, PressRequest).custom_id)

    async def nothing(job: Job, _said: Any) -> Any:
        raise LookupError(job.job_id)

    return {JobKind.PRESS: Kind(do=nothing, card=nothing, stoppable=False, answer=press)}


async def first_card(
    analyze: AnalyzeWorkflow,
    reports: ReportsWorkflow,
    stored: StoredReport,
    *,
    private: bool,
    offers_clips: bool = False,
) -> Reply:
    """Show a report as it is shown first: the card of a map, or that of one sound file."""
    report, report_id = stored.report, stored.report_id
    if report.is_single_sound:
        placed = await analyze.place(stored)
        return sound_card(report, report_id, placed, private=private, offers_clips=offers_clips)
    (chart,) = await reports.charts(stored, [overview(report)])
    return summary_card(report, report_id, chart, private=private, offers_clips=offers_clips)


def map_kinds(
    analyze: AnalyzeWorkflow, reports: ReportsWorkflow, mapped: Callable[[int], Awaitable[None]]
) -> dict[JobKind, Kind]:
    """Say how maps are drawn and shown; `mapped` is told afterwards who has a new one."""
    sounds = analyze.reader.sounds

    async def draw(job: Job, say: OnProgress) -> StoredReport | PlaylistChoice:
        request = request_of(job, AnalyzeRequest)
        options = AnalysisOptions(groups=request.groups, by=request.by)
        return await analyze.analyze(job.asked.owner_id, request.what, options, say, keep_as=keeping(job))

    async def draw_again(job: Job, say: OnProgress) -> StoredReport:
        request, owner_id = request_of(job, AgainRequest), job.asked.owner_id
        return await analyze.again(
            owner_id,
            request.report_id,
            say,
            measured_only=request.measured_only,
            by=request.by,
            keep_as=keeping(job),
        )

    async def look_up(job: Job, say: OnProgress) -> StoredReport | PlaylistChoice:
        what = request_of(job, StatsRequest).what
        return await analyze.analyze(
            job.asked.owner_id, what, AnalysisOptions(), say, keep_as=keeping(job), reuse=True
        )

    async def numbers(_job: Job, stored: StoredReport) -> Reply:
        return numbers_card(stored.report, stored.report_id, *await reports.numbers(stored))

    async def measure_clips(job: Job, say: OnProgress) -> StoredReport:
        request, owner_id = request_of(job, ClipsRequest), job.asked.owner_id
        return await analyze.with_clips(owner_id, request.report_id, request.what, say, keep_as=keeping(job))

    async def card(job: Job, stored: StoredReport) -> Reply:
        offers_clips = await sounds.is_offered(stored.report, stored.report_id)
        return await first_card(
            analyze, reports, stored, private=job.asked.private, offers_clips=offers_clips
        )

    async def stored(job: Job) -> StoredReport:
        return await reports.open(job.result_id, job.asked.owner_id)

    async def posted(job: Job, channel_id: int, message_id: int) -> None:
        """Remember where everybody can see a map, so that its owner can take it back."""
        if not job.asked.private:
            await reports.store.note_message(job.result_id, channel_id, message_id)

    async def afterwards(job: Job) -> None:
        await mapped(job.asked.owner_id)

    return {
        JobKind.ANALYZE: Kind(do=draw, card=card, stored=stored, posted=posted, afterwards=afterwards),
        JobKind.AGAIN: Kind(do=draw_again, card=card, stored=stored, afterwards=afterwards),
        JobKind.STATS: Kind(do=look_up, card=numbers, stored=stored, posted=posted),
        JobKind.CLIPS: Kind(do=measure_clips, card=card, stored=stored, afterwards=afterwards),
    }


def draft_kinds(tidy: TidyWorkflow, split: SplitWorkflow, optimize: OptimizeWorkflow) -> dict[JobKind, Kind]:
    """Say how drafts are begun and shown."""

    async def tidied(job: Job, say: OnProgress) -> TidyDraft | PlaylistChoice:
        request = request_of(job, TidyRequest)
        return await tidy.tidy(job.asked.owner_id, request, say, keep_as=keeping(job))

    async def parted(job: Job, say: OnProgress) -> SplitDraft | PlaylistChoice:
        request = request_of(job, SplitRequest)
        return await split.split(job.asked.owner_id, request, say, keep_as=keeping(job))

    async def ordered(job: Job, say: OnProgress) -> OrderDraft | PlaylistChoice:
        request = request_of(job, OptimizeRequest)
        return await optimize.optimize(job.asked.owner_id, request, say, keep_as=keeping(job))

    async def findings(_job: Job, draft: TidyDraft) -> Reply:
        return tidy_card(draft)

    async def parts(_job: Job, draft: SplitDraft) -> Reply:
        return split_card(draft)

    async def order(_job: Job, draft: OrderDraft) -> Reply:
        return order_card(draft, await optimize.chart(draft), can_write=optimize.saving is not None)

    def places(job: Job) -> str:
        request = request_of(job, OptimizeRequest)
        return CHOOSE_FIRST if request.start or request.end or request.lock else ""

    return {
        JobKind.TIDY: Kind(
            do=tidied, card=findings, stored=lambda job: tidy.drafts.open(job.result_id, job.asked.owner_id)
        ),
        JobKind.SPLIT: Kind(
            do=parted, card=parts, stored=lambda job: split.drafts.open(job.result_id, job.asked.owner_id)
        ),
        JobKind.OPTIMIZE: Kind(
            do=ordered,
            card=order,
            stored=lambda job: optimize.drafts.open(job.result_id, job.asked.owner_id),
            lost_by_choosing=places,
        ),
    }


def write_kinds(
    saving: SavingWorkflow | None,
    tidy: TidyWorkflow,
    split: SplitWorkflow,
    optimize: OptimizeWorkflow,
    write_blend: Callable[[int, BlendToWrite], Awaitable[Written]],
) -> dict[JobKind, Kind]:
    """Say how drafts and blends are written; a write that was begun is never cut."""
    writers = {DraftsOf.TIDY: tidy.write, DraftsOf.SPLIT: split.write, DraftsOf.OPTIMIZE: optimize.write}

    async def write(job: Job) -> Written:
        what, user_id = request_of(job, WriteRequest).what, job.asked.owner_id
        if isinstance(what, BlendToWrite):
            return await write_blend(user_id, what)
        return await writers[what.drafts](user_id, what)

    async def wait_and_write(job: Job) -> Written:
        for _ in range(_LOOKS if job.attempts else 0):
            try:
                return await write(job)
            except WriteUnderWayError:
                await asyncio.sleep(_LOOK_EVERY_S)  # the journal has taken it up before us
        return await write(job)

    async def do(job: Job, _say: OnProgress) -> tuple[Written, bool]:
        """Write, and say whether the person knows of all this already: they pressed a button twice."""
        if saving is None:
            raise SpotifyOffError
        written = await wait_and_write(job)
        again = not job.attempts and all(each.is_done and each.told for each in written.writes)
        await saving.mark_told(*written.writes)  # from here on the row sees to that
        return written, again

    async def card(_job: Job, done: tuple[Written, bool]) -> Reply:
        written, again = done
        return saved_card(written.writes, left_out=written.left_out, again=again)

    return {JobKind.WRITE: Kind(do=do, card=card, stoppable=False)}
