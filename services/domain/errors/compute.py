"""Why a piece of work could not be finished."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


@dataclass(eq=False)
class DeadlineExceededError(TastemapError):
    """The work took longer than it may."""

    job: str
    deadline_s: float


@dataclass(eq=False)
class WorkerLostError(TastemapError):
    """The worker process died, and so did the one that tried again."""

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


@dataclass(eq=False)
class NothingRunsError(TastemapError):
    """There is nothing to stop: the work is done, or the bot was restarted."""
