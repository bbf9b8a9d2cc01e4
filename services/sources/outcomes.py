"""Ask for many things in few calls, check what comes, and put it together part by part."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.messages import Note, NoteKind
from services.domain.music import TrackId
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.sources.upstream import Answer

OnPart = Callable[[FetchOutcome], Awaitable[None]]
"""Receives each part of an answer as soon as it is there."""

_WHOLE = (Feature.KEY, Feature.MODE)


def read_features(entry: Mapping[str, object]) -> tuple[AudioFeatures, int]:
    """Take the feature values out of a row, and count those that can't be true.

    A null is no value. Text, booleans, fractions of a key and numbers outside the feature's range
    are dropped singly; the rest of the row stays.
    """
    values: dict[Feature, float | None] = {}
    impossible = 0
    for feature in Feature:
        raw = entry.get(feature.value)
        value = _number(feature, raw)
        impossible += value is None and raw is not None and not _means_unknown(feature, raw)
        values[feature] = value
    return AudioFeatures.of(values), impossible


def _number(feature: Feature, raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    if feature in _WHOLE and isinstance(raw, float) and not raw.is_integer():
        return None
    value = accepted(feature, raw)
    return None if value is None else float(value)


def _means_unknown(feature: Feature, raw: object) -> bool:
    return (feature is Feature.TEMPO and raw == 0) or (feature is Feature.KEY and raw == -1)


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


Asked = TypeVar("Asked", bound=Hashable)
Said = TypeVar("Said")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Answers(Generic[Asked, Said]):
    """What a service said about each thing, and about which it said nothing."""

    said: dict[Asked, Said] = field(default_factory=dict)
    """Only where it answered; an answer may be "not known"."""
    failed: set[Asked] = field(default_factory=set)
    trouble: SourceError | None = None
    """The first reason for a failure."""


async def ask_in_batches(
    asked: Sequence[Asked],
    size: int,
    ask: Callable[[Sequence[Asked]], Awaitable[Mapping[Asked, Said]]],
) -> Answers[Asked, Said]:
    """Ask about `asked`, `size` at a time, one call after the other; the first trouble ends it.

    Parameters
    ----------
    ask
        Makes one call; what is missing in its answer has failed.
    """
    answers: Answers[Asked, Said] = Answers()
    todo = list(dict.fromkeys(asked))
    for start in range(0, len(todo), size):
        batch = todo[start : start + size]
        try:
            said = await ask(batch)
        except SourceError as error:
            answers.trouble = error
            answers.failed.update(todo[start:])
            break
        answers.said.update(said)
        answers.failed.update(each for each in batch if each not in said)
    return answers


def require(answer: Answer, source: str, shape: type[Said]) -> Said:
    """Return the JSON of a success of the expected kind.

    Raises
    ------
    SourceUnavailableError
        Another status, or JSON of another kind.
    """
    if answer.status != 200:
        _log.error("%s: HTTP %d", source, answer.status)
        raise SourceUnavailableError(source, f"HTTP {answer.status}")
    if not isinstance(answer.json, shape):
        raise SourceUnavailableError(source, "unreadable answer")
    return answer.json
