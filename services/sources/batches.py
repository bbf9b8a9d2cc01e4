"""Ask a service about many things in few calls, keeping every part that arrived."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from services.domain.errors.sources import SourceError, SourceUnavailableError
from services.sources.http.upstream import Answer

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
