"""Put together what a source answered, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.domain.messages import Note, NoteKind
from services.domain.music import TrackId
from services.domain.sources import FetchedFeatures, FetchOutcome

NO_TIME = "no time left"
IN_VAIN = frozenset({"not a valid id", "the id is refused", "refused", "error"})
"""Reasons for which nobody is asked again by himself."""


class OutcomeBuilder:
    """A `FetchOutcome` under construction; the first notice stays."""

    def __init__(self) -> None:
        self._found: dict[TrackId, FetchedFeatures] = {}
        self._absent: set[TrackId] = set()
        self._failed: dict[TrackId, str] = {}
        self._notice: Note | None = None

    def find(self, key: str, features: FetchedFeatures) -> None:
        """Note that `key` has `features`."""
        self._found[TrackId(key)] = features

    def miss(self, keys: Iterable[str]) -> None:
        """Note that the source does not know `keys`."""
        self._absent.update(map(TrackId, keys))

    def fail(self, keys: Iterable[str], reason: str, notice: Note | None = None) -> None:
        """Note that there is no answer about `keys`, and why."""
        self._failed.update((TrackId(key), reason) for key in keys)
        self._notice = self._notice or notice

    def add(self, part: FetchOutcome) -> None:
        """Take in a part; its keys must be new."""
        self._found.update(part.found)
        self._absent.update(part.absent)
        self._failed.update(part.failed)
        self._notice = self._notice or part.notice

    def build(self) -> FetchOutcome:
        """Freeze what has been put together."""
        found: Mapping[TrackId, FetchedFeatures] = dict(self._found)
        return FetchOutcome(
            found=found, absent=frozenset(self._absent), failed=dict(self._failed), notice=self._notice
        )


def reason_of(error: SourceError) -> str:
    """Say in a few words why there is no answer."""
    match error:
        case RateLimitedError():
            return "rate limit"
        case SourceRefusedError():
            return "refused"
        case OutOfTimeError():
            return NO_TIME
        case SourceUnavailableError(problem=problem):
            return problem
        case _:
            return "error"


def note_of(error: SourceError) -> Note | None:
    """Say what is wrong with a source as a whole."""
    match error:
        case RateLimitedError(source=source, retry_after_s=wait_s):
            return Note(NoteKind.SOURCE_PAUSES, names=(source,), wait_s=wait_s)
        case SourceRefusedError(source=source):
            return Note(NoteKind.SOURCE_REFUSES, names=(source,))
        case OutOfTimeError(source=source):
            return Note(NoteKind.SOURCE_SLOW, names=(source,))
        case SourceUnavailableError(source=source, problem=problem):
            return Note(NoteKind.SOURCE_DOWN, names=(source, problem))
        case _:
            return None


def notice_of(label: str, outcome: FetchOutcome, later_s: float | None) -> Note | None:
    """Say how many tracks a trouble has cost a caller, and in how many seconds they can be known at best."""
    notice, late = outcome.notice, len(outcome.failed)
    if notice is None:
        late = sum(reason == NO_TIME for reason in outcome.failed.values())
        notice = Note(NoteKind.NO_TIME_LEFT, names=(label,))
    if not late:
        return None
    if notice.kind in {NoteKind.NO_TIME_LEFT, NoteKind.SOURCE_SLOW}:
        notice = replace(notice, wait_s=later_s)
    return replace(notice, count=late)
