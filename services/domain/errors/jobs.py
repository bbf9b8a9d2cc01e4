"""Why work is not accepted, not finished or stopped."""

from __future__ import annotations

from services.domain.errors import TastemapError
from services.domain.requests import JobKind


class DeadlineExceededError(TastemapError):
    """The work took longer than it may."""

    told = frozenset({"job"})

    job: str
    deadline_s: float


class TooCostlyError(TastemapError):
    """The work wanted more CPU time or memory than it may have."""

    job: str


class OverloadedError(TastemapError):
    """No worker became free in time; the work never began."""

    job: str
    waited_s: float


class WorkerLostError(TastemapError):
    """The worker process died, and so did the one that tried again."""

    told = frozenset({"job"})

    job: str


class ShuttingDownError(TastemapError):
    """The bot is stopping and takes no new work."""


class StoppedError(TastemapError):
    """The person stopped the work."""


class CannotStopError(TastemapError):
    """The work changes something outside and has to come to its end."""

    kind: JobKind


class NothingRunsError(TastemapError):
    """There is nothing to stop: the work is done, or the bot was restarted."""


class AlreadyRunningError(TastemapError):
    """The person has work that is not finished; one at a time."""

    job_id: int


class QueueFullError(TastemapError):
    """More people wait than could be served in a sensible time."""

    waiting: int


class TooFastError(TastemapError):
    """One person or one server asks more than others would have left anything of."""

    retry_after_s: int
    is_whole_server: bool


class InterruptedTooOftenError(TastemapError):
    """The bot ended during this work again and again, so it may be the work's own fault."""

    attempts: int


class ForgottenError(StoppedError):
    """The person had everything about them erased while the work ran: nothing of it is kept."""


class RequestForgottenError(TastemapError):
    """What was to be tried again is no longer known: it is kept for a short while, and by one process."""


class NotOperatorError(TastemapError):
    """Only those whom the settings name may use this."""

    user_id: int
