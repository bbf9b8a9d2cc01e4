"""What to do about a service outside that did not answer."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceRefusedError,
    SourceUnavailableError,
)

_LONG_WAIT_S = 90


@sentence.register
def _(error: SourceRefusedError) -> str:
    return (
        f"{error.source} turns me away (HTTP {error.status}), whoever asks. Trying again won't help; "
        "tell the operator, or upload a file that holds audio features."
    )


@sentence.register
def _(error: RateLimitedError) -> str:
    seconds = max(error.retry_after_s, 1)
    wait = f"{seconds:.0f} seconds" if seconds < _LONG_WAIT_S else f"{seconds / 60:.0f} minutes"
    return f"{error.source} asks me to slow down. Try again in {wait}."


@sentence.register
def _(error: SourceUnavailableError) -> str:
    return f"{error.source} can't be used right now ({error.problem}). Try again in a few minutes."


@sentence.register
def _(error: OutOfTimeError) -> str:
    return f"There was no time left to ask {error.source}. Try again; what I learned so far is kept."
