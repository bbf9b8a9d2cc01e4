"""Find out how people's playlists sound, and compare or mix them; knows nothing of consent or messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Blend, BlendMode, Comparison, ComparisonWords, Person, PersonKey
from services.domain.errors import TastemapError
from services.domain.errors.groups import OnePlaylistFailedError
from services.domain.errors.jobs import OverloadedError, ShuttingDownError, StoppedError
from services.domain.errors.storage import StorageError
from services.domain.messages import Activity, OnProgress, Progress, quiet
from services.domain.music import Playlist
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.groups import tasks

COMPARISON_DEADLINE_S = 60.0
"""25 people with 300 tracks each take less than two seconds; the rest is room for a busy machine."""

COMPARISON_CHARTS = (ChartKind.COMPATIBILITY, ChartKind.PEOPLE_MAP, ChartKind.PEOPLE_PROFILES)

_AT_ONCE = 4
"""People whose tracks are looked up at the same time; the sources are asked politely whatever this says."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A person with the playlist to compare."""

    key: PersonKey
    name: str
    playlist: Playlist
    user_id: int | None = None
    """Whose corrections of tempos count."""


class Comparer(Protocol):
    """Compares people, mixes for them, and draws what comparing found."""

    async def compare(self, people: Sequence[Brought], *, say: OnProgress) -> Comparison:
        """Find who sounds alike, and why."""

    async def blend(self, people: Sequence[Brought], *, size: int, mode: BlendMode, say: OnProgress) -> Blend:
        """Mix a playlist for everybody."""

    async def draw(self, found: Comparison, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        """Draw charts of a comparison."""

    async def draw_blend(self, found: Comparison, blend: Blend) -> tuple[Chart, ...]:
        """Draw a mixed playlist as a poster in both sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareWorkflow:
    """A `Comparer` that looks up how tracks sound, and computes in worker processes."""

    analyze: AnalyzeWorkflow
    words: Callable[[Comparison], ComparisonWords]
    """Says what charts tell of a comparison."""
    offline: bool = False

    async def compare(self, people: Sequence[Brought], *, say: OnProgress = quiet) -> Comparison:
        """Compare two people or more.

        Raises
        ------
        OnePlaylistFailedError
            The tracks of somebody can't be looked up; says whose.
        DeadlineExceededError, WorkerLostError
            The work could not be finished.
        ValueError
            Fewer than two people, or one key for two of them.
        """
        persons = await self._look_up(people, say)
        await say(Progress(Activity.COMPARING, total=len(people)))
        return await self.analyze.compute.run(
            "comparison", tasks.compare, persons, deadline_s=COMPARISON_DEADLINE_S
        )

    async def blend(
        self,
        people: Sequence[Brought],
        *,
        size: int,
        mode: BlendMode = BlendMode.FAIR,
        say: OnProgress = quiet,
    ) -> Blend:
        """Mix a playlist for two people or more; fewer tracks than asked for are said in it.

        Raises
        ------
        OnePlaylistFailedError, DeadlineExceededError, WorkerLostError
            As for `compare`.
        ValueError
            Fewer than two people, one key for two of them, or no size.
        """
        persons = await self._look_up(people, say)
        await say(Progress(Activity.MIXING, total=len(people)))
        return await self.analyze.compute.run(
            "blend", tasks.blend, persons, size, mode, deadline_s=COMPARISON_DEADLINE_S
        )

    async def draw(
        self, found: Comparison, kinds: Sequence[ChartKind] = COMPARISON_CHARTS
    ) -> tuple[Chart, ...]:
        """Draw charts of a comparison."""
        return await self.analyze.compute.run(
            "comparison charts",
            tasks.draw_comparison,
            tuple(kinds),
            found,
            self.words(found),
            deadline_s=COMPARISON_DEADLINE_S,
        )

    async def draw_blend(self, found: Comparison, blend: Blend) -> tuple[Chart, ...]:
        """Draw a mixed playlist as a poster in both sizes."""
        return await self.analyze.compute.run("poster", tasks.draw_blend, found, self.words(found), blend)

    async def _look_up(self, people: Sequence[Brought], say: OnProgress) -> tuple[Person, ...]:
        """Find out how everybody's tracks sound, a few people at a time."""
        turns = asyncio.Semaphore(_AT_ONCE)
        done = 0

        async def look_up(one: Brought) -> Person:
            nonlocal done
            try:
                async with turns:
                    tracks = await self.analyze.enrich(
                        one.playlist, user_id=one.user_id, offline=self.offline
                    )
            except (OverloadedError, ShuttingDownError, StoppedError, StorageError):
                raise  # nobody's playlist has to do with that
            except TastemapError as error:
                raise OnePlaylistFailedError(one.name, error) from error
            done += 1
            await say(Progress(Activity.HEARD_PEOPLE, done, len(people)))
            return Person(key=one.key, name=one.name, tracks=tracks)

        lookups = [asyncio.create_task(look_up(one)) for one in people]
        try:
            return tuple(await asyncio.gather(*lookups))
        finally:
            for each in lookups:
                each.cancel()
            await asyncio.gather(*lookups, return_exceptions=True)
