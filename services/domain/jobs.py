"""Accepted work: who asked for what, where the answer goes, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import get_args

from services.domain.group_requests import (
    AskRequest,
    BlendRequest,
    BringRequest,
    CompareRequest,
    ServerMapRequest,
    SharingRequest,
)
from services.domain.inputs import Row
from services.domain.requests import (
    AccountRequest,
    AgainRequest,
    AnalyzeRequest,
    ClipsRequest,
    JobKind,
    OptimizeRequest,
    PressRequest,
    SplitRequest,
    StatsRequest,
    TidyRequest,
    WriteRequest,
)

Request = (
    AnalyzeRequest
    | AgainRequest
    | ClipsRequest
    | StatsRequest
    | TidyRequest
    | SplitRequest
    | OptimizeRequest
    | AskRequest
    | BringRequest
    | CompareRequest
    | BlendRequest
    | SharingRequest
    | ServerMapRequest
    | WriteRequest
    | AccountRequest
    | PressRequest
)

_TYPES: Mapping[JobKind, type[Request]] = {each.kind: each for each in get_args(Request)}


def request_from_row(kind: JobKind, row: Row) -> Request:
    """Read a request of one kind.

    Raises
    ------
    KeyError, ValueError
        The row says something that this version does not know.
    """
    return _TYPES[kind].from_row(row)


class JobStatus(StrEnum):
    """How far the work is. The next start goes on with everything that is not done."""

    QUEUED = "queued"
    RUNNING = "running"
    POSTING = "posting"
    """Claimed by the one who answers; whoever finds it so looks for the answer before giving it again."""
    UNDELIVERED = "undelivered"
    """Answered, and nobody could be reached; given below the person's next command."""
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The interaction that work came with: the address of the answer."""

    interaction_id: int
    application_id: int
    token: str = field(repr=False)
    """Lets anybody answer in our name for 15 minutes: sealed at rest, never logged."""
    owner_id: int
    guild_id: int | None
    channel_id: int | None
    private: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of accepted work."""

    asked: Asked
    request: Request
    """What is to be done."""
    result_id: str
    """Under which the result is stored, fixed from the start: work that is repeated replaces it."""
    content: bytes | None = None
    """The uploaded file, once it was fetched."""
    status: JobStatus = JobStatus.QUEUED
    attempts: int = 0
    """How often it was begun before."""
    message_id: int | None = None
    """The message that shows the progress and becomes the answer, once Discord named it."""
    entered: str | None = field(default=None, repr=False)
    """A code that was typed for it, where another process does the work: sealed, gone with the row."""
    is_to_end: bool = False
    """Whether somebody asked for its end while it waited or ran."""

    @property
    def is_fresh(self) -> bool:
        """Whether it was promised an answer and never begun, so that nobody can have answered."""
        return self.status is JobStatus.QUEUED and not self.attempts and self.message_id is not None

    @property
    def kind(self) -> JobKind:
        """What is to be done, in one word."""
        return self.request.kind

    @property
    def job_id(self) -> int:
        """The id of the interaction: the same request is never accepted twice."""
        return self.asked.interaction_id


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """All that a queue has to know about some work."""

    job_id: int
    owner_id: int
    is_heavy: bool
    """Whether it computes: one at a time for each person, and after the light work of others."""
