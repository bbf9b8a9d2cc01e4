"""Put together what a source answered, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.domain.music import TrackId
from services.domain.sources import FetchedFeatures, FetchOutcome


class OutcomeBuilder:
    """A `FetchOutcome` under construction; the first notice stays."""

    def __init__(self) -> None:
        self._found: dict[TrackId, FetchedFeatures] = {}
        self._absent: set[TrackId] = set()
        self._failed: dict[TrackId, str] = {}
        self._notice = ""

    def find(self, key: str, features: FetchedFeatures) -> None:
        """Note that `key` has `features`."""
        self._found[TrackId(key)] = features

    def miss(self, keys: Iterable[str]) -> None:
        """Note that the source does not know `keys`."""
        self._absent.update(map(TrackId, keys))

    def fail(self, keys: Iterable[str], reason: str, notice: str = "") -> None:
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
            return "no time left"
        case SourceUnavailableError(problem=problem):
            return problem
        case _:
            return "error"


def notice_of(error: SourceError) -> str:
    """Say to people in one sentence what is wrong with a source and what to do."""
    match error:
        case RateLimitedError(source=source, retry_after_s=wait_s):
            return f"{source} asks for a pause; try again in {about(wait_s)}."
        case SourceRefusedError(source=source):
            return (
                f"{source} turns the bot away at the moment, whoever asks; "
                "there is nothing wrong with your account or your playlist."
            )
        case OutOfTimeError(source=source):
            return (
                f"There was not enough time to ask {source} about everything; run it again to get the rest."
            )
        case SourceUnavailableError(source=source, problem=problem):
            return f"{source} gives no usable answer at the moment ({problem}); try again later."
        case _:
            return ""


def about(seconds: float) -> str:
    """Round a wait up to what people say.

    Examples
    --------
    2 -> "a few seconds", 40 -> "about 40 seconds", 90 -> "about 2 minutes"
    """
    if seconds <= 5:
        return "a few seconds"
    if seconds <= 55:
        return f"about {-(-seconds // 10) * 10:.0f} seconds"
    minutes = -(-seconds // 60)
    if minutes < 60:
        return f"about {minutes:.0f} minutes" if minutes > 1 else "about a minute"
    hours = -(-seconds // 3600)
    return f"about {hours:.0f} hours" if hours > 1 else "about an hour"
