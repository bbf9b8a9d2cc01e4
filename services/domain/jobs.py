"""Accepted work: who asked for what, where the answer goes, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class JobKind(StrEnum):
    """What is to be done; each kind has one cog that knows how."""

    ANALYZE = "analyze"
    AGAIN = "again"
    TIDY = "tidy"
    SPLIT = "split"
    OPTIMIZE = "optimize"
    BRING = "bring"
    COMPARE = "compare"
    BLEND = "blend"
    SHARING = "sharing"
    WRITE = "write"
    ACCOUNT = "account"

    @property
    def is_light(self) -> bool:
        """Whether it computes nothing: it waits for nobody, and runs beside a person's other work."""
        return self is JobKind.ACCOUNT


class JobStatus(StrEnum):
    """How far the work is. The next start goes on with everything that is not done."""

    QUEUED = "queued"
    RUNNING = "running"
    POSTING = "posting"
    """Claimed by the one who answers; whoever finds it so looks for the answer before giving it again."""
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
    kind: JobKind
    arguments: Mapping[str, str]
    """What the person chose, as the kind's cog wrote it down."""
    result_id: str
    """Under which the result is stored, fixed from the start: work that is repeated replaces it."""
    content: bytes | None = None
    """The uploaded file, once it was fetched."""
    status: JobStatus = JobStatus.QUEUED
    attempts: int = 0
    """How often it was begun before."""
    message_id: int | None = None
    """The message that shows the progress and becomes the answer, once Discord named it."""

    @property
    def job_id(self) -> int:
        """The id of the interaction: the same request is never accepted twice."""
        return self.asked.interaction_id
