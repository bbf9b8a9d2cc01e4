"""Why work is not accepted, or given up."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


@dataclass(eq=False)
class AlreadyRunningError(TastemapError):
    """The person has work that is not finished; one at a time."""

    job_id: int


@dataclass(eq=False)
class QueueFullError(TastemapError):
    """More people wait than could be served in a sensible time."""

    waiting: int


@dataclass(eq=False)
class InterruptedTooOftenError(TastemapError):
    """The bot ended during this work again and again, so it may be the work's own fault."""

    attempts: int
