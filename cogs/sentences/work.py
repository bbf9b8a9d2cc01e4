"""What to do about work that was not finished, or a result that can't be shown."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.compute import (
    CannotStopError,
    DeadlineExceededError,
    NothingRunsError,
    ShuttingDownError,
    StoppedError,
    WorkerLostError,
)
from services.domain.errors.jobs import AlreadyRunningError, InterruptedTooOftenError, QueueFullError
from services.domain.errors.reports import NoReportYetError, NotYourReportError, ReportNotFoundError


@sentence.register
def _(_error: DeadlineExceededError) -> str:
    return (
        "This took longer than I may spend on one request, so I stopped. "
        "Try again, or with a smaller playlist."
    )


@sentence.register
def _(_error: WorkerLostError) -> str:
    return "The work was interrupted twice, so I gave up. Please try again in a minute."


@sentence.register
def _(_error: ShuttingDownError) -> str:
    return "I am restarting. Please try again in a minute."


@sentence.register
def _(_error: ReportNotFoundError) -> str:
    return "This result is no longer stored. Run `/analyze` again to get a new one."


@sentence.register
def _(_error: NotYourReportError) -> str:
    return "Only the person who asked for this map can do that. Make your own with `/analyze`."


@sentence.register
def _(_error: NoReportYetError) -> str:
    return "You have no map yet. Make one with `/analyze`, or press the example button in `/help`."


@sentence.register
def _(_error: StoppedError) -> str:
    return "Stopped. Nothing was posted; what was looked up so far is kept for the next time."


@sentence.register
def _(_error: CannotStopError) -> str:
    return "Writing to Spotify is not stopped in the middle. It is over in a moment; `/undo` takes it back."


@sentence.register
def _(_error: NothingRunsError) -> str:
    return "There is nothing left to stop here. If no result came, run the command again."


@sentence.register
def _(_error: AlreadyRunningError) -> str:
    return "Your last request is not finished, and I do one at a time for everybody. Wait for it, or stop it."


@sentence.register
def _(error: QueueFullError) -> str:
    return f"Already {error.waiting} requests are waiting, so I take no more. Try again in a few minutes."


@sentence.register
def _(_error: InterruptedTooOftenError) -> str:
    return (
        "I was interrupted in the middle of this again and again, so I gave up. "
        "Try it with another playlist, and tell the operator if this one never works."
    )
