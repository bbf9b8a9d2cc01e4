"""One person's failure in a comparison is told as that failure, and says whose playlist it was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cogs.words.comparison import comparison_words
from cogs.words.errors import sentence
from services.domain.comparison import PersonKey
from services.domain.errors import TastemapError
from services.domain.errors.groups import OnePlaylistFailedError
from services.domain.errors.jobs import DeadlineExceededError, OverloadedError, ShuttingDownError
from services.domain.errors.storage import DatabaseBusyError
from services.domain.music import Playlist, Track
from services.workflows.compare import Brought, CompareWorkflow


class OneFails:
    """An analysis that fails for one playlist and never ends for the others."""

    def __init__(self, error: BaseException) -> None:
        self._error = error
        self.cancelled = 0

    async def enrich(self, playlist: Any, *_: Any, **__: Any) -> Any:
        if playlist.name == "Kim":
            raise self._error
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def quiet(line: str) -> None:
    """Say nothing about progress."""


def people() -> list[Brought]:
    names = ("Sam", "Kim", "Lou")
    return [
        Brought(PersonKey(str(number)), name, Playlist(name=name, tracks=(Track(title=name),)))
        for number, name in enumerate(names)
    ]


async def failing_with(error: BaseException) -> tuple[BaseException, OneFails]:
    analyze = OneFails(error)
    comparer = CompareWorkflow(analyze=analyze, words=comparison_words)
    with pytest.raises(type(error) if not isinstance(error, TastemapError) else TastemapError) as caught:
        await comparer.compare(people(), say=quiet)
    return caught.value, analyze


async def test_a_failure_says_whose_playlist_it_was_and_the_other_look_ups_end() -> None:
    cause = DeadlineExceededError("describe", 30.0)
    error, analyze = await failing_with(cause)
    assert isinstance(error, OnePlaylistFailedError)
    said = sentence(error)
    assert "Kim" in said
    assert sentence(cause) in said
    assert "Kim" not in str(error)
    assert analyze.cancelled == 2


@pytest.mark.parametrize(
    "error", [ShuttingDownError(), DatabaseBusyError("locked"), OverloadedError("describe", 9.0)], ids=type
)
async def test_what_is_nobodys_playlists_fault_comes_through_as_it_is(error: TastemapError) -> None:
    assert (await failing_with(error))[0] is error
