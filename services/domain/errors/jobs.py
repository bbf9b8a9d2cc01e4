"""Why work is not accepted, not finished or stopped."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError
from services.domain.requests import JobKind


@dataclass(eq=False)
class DeadlineExceededError(TastemapError):
    """The work took longer than it may."""

    told = frozenset({"job"})

    job: str
    deadline_s: float


@dataclass(eq=False)
class TooCostlyError(TastemapError):
    """The work wanted more CPU time or memory than it may have."""

    job: str


@dataclass(eq=False)
class OverloadedError(TastemapError):
    """No worker became free in time; the work never began."""

    job: str
    waited_s: float


@dataclass(eq=False)
class WorkerLostError(TastemapError):
    """The worker process died, and so did the one that tried again."""

    told = frozenset({"job"})

    job: str


@dataclass(eq=False)
class ShuttingDownError(TastemapError):
    """The bot is stopping and takes no new work."""


@dataclass(eq=False)
class StoppedError(TastemapError):
    """The person stopped the work."""


@dataclass(eq=False)
class CannotStopError(TastemapError):
    """The work changes something outside and has to come to its end."""

    kind: JobKind


@dataclass(eq=False)
class NothingRunsError(TastemapError):
    """There is nothing to stop: the work is done, or the bot was restarted."""


@dataclass(eq=False)
class AlreadyRunningError(TastemapError):
    """The person has work that is not finished; one at a time."""

    job_id: int


@dataclass(eq=False)
class QueueFullError(TastemapError):
    """More people wait than could be served in a sensible time."""

    waiting: int


@dataclass(eq=False)
class TooFastError(TastemapError):
    """One person or one server asks more than others would have left anything of."""

    retry_after_s: int
    is_whole_server: bool


@dataclass(eq=False)
class InterruptedTooOftenError(TastemapError):
    """The bot ended during this work again and again, so it may be the work's own fault."""

    attempts: int


@dataclass(eq=False)
class ForgottenError(StoppedError):
    """The person had everything about them erased while the work ran: nothing of it is kept."""


@dataclass(eq=False)
class RequestForgottenError(TastemapError):
    """What was to be tried again is no longer known: it is kept for a short while, and by one process."""


@dataclass(eq=False)
class NotOperatorError(TastemapError):
    """Only those whom the settings name may use this."""

    user_id: int
